"""R7.2 and R6.4: two parties freeze, two parties end it, or time does."""

import itertools

import pytest

from ledger.operations.tokens import TransferFrom
from ledger.records.freezes import FreezeState
from tests.ledger.case import Case

PARTIES = ("regulator", "ant", "tencent", "jd", "copyright")


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(PARTIES, 2)))
def test_two_parties_freeze_if_one_is_the_regulator_in_either_order__r7_2(first, second):
    case = Case()
    assert case.freeze(first) == ["freeze_approved"]
    assert not case.is_frozen()
    expected = "regulator" in (first, second)
    assert case.freeze(second) == (["freeze_approved", "frozen"] if expected else ["freeze_approved"])
    assert case.is_frozen() == expected


def test_all_platforms_and_the_registrar_cannot_freeze_without_the_regulator__r7_2():
    case = Case()
    for party in ("ant", "tencent", "jd", "copyright"):
        assert case.freeze(party) == ["freeze_approved"]
    assert not case.is_frozen()
    assert case.freeze("regulator") == ["freeze_approved", "frozen"]
    assert case.is_frozen()


@pytest.mark.parametrize("party", PARTIES)
def test_the_same_party_twice_counts_once__r7_2(party):
    case = Case()
    assert case.freeze(party) == ["freeze_approved"]
    for _ in range(3):
        assert case.freeze(party) == ["E_ALREADY_APPROVED"]
    assert not case.is_frozen()


def test_approvals_of_two_cases_do_not_add_up__r7_2():
    case = Case()
    assert case.freeze("regulator", case="case-1") == ["freeze_approved"]
    assert case.freeze("jd", case="case-2") == ["freeze_approved"]
    assert not case.is_frozen()


def test_who_approves_a_case_approves_its_terms__r6_4():
    case = Case()
    assert case.freeze("jd", reason="court order") == ["freeze_approved"]
    assert case.freeze("regulator", reason="a hunch") == ["E_FREEZE_TERMS"]
    assert case.freeze("regulator", expires_ms=case.expires_ms + 1) == ["E_FREEZE_TERMS"]
    assert not case.is_frozen()
    assert case.freeze("regulator") == ["freeze_approved", "frozen"]


def test_a_freeze_ends_by_itself_to_the_millisecond__r6_4():
    case = Case()
    case.freeze("regulator")
    case.freeze("jd")
    gift = TransferFrom(case.token, "ant.li", "jd.wang")
    case.world.now_ms = case.expires_ms - 1
    refusal = case.world.do("ant.li", gift).refusals[0]
    assert (refusal.code, refusal.rule, refusal.tenet, refusal.retry_at_ms) == ("E_FROZEN", "R7.2", 7, case.expires_ms)
    assert refusal.params == (("token", case.token), ("case", "regulator.case-1"))
    case.world.now_ms = case.expires_ms
    case.world.must("ant.li", gift)
    assert case.unfreeze("jd") == ["E_NOT_FROZEN"]


def test_an_approval_after_the_end_freezes_nothing__r6_4():
    case = Case()
    case.freeze("regulator")
    case.world.now_ms = case.expires_ms
    assert case.freeze("jd") == ["E_FREEZE_EXPIRY"]


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(("regulator", "jd", "copyright"), 2)))
def test_ending_a_freeze_takes_the_same_two_parties__r7_2(first, second):
    case = Case()
    case.freeze("regulator")
    case.freeze("tencent")
    assert case.unfreeze(first) == ["unfreeze_approved"]
    assert case.is_frozen()
    assert case.unfreeze(first) == ["E_ALREADY_APPROVED"]
    expected = "regulator" in (first, second)
    assert case.unfreeze(second) == (["unfreeze_approved", "unfrozen"] if expected else ["unfreeze_approved"])
    assert case.is_frozen() != expected


def test_an_ended_case_is_on_record_and_not_opened_again__r6_4():
    case = Case()
    for by in ("regulator", "jd"):
        case.freeze(by)
    for by in ("regulator", "copyright"):
        case.unfreeze(by)
    assert case.freeze("ant") == ["E_CASE_CLOSED"]
    record = case.world.ledger.state.freezes.get(f"{case.token}/regulator.case-1")
    assert record is not None
    assert record.state is FreezeState.RELEASED
    assert (record.reason, record.approvals, record.releases) == (
        "court order",
        ("jd", "regulator"),
        ("copyright", "regulator"),
    )
    for by in ("regulator", "jd"):
        case.freeze(by, case="case-2")
    assert case.is_frozen()


def test_a_frozen_token_takes_no_second_freeze_and_keeps_its_case__r7_2():
    case = Case()
    assert case.freeze("tencent", case="case-2") == ["freeze_approved"]
    for by in ("regulator", "jd"):
        case.freeze(by, case="case-1")
    assert case.freeze("regulator", case="case-2") == ["E_FROZEN"]
    assert case.freeze("ant", case="case-1") == ["E_CASE_CLOSED"]
    assert case.unfreeze("regulator", case="case-2") == ["E_NOT_FROZEN"]
    token = case.world.ledger.token(case.token)
    assert token is not None
    assert (token.freeze_case, token.frozen_until_ms) == ("regulator.case-1", case.expires_ms)


def test_a_freeze_follows_the_token_and_not_the_owner():
    case = Case()
    case.freeze("regulator")
    case.world.must("ant.li", TransferFrom(case.token, "ant.li", "jd.wang"))
    case.freeze("jd")
    assert case.is_frozen()


@pytest.mark.parametrize("governors", [1, 3])
def test_governors_freeze_without_the_regulator_where_the_charter_counts_them__r7_2(governors):
    case = Case({"freeze_governors": governors})
    for number, party in enumerate(("hunan", "ant", "copyright")[:governors], start=1):
        assert case.freeze(party)[-1] == ("frozen" if number == governors else "freeze_approved")
    assert case.is_frozen()


def test_the_regulator_is_no_governor_and_an_institution_no_party_by_default__r7_2():
    case = Case({"freeze_governors": 2})
    assert case.freeze("ant") == ["freeze_approved"]
    assert case.freeze("regulator") == ["freeze_approved", "frozen"]
    assert Case().freeze("hunan") == ["E_AUTHORITY"]
    lone = Case({"freeze_governors": 2})
    assert lone.freeze("regulator") == ["freeze_approved"]
    assert not lone.is_frozen()
