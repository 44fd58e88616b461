import pytest

from scenarios.campaign.plan import Fault, FaultKind, Liar, LiarKind, Plan
from scenarios.campaign.run import Verdict, run_plan

FOUND = {
    "two members are born again in a view that the third has left, and the fourth is silent": Plan(
        seed=711,
        members=4,
        profile="lan",
        faults=(
            Fault(566, FaultKind.TEAR, (3,), lasts_ms=4_000),
            Fault(1_830, FaultKind.TEAR, (2,), lasts_ms=50),
        ),
        liars=(Liar(0, LiarKind.SILENT),),
        safety_ms=4_000,
        load_per_second=2,
    ),
    "a member is torn down while it writes that it left its view, and knows nothing of it in its next life": Plan(
        seed=38,
        members=4,
        profile="lan",
        faults=(
            Fault(593, FaultKind.REORDER, (1,), lasts_ms=600, amount=5),
            Fault(1_207, FaultKind.LOSS, (0, 1, 2, 3), lasts_ms=600, amount=70),
            Fault(2_436, FaultKind.CORRUPT, (0, 1), lasts_ms=4_000, amount=30),
            Fault(2_453, FaultKind.LOSS, (0, 1, 2, 3), lasts_ms=1_500, amount=70),
            Fault(3_419, FaultKind.CORRUPT, (2, 3), lasts_ms=1_500, amount=70),
            Fault(3_441, FaultKind.SLOW_DISK, (0, 1, 3), lasts_ms=4_000, amount=200),
            Fault(3_886, FaultKind.TEAR, (3,), lasts_ms=200),
        ),
        liars=(),
        safety_ms=4_000,
        load_per_second=10,
    ),
}
"""What campaigns found, each as the smallest plan that showed it, with the seed under which it was drawn."""


@pytest.mark.parametrize("story", FOUND)
def test_what_a_campaign_found_once_holds_now(story):
    result = run_plan(FOUND[story])
    assert result.verdict is Verdict.HELD, f"{result.reason}\n{result.detail}"
