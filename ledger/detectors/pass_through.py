"""D6: somebody gives on within a day nearly all that he is given (fast in, fast out: Starnini 2021)."""

from collections.abc import Iterator

from ledger.detectors.view import Finding, View, has_doubled
from ledger.parameters import DAY_MS

WITHIN_MS = DAY_MS
"""From getting a token to giving it on."""

TIMES_MIN = 3
"""So often within the thirty days of a view."""

SHARE_MIN = (4, 5)
"""So much of what he was given, at least: four fifths."""


def find(view: View) -> Iterator[Finding]:
    """One finding for each such person: what he gave on; news whenever that has doubled."""
    part, whole = SHARE_MIN
    for giver, given in view.by_giver.items():
        onward = [gift for gift in given if gift.is_onward and gift.at_ms - gift.since_ms <= WITHIN_MS]
        received = view.by_receiver.get(giver, [])
        if len(onward) >= TIMES_MIN and whole * len(onward) >= part * len(received):
            before = sum(not view.is_news(gift) for gift in onward)
            yield Finding(tuple(onward), centre=giver, is_news=has_doubled(before, len(onward), TIMES_MIN))
