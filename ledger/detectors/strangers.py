"""Whether the people of a finding know each other from elsewhere (a red flag of FATF's: "unrelated wallets").

The same star of gifts is a birthday among friends and a collection among straw men. Friends give each other things at
other times too, or have friends in common; straw men have not. Of people who have nothing to do with anybody else the
chain cannot tell, so it takes what else they do to show that they do it elsewhere. This is not a detector: it finds
nothing by itself, and speaks only against those whom a detector has named.
"""

from ledger.detectors.view import Finding, View

PERSONS_MIN = 4
"""Of three people, each pair of whom the finding itself ties, nothing can be said."""

PERSONS_MAX = 32
"""So many of a finding are looked at: the first by name."""

KNOWN_MAX = 12
"""Who has to do with more than so many people brings nobody together: everybody has given to an idol."""

RELATED_MAX = (1, 3)
"""Of the people in a finding, so many may be tied to another one."""


def are_strangers(view: View, finding: Finding) -> bool:
    """Whether they are tied to as many others as they are, but at most a third of them to each other.

    Beside the finding's own gifts, that is. Two are tied to each other if one gave the other something, or if somebody
    who is not in it has to do with both.
    """
    persons = sorted(finding.persons)[:PERSONS_MAX]
    if len(persons) < PERSONS_MIN:
        return False
    own: dict[tuple[str, str], int] = {}
    for gift in finding.gifts:
        for pair in ((gift.giver, gift.receiver), (gift.receiver, gift.giver)):
            own[pair] = own.get(pair, 0) + 1
    members = frozenset(persons)
    related: set[str] = set()
    through: dict[str, str] = {}
    elsewhere = 0
    for person in persons:
        for other, gifts in view.ties.get(person, {}).items():
            if other in members:
                if gifts > own.get((person, other), 0):
                    related |= {person, other}
                continue
            elsewhere += 1
            if len(view.ties[other]) <= KNOWN_MAX:
                first = through.setdefault(other, person)
                if first != person:
                    related |= {first, person}
    part, whole = RELATED_MAX
    return elsewhere >= len(persons) and whole * len(related) <= part * len(persons)
