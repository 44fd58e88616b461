"""What is recorded of a core leads a fresh core to the same effects; what is not the same is found and placed."""

import inspect
import os
from copy import copy
from functools import partial
from hashlib import sha256
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from canonical.encoding import encode
from canonical.hashing import Digest
from consensus.effects import Halt, PushBlocks, SetTimer
from consensus.types import ReplicaId, SequenceNumber, View
from network.bus import Channel
from network.policy import LinkPolicy
from node import serving, transfer
from node.core import Core
from node.effects import CoreReady, Outbound
from node.errors import RecordingUnreadable, RecordingUnusable
from node.recording.effects import asked_in, effects_of
from node.recording.frames import MAGIC, FrameReader, FrameWriter
from node.recording.recorded_core import RecordedCore
from node.recording.recorder import Recorder, RecordingEnd
from node.recording.records import AnyRecord, Arrived, Born, Ended, Ending, Fired, HandedOver, Signed, Took
from node.recording.replay import replay
from node.simulation import Simulation
from node.state_transfer import SNAPSHOT_SLICE
from node.writes import Stabilise, StoreBlock
from tests.node.recorded import Recordings, recordings, replay_all
from tests.node.simulated import register

__all__ = ["recordings"]

READ_ONLY = {"bans", "is_at_rest", "member_of", "explain", "pool_size", "is_pending"}
"""What a core is asked and that changes nothing in it."""


def eventful(seed: int, *, crypto: str = "ideal") -> Simulation:
    """Loss, a killed primary, a torn write, restarts, a lost disk, a hand-over."""
    simulation = Simulation(4, seed=seed, crypto=crypto)
    simulation.network.add(LinkPolicy(drop=0.05, duplicate=0.1, reorder=0.2, corrupt=0.05, delay_ms_spread=5))
    for number in range(1, 13):
        simulation.at(number * 50, partial(register, simulation, number, at=number % 4))
    simulation.at(200, simulation.members[0].kill)
    simulation.at(1_500, simulation.members[0].start)
    simulation.at(300, simulation.members[1].tear_next_write)
    simulation.at(900, simulation.members[1].start)
    simulation.at(2_200, simulation.members[3].wipe)
    simulation.at(2_300, simulation.members[3].start)
    simulation.at(2_500, simulation.members[2].hand_over)
    simulation.run_for(4_000)
    return simulation


def all_records(path) -> list[list[AnyRecord]]:
    return [msgspec.msgpack.decode(frame.payload, type=list[AnyRecord]) for frame in FrameReader(path)]


def rewrite(path, change) -> None:
    """Write the recording anew with `change(records)` for each frame."""
    frames = [change(records) for records in all_records(path)]
    path.unlink()
    writer = FrameWriter(path, bytes_max=1 << 30)
    for records in frames:
        writer.append(encode(records))
    writer.close()


@pytest.mark.parametrize("seed", range(4))
def test_a_recorded_member_replays_to_the_same_effects(recordings, seed):
    simulation = eventful(seed)
    for member, replayed in zip(simulation.members, replay_all(recordings, simulation), strict=True):
        assert replayed.difference is None
        assert replayed.damage is None
        assert len(replayed.lives) == (1 if member.index == 2 else 2)
        assert all(life.rounds > 5 and life.inputs > 5 for life in replayed.lives)
        assert sum(life.inputs for life in replayed.lives) > 100


def test_a_snapshot_made_in_slices_and_taken_over_replays_to_the_same_effects(recordings, monkeypatch):
    monkeypatch.setattr(transfer, "SNAPSHOT_BEHIND", 30)
    monkeypatch.setattr(serving, "SLICE_STEPS_MAX", 8)
    simulation = Simulation(4, seed=1)
    late = simulation.members[3]
    late.kill()
    for number in range(1, 41):
        simulation.at(number * 30, partial(register, simulation, number, at=0))
    simulation.network.add(LinkPolicy(target=(late.id,), tags=("certified-block",), drop=1.0))
    simulation.at(1_500, late.start)
    assert simulation.run_until(lambda: late.disk.base_height == 32, within_ms=10_000)
    for replayed in replay_all(recordings, simulation):
        assert (replayed.difference, replayed.damage) == (None, None)
    fired = [record for records in all_records(recordings.path(simulation.members[0].id)) for record in records]
    assert sum(isinstance(each, Fired) and each.kind == SNAPSHOT_SLICE for each in fired) > 3


def test_recording_changes_nothing(recordings, monkeypatch):
    recorded = eventful(3).trace_hash()
    monkeypatch.setattr("node.simulation.member.Core", Core)
    assert eventful(3).trace_hash() == recorded


def test_the_eventful_run_holds_what_it_is_meant_to_hold(recordings):
    simulation = eventful(1)
    assert any(member.core.replica.state.view > 0 for member in simulation.members)
    kinds = {
        type(record)
        for member in simulation.members
        for records in all_records(recordings.path(member.id))
        for record in records
    }
    assert {Born, Arrived, Fired, HandedOver, Signed, Took} <= kinds


