"""A disk that a story puts wrong: SQLite itself refuses when it is full, and what was there before stays."""

import pytest

from consensus.types import ReplicaId
from node.errors import StorageFailed
from node.storage.faulty import FaultyStorage
from tests.node.synthetic_turns import CHAIN, GENESIS, turns

HEIGHTS = 40


def opened(path):
    storage = FaultyStorage(path, chain=CHAIN, member=ReplicaId(0), genesis=lambda: GENESIS)
    storage.load()
    return storage


def test_a_full_disk_refuses_says_what_to_do_and_keeps_what_was_there(tmp_path):
    storage = opened(tmp_path / "quorate.db")
    for writes in turns(1, 3):
        storage.commit(writes)
    storage.fill(True)
    written = 3

    def write_on():
        nonlocal written
        for writes in turns(4, HEIGHTS):
            storage.commit(writes)
            written += 1

    with pytest.raises(StorageFailed, match="the disk is full: make room"):
        write_on()
    storage.close()
    again = FaultyStorage(tmp_path / "quorate.db", chain=CHAIN, member=ReplicaId(0), genesis=lambda: GENESIS)
    tip = again.load().tip
    assert tip is not None
    assert tip.height == written
    again.close()


def test_room_that_is_made_in_time_is_used(tmp_path):
    storage = opened(tmp_path / "quorate.db")
    storage.fill(True)
    storage.fill(False)
    for writes in turns(1, HEIGHTS):
        storage.commit(writes)
    storage.close()


def test_a_slow_disk_keeps_the_turn_waiting(tmp_path, monkeypatch):
    waited: list[float] = []
    monkeypatch.setattr("node.storage.faulty.time.sleep", waited.append)
    storage = opened(tmp_path / "quorate.db")
    for writes in turns(1, 2):
        storage.commit(writes)
    storage.sync_ms = 250
    for writes in turns(3, 4):
        storage.commit(writes)
    storage.commit([])
    storage.close()
    assert waited == [0.25, 0.25]
