"""How far members are from each other: four networks, two of them measured (data/SOURCES.md).

A delay is half a round trip, plus a tail: an exponential draw whose mean is the link's deviation; only in `slow`, which
is there for comparisons, is it normally distributed. The measured networks are graphs; where a pair was not measured,
its delay is that of the shortest path.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import log
from pathlib import Path
from random import Random
from statistics import NormalDist

import networkx

DATA = Path(__file__).parent / "data"

SLOW = "slow"
"""The profile that other simulators are measured with: 250 ms with a deviation of 50 ms, normally distributed."""

QUANTILES = 4_096
"""Steps of a normal distribution."""

TAIL_US_MIN = 50
"""No link is more regular than that, whatever a short series of pings says."""

CHINA = ("Hangzhou", "Shanghai", "Shenzhen", "Zhangjiakou")
"""Where members are in `wan-china`, in turn: the four places of the mainland that were measured."""

WORLD = ("Frankfurt", "N_Virginia", "Singapore", "Tokyo", "S_Paulo", "Sydney", "Ireland")
"""Where members are in `wan-world`, in turn."""

Link = tuple[int, int]
"""Base delay and mean of the tail, in microseconds."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The delays between the members of one committee."""

    name: str
    links: tuple[tuple[Link, ...], ...]
    """By sender and receiver; that to oneself is never used."""

    def delay_us(self, source: int, target: int, chance: Random) -> int:
        """Draw what one message takes."""
        base_us, tail_us = self.links[source][target]
        return base_us + int(chance.expovariate(1.0) * tail_us)

    def delays_us(self, source: int, targets: Sequence[int], chance: Random) -> list[int]:
        """Draw what one message to each of `targets` takes, in their order."""
        links, draw = self.links[source], chance.random
        # The exponential draw of `Random.expovariate`, without a call for each.
        return [links[target][0] + int(-log(1.0 - draw()) * links[target][1]) for target in targets]


@dataclass(frozen=True, slots=True)
class NormalProfile(Profile):
    """The same normally distributed delay between any two, in `QUANTILES` equally likely steps, never below zero.

    The outermost steps lie three and a half deviations from the mean. A step is drawn quicker than a sum of logarithms
    is computed, and every message of a run draws one.
    """

    steps_us: tuple[int, ...]

    def delay_us(self, source: int, target: int, chance: Random) -> int:
        """Draw what one message takes."""
        del source, target
        return chance.choice(self.steps_us)

    def delays_us(self, source: int, targets: Sequence[int], chance: Random) -> list[int]:
        """Draw what one message to each of `targets` takes, in their order."""
        del source
        return chance.choices(self.steps_us, k=len(targets))


def profile_of(name: str, members: int) -> Profile:
    """The profile called `name` for a committee of `members`.

    Raises: ValueError naming the profiles there are.
    """
    if name not in PROFILES:
        raise ValueError(f"there is no network profile {name}; there are {', '.join(PROFILES)}")
    links = PROFILES[name](members)
    return NormalProfile(name, links, _normal_steps()) if name == SLOW else Profile(name, links)


@cache
def _normal_steps() -> tuple[int, ...]:
    cuts = NormalDist(250_000, 50_000).quantiles(QUANTILES + 1)
    return tuple(max(0, round(each)) for each in cuts)


def _even(base_us: int, tail_us: int) -> Callable[[int], tuple[tuple[Link, ...], ...]]:
    return lambda members: ((((base_us, tail_us),) * members),) * members


def _measured(file: str, places: tuple[str, ...]) -> Callable[[int], tuple[tuple[Link, ...], ...]]:
    def links(members: int) -> tuple[tuple[Link, ...], ...]:
        between = _links_of(file, places)
        return tuple(
            tuple(between[places[source % len(places)], places[target % len(places)]] for target in range(members))
            for source in range(members)
        )

    return links


@cache
def _links_of(file: str, places: tuple[str, ...]) -> dict[tuple[str, str], Link]:
    graph = networkx.Graph()
    with (DATA / file).open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            tail_us = max(TAIL_US_MIN, int(float(row["rtt_ms_deviation"]) * 500))
            graph.add_edge(row["city"], row["other_city"], rtt_ms=float(row["rtt_ms"]), tail_us=tail_us)
    found: dict[tuple[str, str], Link] = {}
    for city in places:
        for other in places:
            # What was measured holds, even where a way over a third city would be faster: nobody routes by pings.
            measured = [city, other] if graph.has_edge(city, other) else None
            path = measured or networkx.dijkstra_path(graph, city, other, weight="rtt_ms")
            legs = [graph.edges[pair] for pair in pairwise(path)]
            base_us = int(sum(leg["rtt_ms"] for leg in legs) * 500)
            # Two members in one place are a data centre apart.
            found[city, other] = (base_us, sum(leg["tail_us"] for leg in legs)) if legs else (500, 2 * TAIL_US_MIN)
    return found


PROFILES: dict[str, Callable[[int], tuple[tuple[Link, ...], ...]]] = {
    "lan": _even(200, 100),
    "metro": _even(1_500, 300),
    SLOW: _even(200_000, 50_000),
    "wan-china": _measured("rtt_china_apac.csv", CHINA),
    "wan-world": _measured("rtt_world.csv", WORLD),
}
"""Name of a profile -> its links for a number of members; those of `slow` have its mean and its deviation."""
