"""A ledger that is taken over is put together in slices, and until the last one the old ledger stands. Line S6."""

from collections.abc import Callable

import pytest

from network.policy import LinkPolicy
from node import installing, transfer
from node.simulation import SimulatedMember, Simulation
from node.writes import StoreSnapshot
from tests.node.simulated import register

BLOCKS = 70
OLD = 4
"""What the late member has before it misses the rest."""


def grow(simulation: Simulation, first: int, last: int) -> None:
    """One block a registration."""
    leader = simulation.members[0]
    for number in range(first, last + 1):
        height = leader.height
        register(simulation, number, at=0)
        assert simulation.run_until(
            lambda height=height: leader.core.explain().certified > height,  # type: ignore[misc]
            within_ms=5_000,
        )


def far_behind(*, seed: int) -> tuple[Simulation, SimulatedMember]:
    """A chain, and a member that has its first blocks and is down; no blocks reach it when it is back."""
    simulation = Simulation(4, seed=seed)
    late = simulation.members[3]
    grow(simulation, 1, OLD)
    assert simulation.run_until(lambda: late.height == OLD, within_ms=1_000)
    late.kill()
    grow(simulation, OLD + 1, BLOCKS)
    simulation.network.add(LinkPolicy(target=(late.id,), tags=("certified-block",), drop=1.0))
    return simulation, late


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "SNAPSHOT_BEHIND", 40)


Slices = list[tuple[int, int, int]]
"""Of each slice: when, how many steps, and the entries drawn so far."""


def watched(monkeypatch: pytest.MonkeyPatch, simulation: Simulation, *, steps_max: int) -> Slices:
    """Note each slice; a run stops after it, while the disk works."""
    monkeypatch.setattr(installing, "SLICE_STEPS_MAX", steps_max)
    slices: Slices = []
    work: Callable[[installing.Installing], installing.WholeLedger | None] = installing.Installing.work

    def noted(self: installing.Installing) -> installing.WholeLedger | None:
        before = self._restoring.steps
        whole = work(self)
        slices.append((simulation.now_ms, self._restoring.steps - before, self.entries))
        simulation.agenda.pause()
        return whole

    monkeypatch.setattr(installing.Installing, "work", noted)
    return slices


def test_no_turn_does_more_than_a_slice_and_the_member_takes_part_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    simulation, late = far_behind(seed=11)
    slices = watched(monkeypatch, simulation, steps_max=1)
    said: list[int] = []
    simulation.on_said.append(lambda member, _: said.append(simulation.now_ms) if member is late else None)
    late.start()
    assert simulation.run_until(lambda: late.disk.base_height == 64, within_ms=10_000)
    times = [time_ms for time_ms, _, _ in slices]
    assert len(slices) > 20
    assert len(set(times)) == len(times), "one slice a turn"
    assert max(steps for _, steps, _ in slices) <= 1
    assert sum(times[0] < each < times[-1] for each in said) > 3, "it says where it is meanwhile"


def test_a_crash_before_any_slice_leaves_the_old_ledger_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    simulation, late = far_behind(seed=12)
    old_root = simulation.blocks(late)[-1].header.state_root
    slices = watched(monkeypatch, simulation, steps_max=16)
    crashes, switched = 0, False
    while not switched:
        late.start()
        assert late.core.ledger.state_root == old_root
        assert (late.height, late.disk.base_height, late.disk._aside) == (OLD, 0, [])
        slices.clear()
        assert simulation.run_until(lambda: len(slices) > crashes, within_ms=10_000)  # noqa: B023
        switched = late.core.ledger.height > OLD
        assert late.disk.base_height == 0, "the disk has not got it yet"
        late.kill()
        crashes += 1
    assert crashes > 8
    # The last crash came after the switch, while the disk worked: it has all of it or nothing.
    late.start()
    assert (late.height, late.disk.base_height) in {(OLD, 0), (64, 64)}
    assert late.core.ledger.height == late.height
    assert simulation.run_until(lambda: late.disk.base_height == 64, within_ms=10_000)
    late.kill()
    late.start()
    assert late.core.ledger.height == 64


def test_blocks_that_get_there_first_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    simulation = Simulation(4, seed=13)
    late = simulation.members[3]
    late.kill()
    grow(simulation, 1, BLOCKS)
    slices = watched(monkeypatch, simulation, steps_max=1)
    late.start()
    assert simulation.run_until(lambda: late.core.explain().certified == BLOCKS, within_ms=10_000)
    assert slices, "it had begun"
    simulation.run_for(500)
    done = len(slices)
    simulation.run_for(500)
    assert (len(slices), late.disk.base_height) == (done, 0)
    assert late.core._state_transfer.installing is None
    assert late.core.ledger.state_root == simulation.members[0].core.ledger.state_root


def test_same_seed_same_run_with_a_ledger_that_comes_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installing, "SLICE_STEPS_MAX", 16)

    def hash_of_run() -> str:
        simulation, late = far_behind(seed=14)
        late.start()
        assert simulation.run_until(lambda: late.disk.base_height == 64, within_ms=10_000)
        return simulation.trace_hash()

    assert hash_of_run() == hash_of_run()


def test_the_switch_writes_a_count_and_no_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the last turn puts on disk does not grow with the ledger."""
    simulation, late = far_behind(seed=15)
    slices = watched(monkeypatch, simulation, steps_max=8)
    late.start()
    assert simulation.run_until(lambda: late.disk.base_height == 64, within_ms=10_000)
    assert late.disk.base == StoreSnapshot(late.disk.base.checkpoint, slices[-1][2], late.disk.base.executed)  # type: ignore[union-attr]
    assert slices[-1][2] == slices[-2][2] == len(late.disk._base_entries)
