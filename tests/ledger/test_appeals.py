"""R6.4: a freeze can be appealed once, and ends with its review unless other eyes uphold it."""

import pytest

from ledger.operations.freezes import Appeal
from ledger.operations.subjects import AccountSubject
from ledger.parameters import DAY_MS
from ledger.records.freezes import FreezeState
from tests.ledger.case import OTHER, OWNER, Case

EITHER = pytest.mark.parametrize("about", ["token", "account"])


def frozen(about: str = "token", parameters: dict[str, int] | None = None) -> Case:
    """By the regulator and jd."""
    case = Case(parameters, about=about)
    for party in ("regulator", "jd"):
        case.freeze(party)
    assert case.is_frozen()
    return case


@EITHER
def test_an_appeal_that_nobody_answers_ends_the_freeze__r6_4(about):
    case = frozen(about)
    assert case.appeal("ant") == ["appealed"]
    review_until_ms = case.world.now_ms + 15 * DAY_MS
    assert case.until_ms() == review_until_ms
    assert (case.record().state, case.record().appealed_by) == (FreezeState.APPEALED, "ant")
    case.world.now_ms = review_until_ms - 1
    assert case.is_frozen()
    case.world.now_ms = review_until_ms
    assert not case.is_frozen()
    assert case.uphold("regulator") == ["E_NOT_UNDER_REVIEW"]


@EITHER
def test_upheld_by_other_eyes_it_runs_to_its_own_end__r6_4(about):
    case = frozen(about)
    case.appeal("ant")
    assert case.uphold("regulator") == ["uphold_approved"]
    assert case.until_ms() == case.world.now_ms + 15 * DAY_MS
    assert case.uphold("hunan") == ["uphold_approved", "upheld"]
    assert case.until_ms() == case.expires_ms
    assert (case.record().state, case.record().upheld_by) == (FreezeState.UPHELD, ("hunan", "regulator"))
    case.world.now_ms = case.expires_ms
    assert not case.is_frozen()


def test_those_who_froze_do_not_uphold_among_themselves__r6_4():
    case = frozen()
    case.appeal(OWNER)
    assert case.uphold("regulator") == ["uphold_approved"]
    assert case.uphold("jd") == ["uphold_approved"]
    assert case.record().state is FreezeState.APPEALED
    assert case.uphold("copyright") == ["uphold_approved", "upheld"]


def test_the_same_party_upholds_once_and_the_regulator_is_needed_as_for_the_freeze__r6_4():
    case = frozen()
    case.appeal(OWNER)
    assert case.uphold("ant") == ["uphold_approved"]
    assert case.uphold("ant") == ["E_ALREADY_UPHELD"]
    assert case.uphold("tencent") == ["uphold_approved"]
    assert case.uphold("regulator") == ["uphold_approved", "upheld"]


@EITHER
@pytest.mark.parametrize("is_upheld", [False, True])
def test_a_case_is_appealed_once__r6_4(about, is_upheld):
    case = frozen(about)
    case.appeal("ant")
    if is_upheld:
        for party in ("regulator", "copyright"):
            case.uphold(party)
    assert case.appeal("ant") == ["E_NOT_APPEALABLE"]


def test_only_who_speaks_for_the_owner_appeals__r6_4():
    for by, expected in ((OWNER, "appealed"), ("ant", "appealed"), ("jd", "E_AUTHORITY"), (OTHER, "E_AUTHORITY")):
        assert frozen().appeal(by) == [expected]
    case = frozen("account")
    case.world.open_account("tencent.li", who=OWNER)
    assert case.appeal(OWNER) == ["E_ACCOUNT_FROZEN"], "a frozen account signs nothing"
    assert case.appeal("tencent.li") == ["appealed"], "another account of the same person does"


def test_a_platform_appeals_for_whom_it_suspended_too__r6_4():
    case = frozen()
    case.world.suspend(OWNER)
    assert case.appeal(OWNER) == ["E_ACCOUNT_STATE"]
    assert case.appeal("ant") == ["appealed"]


def test_an_emergency_is_not_appealed_since_it_ends_sooner__r6_4():
    case = Case()
    case.emergency("jd")
    refusals = case.world.do(OWNER, Appeal(case.subject, "case-1", "it is mine")).refusals
    assert [(each.code, dict(each.params)["state"]) for each in refusals] == [("E_NOT_APPEALABLE", "emergency")]
    case.freeze("regulator")
    assert case.appeal(OWNER) == ["appealed"]


def test_a_review_never_makes_a_freeze_longer__r6_4():
    case = frozen()
    case.world.now_ms = case.expires_ms - DAY_MS
    case.appeal(OWNER)
    assert case.until_ms() == case.expires_ms
    assert case.record().review_until_ms == case.expires_ms


def test_a_freeze_under_review_can_be_ended_at_once__r7_2():
    case = frozen()
    case.appeal(OWNER)
    assert case.unfreeze("regulator") == ["unfreeze_approved"]
    assert case.unfreeze("jd") == ["unfreeze_approved", "unfrozen"]
    assert not case.is_frozen()
    assert case.uphold("hunan") == ["E_NOT_UNDER_REVIEW"]


def test_the_days_of_a_review_are_a_parameter__r6_4():
    case = frozen(parameters={"appeal_days": 1})
    case.appeal(OWNER)
    assert case.until_ms() == case.world.now_ms + DAY_MS


def test_an_appeal_of_another_case_or_of_nothing_is_refused__r6_4():
    case = frozen()
    assert case.appeal(OWNER, case="case-2") == ["E_NOT_APPEALABLE"]
    assert case.do("ant", Appeal(AccountSubject(OWNER), "case-1", "he did nothing")) == ["E_NOT_APPEALABLE"]
