"""D10: a token passes through many hands in a month: layers between where it comes from and where it stays."""

from collections.abc import Iterator

from ledger.detectors.view import Finding, View, has_doubled

HANDS_MAX = 4
"""So many gifts of one token within thirty days go unremarked; the rules of most real platforms permit fewer."""


def find(view: View) -> Iterator[Finding]:
    """One finding for each token that came to so many hands; news when it does."""
    for gifts in view.by_token.values():
        receivers = {gift.receiver for gift in gifts}
        if len(receivers) > HANDS_MAX:
            before = {gift.receiver for gift in gifts if not view.is_news(gift)}
            yield Finding(tuple(gifts), is_news=has_doubled(len(before), len(receivers), HANDS_MAX + 1))
