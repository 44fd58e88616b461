"""Tenet 10, prevent speculation: a collectible is held before it is given on, and gifts are few."""

from ledger.operations.tokens import TransferFrom
from ledger.parameters import DAY_MS, HOUR_MS
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
    is_first = token.transfers == 0
    hours = request.parameters.hold_hours_first if is_first else request.parameters.hold_hours_later
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
