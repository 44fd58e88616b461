"""Far behind: a member takes the ledger over in parts, from several others, and goes on with blocks (T-E11, T-E14)."""

from collections.abc import Iterable

import msgspec
import pytest

from consensus.bundle import Bundle, seal
from consensus.messages import Data, Fetch, Item, MetaData, StateEntry
from consensus.types import Epoch, ReplicaId
from network.bus import Channel
from network.policy import LinkPolicy
from node import serving, transfer
from node.simulation import Said, SimulatedMember, Simulation
from tests.node.simulated import register

BEHIND = 40
"""Instead of 512, so that a short run gets there."""

_BUNDLES = msgspec.msgpack.Decoder(Bundle)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "SNAPSHOT_BEHIND", BEHIND)


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


def all_at(simulation: Simulation, height: int) -> bool:
    return all(member.core.explain().certified >= height for member in simulation.members if member.up)


def items_of(said: Said) -> tuple[Item, ...]:
    if said.channel is Channel.BATCHES:
        return ()
    try:
        return _BUNDLES.decode(said.payload).items
    except msgspec.DecodeError:
        return ()


class Poisoner:
    """Serves a state of its own making, in a list that folds up, or with one entry changed in each part."""

    def __init__(self, simulation: Simulation, index: int, *, lies_in: type) -> None:
        self.simulation, self.index, self.lies_in = simulation, ReplicaId(index), lies_in
        self.lies = 0

    def say(self, member: SimulatedMember, said: Said) -> Iterable[Said]:
        items = items_of(said)
        if not any(isinstance(each, self.lies_in) for each in items):
            return [said]
        self.lies += 1
        lied = [self.altered(each) for each in items]
        opened = seal(lied, chain=self.simulation.chain, epoch=Epoch(0), sender=self.index, sign=member.sign)
        return [Said(said.target, said.channel, msgspec.msgpack.encode(opened.bundle))]

    def altered(self, item: Item) -> Item:
        match item:
            case MetaData(checkpoint, roots) if self.lies_in is MetaData:
                return MetaData(checkpoint, roots[1:])
            case Data(height, parts) if self.lies_in is Data:
                first, *rest = parts
                stolen = StateEntry(first.entries[0].key, b"mine")
                return Data(height, (msgspec.structs.replace(first, entries=(stolen, *first.entries[1:])), *rest))
            case _:
                return item


def test_a_member_far_behind_takes_the_ledger_over_and_goes_on_with_blocks() -> None:
    simulation = Simulation(4, seed=1)
    late = simulation.members[3]
    late.kill()
    grow(simulation, 1, 99)
    late.start()
    assert simulation.run_until(lambda: all_at(simulation, 99), within_ms=10_000)
    assert late.disk.base_height == 96
    assert late.core.ledger.state_root == simulation.members[0].core.ledger.state_root
    assert [block.header.height for block in simulation.blocks(late)] == [97, 98, 99]
    # It votes again: another member can be spared.
    simulation.members[2].kill()
    register(simulation, 100, at=0)
    assert simulation.run_until(lambda: all_at(simulation, 100), within_ms=20_000)
    # What it holds now is what it finds when it is started again.
    late.kill()
    late.start()
    assert late.core.ledger.state_root == simulation.members[0].core.ledger.state_root
    simulation.members[2].start()
    register(simulation, 101, at=1)
    assert simulation.run_until(lambda: all_at(simulation, 101), within_ms=20_000)


def test_a_member_a_little_behind_takes_blocks_over_and_no_ledger() -> None:
    simulation = Simulation(4, seed=1)
    simulation.members[3].kill()
    grow(simulation, 1, BEHIND)
    simulation.members[3].start()
    assert simulation.run_until(lambda: all_at(simulation, BEHIND), within_ms=10_000)
    assert simulation.members[3].disk.base_height == 0


@pytest.mark.parametrize("lies_in", [MetaData, Data])
def test_whoever_sends_a_poisoned_snapshot_is_banned_and_the_others_give_the_true_one__t_e11(lies_in: type) -> None:
    simulation = Simulation(4, seed=2)
    late = simulation.members[3]
    late.kill()
    grow(simulation, 1, 70)
    poisoner = Poisoner(simulation, 1, lies_in=lies_in)
    simulation.replace_member(1, poisoner)
    late.start()
    assert simulation.run_until(lambda: all_at(simulation, 70), within_ms=10_000)
    assert poisoner.lies > 0
    assert late.core.ledger.state_root == simulation.members[0].core.ledger.state_root
    assert late.core._state_transfer.bans.keys() <= {1}
    assert not late.core.replica.state.accused, "a ban is this member's own business and proves nothing to others"


