"""D3: one person gets the same token three times within thirty days (Dune F3)."""

from collections.abc import Iterator

from ledger.detectors.view import Finding, Gift, View

TIMES_MIN = 3
"""Dune's number for tokens of which there is one (ERC-721)."""


def find(view: View) -> Iterator[Finding]:
    """One finding for each token and person, at the third time and each after it."""
    for gifts in view.by_token.values():
        received: dict[str, list[Gift]] = {}
        for gift in gifts:
            received.setdefault(gift.receiver, []).append(gift)
        for person, each in received.items():
            if len(each) >= TIMES_MIN:
                yield Finding(tuple(each), centre=person, is_news=view.is_news(each[-1]))
