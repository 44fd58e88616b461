"""D1: somebody gives to himself: two accounts of one person (Dune F1 and Allium's `buyer_is_seller`, by person)."""

from collections.abc import Iterator

from ledger.detectors.view import Finding, View


def find(view: View) -> Iterator[Finding]:
    """One finding for each gift. R10.1 and R10.4 count by person, so such a gift gains its giver nothing lawful."""
    for gift in view.gifts:
        if gift.giver == gift.receiver:
            yield Finding((gift,), is_news=view.is_news(gift))