def test_every_way_into_a_core_is_recorded():
    public = {name for name, _ in inspect.getmembers(Core) if not name.startswith("_")}
    recorded = {name for name in vars(RecordedCore) if not name.startswith("_")}
    assert public - READ_ONLY == recorded, (
        "what goes into a core goes into `RecordedCore` too, and into docs/RECORDING.md"
    )


def test_everything_a_core_asks_for_is_compared():
    asked = CoreReady(
        outbound=[Outbound(Channel.VOTES, None, b"frame")],
        mark=View(1),
        writes=[Stabilise(SequenceNumber(32))],
        binds=True,
        timers=[SetTimer("status", 1, 200)],
        admitted=[Digest(bytes(32))],
        executed=[cast(StoreBlock, SimpleNamespace(header=SimpleNamespace(height=1)))],
        certified=[SequenceNumber(1)],
        pushes=[PushBlocks(ReplicaId(1), SequenceNumber(1), SequenceNumber(2))],
        installed=SequenceNumber(32),
        halt=Halt(SequenceNumber(1), Digest(bytes(32)), Digest(bytes(32))),
    )
    empty = CoreReady()
    whole = effects_of(asked_in(asked))
    assert len(whole) == len(msgspec.structs.fields(CoreReady))
    for field in msgspec.structs.fields(CoreReady):
        without = copy(asked)
        setattr(without, field.name, getattr(empty, field.name))
        assert effects_of(asked_in(without)) != whole, field.name


def test_no_key_is_in_a_recording(recordings):
    simulation = eventful(2, crypto="ed25519")
    for member in simulation.members:
        content = recordings.path(member.id).read_bytes()
        seed = sha256(f"simulated key of node {member.id}".encode()).digest()
        assert content
        assert seed not in content


class TestDifferences:
    @pytest.fixture
    def run(self, recordings):
        return eventful(4)

    def change_one(self, recordings: Recordings, kind, change, *, after: int = 30):
        """Change the first record of a kind after some rounds; return the file's path."""
        seen = 0
        done = False

        def each(records):
            nonlocal seen, done
            seen += 1
            for index, record in enumerate(records):
                if isinstance(record, kind) and seen > after and not done and (changed := change(record)) is not None:
                    done = True
                    records[index] = changed
            return records

        path = recordings.path("jd")
        rewrite(path, each)
        assert done
        return path

    def test_another_effect_is_placed_and_spelled_out(self, recordings, run):
        def change(record):
            if not any(effect.what.startswith("write StoreVote") for effect in record.effects):
                return None
            return Took(
                tuple(
                    msgspec.structs.replace(effect, digest=bytes(16)) if "StoreVote" in effect.what else effect
                    for effect in record.effects
                )
            )

        path = self.change_one(recordings, Took, change)
        difference = replay(path, verify=run.keyring.verify).difference
        assert difference is not None
        assert difference.recorded[difference.first].what == "write StoreVote"
        assert "StoreVote(vote=" in difference.replayed[difference.first].spelled_out()
        assert difference.round > 30
        assert difference.inputs

    def test_another_input_leads_to_another_effect_and_not_to_silence(self, recordings, run):
        path = self.change_one(recordings, Fired, lambda record: Fired("status", 0, record.now_ms))
        assert replay(path, verify=run.keyring.verify).difference is not None

    def test_a_signature_too_many_is_a_difference(self, recordings, run):
        def double(records):
            return [each for record in records for each in ([record] * (2 if isinstance(record, Signed) else 1))]

        path = recordings.path("jd")
        rewrite(path, double)
        difference = replay(path, verify=run.keyring.verify).difference
        assert difference is not None
        assert "fewer signatures" in difference.why or difference.recorded

    def test_a_signature_that_is_missing_is_a_difference(self, recordings, run):
        path = recordings.path("jd")
        rewrite(path, lambda records: [each for each in records if not isinstance(each, Signed)])
        difference = replay(path, verify=run.keyring.verify).difference
        assert difference is not None
        assert "did not ask for" in difference.why


