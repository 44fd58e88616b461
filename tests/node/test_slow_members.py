"""Members whose blocks take longer than a failover should: busy is not faulty."""

from functools import partial

import pytest

from node.simulation import Simulation
from tests.node.simulated import has_all, register

SLOW_SYNC_US = 150_000
"""A vote waits 150 to 300 ms for the disk; four of them, one after the other, make a block: 600 to 1,200 ms."""


def views(simulation: Simulation) -> set[int]:
    return {member.core.replica.state.view for member in simulation.members}


@pytest.mark.parametrize("seed", range(4))
def test_blocks_slower_than_the_failover_change_no_view_as_long_as_they_come(seed):
    simulation = Simulation(4, seed=seed)
    for member in simulation.members:
        member.sync_us = SLOW_SYNC_US
    for number in range(40):
        simulation.at(number * 400, partial(register, simulation, number + 1, at=number % 4))
    assert simulation.run_until(partial(has_all, simulation, 40), within_ms=30_000)
    blocks = simulation.members[0].disk.blocks
    assert (blocks[-1].header.timestamp_ms - blocks[0].header.timestamp_ms) / len(blocks) > 500
    assert views(simulation) == {0}


def test_slow_members_still_miss_a_primary_that_is_gone():
    simulation = Simulation(4, seed=1)
    for member in simulation.members:
        member.sync_us = SLOW_SYNC_US
    for number in range(10):
        simulation.at(number * 400, partial(register, simulation, number + 1, at=1 + number % 3))
    simulation.at(2_000, simulation.members[0].kill)
    others = simulation.members[1:]
    done = simulation.run_until(lambda: all(len(member.disk.transactions) == 10 for member in others), within_ms=20_000)
    assert done
    assert {member.core.replica.state.view for member in others} == {1}
