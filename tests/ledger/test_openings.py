"""L6: a case and a proposal bear the name of who opens them, so that nobody can be kept from opening his."""

import pytest

from ledger.names import opener_of
from ledger.operations.freezes import EmergencyFreeze, FreezeAccount, FreezeToken
from ledger.operations.governance import Pause, Propose
from ledger.operations.measures import ForcedTransfer, OpenDispute, Takedown
from ledger.operations.subjects import TokenSubject
from ledger.operations.table import Operation
from ledger.parameters import DAY_MS
from ledger.records.freezes import FreezeState
from tests.ledger.case import OTHER, OWNER, Case

OPENINGS = ("freeze_token", "freeze_account", "emergency_freeze", "open_dispute", "takedown", "forced_transfer")


def opening(case: Case, kind: str, number: str, reason: str) -> Operation:
    """An opening of each kind, which ant may join."""
    ends_ms = case.world.now_ms + DAY_MS
    openings: dict[str, Operation] = {
        "freeze_token": FreezeToken(case.token, reason, number, ends_ms),
        "freeze_account": FreezeAccount(OWNER, reason, number, ends_ms),
        "emergency_freeze": EmergencyFreeze(TokenSubject(case.token), reason, number, ends_ms),
        "open_dispute": OpenDispute("scroll", reason, number, ends_ms),
        "takedown": Takedown(TokenSubject(case.token), reason, number),
        "forced_transfer": ForcedTransfer(case.token, OWNER, OTHER, reason, number),
    }
    return openings[kind]


@pytest.mark.parametrize("kind", OPENINGS)
def test_nobody_opens_a_case_under_the_number_that_another_was_about_to_use(kind):
    """Whoever saw an opening on its way could be quicker, with other terms: the honest one was refused by them."""
    case = Case()
    assert case.do("jd", opening(case, kind, "copyright.2026-1", "a pretext")) == ["E_AUTHORITY"]
    assert case.do("copyright", opening(case, kind, "copyright.2026-1", "a reason"))[0].endswith("_approved")
    assert case.do("jd", opening(case, kind, "copyright.2026-1", "a pretext"))[0].endswith("_TERMS")


def test_a_case_about_one_thing_opens_none_about_another():
    case = Case()
    case.do("regulator", opening(case, "freeze_token", "regulator.2026-1", "theft"))
    assert case.do("jd", opening(case, "freeze_account", "regulator.2026-1", "theft")) == ["E_AUTHORITY"]
    assert case.do("jd", opening(case, "open_dispute", "regulator.2026-1", "theft")) == ["E_AUTHORITY"]
    assert case.do("jd", opening(case, "freeze_token", "regulator.2026-1", "theft")) == ["freeze_approved", "frozen"]
    record = case.world.ledger.state.freezes.get(f"{case.token}/regulator.2026-1")
    assert record is not None
    assert (record.state, record.approvals) == (FreezeState.FROZEN, ("jd", "regulator"))


def test_nobody_makes_a_proposal_under_anothers_name():
    case = Case()
    ends_ms = case.world.now_ms + DAY_MS
    assert case.do("jd", Propose("ant.2026-1", Pause(), "a pretext", ends_ms)) == ["E_AUTHORITY"]
    assert case.do("ant", Propose("ant.2026-1", Pause(), "an attack", ends_ms)) == ["proposed"]
    assert case.do("ant", Propose("ant.2026-1", Pause(), "an attack", ends_ms)) == ["E_EXISTS"]


def test_a_member_that_is_called_like_the_beginning_of_another_opens_nothing_in_its_name():
    assert (opener_of("jd.2026-1"), opener_of("jd-cloud.2026-1")) == ("jd", "jd-cloud")
