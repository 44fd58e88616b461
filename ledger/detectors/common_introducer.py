"""D9: people who were first given something by the same person give to one another (Allium's `same_first_funder`).

Where there is no money, who brings accounts to life is who first gives them something. Members sell and do not give, so
that platforms, which would be everybody's introducers, are none. First means within the thirty days of a view: of
people who have been there for longer it says nothing.
"""

from collections.abc import Iterator

from ledger.detectors.view import Finding, Gift, View

PEOPLE_MIN = 3
"""People of one introducer who give to one another; a present between two of them is no sign of anything."""


def find(view: View) -> Iterator[Finding]:
    """One finding for each introducer whose people give to one another."""
    first = {person: gifts[0] for person, gifts in view.by_receiver.items()}
    among: dict[str, list[Gift]] = {}
    for gift in view.gifts:
        if gift.giver == gift.receiver or gift.giver not in first:
            continue
        introducer = first[gift.giver].giver
        if first[gift.receiver].giver == introducer and introducer not in (gift.giver, gift.receiver):
            among.setdefault(introducer, []).append(gift)
    for _, gifts in sorted(among.items()):
        people = {person for gift in gifts for person in (gift.giver, gift.receiver)}
        if len(people) < PEOPLE_MIN:
            continue
        introductions = {first[person] for person in people}
        yield Finding(tuple(sorted(introductions | set(gifts))), is_news=view.is_news(gifts[-1]))
