"""R6.3: who ends a series or a platform says so, and every holder keeps his edition or gets his money back."""

import pytest

from ledger.operations.accounts import RegisterAccount
from ledger.operations.governance import Pause
from ledger.operations.series import Mint
from ledger.operations.subjects import Closable, PlatformSubject, SeriesSubject
from ledger.operations.tokens import Refund, TransferFrom
from ledger.operations.winding_down import Choice, ChooseHoldOrRefund, WindDown
from ledger.parameters import DAY_MS
from tests.ledger.case import OTHER, OWNER, Case
from tests.ledger.governing import Parliament
from tests.ledger.world import ADULT, issue_operation, key_of, person, series_operation

RECEIPT = person("receipt")


def ended(about: str = "series") -> Case:
    """Some time after the sale, when its own window for a refund is closed."""
    case = Case()
    case.world.wait_days(30)
    series = case.token.rpartition("-")[0]
    subject: Closable = SeriesSubject(series) if about == "series" else PlatformSubject("ant")
    assert case.do("ant", WindDown(subject, "it ends")) == ["wound_down"]
    return case


def choose(case: Case, choice: Choice, *, by: str = OWNER) -> list[str]:
    return case.do(by, ChooseHoldOrRefund(case.token, choice))


@pytest.mark.parametrize("about", ["series", "platform"])
def test_who_chooses_a_refund_gets_one_and_the_edition_ends__r6_3(about):
    case = ended(about)
    assert case.do("ant", Refund(case.token, RECEIPT)) == ["E_NO_CONSENT", "E_REFUND_WINDOW"]
    assert choose(case, Choice.REFUND) == ["chosen"]
    assert case.do("ant", Refund(case.token, RECEIPT)) == ["burned", "refunded"]
    assert case.world.ledger.owner_of(case.token) is None


def test_who_says_nothing_holds_and_can_still_give__r6_3():
    case = ended()
    assert choose(case, Choice.HOLD) == ["E_NO_CHANGE"]
    assert case.do(OWNER, TransferFrom(case.token, OWNER, OTHER)) == ["transfer"]
    assert case.world.ledger.owner_of(case.token) == OTHER


def test_who_was_given_an_edition_chooses_for_himself__r6_3():
    case = ended()
    choose(case, Choice.REFUND)
    case.do(OWNER, TransferFrom(case.token, OWNER, OTHER))
    assert "E_NO_CONSENT" in case.do("ant", Refund(case.token, RECEIPT))
    assert choose(case, Choice.REFUND, by=OWNER) == ["E_NOT_OWNER"]
    assert choose(case, Choice.REFUND, by=OTHER) == ["chosen"]
    assert case.do("ant", Refund(case.token, RECEIPT)) == ["burned", "refunded"]


def test_a_choice_can_be_changed_until_the_window_closes_to_the_millisecond__r6_3():
    case = ended()
    until_ms = case.world.now_ms + 90 * DAY_MS
    assert choose(case, Choice.REFUND) == ["chosen"]
    assert choose(case, Choice.REFUND) == ["E_NO_CHANGE"]
    case.world.now_ms = until_ms - 1
    assert choose(case, Choice.HOLD) == ["chosen"]
    case.world.now_ms = until_ms
    assert choose(case, Choice.REFUND) == ["E_NO_CHOICE"]
    assert "E_NO_CONSENT" in case.do("ant", Refund(case.token, RECEIPT))


def test_a_refund_that_was_chosen_in_time_is_paid_later_too__r6_3():
    case = ended()
    choose(case, Choice.REFUND)
    case.world.wait_days(365)
    assert case.do("ant", Refund(case.token, RECEIPT)) == ["burned", "refunded"]


def test_a_frozen_edition_is_not_exchanged_for_money__r7_2():
    case = ended()
    case.expires_ms = case.world.now_ms + DAY_MS
    for party in ("regulator", "jd"):
        case.freeze(party)
    assert choose(case, Choice.REFUND) == ["E_FROZEN"]


def test_nothing_is_made_or_sold_any_more__r6_3():
    case = Case()
    case.world.must("ant", series_operation("open"))
    case.world.sealed_series("sealed")
    for series in ("open", "sealed"):
        case.do("ant", WindDown(SeriesSubject(series), "it ends"))
    assert case.do("ant", Mint("open")) == ["E_WOUND_DOWN"]
    assert case.do("jd", issue_operation("sealed", OTHER)) == ["E_WOUND_DOWN"]


def test_a_platform_that_ends_opens_nothing_and_sells_nothing_not_even_for_others__r6_3():
    case = ended("platform")
    new = RegisterAccount("ant.new", person("new"), key_of("ant.new"), ADULT)
    assert case.do("ant", new) == ["E_WOUND_DOWN"]
    assert case.do("ant", series_operation("new")) == ["E_WOUND_DOWN"]
    case.world.register_work("vase", licensees=("jd",))
    case.world.must("jd", series_operation("vases", work="vase"), Mint("vases"))
    case.world.must("jd", *[], Mint("vases"))
    assert "E_WOUND_DOWN" in case.do("ant", issue_operation("vases", OTHER))


def test_an_end_is_announced_once__r6_3():
    case = ended("platform")
    assert case.do("ant", WindDown(PlatformSubject("ant"), "once more")) == ["E_WOUND_DOWN"]


def test_the_days_to_choose_are_a_parameter__r6_3():
    case = Case({"wind_down_days": 1})
    case.do("ant", WindDown(PlatformSubject("ant"), "it ends"))
    case.world.wait_days(1)
    assert choose(case, Choice.REFUND) == ["E_NO_CHOICE"]


def test_a_pause_takes_nobodys_choice_away__r7_5():
    here = Parliament()
    token = here.sold_token(OWNER)
    here.must("ant", WindDown(PlatformSubject("ant"), "it ends"))
    here.enact(Pause())
    refused = here.do(OWNER, TransferFrom(token, OWNER, OTHER))
    assert "E_PAUSED" in [each.code for each in refused.refusals]
    here.must(OWNER, ChooseHoldOrRefund(token, Choice.REFUND))
