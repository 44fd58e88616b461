"""R7.6: the committee moves a token without its owner, for a court's order or a lost key, and past nothing else."""

import pytest

from ledger.operations.freezes import FreezeAccount, FreezeToken
from ledger.operations.measures import ForcedTransfer, OpenDispute
from ledger.operations.tokens import Approve, TransferFrom
from ledger.parameters import DAY_MS
from ledger.records.measures import MeasureState
from tests.ledger.case import OTHER, OWNER, Case


def move(
    case: Case,
    by: str,
    *,
    to: str = OTHER,
    reason: str = "court order",
    number: str = "case-1",
    past: str | None = None,
) -> list[str]:
    owner = case.world.ledger.owner_of(case.token)
    assert owner is not None
    return case.do(by, ForcedTransfer(case.token, owner, to, reason, number, past))


DONE = ["forced_transfer_approved", "transfer", "forced_transfer"]


def test_the_committee_moves_a_token_and_the_event_names_who_approved__r7_6():
    case = Case()
    for member in ("ant", "hunan"):
        assert move(case, member) == ["forced_transfer_approved"]
    receipt = case.world.must("jd", ForcedTransfer(case.token, OWNER, OTHER, "court order", "case-1"))
    assert [event.name for event in receipt.events] == DONE
    assert dict(receipt.events[-1].params) == {
        "token": case.token, "from": OWNER, "to": OTHER, "case": "ant.case-1", "approvals": "ant, hunan, jd",
    }  # fmt: skip
    assert case.world.ledger.tokens_of(OTHER) == (case.token,)


def test_the_hold_clock_goes_on_and_an_approval_ends__r10_1():
    case = Case({"hold_hours_first": 48})
    case.do(OWNER, Approve(case.token, OTHER))
    before = case.world.ledger.token(case.token)
    case.world.wait_days(1)
    for member in ("ant", "hunan", "jd"):
        move(case, member)
    after = case.world.ledger.token(case.token)
    assert before is not None
    assert after is not None
    assert (after.acquired_ms, after.transfers, after.approved) == (before.acquired_ms, before.transfers, None)
    (refusal,) = case.world.ledger.can_transfer(case.token, OTHER, OWNER, case.world.now_ms)
    assert (refusal.code, refusal.retry_at_ms) == ("E_HOLD", before.acquired_ms + 2 * DAY_MS)


def test_a_trail_of_gifts_ends_where_a_token_was_moved_by_force__r11_2():
    case = Case()
    case.do(OWNER, TransferFrom(case.token, OWNER, OTHER))
    for member in ("ant", "hunan", "jd"):
        move(case, member, to=OWNER)
    token = case.world.ledger.token(case.token)
    assert token is not None
    assert token.trail == ()


@pytest.mark.parametrize("about", ["token", "account"])
def test_the_freeze_that_its_terms_name_is_no_obstacle_and_goes_on__r7_6(about):
    case = Case(about=about)
    for party in ("regulator", "jd"):
        case.freeze(party)
    for member in ("ant", "hunan", "jd"):
        events = move(case, member, past="case-1")
    assert events == DONE
    if about == "token":
        assert case.is_frozen()


def test_past_which_freeze_it_goes_is_among_the_terms__r7_6():
    case = Case()
    move(case, "ant", past="regulator.case-1")
    assert move(case, "jd", past="regulator.case-2") == ["E_CASE_TERMS"]
    assert move(case, "jd") == ["E_CASE_TERMS"]


def test_another_freeze_or_a_dispute_is_never_passed_by__r7_6():
    frozen, owner, recipient, disputed = Case(), Case(), Case(), Case()
    for party in ("regulator", "jd"):
        frozen.do(party, FreezeToken(frozen.token, "x", "case-2", frozen.expires_ms))
        owner.do(party, FreezeAccount(OWNER, "x", "case-2", owner.expires_ms))
        recipient.do(party, FreezeAccount(OTHER, "x", "case-1", recipient.expires_ms))
        disputed.do(party, OpenDispute("scroll", "x", "case-1", disputed.world.now_ms + DAY_MS))
    assert move(frozen, "ant") == ["E_FROZEN"]
    assert move(owner, "ant") == ["E_ACCOUNT_FROZEN"]
    assert move(recipient, "ant") == ["E_ACCOUNT_FROZEN"]
    assert move(disputed, "ant") == ["E_DISPUTED"]


def test_a_freeze_that_comes_between_two_approvals_holds__r7_6():
    case = Case()
    for member in ("ant", "hunan"):
        move(case, member)
    for party in ("regulator", "jd"):
        case.do(party, FreezeToken(case.token, "x", "case-2", case.expires_ms))
    assert move(case, "jd") == ["E_FROZEN"]
    assert move(case, "jd", past="case-2") == ["E_CASE_TERMS"]
    assert case.world.ledger.owner_of(case.token) == OWNER


def test_if_the_token_moved_meanwhile_the_approvals_are_worth_nothing__r7_6():
    case = Case()
    for member in ("ant", "hunan"):
        move(case, member)
    case.do(OWNER, TransferFrom(case.token, OWNER, OTHER))
    stale = ForcedTransfer(case.token, OWNER, OTHER, "court order", "case-1")
    assert "E_NOT_OWNER" in case.do("jd", stale)
    assert move(case, "jd", to=OWNER) == ["E_CASE_TERMS"]


def test_approvals_are_on_the_same_terms_in_time_and_count_once__r7_6():
    case = Case()
    case.world.open_account("jd.zhao")
    move(case, "ant")
    assert move(case, "ant") == ["E_ALREADY_APPROVED"]
    assert move(case, "jd", to="jd.zhao") == ["E_CASE_TERMS"]
    assert move(case, "jd", reason="a hunch") == ["E_CASE_TERMS"]
    case.world.now_ms += 30 * DAY_MS
    assert move(case, "jd") == ["E_CASE_CLOSED"]


def test_a_done_case_is_on_record_and_not_done_again__r7_6():
    case = Case()
    for member in ("ant", "hunan", "jd"):
        move(case, member)
    record = case.world.ledger.state.forced_transfers.get(f"{case.token}/ant.case-1")
    assert record is not None
    assert (record.state, record.approvals) == (MeasureState.DONE, ("ant", "hunan", "jd"))
    assert move(case, "copyright", to=OWNER) == ["E_CASE_TERMS", "E_CASE_CLOSED"]
