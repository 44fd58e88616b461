"""Seeded chaos: whatever the network, the machines and f liars do, every invariant holds; then all heals and it moves.

A failure names its seed: `run_chaos(seed, n=..., liars=...)` in tests/consensus/chaos.py replays it.
"""

import random

import pytest

from tests.consensus.chaos import heal, is_complete, run_chaos
from tests.consensus.cluster import Cluster

TICKS_TO_HEAL = 30
"""Status intervals until everything is final everywhere. The worst of 480 seeds: 16 with a liar, 5 without."""

PER_TEST = 5


QUICK = 20
"""Seeds that every check runs; the others run with the whole suite."""


def some_of(count: int) -> pytest.MarkDecorator:
    """Parametrize by `some`, a few seeds each."""
    parts = (range(first, first + PER_TEST) for first in range(0, count, PER_TEST))
    return pytest.mark.parametrize(
        "some", [pytest.param(part, marks=pytest.mark.slow if part.start >= QUICK else ()) for part in parts]
    )


def heals(cluster: Cluster, seed: int) -> None:
    heal(cluster)
    cluster.ticks_until(lambda: is_complete(cluster), most=TICKS_TO_HEAL)
    batches = sum(each.disk.own_batches for each in cluster.honest)
    assert all(len(each.disk.executed) >= batches for each in cluster.honest), f"seed {seed}"


@some_of(60)
def test_honest_members_agree_through_loss_crashes_and_disorder__t_k1(some: range) -> None:
    for seed in some:
        heals(run_chaos(seed), seed)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 6, 7])
def test_committees_of_every_size_agree(n: int) -> None:
    for seed in range(100 * n, 100 * n + 6):
        heals(run_chaos(seed, n=n), seed)


@some_of(60)
def test_one_lying_backup_changes_nothing_and_stops_nothing__t_c3(some: range) -> None:
    for seed in some:
        heals(run_chaos(seed, liars=[1 + seed % 3]), seed)


@some_of(60)
def test_a_lying_primary_brings_nobody_to_disagree_and_stops_nothing__t_c3(some: range) -> None:
    for seed in some:
        heals(run_chaos(seed, liars=[0]), seed)


@pytest.mark.parametrize(
    ("n", "liars"), [(5, [0]), (5, [3]), (6, [0]), (6, [3]), (7, [0, 1]), (7, [0, 3]), (7, [2, 5])]
)
def test_as_many_liars_as_larger_committees_bear(n: int, liars: list[int]) -> None:
    for seed in range(4):
        heals(run_chaos(1_000 + seed, n=n, liars=liars, steps=200), 1_000 + seed)


def test_the_same_seed_gives_the_same_run__t_k9() -> None:
    """Nothing in a replica depends on anything but its events: not on hashes of objects, not on the order of sets."""
    one, other = run_chaos(7, liars=[2]), run_chaos(7, liars=[2])
    assert one.wire == other.wire
    assert [each.disk for each in one.machines] == [each.disk for each in other.machines]
    assert one.steps == other.steps


def test_heights_and_headers_are_one_chain_with_equal_prefixes() -> None:
    for seed in range(10):
        cluster = run_chaos(seed)
        longest = max((each.disk.headers for each in cluster.machines), key=len)
        for machine in cluster.machines:
            assert all(longest[height] == header for height, header in machine.disk.headers.items())


@pytest.mark.parametrize("probability", [0.1, 0.3, 0.5])
def test_progress_on_a_lossy_network(probability: float) -> None:
    """Each message is lost with this probability, status messages too, for ever."""
    for seed in range(3):
        cluster = Cluster(4)
        cluster.lossy(random.Random(seed), probability)
        for each in range(16):
            cluster.submit(each % 4)
            cluster.tick(each % 2)
        cluster.ticks_until(lambda cluster=cluster: cluster.is_done(16), most=150)  # type: ignore[misc]
