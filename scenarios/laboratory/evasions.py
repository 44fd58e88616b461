"""How somebody passes who has read docs/DETECTORS.md: typologies that were made against our detectors, not found.

The first three are one customer's: he has five accounts of three persons, himself and two who lend him theirs. The view
collapses accounts to persons, so five accounts are three nodes. The other two take the five to ten straw men of AMLSim
and are made against the sign that the people of a pattern are strangers (`ledger/detectors/strangers.py`).
"""

import enum
import random
from collections.abc import Callable, Iterator, Sequence

from ledger.parameters import DAY_MS
from scenarios.laboratory.transfer import Transfer
from scenarios.laboratory.typologies import ACCOUNTS, DAYS, Case, Typology, plant

HOUR_MS = 3_600_000

PERSONS = 3
"""Whose accounts he has."""


class Evasion(enum.StrEnum):
    """What he does."""

    PATIENCE = "evasive-patience"
    """The token goes round a loop, but rests with everybody until its trail has been forgotten."""
    SWAPS = "evasive-swaps"
    """Nothing is given on: a ring of three gives round new things, and one thing more so that no balance is nil."""
    KEEPING = "evasive-keeping"
    """A mule hands on to the third, but waits out the day of haste, and keeps every fourth thing."""
    FRIENDS = "evasive-friends"
    """Straw men who first give each other presents, so as to be no strangers when they scatter and gather."""
    FRESH = "evasive-fresh"
    """Straw men who do nothing else, so that nothing shows that they are strangers when they scatter and gather."""


def evade(evasion: Evasion, chance: random.Random, *, number: int, accounts: Sequence[str], begin_ms: int) -> Case:
    """Make case `number` among some of `accounts` (at least ten), beginning at `begin_ms`."""
    return Case(evasion, tuple(sorted(_EVASIONS[evasion](chance, number, accounts, begin_ms))))


def _patience(chance: random.Random, number: int, accounts: Sequence[str], begin_ms: int) -> Iterator[Transfer]:
    at_ms = begin_ms
    one, two, three = chance.sample(list(accounts), PERSONS)
    for giver, receiver in ((one, two), (two, three), (three, one)):
        yield Transfer(at_ms, f"{Evasion.PATIENCE}-{number}-0001", giver, receiver)
        at_ms += 31 * DAY_MS + chance.randrange(DAY_MS)


def _swaps(chance: random.Random, number: int, accounts: Sequence[str], begin_ms: int) -> Iterator[Transfer]:
    ring = chance.sample(list(accounts), PERSONS)
    rounds = chance.randint(4, 8)
    every_ms = chance.randint(*DAYS) * DAY_MS // rounds
    things = 0
    for turn in range(rounds):
        for place in (0, 1, 2, turn % PERSONS):
            things += 1
            at_ms = begin_ms + turn * every_ms + chance.randrange(every_ms)
            token = f"evasive{things}-{number}-{things:04d}"
            yield Transfer(at_ms, token, ring[place], ring[(place + 1) % PERSONS])


def _keeping(chance: random.Random, number: int, accounts: Sequence[str], begin_ms: int) -> Iterator[Transfer]:
    origin, mule, end = chance.sample(list(accounts), PERSONS)
    length_ms = chance.randint(*DAYS) * DAY_MS
    for thing in range(chance.randint(6, 12)):
        token, at_ms = f"{Evasion.KEEPING}-{number}-{thing + 1:04d}", begin_ms + chance.randrange(length_ms)
        yield Transfer(at_ms, token, origin, mule)
        if thing % 4 != 3:
            yield Transfer(at_ms + chance.randint(25, 72) * HOUR_MS, token, mule, end)


def _friends(chance: random.Random, number: int, accounts: Sequence[str], begin_ms: int) -> Iterator[Transfer]:
    who = chance.sample(list(accounts), ACCOUNTS[1])
    # Ten days for friendships, then the case; plant() draws who of these ten takes part.
    for thing, giver in enumerate(who):
        for ahead in (1, 2):
            token = f"friends{ahead}-{number}-{thing:04d}"
            yield Transfer(begin_ms + chance.randrange(10 * DAY_MS), token, giver, who[(thing + ahead) % len(who)])
    yield from plant(
        Typology.SCATTER_GATHER, chance, number=number, accounts=who, begin_ms=begin_ms + 10 * DAY_MS
    ).transfers


def _fresh(chance: random.Random, number: int, _: Sequence[str], begin_ms: int) -> Iterator[Transfer]:
    nobody = [f"fresh{number}-{each}" for each in range(ACCOUNTS[1])]
    yield from plant(Typology.SCATTER_GATHER, chance, number=number, accounts=nobody, begin_ms=begin_ms).transfers


_EVASIONS: dict[Evasion, Callable[[random.Random, int, Sequence[str], int], Iterator[Transfer]]] = {
    Evasion.PATIENCE: _patience,
    Evasion.SWAPS: _swaps,
    Evasion.KEEPING: _keeping,
    Evasion.FRIENDS: _friends,
    Evasion.FRESH: _fresh,
}
assert list(_EVASIONS) == list(Evasion), "every evasion is made"
