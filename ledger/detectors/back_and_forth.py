"""D2: a token goes to somebody and comes back from him within thirty days (Dune F2)."""

from collections.abc import Iterator

from ledger.detectors.view import Finding, View


def find(view: View) -> Iterator[Finding]:
    """One finding for each return. Thirty days is all that a view shows."""
    for gifts in view.by_token.values():
        for place, back in enumerate(gifts):
            if not view.is_news(back):
                continue
            forth = [each for each in gifts[:place] if (each.giver, each.receiver) == (back.receiver, back.giver)]
            if forth:
                yield Finding((forth[-1], back))
