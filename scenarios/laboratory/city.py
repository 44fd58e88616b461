"""Another honest world, made on another plan, for measuring only: no figure of a detector was chosen with it in view.

Where the town (`background.py`) has equal circles of eight and everybody gives as much, the city has households of one
to six, clubs across them, and a few people who give much more than most. It has the town's innocent doubles at other
rates and in other shapes, and some that the town has not: swapping evenings, where everybody gives to his neighbour and
nothing is a pair; festivals on one weekend; admirers of a band, who give to each of its members; presents between
people who know each other from nowhere that the chain could see.
"""

import random
from dataclasses import dataclass

from ledger.parameters import DAY_MS
from scenarios.laboratory.presents import Presents
from scenarios.laboratory.transfer import Transfer

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class City:
    """A city."""

    people: int
    days: int
    presents: int
    """Ordinary ones, given the more by the more eager: half stay in the household, three in ten in a club."""
    clubs: int
    """Each of five to twenty-five people from anywhere."""
    celebrations: int
    """Each is one who is given three to nine things by household and club, in ten days."""
    collectors: int
    """Each is given what he lacks by five to twelve people from anywhere, in thirty days."""
    giveaways: int
    """Each is one who gives to five to fifteen people from anywhere, in a fortnight."""
    feasts: int
    """Each is a household of three and more: one or two give to all the others, on one weekend of the year."""
    evenings: int
    """Each is four to eight of a club who sit in a ring: everybody gives to the next."""
    bands: int
    """Each is of two or three, to each of whom the same four to eight admirers give something, in twenty days."""
    errands: int
    """Each is one who hands on one to four things of a household or club within two days."""
    travels: int
    """Each is one thing that goes through four to nine hands of a club; every other one comes home."""

    def transfers(self, chance: random.Random, *, begin_ms: int) -> tuple[Transfer, ...]:
        """What they give one another, in order of time."""
        city = _City(self, chance, begin_ms)
        for happens, times in (
            (city.ordinary, self.presents),
            (city.celebration, self.celebrations),
            (city.collector, self.collectors),
            (city.giveaway, self.giveaways),
            (city.feast, self.feasts),
            (city.evening, self.evenings),
            (city.band, self.bands),
            (city.errand, self.errands),
            (city.travel, self.travels),
        ):
            for _ in range(times):
                happens()
        return tuple(sorted(city.presents.transfers))

    def accounts(self) -> list[str]:
        """Everybody."""
        return [f"p{number}" for number in range(self.people)]


