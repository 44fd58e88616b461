"""What the detectors see: the gifts of the last thirty days, from the trails in the tokens' records.

Accounts are collapsed to their persons, so that whoever gives from one of his accounts and receives with another is one
node of the graph. Sales are not in it: that everybody bought from the same platform says nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from ledger.records.tokens import TokenRecord
from ledger.transitions.trail import TRAIL_MS

GIFTS_MAX = 4_096
"""An epoch looks at so many gifts at most: the last ones."""


@dataclass(frozen=True, slots=True, order=True)
class Gift:
    """One edge: a token was given by one person to another. In order of time, token, place."""

    at_ms: int
    token: str
    place: int
    """In the token's trail, from 0; a token given several times in one block has them in this order."""
    giver: str
    """Commitment to the person, hex; the account itself where none is known."""
    receiver: str
    giver_account: str
    receiver_account: str
    since_ms: int
    """When the giver had got it."""

    @property
    def is_onward(self) -> bool:
        """Whether the giver had received it as a gift that is in the trail too."""
        return self.place > 0


class View:
    """The gifts in order of time; those between two persons by token, by giver and by receiver; who is tied to whom."""

    __slots__ = ("by_giver", "by_receiver", "by_token", "gifts", "left_out", "news_ms", "ties")

    def __init__(self, gifts: Iterable[Gift], *, news_ms: int) -> None:
        """Sort `gifts`; those from `news_ms` on no earlier epoch has seen."""
        # These three decide the order of gifts, since a token's places differ; comparing whole gifts is slower.
        ordered = sorted(gifts, key=attrgetter("at_ms", "token", "place"))
        self.left_out = max(0, len(ordered) - GIFTS_MAX)
        self.gifts: tuple[Gift, ...] = tuple(ordered[self.left_out :])
        self.news_ms = news_ms
        between = [gift for gift in self.gifts if gift.giver != gift.receiver]
        self.by_token = _grouped(between, lambda gift: gift.token)
        self.by_giver = _grouped(between, lambda gift: gift.giver)
        self.by_receiver = _grouped(between, lambda gift: gift.receiver)
        self.ties: dict[str, dict[str, int]] = {}
        for gift in between:
            for one, other in ((gift.giver, gift.receiver), (gift.receiver, gift.giver)):
                own = self.ties.setdefault(one, {})
                own[other] = own.get(other, 0) + 1

    def is_news(self, gift: Gift) -> bool:
        """Whether this epoch is the first to see the gift. What was complete before it was reported before."""
        return gift.at_ms >= self.news_ms


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector put together."""

    gifts: tuple[Gift, ...]
    """In order of time, at least one."""
    extra_tenths: int = 0
    """Added to the detector's weight where the pattern is a worse one of its kind; tenths of a point."""
    centre: str | None = None
    """The only person that the pattern speaks against: who is given presents by many has not made the many suspect.
    None where it speaks against everybody in it."""
    is_news: bool = True
    """Whether this epoch is the first to see it. What was seen before raises no alert again, but still counts."""

    @property
    def persons(self) -> frozenset[str]:
        """Everybody who gave or received."""
        return frozenset(person for gift in self.gifts for person in (gift.giver, gift.receiver))

    @property
    def subjects(self) -> frozenset[str]:
        """Those whom it speaks against."""
        return self.persons if self.centre is None else frozenset((self.centre,))


def has_doubled(before: int, now: int, least: int) -> bool:
    """Whether a pattern that counts from `least` on has come to it, to twice or four times of it and so on.

    What grows by one a day would otherwise be an alert a day, and nobody reads the fifth.
    """
    return (now // least).bit_length() > (before // least).bit_length()


def view_of(
    tokens: Iterable[tuple[str, TokenRecord]], person_of: Callable[[str], str], *, now_ms: int, news_ms: int
) -> View:
    """What is to be seen in `tokens`, in any order, at `now_ms`; `person_of` names an account's person."""
    persons: dict[str, str] = {}

    def person(account: str) -> str:
        found = persons.get(account)
        if found is None:
            found = persons[account] = person_of(account)
        return found

    gifts: list[Gift] = []
    for token, record in tokens:
        holders = (*record.trail, (record.owner, record.acquired_ms))
        for place, (giver, since_ms) in enumerate(record.trail):
            receiver, at_ms = holders[place + 1]
            if at_ms >= now_ms - TRAIL_MS:
                gifts.append(Gift(at_ms, token, place, person(giver), person(receiver), giver, receiver, since_ms))
    return View(gifts, news_ms=news_ms)


def _grouped(gifts: Sequence[Gift], key: Callable[[Gift], str]) -> dict[str, list[Gift]]:
    """`gifts` by `key`, each group in their order; groups in the order of their first gift."""
    groups: dict[str, list[Gift]] = {}
    for gift in gifts:
        groups.setdefault(key(gift), []).append(gift)
    return groups
