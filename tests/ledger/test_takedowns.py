"""R4.3: what is not genuine is taken down: token, series or work, in one row, with its history."""

from dataclasses import replace

import pytest

from ledger.case_file import CaseFile
from ledger.operations.freezes import FreezeAccount, FreezeToken
from ledger.operations.governance import RemoveMember, SetPolicy
from ledger.operations.measures import OpenDispute, Takedown
from ledger.operations.series import Mint, SealSeries
from ledger.operations.subjects import PlatformSubject, Removable, SeriesSubject, TokenSubject, WorkSubject
from ledger.operations.tokens import Approve, Redeem, Refund, TransferFrom
from ledger.operations.winding_down import WindDown
from ledger.parameters import DAY_MS
from ledger.standing import Standing
from ledger.view import View
from tests.ledger.case import OTHER, OWNER, Case
from tests.ledger.governing import Parliament
from tests.ledger.world import issue_operation, person, series_operation

NOTHING = Standing(None, None, None, None, None, None, None, None, None)


def take_down(case: Case, by: str, subject: Removable, *, reason: str = "a copy", number: str = "case-1") -> list[str]:
    return case.do(by, Takedown(subject, reason, number))


def view_at(case: Case, height: int) -> View:
    """The ledger as it was after that block."""
    view = case.world.ledger.at(height)
    assert view is not None
    return view


def subjects(case: Case) -> list[Removable]:
    series = case.token.rpartition("-")[0]
    return [TokenSubject(case.token), SeriesSubject(series), WorkSubject("scroll")]


@pytest.mark.parametrize("place", range(3), ids=["token", "series", "work"])
def test_a_takedown_stops_the_token_and_leaves_it_with_its_owner__r4_3(place):
    case = Case()
    subject = subjects(case)[place]
    assert take_down(case, "copyright", subject) == ["takedown_approved"]
    assert take_down(case, "hunan", subject) == ["takedown_approved", "taken_down"]
    for operation in (
        TransferFrom(case.token, OWNER, OTHER), Approve(case.token, OTHER),
    ):  # fmt: skip
        assert case.do(OWNER, operation) == ["E_TAKEN_DOWN"]
    assert "E_TAKEN_DOWN" in case.do(OWNER, Redeem(case.token, "Hall 3, cabinet 12"))
    assert case.world.ledger.owner_of(case.token) == OWNER
    assert case.world.ledger.tokens_of(OWNER) == (case.token,)
    assert take_down(case, "jd", subject, number="case-2") == ["E_TAKEN_DOWN"]


@pytest.mark.parametrize(
    ("parties", "is_done"),
    [
        (("copyright", "ant"), True),
        (("hunan", "copyright"), True),
        (("ant", "jd", "hunan"), True),
        (("ant", "jd"), False),
        (("copyright",), False),
    ],
)
def test_the_committee_takes_down_or_a_registrar_and_one_more__r4_3(parties, is_done):
    case = Case()
    events = [take_down(case, party, TokenSubject(case.token)) for party in parties]
    assert (events[-1] == ["takedown_approved", "taken_down"]) == is_done
    assert all(each == ["takedown_approved"] for each in events[:-1])


def test_nothing_is_made_of_what_was_taken_down__r4_3():
    case = Case()
    case.world.must("ant", series_operation("open"), Mint("open"))
    case.world.sealed_series("sealed")
    for party in ("copyright", "hunan"):
        take_down(case, party, WorkSubject("scroll"))
    assert case.do("ant", series_operation("new")) == ["E_TAKEN_DOWN"]
    for operation in (Mint("open"), SealSeries("open"), issue_operation("sealed", OTHER)):
        assert case.do("ant", operation) == ["E_TAKEN_DOWN"]


def test_a_series_is_taken_down_alone_and_others_of_its_work_go_on__r4_3():
    case = Case()
    case.world.must("ant", series_operation("open"))
    for party in ("copyright", "hunan"):
        take_down(case, party, SeriesSubject("open"))
    assert case.do("ant", Mint("open")) == ["E_TAKEN_DOWN"]
    assert case.do(OWNER, TransferFrom(case.token, OWNER, OTHER)) == ["transfer"]


def test_an_unsold_edition_is_not_taken_down_alone_since_the_next_sale_would_come_upon_it__r4_3():
    case = Case()
    case.world.sealed_series("sealed")
    assert take_down(case, "copyright", TokenSubject("sealed-0001")) == ["E_NOT_HELD"]


def test_approvals_are_on_the_same_reason_in_time_and_count_once__r4_3():
    case = Case()
    subject = TokenSubject(case.token)
    take_down(case, "hunan", subject)
    assert take_down(case, "hunan", subject) == ["E_ALREADY_APPROVED"]
    assert take_down(case, "copyright", subject, reason="a hunch") == ["E_CASE_TERMS"]
    case.world.now_ms += 30 * DAY_MS
    assert take_down(case, "copyright", subject) == ["E_CASE_CLOSED"]
    record = case.world.ledger.token(case.token)
    assert record is not None
    assert record.taken_down is None


