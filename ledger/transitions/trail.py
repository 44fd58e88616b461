"""The trail in a token's record: its last givers, for the detectors (R11.2), which read nothing but the state.

It is bounded in number and in time, so that a token which rests costs nothing and one that is passed on every minute
costs no more than `TRAIL_MAX` entries. Every transition that changes an owner writes it.
"""

from ledger.parameters import DAY_MS
from ledger.records.tokens import TokenRecord

TRAIL_MAX = 8
"""Givers kept at most: a loop of six hops (domain's `length_bound=6`) and what led into and out of it."""

TRAIL_MS = 30 * DAY_MS
"""A gift longer ago than this interests no detector: their longest window is thirty days."""


def trail_after(token: TokenRecord, now_ms: int) -> tuple[tuple[str, int], ...]:
    """The trail of `token` once its owner has given it on at `now_ms`."""
    giver = (token.owner, token.acquired_ms)
    trail = token.trail
    if not trail:
        return (giver,)
    # An entry's gift is the next one's acquisition, and the last entry's is the owner's.
    oldest_ms = now_ms - TRAIL_MS
    first = max(0, len(trail) + 1 - TRAIL_MAX)
    while first < len(trail):
        given_ms = trail[first + 1][1] if first + 1 < len(trail) else token.acquired_ms
        if given_ms >= oldest_ms:
            break
        first += 1
    return (*trail[first:], giver)
