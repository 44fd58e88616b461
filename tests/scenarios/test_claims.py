"""Claims and the exit codes that follow from them."""

import pytest

from scenarios.first_day.claims import Claims, Kind


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ((), 0),
        ((Kind.SAFETY,), 10),
        ((Kind.LIVENESS,), 11),
        ((Kind.LIVENESS, Kind.SAFETY), 10),
    ],
)
def test_the_most_serious_broken_claim_gives_the_exit_code(broken, code):
    claims = Claims()
    claims.check(Kind.SAFETY, "one and one is two", 1 + 1 == 2)
    for kind in broken:
        assert not claims.check(kind, "one is two", False, found=1)
    assert claims.exit_code == code
    assert [claim.kind for claim in claims.broken] == list(broken)


def test_what_was_found_is_kept_as_text():
    claims = Claims()
    claims.check(Kind.SAFETY, "all are sold", False, found=299)
    assert claims.made[0].found == "299"
