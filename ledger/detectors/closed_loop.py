"""D4: a token passes through several hands and comes back to where it was (von Wachter 2022, Tahmasbi 2023).

A token's gifts are one walk in order of time, so its closed loops in order of time are the returns of the walk. No
cycle has to be searched for (`networkx.simple_cycles` is exponential, and knows nothing of the order).
"""

from collections.abc import Iterator

from ledger.detectors.view import Finding, Gift, View
from ledger.parameters import DAY_MS
from ledger.transitions.trail import TRAIL_MAX

HOPS_MIN = 3
"""Two are back and forth, which has a detector of its own."""

HOPS_MAX = TRAIL_MAX
"""As many as a trail has gifts. Searches stop at six because they grow with every hop; this one does not."""

QUICK_MS = 7 * DAY_MS
QUICK_EXTRA_TENTHS = 5
"""A loop that closes within a week weighs half a point more."""


def find(view: View) -> Iterator[Finding]:
    """One finding for each return over three to eight different hands; detours on the way are left out of it."""
    for gifts in view.by_token.values():
        for end, last in enumerate(gifts):
            begins = [place for place in range(end + 1) if gifts[place].giver == last.receiver]
            if not begins:
                continue
            loop = without_detours(gifts[begins[-1] : end + 1])
            if HOPS_MIN <= len(loop) <= HOPS_MAX:
                quick = last.at_ms - loop[0].at_ms <= QUICK_MS
                yield Finding(tuple(loop), QUICK_EXTRA_TENTHS if quick else 0, is_news=view.is_news(last))


def without_detours(walk: list[Gift]) -> list[Gift]:
    """A walk with its inner loops taken out: whoever had the token twice gives it on the last time only.

    Otherwise one trip to a friend and back would hide a loop.
    """
    straight: list[Gift] = []
    for gift in walk:
        for place, earlier in enumerate(straight):
            if earlier.giver == gift.giver:
                del straight[place:]
                break
        straight.append(gift)
    return straight
