"""Tenet 6, protect consumers: a series or a platform comes to an end in the open, and every holder chooses (R6.3)."""

from ledger.names import series_of_token
from ledger.operations.accounts import RegisterAccount
from ledger.operations.series import CreateSeries, Issue, Mint, MintBatch
from ledger.operations.subjects import SeriesSubject
from ledger.operations.winding_down import Choice, ChooseHoldOrRefund, WindDown
from ledger.rules.request import Reason, Request, refuse
from ledger.winding_down import row_of, wind_down_of_platform, wind_down_of_series


def series_goes_on(request: Request, operation: Mint | MintBatch | Issue) -> Reason | None:
    """R6.3: nothing is made or sold of a series that ends."""
    ended = wind_down_of_series(request.state, operation.series)
    if ended is None:
        return None
    return refuse(
        "Series {series} is wound down since {announced_ms}.",
        series=operation.series,
        announced_ms=ended.announced_ms,
    )


def platform_goes_on(request: Request, _: RegisterAccount | CreateSeries | Issue) -> Reason | None:
    """R6.3: a platform that ends opens no account and no series, and sells nothing."""
    ended = wind_down_of_platform(request.state, request.account)
    if ended is None:
        return None
    return refuse(
        "{platform} is wound down since {announced_ms}.",
        platform=request.account,
        announced_ms=ended.announced_ms,
    )


def end_is_announced_once(request: Request, operation: WindDown) -> Reason | None:
    """R6.3: an announcement stands, and so does its window."""
    ended = request.state.wind_downs.get(row_of(operation.subject))
    if ended is None:
        return None
    subject = operation.subject
    name = subject.series if isinstance(subject, SeriesSubject) else subject.platform
    return refuse("{subject} is wound down since {announced_ms}.", subject=name, announced_ms=ended.announced_ms)


def holder_can_choose(request: Request, operation: ChooseHoldOrRefund) -> Reason | None:
    """R6.3: there is a choice while a wind-down has its window open."""
    series = series_of_token(operation.token)
    if request.state.tokens.get(operation.token) is None:
        return None
    ended = wind_down_of_series(request.state, series)
    if ended is None:
        return refuse("Neither series {series} nor its issuer is wound down.", series=series)
    if request.now_ms < ended.choose_until_ms:
        return None
    return refuse(
        "Holders of series {series} could choose until {choose_until_ms}; who did not holds.",
        series=series,
        choose_until_ms=ended.choose_until_ms,
    )


def choice_changes(request: Request, operation: ChooseHoldOrRefund) -> Reason | None:
    """R6.3: an order to choose changes something; who says nothing holds."""
    token, chosen = request.state.tokens.get(operation.token), request.state.choices.get(operation.token)
    if token is None:
        return None
    choice = Choice.HOLD if chosen is None or chosen.owner != token.owner else chosen.choice
    if choice is not operation.choice:
        return None
    return refuse(
        "Nothing to change: the choice for token {token} is {choice}.", token=operation.token, choice=choice.value
    )
