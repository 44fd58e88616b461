"""A series or a platform comes to an end, and each holder chooses (R6.3)."""

from ledger.operations.subjects import PlatformSubject, SeriesSubject
from ledger.operations.winding_down import Choice, ChooseHoldOrRefund, WindDown
from tests.ledger.naive.known import Known
from tests.ledger.naive.ownership import judge_sold_token
from tests.ledger.naive.reasons import Reasons
from tests.ledger.naive.writing import judge_words


def named(operation: WindDown) -> tuple[str, str]:
    match operation.subject:
        case SeriesSubject(series):
            return ("series", series)
        case PlatformSubject(platform):
            return ("platform", platform)


def is_wound_down(known: Known, series: str) -> bool:
    return choose_until_ms(known, series) is not None


def choose_until_ms(known: Known, series: str) -> int | None:
    """When the window of a series closes, or closed: its own, or that of its issuer."""
    own = known.winding.get(("series", series))
    return own if own is not None else known.winding.get(("platform", known.series[series].issuer))


def judge_wind_down(known: Known, by: str, operation: WindDown, no: Reasons) -> None:
    kind, name = named(operation)
    if kind == "series":
        series = known.series.get(name)
        no.unless_may(series is None or by == series.issuer)
        no.when(series is None, "L7", "E_UNKNOWN")
    else:
        no.unless_may(by == name)
        no.when(not known.is_platform(name), "L7", "E_UNKNOWN")
    judge_words(no, operation.reason)
    no.when((kind, name) in known.winding, "R6.3", "E_WOUND_DOWN")


def wind_down(known: Known, by: str, operation: WindDown) -> None:
    known.winding[named(operation)] = known.now_ms + known.days_ms("wind_down_days")


def judge_choice(known: Known, by: str, operation: ChooseHoldOrRefund, no: Reasons) -> None:
    token = judge_sold_token(known, operation.token, no)
    if token is None:
        return
    no.when(by != token.owner, "L6", "E_NOT_OWNER")
    until_ms = choose_until_ms(known, token.series)
    no.when(until_ms is None or known.now_ms >= until_ms, "R6.3", "E_NO_CHOICE")
    so_far = "refund" if chose_refund(known, operation.token) else "hold"
    no.when(operation.choice.value == so_far, "R6.3", "E_NO_CHANGE")
    no.when(known.case_in_force(operation.token), "R7.2", "E_FROZEN")


def choose(known: Known, by: str, operation: ChooseHoldOrRefund) -> None:
    known.choices[operation.token] = (by, operation.choice.value)


def chose_refund(known: Known, token: str) -> bool:
    """A choice is its maker's: a later owner has not chosen yet."""
    return known.choices.get(token) == (known.tokens[token].owner, Choice.REFUND.value)
