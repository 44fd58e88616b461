"""The honest worlds that the detectors are measured in, and what is planted there."""

import enum
import random
from collections.abc import Sequence

from ledger.parameters import DAY_MS
from scenarios.laboratory.background import Background
from scenarios.laboratory.city import City
from scenarios.laboratory.evasions import Evasion, evade
from scenarios.laboratory.transfer import Transfer
from scenarios.laboratory.typologies import DAYS, Case, Typology, plant

BEGIN_MS = 20_000 * DAY_MS
"""2024-10-04; nothing depends on it."""

PLANTED: tuple[Typology | Evasion, ...] = (*Typology, *Evasion)
"""Everything that is planted, one after the other."""


class World(enum.StrEnum):
    """An honest world."""

    TOWN = "town"
    """In view while the detectors' figures were chosen, under other seeds."""
    CITY = "city"
    """Never looked at while they were."""


WORLDS: dict[World, Background | City] = {
    World.TOWN: Background(
        people=1_600,
        days=90,
        presents=3_000,
        birthdays=60,
        treats=60,
        idols=10,
        giveaways=10,
        swaps=60,
        errands=40,
        feasts=15,
        travels=10,
    ),
    World.CITY: City(
        people=1_600,
        days=90,
        presents=3_000,
        clubs=80,
        celebrations=60,
        collectors=10,
        giveaways=12,
        feasts=40,
        evenings=12,
        bands=3,
        errands=40,
        travels=10,
    ),
}
"""Three months each, twice as many people as presents a month."""


def honest(world: World, seed: int) -> tuple[Transfer, ...]:
    """What its people give one another."""
    return WORLDS[world].transfers(random.Random(seed), begin_ms=BEGIN_MS)


def cases_of(world: World, pattern: Typology | Evasion, *, seed: int, cases: int) -> Sequence[Case]:
    """`cases` of a pattern among people of `world`."""
    people, chance = WORLDS[world], random.Random(f"{seed}/{pattern}")
    last_ms = BEGIN_MS + (people.days - DAYS[1]) * DAY_MS
    made: list[Case] = []
    for number in range(cases):
        begin_ms = chance.randrange(BEGIN_MS, last_ms)
        if isinstance(pattern, Typology):
            case = plant(pattern, chance, number=number, accounts=people.accounts(), begin_ms=begin_ms)
        else:
            case = evade(pattern, chance, number=number, accounts=people.accounts(), begin_ms=begin_ms)
        made.append(case)
    return made
