"""`quorate replay` says in its exit status and in lines whether a core would do it again."""

from functools import partial

import msgspec
import pytest
from click.testing import CliRunner

from canonical.encoding import encode
from node.home.home import RECORDING_FILE
from node.recording.frames import FrameReader, FrameWriter
from node.recording.records import AnyRecord, Effect, Took
from node.simulation import Simulation
from quorate.__main__ import main
from tests.node.recorded import recordings
from tests.node.simulated import register

__all__ = ["recordings"]


def replayed(*paths):
    return CliRunner().invoke(main, ["replay", *map(str, paths)])


@pytest.fixture
def recording(recordings):
    simulation = Simulation(4, seed=1, crypto="ed25519")
    for number in range(1, 5):
        simulation.at(number * 50, partial(register, simulation, number, at=number % 4))
    simulation.run_for(400)
    return recordings.path(simulation.members[1].id)


def test_the_same_core_does_the_same(recording):
    result = replayed(recording)
    assert result.exit_code == 0
    assert "life 1, born at height 0" in result.output
    assert "killed, or still running" in result.output
    assert "the same effects to the end" in result.output


def test_a_home_stands_for_the_recording_in_it(recording, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    recording.rename(home / RECORDING_FILE)
    assert replayed(home).exit_code == 0


def test_a_difference_is_shown_beside_what_led_to_it(recording):
    frames = [msgspec.msgpack.decode(frame.payload, type=list[AnyRecord]) for frame in FrameReader(recording)]
    index = max(number for number, records in enumerate(frames) if any(_votes(each) for each in records))
    frames[index] = [
        Took((Effect("write Nothing", b""), *each.effects)) if isinstance(each, Took) else each
        for each in frames[index]
    ]
    recording.unlink()
    writer = FrameWriter(recording, bytes_max=1 << 30)
    for records in frames:
        writer.append(encode(records))
    writer.close()
    result = replayed(recording)
    assert result.exit_code == 13
    assert f"round {index} (byte " in result.output
    assert "what was handed in:" in result.output
    assert "*   1  write Nothing | " in result.output
    assert result.output.endswith("DIFFERS\n")


def _votes(record):
    return isinstance(record, Took) and any(effect.what == "write StoreVote" for effect in record.effects)


def test_a_torn_recording_is_replayed_up_to_its_last_whole_round(recording):
    recording.write_bytes(recording.read_bytes()[:-1])
    result = replayed(recording)
    assert result.exit_code == 0
    assert "the file ends within a frame" in result.output


def test_what_is_no_recording_is_named_and_the_others_are_replayed_all_the_same(recording, tmp_path):
    other = tmp_path / "other"
    other.write_text("{}")
    result = replayed(other, recording, tmp_path / "none")
    assert result.exit_code == 14
    assert f"{other}: this is no recording" in result.output
    assert f"{recording}: the same effects" in result.output
    assert "cannot be read" in result.output
