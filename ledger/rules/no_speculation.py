"""Tenet 10, prevent speculation: a collectible is held before it is given on, and gifts are few."""

from collections import Counter

from ledger.names import series_of_token
from ledger.operations.tokens import TransferFrom
from ledger.parameters import DAY_MS, HOUR_MS
from ledger.records.reports import CoolingRecord
from ledger.records.tokens import TokenRecord
from ledger.rules.closing import Closing, Looked
from ledger.rules.request import Reason, Request, refuse

DAY_OFFSET_MS = 8 * HOUR_MS
"""China Standard Time is UTC+8 all year; a day begins at its midnight."""


def day_of(time_ms: int) -> int:
    """The calendar day of `time_ms`, counted from 1970-01-01, China Standard Time."""
    return (time_ms + DAY_OFFSET_MS) // DAY_MS


def start_of_day_ms(day: int) -> int:
    """When `day` begins, Unix milliseconds."""
    return day * DAY_MS - DAY_OFFSET_MS


def holding_period_is_over(request: Request, operation: TransferFrom) -> Reason | None:
    """R10.1: from the purchase to the first gift, and longer from each gift to the next."""
    token = request.state.tokens.get(operation.token)
    if token is None:
        return None
    hours = _hold_hours(request, token)
    free_at_ms = token.acquired_ms + hours * HOUR_MS
    if request.now_ms >= free_at_ms:
        return None
    return refuse(
        "Token {token} must be held for {hold_hours} hours before it is given; it was acquired at {acquired_ms}.",
        token=operation.token,
        hold_hours=hours,
        acquired_ms=token.acquired_ms,
        retry_at_ms=free_at_ms,
    )


def _hold_hours(request: Request, token: TokenRecord) -> int:
    return request.parameters.hold_hours_first if token.transfers == 0 else request.parameters.hold_hours_later


def token_may_move_again(request: Request, operation: TransferFrom) -> Reason | None:
    """R10.2: a token is given so many times at most."""
    token = request.state.tokens.get(operation.token)
    most = request.parameters.transfers_max
    if token is None or token.transfers < most:
        return None
    return refuse(
        "Token {token} has been given {transfers} times; {transfers_max} is the limit.",
        token=operation.token,
        transfers=token.transfers,
        transfers_max=most,
    )


COOLING_TOKENS_MIN = 10
"""A series of which fewer editions moved is never called hot, whatever their share."""

COOLING_FACTOR = 2
"""So many times longer are editions of a hot series held."""


def hot_series_is_held_longer(request: Request, operation: TransferFrom) -> Reason | None:
    """R10.5: while a series cools, a holding period counts twice."""
    series = series_of_token(operation.token)
    cooling = request.state.coolings.get(series)
    if cooling is None or request.now_ms >= cooling.until_ms:
        return None
    token = request.state.tokens.get(operation.token)
    if token is None:
        return None
    free_at_ms = token.acquired_ms + COOLING_FACTOR * _hold_hours(request, token) * HOUR_MS
    if request.now_ms >= free_at_ms:
        return None
    return refuse(
        "Series {series} changed hands too quickly and cools until {until_ms}; token {token} is held until then.",
        series=series,
        until_ms=cooling.until_ms,
        token=operation.token,
        retry_at_ms=min(free_at_ms, cooling.until_ms),
    )


def hot_series_are_cooled(closing: Closing) -> Looked:
    """R10.5: a series of whose sold editions too many were given in the last thirty days cools for a while."""
    state, moment = closing.state, closing.moment
    moved = Counter(map(series_of_token, closing.recent.latest(moment.now_ms)))
    hot = 0
    for name in sorted(moved):
        series = state.series.get(name)
        if series is None or moved[name] < COOLING_TOKENS_MIN:
            continue
        if 100 * moved[name] > moment.parameters.turnover_percent_max * series.issued:
            hot += 1
            state.coolings.put(name, CoolingRecord(moment.now_ms + moment.parameters.cooling_days * DAY_MS))
    return Looked(len(moved), hot)


def person_is_within_gift_limit(request: Request, operation: TransferFrom) -> Reason | None:
    """R10.4: so many gifts a day from each person, whatever the account."""
    sender = request.state.accounts.get(operation.sender)
    if sender is None or sender.person is None:
        return None
    given = request.state.gifts.get(sender.person.hex())
    most, today = request.parameters.gifts_per_day, day_of(request.now_ms)
    count = given.count if given is not None and given.day == today else 0
    if count < most:
        return None
    return refuse(
        "The person of {account} has given {given} today; {gifts_per_day} is the limit.",
        account=operation.sender,
        given=count,
        gifts_per_day=most,
        retry_at_ms=start_of_day_ms(today + 1) if most > 0 else None,
    )