class TestFile:
    @pytest.fixture
    def path(self, tmp_path):
        writer = FrameWriter(tmp_path / "r", bytes_max=1 << 20)
        for number in range(10):
            writer.append(b"payload %d" % number)
        writer.close()
        return tmp_path / "r"

    def test_frames_come_back_in_order_with_their_places(self, path):
        frames = list(FrameReader(path))
        assert [frame.payload for frame in frames] == [b"payload %d" % number for number in range(10)]
        assert frames[0].offset == len(MAGIC)
        assert all(path.read_bytes()[frame.offset + 12 :].startswith(frame.payload) for frame in frames)

    def test_a_file_cut_anywhere_is_read_up_to_its_last_whole_frame_and_gone_on_with(self, path):
        whole = path.read_bytes()
        ends = [len(MAGIC), *(frame.offset + 12 + len(frame.payload) for frame in FrameReader(path))]
        for size in range(len(MAGIC), len(whole) + 1):
            path.write_bytes(whole[:size])
            reader = FrameReader(path)
            assert len(list(reader)) == sum(end <= size for end in ends) - 1
            assert reader.is_torn == (size not in ends)
            writer = FrameWriter(path, bytes_max=1 << 20)
            writer.append(b"after")
            writer.close()
            assert list(FrameReader(path))[-1].payload == b"after"
            assert path.stat().st_size == max(end for end in ends if end <= size) + 12 + len(b"after")

    def test_any_byte_flipped_is_found_and_placed(self, path):
        whole = path.read_bytes()
        starts = [frame.offset for frame in FrameReader(path)]
        for place in range(len(MAGIC), len(whole)):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
            offset = max(start for start in starts if start <= place)
            with pytest.raises(RecordingUnreadable, match=f"byte {offset} was damaged"):
                list(FrameReader(path))
            with pytest.raises(RecordingUnusable, match="Nothing was changed"):
                FrameWriter(path, bytes_max=1 << 20)

    def test_what_is_no_recording_is_neither_read_nor_written_over(self, tmp_path):
        other = tmp_path / "keys.json"
        other.write_text("precious")
        with pytest.raises(RecordingUnreadable, match="no recording"):
            FrameReader(other)
        with pytest.raises(RecordingUnusable):
            FrameWriter(other, bytes_max=1 << 20)
        assert other.read_text() == "precious"
        with pytest.raises(RecordingUnreadable, match="cannot be read"):
            FrameReader(tmp_path / "none")

    def test_others_can_not_read_it(self, path):
        assert path.stat().st_mode & 0o077 == 0


class TestRecorder:
    def note(self, recorder: Recorder, count: int) -> None:
        for number in range(count):
            recorder.note(Arrived(Channel.VOTES, "jd", bytes(1_000), number))
            recorder.note(Took(()))
            recorder.write()

    def test_a_full_recording_says_so_at_its_end_and_in_time(self, tmp_path):
        said: list[RecordingEnd] = []
        recorder = Recorder(tmp_path / "r", bytes_max=5_000, on_end=said.append)
        self.note(recorder, 10)
        recorder.close()
        assert said == [RecordingEnd.FULL]
        assert (tmp_path / "r").stat().st_size <= 5_000
        assert all_records(tmp_path / "r")[-1] == [Ended(Ending.FULL)]
        assert len(all_records(tmp_path / "r")) == 5
        assert recorder.dropped == 2 * 6

    def test_a_node_that_stops_between_rounds_and_one_that_breaks_inside_one_end_differently(self, tmp_path):
        for name, inside, ending in (("a", False, Ending.STOPPED), ("b", True, Ending.BROKEN)):
            recorder = Recorder(tmp_path / name)
            self.note(recorder, 1)
            if inside:
                recorder.note(HandedOver(7))
            recorder.close()
            assert all_records(tmp_path / name)[-1][-1] == Ended(ending)

    def test_a_disk_that_refuses_ends_the_recording_and_nothing_else(self, tmp_path, monkeypatch):
        said: list[RecordingEnd] = []
        recorder = Recorder(tmp_path / "r", on_end=said.append)
        self.note(recorder, 2)
        real = os.write
        monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:10]) and _full())
        self.note(recorder, 1)
        monkeypatch.undo()
        self.note(recorder, 1)
        recorder.close()
        assert said == [RecordingEnd.REFUSED]
        assert len(all_records(tmp_path / "r")) == 2, "what the disk took half of is gone"


def _full():
    raise OSError(28, "No space left on device")


class TestBroken:
    def test_a_core_that_broke_breaks_again_in_the_same_round(self, recordings, monkeypatch):
        """The point of it all: an assertion of a node somewhere is one here."""
        simulation = Simulation(4, seed=5)
        for number in range(1, 5):
            simulation.at(number * 50, partial(register, simulation, number, at=number % 4))
        victim = simulation.members[2]
        simulation.run_for(150)
        state = victim.core.replica.state
        height = state.executed

        def bug(core):
            if core.replica.state.executed > height:
                raise AssertionError("I99: a bug for this test")

        real = Core._collect
        monkeypatch.setattr(Core, "_collect", lambda core: (core._self == 2 and bug(core)) or real(core))
        with pytest.raises(AssertionError, match="I99"):
            simulation.run_for(2_000)
        recordings.recorders[2].close()
        replayed = replay(recordings.path(victim.id), verify=simulation.keyring.verify)
        assert replayed.difference is None
        (life,) = replayed.lives
        assert life.broke == "AssertionError: I99: a bug for this test"
        monkeypatch.setattr(Core, "_collect", real)
        mended = replay(recordings.path(victim.id), verify=simulation.keyring.verify)
        assert mended.difference is not None
        assert "and it does" in mended.difference.why
