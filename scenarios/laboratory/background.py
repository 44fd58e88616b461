"""Honest people: presents within circles of friends, and what looks like a pattern and is none.

A detector that never errs among people who give one present each has not been tested. So there are birthdays (many give
to one within days), people who treat their whole circle, presents that are passed on, and presents that come back
because they were sent to the wrong account.
"""

import random
from dataclasses import dataclass

from ledger.parameters import DAY_MS
from scenarios.laboratory.transfer import Transfer

CIRCLE = 8
"""Friends know friends: people are in circles of so many, and four of five presents stay within."""


@dataclass(frozen=True, slots=True)
class Background:
    """A town."""

    people: int
    days: int
    presents: int
    """Ordinary ones, one at a time."""
    birthdays: int
    """Each with three to seven presents within three days."""
    treats: int
    """Each with three to seven presents from one to his circle on one day."""

    def transfers(self, chance: random.Random, *, begin_ms: int) -> tuple[Transfer, ...]:
        """What they give one another, in order of time."""
        made = _Presents(self, chance, begin_ms)
        for _ in range(self.presents):
            made.ordinary()
        for _ in range(self.birthdays):
            made.birthday()
        for _ in range(self.treats):
            made.treat()
        return tuple(sorted(made.transfers))

    def accounts(self) -> list[str]:
        """Everybody."""
        return [f"p{number}" for number in range(self.people)]


class _Presents:
    """Collects presents; each is a new token unless it is passed on."""

    def __init__(self, town: Background, chance: random.Random, begin_ms: int) -> None:
        self.transfers: list[Transfer] = []
        self._town, self._chance, self._begin_ms = town, chance, begin_ms
        self._tokens = 0

    def ordinary(self) -> None:
        """One present; one in ten is passed on after days, one in fifty comes back within two."""
        giver = self._chance.randrange(self._town.people)
        receiver = self._friend(giver)
        at_ms = self._moment()
        token = self._give(at_ms, giver, receiver)
        fate = self._chance.random()
        if fate < 0.1:
            self._again(at_ms + self._chance.randint(1, 40) * DAY_MS, token, receiver, self._friend(receiver))
        elif fate < 0.12:
            self._again(at_ms + self._chance.randint(1, 48) * 3_600_000, token, receiver, giver)

    def birthday(self) -> None:
        """Friends give to one within three days."""
        lucky, at_ms = self._chance.randrange(self._town.people), self._moment()
        for giver in self._chance.sample(self._circle(lucky), self._chance.randint(3, 7)):
            self._give(at_ms + self._chance.randrange(3 * DAY_MS), giver, lucky)

    def treat(self) -> None:
        """One gives to friends within a day."""
        host, at_ms = self._chance.randrange(self._town.people), self._moment()
        for receiver in self._chance.sample(self._circle(host), self._chance.randint(3, 7)):
            self._give(at_ms + self._chance.randrange(DAY_MS), host, receiver)

    def _circle(self, person: int) -> list[int]:
        first = person // CIRCLE * CIRCLE
        return [each for each in range(first, min(first + CIRCLE, self._town.people)) if each != person]

    def _friend(self, person: int) -> int:
        if self._chance.random() < 0.8:
            return self._chance.choice(self._circle(person))
        other = self._chance.randrange(self._town.people - 1)
        return other + (other >= person)

    def _moment(self) -> int:
        return self._begin_ms + self._chance.randrange(self._town.days * DAY_MS)

    def _give(self, at_ms: int, giver: int, receiver: int) -> str:
        self._tokens += 1
        token = f"series{self._tokens % 50}-{self._tokens:05d}"
        self.transfers.append(Transfer(at_ms, token, f"p{giver}", f"p{receiver}"))
        return token

    def _again(self, at_ms: int, token: str, giver: int, receiver: int) -> None:
        if giver != receiver:
            self.transfers.append(Transfer(at_ms, token, f"p{giver}", f"p{receiver}"))
