"""R7.2 in an emergency: one party freezes at once, for so many hours, and cannot make that a habit."""

import pytest

from ledger.operations.freezes import EmergencyFreeze, FreezeToken
from ledger.operations.subjects import AccountSubject, TokenSubject
from ledger.operations.tokens import TransferFrom
from ledger.parameters import HOUR_MS
from ledger.records.freezes import EMERGENCIES_MAX, FreezeState
from tests.ledger.case import OTHER, OWNER, Case
from tests.ledger.world import World, issue_operation

EITHER = pytest.mark.parametrize("about", ["token", "account"])


@EITHER
@pytest.mark.parametrize("party", ["regulator", "ant", "copyright"])
def test_one_party_freezes_at_once_and_it_lapses_by_itself__r7_2(about, party):
    case = Case(about=about)
    assert case.emergency(party) == ["freeze_approved", "frozen"]
    lapses_ms = case.world.now_ms + 72 * HOUR_MS
    assert case.is_frozen()
    assert case.until_ms() == lapses_ms
    case.world.now_ms = lapses_ms - 1
    assert case.is_frozen()
    case.world.now_ms = lapses_ms
    assert not case.is_frozen()


@EITHER
def test_a_confirmed_emergency_gets_its_full_term__r7_2(about):
    case = Case(about=about)
    case.emergency("jd")
    assert case.freeze("ant") == ["freeze_approved"]
    assert case.until_ms() == case.world.now_ms + 72 * HOUR_MS
    assert case.freeze("regulator") == ["freeze_approved", "frozen"]
    assert case.until_ms() == case.expires_ms
    assert case.record().approvals == ("ant", "jd", "regulator")
    assert case.record().emergency_by == "jd"


def test_what_lapsed_can_still_be_confirmed_until_its_end__r7_2():
    case = Case()
    case.emergency("jd")
    case.world.wait_days(4)
    assert not case.is_frozen()
    assert case.freeze("regulator") == ["freeze_approved", "frozen"]
    assert case.until_ms() == case.expires_ms


def test_an_emergency_never_outlives_the_end_it_asks_for__r6_4():
    case = Case()
    ends_ms = case.world.now_ms + HOUR_MS
    case.emergency("jd", expires_ms=ends_ms)
    assert case.until_ms() == ends_ms


def test_the_hours_are_a_parameter__r7_2():
    case = Case({"emergency_hours": 1})
    case.emergency("jd")
    assert case.until_ms() == case.world.now_ms + HOUR_MS


@EITHER
def test_an_emergency_is_not_repeated_in_its_case_by_anybody__r7_2(about):
    case = Case(about=about)
    case.emergency("jd")
    assert case.emergency("ant") == ["E_EMERGENCY_SPENT"]
    case.world.wait_days(4)
    assert case.emergency("jd") == ["E_EMERGENCY_SPENT"]
    assert case.emergency("ant") == ["E_EMERGENCY_SPENT"]
    assert not case.is_frozen()


@EITHER
def test_a_party_does_not_chain_emergencies_under_other_cases__r7_2(about):
    case = Case(about=about)
    case.emergency("jd")
    case.world.wait_days(4)
    for number in range(2, 5):
        case.expires_ms = case.world.now_ms + HOUR_MS
        assert case.emergency("jd", case=f"case-{number}") == ["E_EMERGENCY_SPENT"]
        case.world.wait_days(30)
    assert not case.is_frozen()
    case.expires_ms = case.world.now_ms + HOUR_MS
    assert case.emergency("ant", case="case-9") == ["freeze_approved", "frozen"]


def test_who_held_a_token_alone_does_not_hold_its_owner_alone_after_it_nor_the_other_way_round__r7_2():
    token_first = Case()
    account = AccountSubject(OWNER)
    token_first.emergency("jd")
    token_first.world.wait_days(4)
    assert token_first.emergency("jd", case="case-2", subject=account) == ["E_EMERGENCY_SPENT"]
    owner_first = Case(about="account")
    owner_first.emergency("jd")
    owner_first.world.wait_days(4)
    assert owner_first.emergency("jd", case="case-2", subject=TokenSubject(owner_first.token)) == ["E_EMERGENCY_SPENT"]


def test_another_token_of_the_same_owner_is_another_emergency__r7_2():
    case = Case()
    second = case.world.sold_token(OWNER)
    case.emergency("jd")
    assert case.emergency("jd", case="case-2", subject=TokenSubject(second)) == ["freeze_approved", "frozen"]
    case.world.wait_days(4)
    # The first of them stays unconfirmed, so the owner's account is out of jd's reach even if the second is confirmed.
    confirmed = FreezeToken(second, "court order", "case-2", case.expires_ms)
    assert case.do("regulator", confirmed) == ["freeze_approved", "frozen"]
    assert case.emergency("jd", case="case-3", subject=AccountSubject(OWNER)) == ["E_EMERGENCY_SPENT"]