class _City:
    """Lets things happen; a method each."""

    def __init__(self, city: City, chance: random.Random, begin_ms: int) -> None:
        self.presents = Presents(chance, begin_ms=begin_ms, days=city.days)
        self._chance, self._people = chance, city.people
        self._weekend_ms = begin_ms + chance.randrange(city.days - 2) * DAY_MS
        self._households: list[list[int]] = []
        self._home: list[int] = []
        while len(self._home) < city.people:
            size = min(chance.choice((1, 2, 2, 3, 3, 4, 4, 5, 6)), city.people - len(self._home))
            self._households.append(list(range(len(self._home), len(self._home) + size)))
            self._home += [len(self._households) - 1] * size
        self._clubs = [sorted(chance.sample(range(city.people), chance.randint(5, 25))) for _ in range(city.clubs)]
        self._memberships: list[list[int]] = [[] for _ in range(city.people)]
        for number, members in enumerate(self._clubs):
            for member in members:
                self._memberships[member].append(number)
        eagerness = [chance.paretovariate(1.5) for _ in range(city.people)]
        self._givers = iter(chance.choices(range(city.people), weights=eagerness, k=city.presents))

    def ordinary(self) -> None:
        """One present; one in eight is passed on, mostly soon and at home; one in fifty comes back within ten days."""
        giver = next(self._givers)
        receiver, at_ms = self._acquaintance(giver), self.presents.moment()
        token = self.presents.give(at_ms, giver, receiver)
        fate = self._chance.random()
        if fate < 0.12:
            rest_ms = int(self._chance.expovariate(1 / (6 * DAY_MS))) + HOUR_MS
            self.presents.again(at_ms + rest_ms, token, receiver, self._acquaintance(receiver))
        elif fate < 0.14:
            self.presents.again(at_ms + self._chance.randint(1, 240) * HOUR_MS, token, receiver, giver)

    def celebration(self) -> None:
        """Household and club give to one."""
        lucky, at_ms = self._anybody(), self.presents.moment()
        guests = [each for each in self._known(lucky) if each != lucky]
        for giver in self._chance.sample(guests, min(len(guests), self._chance.randint(3, 9))):
            self.presents.give(at_ms + self._chance.randrange(10 * DAY_MS), giver, lucky)

    def collector(self) -> None:
        """People from anywhere give one what he lacks."""
        collector, at_ms = self._anybody(), self.presents.moment()
        for giver in self._strangers(collector, 5, 12):
            self.presents.give(at_ms + self._chance.randrange(30 * DAY_MS), giver, collector)

    def giveaway(self) -> None:
        """An author gives to people from anywhere."""
        author, at_ms = self._anybody(), self.presents.moment()
        for receiver in self._strangers(author, 5, 15):
            self.presents.give(at_ms + self._chance.randrange(14 * DAY_MS), author, receiver)

    def feast(self) -> None:
        """One or two of a household give to all the others."""
        large = [household for household in self._households if len(household) >= 3]
        household = self._chance.choice(large)
        old = self._chance.randint(1, 2)
        for giver in household[:old]:
            for receiver in household[old:]:
                self.presents.give(self._weekend_ms + self._chance.randrange(2 * DAY_MS), giver, receiver)

    def evening(self) -> None:
        """A ring of a club: everybody gives something to the next."""
        club = self._chance.choice(self._clubs)
        ring = self._chance.sample(club, min(len(club), self._chance.randint(4, 8)))
        at_ms = self.presents.moment()
        for giver, receiver in zip(ring, [*ring[1:], ring[0]], strict=True):
            self.presents.give(at_ms + self._chance.randrange(3 * HOUR_MS), giver, receiver)

    def band(self) -> None:
        """The same admirers give to each of a band."""
        band = self._chance.sample(range(self._people), self._chance.randint(2, 3))
        admirers, at_ms = self._strangers(band[0], 4, 8), self.presents.moment()
        for admirer in admirers:
            for member in band:
                self.presents.give(at_ms + self._chance.randrange(20 * DAY_MS), admirer, member)

    def errand(self) -> None:
        """One hands on what others gave him for others."""
        between, at_ms = self._anybody(), self.presents.moment()
        for _ in range(self._chance.randint(1, 4)):
            hands = (self._acquaintance(between), between, self._acquaintance(between))
            if hands[0] != hands[2]:
                self.presents.walk(at_ms + self._chance.randrange(DAY_MS), hands, rest_ms=(HOUR_MS, 2 * DAY_MS))

    def travel(self) -> None:
        """A piece goes round a club."""
        club = self._chance.choice(self._clubs)
        hands = self._chance.sample(club, min(len(club), self._chance.randint(4, 9)))
        if self._chance.random() < 0.5:
            hands.append(hands[0])
        self.presents.walk(self.presents.moment(), hands, rest_ms=(DAY_MS, 9 * DAY_MS))

    def _anybody(self) -> int:
        return self._chance.randrange(self._people)

    def _known(self, person: int) -> list[int]:
        """Household and clubs, himself among them, each once."""
        known = set(self._households[self._home[person]])
        for number in self._memberships[person]:
            known |= set(self._clubs[number])
        return sorted(known)

    def _acquaintance(self, person: int) -> int:
        """Half at home, three in ten in a club, the others anywhere; who has neither knows people from anywhere."""
        draw = self._chance.random()
        near: list[int] = []
        if draw < 0.5:
            near = self._households[self._home[person]]
        elif draw < 0.8 and self._memberships[person]:
            near = self._clubs[self._chance.choice(self._memberships[person])]
        others = [each for each in near if each != person]
        return self._chance.choice(others) if others else self._anybody_but(person)

    def _anybody_but(self, person: int) -> int:
        other = self._chance.randrange(self._people - 1)
        return other + (other >= person)

    def _strangers(self, person: int, least: int, most: int) -> list[int]:
        found = self._chance.sample(range(self._people), self._chance.randint(least, most))
        return [each for each in found if each != person]
