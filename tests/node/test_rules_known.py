"""R7.4: a member whose release has not got the rules that were voted for stops before the first block they judge."""

import pytest

from ledger import rules_version
from ledger.operations.governance import ChangeParameters, ParameterChange, Propose
from ledger.records.governance import ProposalState
from node.errors import RulesUnknown
from node.simulation import Simulation
from tests.node.test_governance import EXPIRES_MS, Assembly, proposal

NEXT = Propose("ant.p-1", ChangeParameters((ParameterChange("rules_version", 2),)), "Release 2.", EXPIRES_MS)
WORDS = "is judged by rules version 2, and this release of Quorate knows version 1"


def adopted() -> tuple[Assembly, int]:
    """An assembly that adopted version 2, and the first block that it judges."""
    here = Assembly(seed=5)
    here.propose(NEXT, "ant", "tencent", "jd")
    here.until(lambda ledger: proposal(ledger, "ant.p-1") is ProposalState.ADOPTED)
    record = here.simulation.members[0].core.ledger.proposal("ant.p-1")
    assert record is not None
    return here, record.effective_height


def test_a_member_stops_before_the_block_that_other_rules_judge_and_does_not_start_again__r7_4(monkeypatch):
    here, effective = adopted()
    with pytest.raises(RulesUnknown, match=f"block {effective} of this chain {WORDS}"):
        here.blocks(effective)
    heights = [member.core.ledger.height for member in here.simulation.members]
    assert max(heights) == effective - 1, "nobody executed it"
    first = next(member for member in here.simulation.members if member.core.ledger.height == effective - 1)
    first.kill()
    with pytest.raises(RulesUnknown, match=WORDS):
        first.start()
    monkeypatch.setattr(rules_version, "RULES_KNOWN", (1, 2))
    first.start()
    assert first.core.ledger.height == effective - 1, "all that was final is kept"


def test_a_release_that_has_the_rules_goes_on__r7_4(monkeypatch):
    monkeypatch.setattr(rules_version, "RULES_KNOWN", (1, 2))
    here, effective = adopted()
    here.blocks(effective - here.simulation.members[0].core.ledger.height + 3)
    assert all(member.core.ledger.parameters.rules_version == 2 for member in here.simulation.members)
    here.roots_agree()


def test_a_charter_that_wants_other_rules_founds_a_chain_that_this_release_does_not_run__r7_4():
    with pytest.raises(RulesUnknown, match=f"block 1 of this chain {WORDS}"):
        Simulation(4, seed=1, rules={"rules_version": 2})
