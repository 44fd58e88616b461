"""D10: a token passes through many hands in a month: layers between where it comes from and where it stays."""

from collections.abc import Iterator

from ledger.detectors.view import Finding, View

HANDS_MAX = 4
"""So many gifts of one token within thirty days go unremarked; the rules of most real platforms permit fewer."""


def find(view: View) -> Iterator[Finding]:
    """One finding for each token whose last gift is news and which came to new hands each time."""
    for gifts in view.by_token.values():
        receivers = {gift.receiver for gift in gifts}
        if len(receivers) > HANDS_MAX and view.is_news(gifts[-1]):
            yield Finding(tuple(gifts))
