"""Members in virtual time whose cores are recorded, the same way as a node's."""

from pathlib import Path

import pytest

from node.core import Core
from node.recording.recorded_core import RecordedCore
from node.recording.recorder import Recorder
from node.recording.replay import Replayed, replay
from node.simulation import Simulation


class Recordings:
    """A file for each simulated member, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recorders: list[Recorder] = []

    def core(self, identity, **born) -> Core:
        """Stands where the simulation makes a core."""
        recorder = Recorder(self.path(identity.member))
        self.recorders.append(recorder)
        return RecordedCore(identity, recorder=recorder, **born)

    def path(self, member: str) -> Path:
        return self.folder / member

    def abandon(self) -> None:
        """Let go of the files as a process does that is killed: nothing more is written."""
        for recorder in self.recorders:
            if recorder._file is not None:
                recorder._file.close()
                recorder._file = None


@pytest.fixture
def recordings(tmp_path, monkeypatch):
    made = Recordings(tmp_path)
    monkeypatch.setattr("node.simulation.member.Core", made.core)
    yield made
    made.abandon()


def replay_all(recordings: Recordings, simulation: Simulation) -> list[Replayed]:
    return [replay(recordings.path(member.id), verify=simulation.keyring.verify) for member in simulation.members]
