"""AMLSim's eight typologies, as gifts of collectibles: what the detectors are measured with.

AMLSim (IBM) plants patterns of payments among five to ten accounts within five to twenty days, and so does this. Where
money is passed on, here the same token is. Every way of a token is in order of time.
"""

import enum
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ledger.parameters import DAY_MS
from scenarios.laboratory.transfer import Transfer

ACCOUNTS = (5, 10)
"""Accounts of one case: smallest and largest number (AMLSim's alertPatterns)."""

DAYS = (5, 20)
"""Days that one case takes."""


class Typology(enum.StrEnum):
    """AMLSim's names."""

    FAN_OUT = "fan_out"
    FAN_IN = "fan_in"
    CYCLE = "cycle"
    BIPARTITE = "bipartite"
    STACK = "stack"
    RANDOM = "random"
    SCATTER_GATHER = "scatter_gather"
    GATHER_SCATTER = "gather_scatter"


@dataclass(frozen=True, slots=True)
class Case:
    """One planted pattern."""

    typology: str
    """A `Typology` or an `Evasion`."""
    transfers: tuple[Transfer, ...]
    """In order of time."""


Hands = tuple[str, ...]
"""A token's way: whose hands it passes through."""


def plant(typology: Typology, chance: random.Random, *, number: int, accounts: Sequence[str], begin_ms: int) -> Case:
    """Make case `number` among some of `accounts` (at least ten), beginning at `begin_ms`."""
    who = chance.sample(list(accounts), chance.randint(*ACCOUNTS))
    length_ms = chance.randint(*DAYS) * DAY_MS
    transfers: list[Transfer] = []
    for way, hands in enumerate(_WAYS[typology](who, chance)):
        token = f"{typology.value.replace('_', '-')}-{number}-{way + 1:04d}"
        times = _times(chance, begin_ms, length_ms, len(hands) - 1)
        transfers += [
            Transfer(at_ms, token, giver, receiver)
            for at_ms, giver, receiver in zip(times, hands, hands[1:], strict=False)
        ]
    return Case(typology, tuple(sorted(transfers)))


def _times(chance: random.Random, begin_ms: int, length_ms: int, steps: int) -> list[int]:
    """One moment in each of `steps` equal parts of the case, so that what is gathered was scattered before."""
    part_ms = length_ms // steps
    return [begin_ms + step * part_ms + chance.randrange(part_ms) for step in range(steps)]


def _fan_out(who: Sequence[str], _: random.Random) -> Iterator[Hands]:
    main, *others = who
    yield from ((main, other) for other in others)


def _fan_in(who: Sequence[str], _: random.Random) -> Iterator[Hands]:
    main, *others = who
    yield from ((other, main) for other in others)


def _cycle(who: Sequence[str], _: random.Random) -> Iterator[Hands]:
    yield (*who, who[0])


def _bipartite(who: Sequence[str], _: random.Random) -> Iterator[Hands]:
    half = len(who) // 2
    yield from ((origin, end) for origin in who[:half] for end in who[half:])


def _stack(who: Sequence[str], _: random.Random) -> Iterator[Hands]:
    third = len(who) // 3
    origins, between, ends = who[:third], who[third : 2 * third], who[2 * third :]
    yield from ((origin, middle, end) for origin in origins for middle in between for end in ends)


def _random(who: Sequence[str], chance: random.Random) -> Iterator[Hands]:
    hands = [who[0]]
    while len(hands) < len(who):
        hands.append(chance.choice([each for each in who if each != hands[-1]]))
    yield tuple(hands)


def _scatter_gather(who: Sequence[str], _: random.Random) -> Iterator[Hands]:
    origin, *between, end = who
    yield from ((origin, middle, end) for middle in between)


def _gather_scatter(who: Sequence[str], _: random.Random) -> Iterator[Hands]:
    main, *others = who
    half = len(others) // 2
    yield from ((origin, main, end) for origin, end in zip(others[:half], others[half:], strict=False))


_WAYS: dict[Typology, Callable[[Sequence[str], random.Random], Iterator[Hands]]] = {
    Typology.FAN_OUT: _fan_out,
    Typology.FAN_IN: _fan_in,
    Typology.CYCLE: _cycle,
    Typology.BIPARTITE: _bipartite,
    Typology.STACK: _stack,
    Typology.RANDOM: _random,
    Typology.SCATTER_GATHER: _scatter_gather,
    Typology.GATHER_SCATTER: _gather_scatter,
}
assert list(_WAYS) == list(Typology), "every typology has its ways"
