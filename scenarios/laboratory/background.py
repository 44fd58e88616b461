"""An honest town: presents within circles of friends, and what looks like a pattern and is none.

A detector that never errs among people who give one present each has not been tested. So each pattern has its innocent
double here: birthdays and idols (many give to one), treats and give-aways (one gives to many), family feasts (all the
old give to all the young), errands (what is given on for somebody), swaps, pieces that travel round a circle, and
presents that come back because they were sent to the wrong account. How often each happens is our guess: nobody has
published it. The detectors' figures were chosen with this town in view; `city.py` is the one they were not shown.
"""

import random
from dataclasses import dataclass

from ledger.parameters import DAY_MS
from scenarios.laboratory.presents import Presents
from scenarios.laboratory.transfer import Transfer

CIRCLE = 8
"""Friends know friends: people are in circles of so many, and four of five presents stay within."""

HOUR_MS = 3_600_000


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
    idols: int = 0
    """Each is given something by five to ten people from anywhere, within twenty days."""
    giveaways: int = 0
    """Each is one who gives to five to ten people from anywhere, within twenty days."""
    swaps: int = 0
    """Each is two friends who give each other one thing within a week."""
    errands: int = 0
    """Each is one who hands on, within days, one to three things from one friend to others."""
    feasts: int = 0
    """Each is two to four of a circle who give to the same two to four others, within two days."""
    travels: int = 0
    """Each is one thing that goes through three to seven hands of a circle; every other one comes home."""

    def transfers(self, chance: random.Random, *, begin_ms: int) -> tuple[Transfer, ...]:
        """What they give one another, in order of time."""
        town = _Town(self, chance, begin_ms)
        for happens, times in (
            (town.ordinary, self.presents),
            (town.birthday, self.birthdays),
            (town.treat, self.treats),
            (town.idol, self.idols),
            (town.giveaway, self.giveaways),
            (town.swap, self.swaps),
            (town.errand, self.errands),
            (town.feast, self.feasts),
            (town.travel, self.travels),
        ):
            for _ in range(times):
                happens()
        return tuple(sorted(town.presents.transfers))

    def accounts(self) -> list[str]:
        """Everybody."""
        return [f"p{number}" for number in range(self.people)]


class _Town:
    """Lets things happen; a method each."""

    def __init__(self, town: Background, chance: random.Random, begin_ms: int) -> None:
        self.presents = Presents(chance, begin_ms=begin_ms, days=town.days)
        self._town, self._chance = town, chance

    def ordinary(self) -> None:
        """One present; one in ten is passed on after days, one in fifty comes back within two."""
        giver = self._chance.randrange(self._town.people)
        receiver = self._friend(giver)
        at_ms = self.presents.moment()
        token = self.presents.give(at_ms, giver, receiver)
        fate = self._chance.random()
        if fate < 0.1:
            later_ms = at_ms + self._chance.randint(1, 40) * DAY_MS
            self.presents.again(later_ms, token, receiver, self._friend(receiver))
        elif fate < 0.12:
            self.presents.again(at_ms + self._chance.randint(1, 48) * HOUR_MS, token, receiver, giver)

    def birthday(self) -> None:
        """Friends give to one within three days."""
        lucky, at_ms = self._anybody(), self.presents.moment()
        for giver in self._chance.sample(self._circle(lucky), self._chance.randint(3, 7)):
            self.presents.give(at_ms + self._chance.randrange(3 * DAY_MS), giver, lucky)

    def treat(self) -> None:
        """One gives to friends within a day."""
        host, at_ms = self._anybody(), self.presents.moment()
        for receiver in self._chance.sample(self._circle(host), self._chance.randint(3, 7)):
            self.presents.give(at_ms + self._chance.randrange(DAY_MS), host, receiver)

    def idol(self) -> None:
        """Admirers from anywhere give to one."""
        idol, at_ms = self._anybody(), self.presents.moment()
        for giver in self._strangers(idol):
            self.presents.give(at_ms + self._chance.randrange(20 * DAY_MS), giver, idol)

    def giveaway(self) -> None:
        """One gives to people from anywhere: after an exhibition, say."""
        host, at_ms = self._anybody(), self.presents.moment()
        for receiver in self._strangers(host):
            self.presents.give(at_ms + self._chance.randrange(20 * DAY_MS), host, receiver)

    def swap(self) -> None:
        """Two friends give each other something."""
        one, at_ms = self._anybody(), self.presents.moment()
        other = self._friend(one)
        self.presents.give(at_ms, one, other)
        self.presents.give(at_ms + self._chance.randrange(7 * DAY_MS), other, one)

    def errand(self) -> None:
        """A grandmother gives to the mother what is for the children."""
        between, at_ms = self._anybody(), self.presents.moment()
        origin, *ends = self._chance.sample(self._circle(between), self._chance.randint(2, 4))
        for end in ends:
            first_ms = at_ms + self._chance.randrange(HOUR_MS)
            self.presents.walk(first_ms, (origin, between, end), rest_ms=(HOUR_MS, 4 * DAY_MS))

    def feast(self) -> None:
        """The old give to the young, each to each."""
        at_ms = self.presents.moment()
        old = self._chance.randint(2, 4)
        family = self._chance.sample(self._circle(self._anybody()), old + self._chance.randint(2, 7 - old))
        for giver in family[:old]:
            for receiver in family[old:]:
                self.presents.give(at_ms + self._chance.randrange(2 * DAY_MS), giver, receiver)

    def travel(self) -> None:
        """A piece goes round, a few days with each."""
        hands = self._chance.sample(self._circle(self._anybody()), self._chance.randint(3, 7))
        if self._chance.random() < 0.5:
            hands.append(hands[0])
        self.presents.walk(self.presents.moment(), hands, rest_ms=(DAY_MS, 7 * DAY_MS))

    def _anybody(self) -> int:
        return self._chance.randrange(self._town.people)

    def _circle(self, person: int) -> list[int]:
        first = person // CIRCLE * CIRCLE
        return [each for each in range(first, min(first + CIRCLE, self._town.people)) if each != person]

    def _friend(self, person: int) -> int:
        if self._chance.random() < 0.8:
            return self._chance.choice(self._circle(person))
        other = self._chance.randrange(self._town.people - 1)
        return other + (other >= person)

    def _strangers(self, person: int) -> list[int]:
        found = self._chance.sample(range(self._town.people), self._chance.randint(5, 10))
        return [each for each in found if each != person]
