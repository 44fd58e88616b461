"""D2: a token goes to somebody and comes back from him within thirty days (Dune F2).

Most often it was sent to the wrong account, or lent. So a single return weighs little, and the second one of the same
two people much.
"""

from collections.abc import Iterator

from ledger.detectors.view import Finding, View
from ledger.parameters import DAY_MS

MISTAKE_MS = 2 * DAY_MS
"""Within this time a mistake is noticed and mended."""

KEPT_EXTRA_TENTHS = 5
"""A token that comes back later weighs half a point more."""

AGAIN_EXTRA_TENTHS = 25
"""Two people who do it a second time weigh two and a half points more."""


def find(view: View) -> Iterator[Finding]:
    """One finding for each return. Thirty days is all that a view shows."""
    returns: list[Finding] = []
    for gifts in view.by_token.values():
        for place, back in enumerate(gifts):
            forth = [each for each in gifts[:place] if (each.giver, each.receiver) == (back.receiver, back.giver)]
            if forth:
                extra = KEPT_EXTRA_TENTHS if back.at_ms - forth[-1].at_ms > MISTAKE_MS else 0
                returns.append(Finding((forth[-1], back), extra, is_news=view.is_news(back)))
    known: set[frozenset[str]] = set()
    for finding in sorted(returns, key=lambda each: each.gifts[-1]):
        again = AGAIN_EXTRA_TENTHS if finding.persons in known else 0
        known.add(finding.persons)
        yield Finding(finding.gifts, finding.extra_tenths + again, is_news=finding.is_news)
