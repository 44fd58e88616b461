"""transfer.py and serving.py alone: whom to ask for what, what to believe, and how much one member can ask for."""

import msgspec
import pytest

from canonical.hashing import Digest
from consensus.messages import (
    CheckpointProof,
    Data,
    Fetch,
    MetaData,
    PartRoot,
    StateEntry,
    StatePart,
)
from consensus.types import ReplicaId, SequenceNumber
from ledger.snapshot import Making, Snapshot
from node import serving
from node.serving import DATA_BYTES_MAX, FETCHES_A_TICK_MAX, SNAPSHOT_TICKS, Server
from node.transfer import BAN_TICKS, PATIENCE_TICKS, SNAPSHOT_BEHIND, Transfer
from tests.consensus.makers import header

ZERO = SequenceNumber(0)
FAR = SequenceNumber(SNAPSHOT_BEHIND + 32)
PEERS = [ReplicaId(each) for each in (1, 2, 3)]


def snapshot(height: int, *, entries: int = 300, value: bytes = b"v") -> Snapshot:
    """Half of the entries change with `value`."""
    return making(height, entries=entries, value=value).finish()


def making(height: int, *, entries: int = 300, value: bytes = b"v") -> Making:
    """What comes to `snapshot`."""
    return Making(height, [(b"key/%d" % n, value if n % 2 else b"still") for n in range(entries)])


def proof(of: Snapshot) -> CheckpointProof:
    return CheckpointProof(msgspec.structs.replace(header(of.height), state_root=of.state_root), ())


def meta_data(of: Snapshot) -> MetaData:
    return MetaData(proof(of), tuple(PartRoot(part, root) for part, root in of.roots.items()))


def data(of: Snapshot, fetch: Fetch) -> Data:
    return Data(
        fetch.height,
        tuple(StatePart(part, tuple(StateEntry(key, value) for key, value in of.parts[part])) for part in fetch.parts),
    )


def begun(of: Snapshot) -> tuple[Transfer, dict[ReplicaId, Fetch]]:
    """A transfer that has its list, and what it asks for next."""
    transfer = Transfer(lambda _: True)
    first = transfer.on_tick(executed=ZERO, stable=dict.fromkeys(PEERS, FAR))
    assert first == [(peer, Fetch(ZERO, ())) for peer in PEERS]
    assert transfer.on_meta_data(PEERS[0], meta_data(of)) is None
    for peer in PEERS[1:]:
        transfer.on_meta_data(peer, meta_data(of))
        transfer.asked.pop(peer, None)
    return transfer, dict(transfer.ask(PEERS))


def test_nothing_is_asked_for_by_who_is_not_far_behind() -> None:
    transfer = Transfer(lambda _: True)
    assert transfer.on_tick(executed=SequenceNumber(32), stable=dict.fromkeys(PEERS, FAR)) == []
    assert transfer.on_tick(executed=SequenceNumber(31), stable=dict.fromkeys(PEERS, FAR)) != []


def test_different_members_are_asked_for_different_parts() -> None:
    whole = snapshot(FAR)
    _, fetches = begun(whole)
    asked = [part for fetch in fetches.values() for part in fetch.parts]
    assert len(asked) == len(set(asked)) == 3 * 64


def test_a_whole_state_is_put_together_from_all() -> None:
    whole = snapshot(FAR)
    transfer, fetches = begun(whole)
    while fetches:
        for peer, fetch in fetches.items():
            assert transfer.on_data(peer, data(whole, fetch)) is None
        fetches = dict(transfer.ask(PEERS))
    complete = transfer.complete()
    assert complete is not None
    assert Snapshot.of(FAR, complete.entries()).state_root == whole.state_root
    assert (transfer.target, transfer.roots, transfer.parts, transfer.asked) == (None, {}, {}, {})


def test_a_list_that_proves_nothing_bans_its_sender() -> None:
    whole = snapshot(FAR)
    good = meta_data(whole)
    unsorted = MetaData(good.checkpoint, good.roots[::-1])
    twice = MetaData(good.checkpoint, (good.roots[0], *good.roots))
    other = MetaData(good.checkpoint, (PartRoot(good.roots[0].part, Digest(bytes(32))), *good.roots[1:]))
    for wrong in (unsorted, twice, other, MetaData(good.checkpoint, ())):
        transfer = Transfer(lambda _: True)
        transfer.on_tick(executed=ZERO, stable=dict.fromkeys(PEERS, FAR))
        assert transfer.on_meta_data(PEERS[0], wrong) == "a list of parts that does not fold up to the state root"
        assert transfer.banned.keys() == {PEERS[0]}
        assert transfer.target is None
    unproved = Transfer(lambda _: False)
    unproved.on_tick(executed=ZERO, stable=dict.fromkeys(PEERS, FAR))
    assert unproved.on_meta_data(PEERS[0], good) == "a checkpoint that no quorum certified"


