"""D13: things only pass through somebody's hands: in twenty days he gives on most of what he is given.

The middle of AMLSim's stack. D6 sees the hasty; this one sees those who wait out a day, and those who keep a part.
"""

from collections.abc import Iterator

from ledger.detectors.gather_scatter import handed_on
from ledger.detectors.view import Finding, View, has_doubled
from ledger.parameters import DAY_MS

WITHIN_MS = 20 * DAY_MS
TIMES_MIN = 3
"""Things that he gave on."""

SHARE_MIN = (1, 2)
"""So much of what he was given in that time, at least."""

MANY = 6
MANY_EXTRA_TENTHS = 20
"""From six things on it weighs two points more: so much is no errand."""


def find(view: View) -> Iterator[Finding]:
    """One finding for each such person; news whenever what he gave on has doubled."""
    part, whole = SHARE_MIN
    for person, given in view.by_giver.items():
        from_ms = given[-1].at_ms - WITHIN_MS
        received = [gift for gift in view.by_receiver.get(person, []) if gift.at_ms >= from_ms]
        pairs = handed_on(received, [gift for gift in given if gift.at_ms >= from_ms])
        if len(pairs) >= TIMES_MIN and whole * len(pairs) >= part * len(received):
            before = sum(not view.is_news(second) for _, second in pairs)
            yield Finding(
                tuple(sorted({gift for pair in pairs for gift in pair})),
                MANY_EXTRA_TENTHS if len(pairs) >= MANY else 0,
                centre=person,
                is_news=has_doubled(before, len(pairs), TIMES_MIN),
            )