def test_a_freeze_does_not_keep_the_committee_from_taking_down__r4_3():
    case = Case()
    for party in ("regulator", "jd"):
        case.do(party, FreezeToken(case.token, "court order", "case-1", case.expires_ms))
    for party in ("copyright", "hunan"):
        events = take_down(case, party, TokenSubject(case.token), number="case-2")
    assert events == ["takedown_approved", "taken_down"]


def test_a_buyer_still_gets_his_money_back_for_what_was_taken_down__r6_3():
    case = Case()
    case.do(OWNER, Approve(case.token, "ant"))
    for party in ("copyright", "hunan"):
        take_down(case, party, WorkSubject("scroll"))
    assert case.do("ant", Refund(case.token, person("receipt"))) == ["burned", "refunded"]


def test_history_is_kept_and_nothing_is_deleted__r4_3():
    case = Case()
    before = {key for key, _ in case.world.ledger.entries()}
    for party in ("copyright", "hunan"):
        take_down(case, party, TokenSubject(case.token))
    after = dict(case.world.ledger.entries())
    assert before <= set(after)
    assert f"takedown/token/{case.token}/copyright.case-1".encode() in after


@pytest.mark.parametrize("place", range(3), ids=["token", "series", "work"])
def test_what_was_taken_down_is_told_with_its_case_and_what_it_went_with__r4_3(place):
    case = Case()
    for party in ("copyright", "hunan"):
        take_down(case, party, subjects(case)[place])
    standing = view_at(case, case.world.ledger.height).standing(case.token)
    assert standing is not None
    assert (standing.taken_down, standing.taken_down_case) == (("token", "series", "work")[place], "copyright.case-1")
    before = view_at(case, case.world.ledger.height - 1).standing(case.token)
    assert before == NOTHING


def test_freezes_disputes_and_wind_downs_are_told_together_and_only_while_they_last():
    case = Case()
    ends_ms = case.world.now_ms + DAY_MS
    for party in ("regulator", "jd"):
        case.do(party, FreezeToken(case.token, "theft", "case-1", ends_ms))
        case.do(party, FreezeAccount(OWNER, "theft", "case-2", ends_ms + 1))
        case.do(party, OpenDispute("scroll", "an heir", "case-3", ends_ms + 2))
    case.do("ant", WindDown(PlatformSubject("ant"), "it closes"))
    until_ms = case.world.now_ms + 90 * DAY_MS
    numbers = [f"regulator.case-{number}" for number in (1, 2, 3)]
    told = Standing(numbers[0], ends_ms, numbers[1], ends_ms + 1, numbers[2], ends_ms + 2, None, None, until_ms)
    assert view_at(case, case.world.ledger.height).standing(case.token) == told
    case.world.now_ms = ends_ms + 2
    case.world.execute([])
    left = view_at(case, case.world.ledger.height).standing(case.token)
    assert left == replace(NOTHING, choose_until_ms=until_ms)
    assert view_at(case, case.world.ledger.height).standing("x-0001") is None


def test_a_case_file_tells_who_approved_what_and_why():
    case = Case()
    for party in ("regulator", "jd"):
        case.do(party, FreezeToken(case.token, "theft", "regulator.case-1", case.expires_ms))
    take_down(case, "copyright", TokenSubject(case.token))
    take_down(case, "hunan", SeriesSubject(case.token.rpartition("-")[0]))
    view = view_at(case, case.world.ledger.height)
    found = view.case_file(case.token, "regulator.case-1")
    assert found.freeze is not None
    assert (found.freeze.reason, found.freeze.approvals) == ("theft", ("jd", "regulator"))
    assert (found.takedowns, found.dispute, found.forced_transfer) == ((), None, None)
    taken = view.case_file(case.token, "copyright.case-1")
    assert [(kind, record.approvals) for kind, record in taken.takedowns] == [("token", ("copyright",))]
    assert view.case_file(case.token, "copyright.case-2") == CaseFile(None, None, (), None)


def test_who_was_removed_by_vote_takes_his_approval_along__r4_3():
    here = Parliament()
    token = here.sold_token(OWNER)
    order = Takedown(TokenSubject(token), "a copy", "case-1")
    for member in ("jd", "ant"):
        here.must(member, order)
    here.enact(RemoveMember("jd"))
    assert [event.name for event in here.must("hunan", order).events] == ["takedown_approved"]
    assert [event.name for event in here.must("tencent", order).events] == ["takedown_approved", "taken_down"]


def test_the_policy_of_a_takedown_is_changed_by_vote__r4_3():
    here = Parliament()
    token = here.sold_token(OWNER)
    order = Takedown(TokenSubject(token), "a copy", "case-1")
    here.enact(SetPolicy("takedown", "ANY"))
    assert [event.name for event in here.must("hunan", order).events] == ["takedown_approved", "taken_down"]
