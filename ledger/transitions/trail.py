"""The trail in a token's record: its last givers, for the detectors (R11.2), which read nothing but the state.

It is bounded in number and in time, so that a token which rests costs nothing and one that is passed on every minute
costs no more than `TRAIL_MAX` entries. Every transition that changes an owner writes it.
"""

from ledger.parameters import DAY_MS
from ledger.records.tokens import TokenRecord

TRAIL_MAX = 8
"""Givers kept at most: a loop of six hops (domain's `length_bound=6`) and what led into and out of it."""

TRAIL_KEPT = TRAIL_MAX - 1
"""Of an old trail, when a giver joins it."""

TRAIL_MS = 30 * DAY_MS
"""A gift longer ago than this interests no detector: their longest window is thirty days."""


def trail_after(token: TokenRecord, now_ms: int) -> tuple[tuple[str, int], ...]:
    """The trail of `token` once its owner has given it on at `now_ms`."""
    trail, acquired_ms = token.trail, token.acquired_ms
    giver = (token.owner, acquired_ms)
    if not trail:
        return (giver,)
    oldest_ms = now_ms - TRAIL_MS
    if (trail[1][1] if len(trail) > 1 else acquired_ms) < oldest_ms:
        trail = _within(token, oldest_ms)
    return (*trail[-TRAIL_KEPT:], giver)


def _given_ms(token: TokenRecord, place: int) -> int:
    """When the giver at `place` gave: his gift is the next one's acquisition, and the last one's is the owner's."""
    following = place + 1
    return token.trail[following][1] if following < len(token.trail) else token.acquired_ms


def _within(token: TokenRecord, oldest_ms: int) -> tuple[tuple[str, int], ...]:
    """The trail from the first gift on that is not before `oldest_ms`."""
    kept = (place for place in range(len(token.trail)) if _given_ms(token, place) >= oldest_ms)
    return token.trail[next(kept, len(token.trail)) :]