def test_a_part_that_is_wrong_bans_its_sender_and_is_asked_of_another() -> None:
    whole = snapshot(FAR)
    transfer, fetches = begun(whole)
    right = data(whole, fetches[PEERS[0]])
    poisoned = Data(right.height, (StatePart(right.parts[0].part, (StateEntry(b"key/0", b"mine"),)), *right.parts[1:]))
    assert transfer.on_data(PEERS[0], poisoned) == "a part that is not the state's"
    assert transfer.parts == {}
    assert transfer.on_data(PEERS[0], right) is None
    assert transfer.parts == {}, "who is banned is not listened to"
    transfer.on_data(PEERS[1], data(whole, fetches[PEERS[1]]))
    (again,) = [fetch for peer, fetch in transfer.ask(PEERS) if peer == PEERS[1]]
    assert right.parts[0].part in again.parts


def test_a_liar_who_speaks_of_a_height_beyond_all_time_is_asked_alone_and_not_again_for_long() -> None:
    transfer = Transfer(lambda _: False)
    stable = {PEERS[0]: SequenceNumber(2**62), PEERS[1]: SequenceNumber(64), PEERS[2]: SequenceNumber(32)}
    assert transfer.on_tick(executed=SequenceNumber(33), stable=stable) == [(PEERS[0], Fetch(ZERO, ()))]
    assert transfer.on_meta_data(PEERS[0], meta_data(snapshot(2**61))) == "a checkpoint that no quorum certified"
    for _ in range(BAN_TICKS - 1):
        assert transfer.on_tick(executed=SequenceNumber(33), stable=stable) == []
    assert transfer.on_tick(executed=SequenceNumber(33), stable=stable) == [(PEERS[0], Fetch(ZERO, ()))]


def test_what_nobody_asked_for_is_nothing() -> None:
    whole = snapshot(FAR)
    transfer, fetches = begun(whole)
    stranger = ReplicaId(0)
    assert transfer.on_data(stranger, data(whole, fetches[PEERS[0]])) is None
    transfer.on_data(PEERS[1], data(whole, fetches[PEERS[0]]))
    assert transfer.parts == {}
    assert transfer.on_meta_data(stranger, meta_data(snapshot(FAR + 32))) is None
    assert transfer.target is not None
    assert transfer.target.header.height == FAR


def test_who_does_not_answer_is_asked_again_and_others_for_the_same() -> None:
    whole = snapshot(FAR, entries=20)
    transfer, fetches = begun(whole)
    assert fetches.keys() == set(PEERS)
    assert {fetch.parts for fetch in fetches.values()} == {tuple(whole.roots)}, "there is little to ask for"
    assert transfer.ask(PEERS) == []
    for _ in range(PATIENCE_TICKS - 1):
        assert transfer.on_tick(executed=ZERO, stable=dict.fromkeys(PEERS, FAR)) == []
    assert len(transfer.on_tick(executed=ZERO, stable=dict.fromkeys(PEERS, FAR))) == 3


def test_parts_that_a_later_checkpoint_did_not_change_are_kept() -> None:
    before, after = snapshot(FAR), snapshot(FAR + 32, value=b"w")
    transfer, fetches = begun(before)
    for peer, fetch in fetches.items():
        transfer.on_data(peer, data(before, fetch))
    held = dict(transfer.parts)
    transfer.ask(PEERS)
    assert transfer.on_meta_data(PEERS[2], meta_data(after)) is None
    assert transfer.target is not None
    assert transfer.target.header.height == FAR + 32
    kept = {part for part in held if before.roots[part] == after.roots.get(part)}
    assert 0 < len(kept) < len(held)
    assert transfer.parts.keys() == kept


def test_a_transfer_that_blocks_overtook_is_dropped() -> None:
    transfer, _ = begun(snapshot(FAR))
    assert transfer.on_tick(executed=FAR, stable=dict.fromkeys(PEERS, FAR)) == []
    assert (transfer.target, transfer.asked) == (None, {})


# The server


