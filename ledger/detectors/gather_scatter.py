"""D11: one gathers from several and hands the very same things out to several: the hub of AMLSim's gather-scatter.

The fans do not see him, since he has many at both sides; in twenty days what he was given is given on.
"""

from collections.abc import Iterable, Iterator, Sequence

from ledger.detectors.view import Finding, Gift, View, has_doubled
from ledger.parameters import DAY_MS

WITHIN_MS = 20 * DAY_MS
ENDS_MIN = 2
"""Different people at each side."""

SHARE_MIN = (1, 2)
"""So much of what he was given in that time, at least."""

MANY = 3
MANY_EXTRA_TENTHS = 5
"""From three people at each side on, as many as the ways of D8, it weighs half a point more."""


def find(view: View) -> Iterator[Finding]:
    """One finding for each hub; what he was given of it, and what he gave. News whenever its ends have doubled."""
    part, whole = SHARE_MIN
    for hub, given in view.by_giver.items():
        from_ms = given[-1].at_ms - WITHIN_MS
        received = [gift for gift in view.by_receiver.get(hub, []) if gift.at_ms >= from_ms]
        pairs = handed_on(received, [gift for gift in given if gift.at_ms >= from_ms])
        if whole * len(pairs) >= part * len(received) and _ends(pairs) >= ENDS_MIN:
            before = [(first, second) for first, second in pairs if not view.is_news(second)]
            yield Finding(
                tuple(sorted({gift for pair in pairs for gift in pair})),
                MANY_EXTRA_TENTHS if _ends(pairs) >= MANY else 0,
                centre=hub,
                is_news=has_doubled(_ends(before), _ends(pairs), ENDS_MIN),
            )


def handed_on(received: Iterable[Gift], given: Iterable[Gift]) -> list[tuple[Gift, Gift]]:
    """Of what one person received and gave, what he gave on: how he got each thing, and how it left him."""
    onward = {(gift.token, gift.place): gift for gift in given if gift.is_onward}
    followed = ((gift, onward.get((gift.token, gift.place + 1))) for gift in received)
    return [(gift, following) for gift, following in followed if following is not None]


def _ends(pairs: Sequence[tuple[Gift, Gift]]) -> int:
    """Different people at the side that has fewer."""
    return min(len({first.giver for first, _ in pairs}), len({second.receiver for _, second in pairs}))