@EITHER
def test_confirmation_gives_the_party_its_emergency_back__r7_2(about):
    case = Case(about=about)
    case.emergency("jd")
    case.freeze("regulator")
    for party in ("regulator", "ant"):
        case.unfreeze(party)
    assert not case.is_frozen()
    assert case.emergency("jd", case="case-2") == ["freeze_approved", "frozen"]


@EITHER
def test_who_froze_alone_can_withdraw_alone_and_has_spent_it__r7_2(about):
    case = Case(about=about)
    case.emergency("jd")
    assert case.unfreeze("ant") == ["unfreeze_approved"]
    assert case.is_frozen()
    assert case.unfreeze("jd") == ["unfreeze_approved", "unfrozen"]
    assert not case.is_frozen()
    assert case.record().state is FreezeState.WITHDRAWN
    assert case.freeze("regulator") == ["E_CASE_CLOSED"]
    assert case.emergency("jd", case="case-2") == ["E_EMERGENCY_SPENT"]


def test_a_case_that_others_asked_for_can_become_urgent_on_the_same_terms__r7_2():
    case = Case()
    assert case.freeze("ant") == ["freeze_approved"]
    assert case.emergency("jd", expires_ms=case.expires_ms - 1) == ["E_FREEZE_TERMS"]
    assert case.emergency("jd") == ["freeze_approved", "frozen"]
    assert case.until_ms() == case.world.now_ms + 72 * HOUR_MS
    with_regulator = Case()
    with_regulator.freeze("regulator")
    assert with_regulator.emergency("jd") == ["freeze_approved", "frozen"]
    assert with_regulator.until_ms() == with_regulator.expires_ms
    assert with_regulator.record().state is FreezeState.FROZEN


def test_a_token_that_moved_on_is_held_anew_only_by_others__r7_2():
    case = Case()
    case.emergency("jd")
    case.world.wait_days(4)
    assert case.do(OWNER, TransferFrom(case.token, OWNER, OTHER)) == ["transfer"]
    assert case.emergency("jd", case="case-2") == ["E_EMERGENCY_SPENT"]
    assert case.emergency("tencent", case="case-3") == ["freeze_approved", "frozen"]


def test_confirming_one_emergency_does_not_free_the_party_of_another__r7_2():
    """Two tokens of one owner: had his row named only the first, its confirmation would have hidden the second."""
    case = Case()
    second = case.world.sold_token(OWNER)
    case.emergency("jd")
    case.emergency("jd", case="case-2", subject=TokenSubject(second))
    case.freeze("regulator")
    case.unfreeze("regulator")
    case.unfreeze("ant")
    case.world.wait_days(4)
    account = AccountSubject(OWNER)
    assert case.emergency("jd", case="case-3", subject=account) == ["E_EMERGENCY_SPENT"]
    confirmed = FreezeToken(second, "court order", "case-2", case.expires_ms)
    assert case.do("regulator", confirmed) == ["freeze_approved", "frozen"]
    assert case.emergency("jd", case="case-3", subject=account) == ["freeze_approved", "frozen"]


def test_so_many_tokens_of_one_owner_are_frozen_alone_and_then_it_is_his_account_that_should_be__r7_2():
    case = Case()
    tokens = [case.token, *(case.world.sold_token(OWNER) for _ in range(EMERGENCIES_MAX))]
    for number, token in enumerate(tokens):
        expected = ["freeze_approved", "frozen"] if number < EMERGENCIES_MAX else ["E_EMERGENCY_SPENT"]
        assert case.emergency("jd", case=f"case-{number}", subject=TokenSubject(token)) == expected
    assert case.emergency("ant", case="case-x", subject=TokenSubject(tokens[-1])) == ["freeze_approved", "frozen"]


def test_nobody_stops_the_sale_of_a_series_alone_edition_by_edition__r7_2():
    world = World()
    world.open_account("ant.li")
    world.sealed_series("s", editions=3)
    world.sealed_series("other", editions=1)

    def hold(token: str, case: str) -> list[str]:
        freeze = EmergencyFreeze(TokenSubject(token), "theft", case, world.now_ms + 72 * HOUR_MS)
        return [refusal.code for refusal in world.do("jd", freeze).refusals]

    assert hold("s-0001", "case-1") == []
    assert world.do("ant", issue_operation("s", "ant.li")).refusals[0].code == "E_FROZEN"
    world.wait_days(3)
    world.must("ant", issue_operation("s", "ant.li"))
    assert hold("s-0002", "case-2") == ["E_EMERGENCY_SPENT"], "the next edition is the same sale"
    assert hold("other-0001", "case-3") == [], "another series is another emergency"
    world.must("regulator", FreezeToken("s-0001", "theft", "case-4", world.now_ms + HOUR_MS))
    assert hold("s-0002", "case-5") == ["E_EMERGENCY_SPENT"], "what others ask for elsewhere confirms nothing"