def test_a_snapshot_is_made_when_it_is_asked_for_and_kept() -> None:
    made: list[int] = []

    def begin(height: int) -> Making:
        made.append(height)
        return making(height)

    server = Server(begin)
    early, soon, late = snapshot(32), snapshot(128), snapshot(160)
    assert server.answer(PEERS[0], Fetch(ZERO, ()), stable=None, tick=0) is None
    assert server.answer(PEERS[0], Fetch(ZERO, ()), stable=proof(early), tick=0) == meta_data(early)
    for tick in range(1, SNAPSHOT_TICKS):
        assert server.answer(PEERS[0], Fetch(ZERO, ()), stable=proof(late), tick=tick) == meta_data(early)
    assert server.answer(PEERS[0], Fetch(ZERO, ()), stable=proof(soon), tick=SNAPSHOT_TICKS) == meta_data(early)
    assert server.answer(PEERS[0], Fetch(ZERO, ()), stable=proof(late), tick=SNAPSHOT_TICKS) == meta_data(late)
    assert made == [32, 160]
    old = Fetch(SequenceNumber(32), tuple(early.roots)[:1])
    assert server.answer(PEERS[0], old, stable=proof(late), tick=SNAPSHOT_TICKS) == meta_data(late)


def test_a_large_state_is_made_in_slices_and_whoever_asks_meanwhile_gets_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serving, "SLICE_STEPS_MAX", 100)
    server = Server(lambda height: making(height, entries=1_000))
    early, late = snapshot(32, entries=1_000), snapshot(160, entries=1_000)

    def ask(of: Snapshot, tick: int) -> MetaData | Data | None:
        return server.answer(PEERS[0], Fetch(ZERO, ()), stable=proof(of), tick=tick)

    assert ask(early, 0) is None, "there is none before"
    slices = 1
    while server.making is not None:
        assert ask(early, slices) is None
        before = server.making.steps
        part_max = max(map(len, early.parts.values()))
        making_of = server.making
        server.work(tick=slices)
        assert making_of.steps - before <= 100 + part_max
        slices += 1
    assert slices == 20
    assert ask(early, 30) == meta_data(early)
    again = slices - 1 + SNAPSHOT_TICKS
    assert ask(late, again - 1) == meta_data(early)
    assert server.making is None
    assert ask(late, again) == meta_data(early)
    fetch = Fetch(SequenceNumber(32), tuple(early.roots)[:3])
    assert server.answer(PEERS[1], fetch, stable=proof(late), tick=again) == data(early, fetch)
    while server.making is not None:
        server.work(tick=again)
    assert ask(late, again) == meta_data(late)


def test_a_member_rests_from_making_snapshots_as_long_as_the_last_one_took(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "SLICE_STEPS_MAX", 10)
    server, tick = Server(making), 0
    for height in (32, 160, 288):
        server.answer(PEERS[0], Fetch(ZERO, ()), stable=proof(snapshot(height)), tick=tick)
        assert server.making is not None
        begun = tick
        while server.making is not None:
            tick += 2
            server.work(tick=tick)
        assert tick - begun > SNAPSHOT_TICKS
        ended, late = tick, proof(snapshot(height + 128))
        for _ in range(tick - begun):
            server.answer(PEERS[0], Fetch(ZERO, ()), stable=late, tick=tick)
            assert server.making is None
            tick += 1
        assert tick == 2 * ended - begun


def test_one_member_is_answered_so_often_and_no_oftener() -> None:
    whole = snapshot(32)
    server = Server(making)
    answers = [
        server.answer(PEERS[0], Fetch(ZERO, ()), stable=proof(whole), tick=0) for _ in range(FETCHES_A_TICK_MAX + 5)
    ]
    assert sum(answer is not None for answer in answers) == FETCHES_A_TICK_MAX
    assert server.answer(PEERS[1], Fetch(ZERO, ()), stable=proof(whole), tick=0) is not None
    assert server.answer(PEERS[0], Fetch(ZERO, ()), stable=proof(whole), tick=1) is not None


def test_an_answer_is_bounded_in_bytes() -> None:
    whole = snapshot(32, value=b"x" * 8_000)
    server = Server(lambda height: making(height, value=b"x" * 8_000))
    fetch = Fetch(SequenceNumber(32), tuple(whole.roots)[:64])
    server.answer(PEERS[0], Fetch(ZERO, ()), stable=proof(whole), tick=0)
    answer = server.answer(PEERS[0], fetch, stable=proof(whole), tick=0)
    assert isinstance(answer, Data)
    size_bytes = sum(len(entry.value) for part in answer.parts for entry in part.entries)
    assert 0 < len(answer.parts) < 64
    assert size_bytes <= DATA_BYTES_MAX
