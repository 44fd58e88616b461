"""What the naive model found in the ledger. Seeds are those of `python -m tests.ledger.naive` as it then drew."""

import pytest

from canonical.hashing import Digest
from ledger.charter import Role
from ledger.operations.freezes import Appeal
from ledger.operations.governance import Propose, RemoveMember, SetRole
from ledger.operations.measures import OpenDispute, Takedown
from ledger.operations.subjects import AccountSubject, SeriesSubject, TokenSubject
from ledger.operations.table import Operation
from ledger.operations.tokens import Redeem, Refund
from ledger.parameters import DAY_MS
from tests.ledger.governing import Parliament, admission
from tests.ledger.world import World, series_operation, work_operation


def codes(world: World, by: str, operation: Operation) -> list[str]:
    return [refusal.code for refusal in world.do(by, operation).refusals]


def test_a_series_that_nobody_could_sell_is_refused():
    """Seed 5: a series without a seller was opened, and could be minted, sealed and never sold."""
    world = World()
    world.register_work()
    assert codes(world, "ant", series_operation(sellers=())) == ["E_UNKNOWN"]


@pytest.mark.parametrize(
    ("by", "operation"),
    [
        ("ant.li", Redeem("scroll-a-9999", "nothing of the kind")),
        ("hunan", Refund("scroll-a-9999", Digest(bytes(32)))),
        ("ant", Takedown(TokenSubject("scroll-a-9999"), "a copy", "ant.case-2")),
    ],
    ids=lambda each: type(each).__name__,
)
@pytest.mark.parametrize("beforehand", ["nothing", "dispute", "takedown"])
def test_of_an_edition_that_does_not_exist_nothing_else_is_said(beforehand, by, operation):
    """Seeds 35, 51, 191 and 200: its name led to a series, and that to reasons about nothing."""
    world = World()
    world.open_account("ant.li")
    world.sealed_series()
    if beforehand == "dispute":
        dispute = OpenDispute("scroll", "an heir claims it", "copyright.case-1", world.now_ms + DAY_MS)
        world.must("copyright", dispute)
        world.must("ant", dispute)
    if beforehand == "takedown":
        for member in ("copyright", "ant"):
            world.must(member, Takedown(SeriesSubject("scroll-a"), "a copy", "copyright.case-1"))
    assert codes(world, by, operation) == ["E_UNKNOWN"]


def test_whom_a_vote_removed_is_no_platform_to_be_licensed_or_to_sell():
    """Seed 288: its account keeps its role, and was taken for that of a platform."""
    world = Parliament()
    world.must("copyright", work_operation(licensees=("ant", "jd")))
    world.enact(RemoveMember("jd"))
    assert codes(world, "copyright", work_operation("vase", licensees=("ant", "jd"))) == ["E_UNKNOWN"]
    assert codes(world, "ant", series_operation(sellers=("ant", "jd"))) == ["E_UNKNOWN"]
    assert codes(world, "ant", series_operation(sellers=("ant",))) == []


def test_for_an_account_that_does_not_exist_anybody_speaks_as_well():
    """Refused as unknown, and not as somebody else's too."""
    world = World()
    assert codes(world, "jd", Appeal(AccountSubject("ant.ghost"), "ant.case-1", "it is mine")) == ["E_UNKNOWN"]


def test_what_was_removed_has_no_role_that_could_stay_the_same():
    """Seed 123: E_NO_CHANGE about a member that there is not."""
    world = Parliament()
    world.enact(RemoveMember("jd"))
    order = SetRole("jd", Role.PLATFORM, False)
    refusals = codes(world, "ant", Propose("ant.p-2", order, "For the reasons given.", world.now_ms + DAY_MS))
    assert refusals == ["E_UNKNOWN"]


def test_two_registrars_that_do_not_vote_take_nothing_down__r4_3():
    """Seed 140: two of them were enough, where it takes a registrar and a voting member."""
    world = Parliament()
    world.sealed_series()
    world.enact(admission(role=Role.REGISTRAR, votes=False), "p-1")
    world.enact(SetRole("copyright", Role.REGISTRAR, False), "p-2")
    takedown = Takedown(SeriesSubject("scroll-a"), "a copy", "caa.case-1")
    for member, events in (("caa", 1), ("copyright", 1), ("hunan", 2)):
        assert len(world.must(member, takedown).events) == events
