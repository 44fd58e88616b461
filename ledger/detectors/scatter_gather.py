"""D8: one gives to several, and all of them give to one: editions of a series take different ways to the same place.

The two-hop form of GARG-AML (2025): at least three ways over different people, in order of time, in twenty days.
"""

from collections.abc import Iterator

from ledger.detectors.view import Finding, Gift, View, has_doubled
from ledger.names import series_of_token
from ledger.parameters import DAY_MS

WITHIN_MS = 20 * DAY_MS
WAYS_MIN = 3
"""Different people between the two ends."""

RECEIVED_MAX = 16
"""Of what somebody received the last so many gifts are looked at; who receives more is seen as a fan-in."""


def find(view: View) -> Iterator[Finding]:
    """One finding for each pair of ends and each series; news whenever the ways between them have doubled."""
    for end, received in view.by_receiver.items():
        ways: dict[tuple[str, str], dict[str, tuple[Gift, Gift]]] = {}
        for second in received:
            if second.at_ms < received[-1].at_ms - WITHIN_MS:
                continue
            series = series_of_token(second.token)
            for first in view.by_receiver.get(second.giver, [])[-RECEIVED_MAX:]:
                if first.giver != end and series_of_token(first.token) == series and _is_before(first, second):
                    ways.setdefault((first.giver, series), {})[second.giver] = (first, second)
        for _, between in sorted(ways.items()):
            if len(between) >= WAYS_MIN:
                gifts = sorted({gift for way in between.values() for gift in way})
                before = sum(not view.is_news(second) for _, second in between.values())
                yield Finding(tuple(gifts), is_news=has_doubled(before, len(between), WAYS_MIN))


def _is_before(first: Gift, second: Gift) -> bool:
    """Whether the one gift can have led to the other, within the time."""
    if first.token == second.token:
        return first.place < second.place and second.at_ms - first.at_ms <= WITHIN_MS
    return 0 < second.at_ms - first.at_ms <= WITHIN_MS