def test_one_who_serves_nothing_but_poison_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two others cannot be reached at first. Blocks are taken even from it: their certificates speak for them."""
    simulation = Simulation(4, seed=3)
    late, liar = simulation.members[3], simulation.members[1]
    late.kill()
    grow(simulation, 1, 70)
    poisoner = Poisoner(simulation, 1, lies_in=Data)
    simulation.replace_member(1, poisoner)
    cut = simulation.network.partition([[late, liar], [simulation.members[0], simulation.members[2]]])
    monkeypatch.setattr(transfer, "SNAPSHOT_BEHIND", 20)
    asked: list[tuple[str, Fetch]] = []
    simulation.on_said.append(
        lambda member, said: (
            asked.extend((said.target, each) for each in items_of(said) if isinstance(each, Fetch) and each.parts)
            if member is late
            else None
        )
    )
    late.start()
    simulation.run_for(300)
    assert late.core._state_transfer.bans == {1: 1}
    assert len(asked) == 1
    assert late.disk.base_height == 0
    cut.heal()
    assert simulation.run_until(lambda: all_at(simulation, 70), within_ms=20_000)


@pytest.mark.slow
def test_a_moving_target_is_followed__t_e14(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of it the others forget the checkpoint that they served, as in a restart, and serve a later one."""
    monkeypatch.setattr(serving, "SNAPSHOT_TICKS", 0)
    monkeypatch.setattr(serving, "DATA_BYTES_MAX", 300)
    simulation = Simulation(4, seed=4)
    late = simulation.members[3]
    late.kill()
    grow(simulation, 1, 70)
    heights: set[int] = set()
    simulation.on_said.append(
        lambda member, said: heights.update(each.height for each in items_of(said) if isinstance(each, Fetch))
    )
    slow = simulation.network.add(LinkPolicy(target=(late.id,), tags=("certified-block",), drop=1.0))
    simulation.network.add(LinkPolicy(target=(late.id,), tags=("data",), delay_ms=150))
    late.start()
    grow(simulation, 71, 100)
    transfer_of_late = late.core._state_transfer.transfer
    assert simulation.run_until(lambda: len(transfer_of_late.parts) > 10, within_ms=5_000)
    assert transfer_of_late.target is not None
    for member in simulation.members[:3]:
        member.core._state_transfer.server.served = None
    assert simulation.run_until(lambda: late.disk.base_height > 0, within_ms=10_000)
    slow.heal()
    assert simulation.run_until(lambda: all_at(simulation, 100), within_ms=20_000)
    assert late.core.ledger.state_root == simulation.members[0].core.ledger.state_root
    assert {64, 96} <= heights
    assert late.disk.base_height == 96


def test_a_wiped_member_takes_the_ledger_over_and_is_mute_until_it_may_vote() -> None:
    simulation = Simulation(4, seed=5)
    grow(simulation, 1, 70)
    simulation.members[3].wipe()
    simulation.members[3].start()
    assert simulation.run_until(lambda: all_at(simulation, 70), within_ms=10_000)
    assert simulation.members[3].disk.base_height == 64
    assert simulation.members[3].core.explain().mute == "mute until block 192: disk was lost"


def test_same_seed_same_run_with_a_ledger_taken_over() -> None:
    def hash_of_run() -> str:
        simulation = Simulation(4, seed=6)
        simulation.members[3].kill()
        grow(simulation, 1, 70)
        simulation.members[3].start()
        assert simulation.run_until(lambda: all_at(simulation, 70), within_ms=10_000)
        assert simulation.members[3].disk.base_height == 64
        return simulation.trace_hash()

    assert hash_of_run() == hash_of_run()


def test_a_large_state_is_made_over_many_turns_and_the_chain_goes_on_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """No turn does more than its share of it, and blocks are executed between the first slice and the last."""
    monkeypatch.setattr(serving, "SLICE_STEPS_MAX", 8)
    slices: dict[int, list[tuple[int, int, int]]] = {}
    work = serving.Server.work

    simulation = Simulation(4, seed=7)
    servers = {id(each.core._state_transfer.server): each for each in simulation.members}

    def noted(self: serving.Server, *, tick: int) -> None:
        member, making = servers[id(self)], self.making
        assert making is not None
        before = making.steps
        work(self, tick=tick)
        noted_here = (simulation.now_ms, making.steps - before, member.height)
        slices.setdefault(member.index, []).append(noted_here)

    monkeypatch.setattr(serving.Server, "work", noted)
    late = simulation.members[3]
    late.kill()
    grow(simulation, 1, 70)
    slow = simulation.network.add(LinkPolicy(target=(late.id,), tags=("certified-block",), drop=1.0))
    late.start()
    grow(simulation, 71, 95)
    assert simulation.run_until(lambda: late.disk.base_height == 64, within_ms=20_000)
    slow.heal()
    assert simulation.run_until(lambda: all_at(simulation, 95), within_ms=20_000)
    assert late.core.ledger.state_root == simulation.members[0].core.ledger.state_root
    assert slices.keys() == {0, 1, 2}
    for made in slices.values():
        times = [time_ms for time_ms, _, _ in made]
        assert len(made) > 5
        assert len(set(times)) == len(times), "one slice a turn"
        assert max(steps for _, steps, _ in made) <= 8 + 3, "a slice goes on to the end of a part"
        assert made[-1][2] > made[0][2] + 2, "it executed blocks meanwhile"
