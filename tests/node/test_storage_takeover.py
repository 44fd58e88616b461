"""How a ledger taken over whole gets into the database: aside first, then in place of the old one, which goes later."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from consensus.messages import CheckpointProof
from consensus.types import BatchNumber, ReplicaId, SequenceNumber
from node.audit.findings import Findings
from node.audit.meta import audit_file
from node.simulation.disk import Disk
from node.storage.writer import Storage
from node.writes import Stabilise, StoreEntries, StoreSnapshot, Write
from tests.node import synthetic_turns as synthetic
from tests.node.synthetic_turns import CHAIN, GENESIS, batch, certificate_votes, header, open_storage, proposal, turns

OLD = 60
"""Blocks before the ledger is taken over: more than a turn clears."""

BASE = SequenceNumber(4_000)
LEDGER = tuple((b"token/%d" % number, b"taken over") for number in range(1_300))
EXECUTED = tuple(map(BatchNumber, (OLD + 2, 0, 0, 0)))


def slices(height: SequenceNumber = BASE) -> list[Write]:
    return [StoreEntries(height, LEDGER[at : at + 500]) for at in range(0, len(LEDGER), 500)]


def switch(entries: int = len(LEDGER)) -> list[Write]:
    base = header(BASE, proposal(BASE))
    return [StoreSnapshot(CheckpointProof(base, certificate_votes(BASE)), entries, EXECUTED), Stabilise(BASE)]


def tables(storage: Storage) -> set[str]:
    with sqlite3.connect(storage.path) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def findings(storage: Storage) -> list[str]:
    found = Findings()
    with sqlite3.connect(storage.path) as connection:
        audit_file(connection, found)
    return [str(each) for each in found.kept]


PERMANENT = {
    "meta", "votes", "prepared", "statements", "batches", "payloads", "blocks", "certificates", "transactions", "base",
    "state",
}  # fmt: skip


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    """Blocks, a batch of another author that waits, and one of the first author that is overtaken by the ledger."""
    opened = open_storage(tmp_path / "quorate.db")
    opened.load()
    opened.commit([write for turn in turns(1, OLD) for write in turn])
    opened.commit([batch(OLD + 2), batch(OLD + 3), batch(1, author=2)])
    yield opened
    opened.close()


def test_what_lies_aside_counts_for_nothing_and_a_crash_forgets_it(storage: Storage) -> None:
    before = dict(storage.load().entries)
    for write in slices()[:2]:
        storage.commit([write])
    assert tables(storage) == {*PERMANENT, "arriving"}
    assert findings(storage) == []
    with storage.reader() as reader:
        assert dict(reader.entries()) == before
    storage.close()
    again = open_storage(storage.path)
    assert tables(again) == PERMANENT
    assert dict(again.load().entries) == before
    for write in slices():
        again.commit([write])
    again.commit(switch())
    again.close()


def test_the_switch_puts_the_new_ledger_in_place_and_keeps_the_batches_that_may_run(storage: Storage) -> None:
    for write in slices():
        storage.commit([write])
    storage.commit(switch())
    assert findings(storage) == []
    with storage.reader() as reader:
        assert list(reader.entries()) == sorted(LEDGER)
        assert reader.tip() is None
        assert reader.batch(batch(OLD + 3).reference.digest) == batch(OLD + 3).payload
        assert reader.batch(batch(1, author=2).reference.digest) == batch(1, author=2).payload
        assert reader.batch(batch(OLD + 2).reference.digest) is None
        assert reader.batch(batch(7).reference.digest) is None


def test_no_turn_deletes_more_than_a_few_rows_and_in_the_end_nothing_is_left(storage: Storage) -> None:
    for write in slices():
        storage.commit([write])
    storage.commit(switch())
    left = rows_left(storage)
    assert len(left) >= 5
    turns_taken = 0
    while left:
        storage.commit([batch(OLD + 4 + turns_taken)])
        now = rows_left(storage)
        assert sum(left.values()) - sum(now.values()) <= 500
        assert findings(storage) == []
        left, turns_taken = now, turns_taken + 1
    assert turns_taken > 10
    assert tables(storage) == PERMANENT


def rows_left(storage: Storage) -> dict[str, int]:
    with sqlite3.connect(storage.path) as connection:
        leaving = [name for name in tables(storage) if name.startswith("leaving_")]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in leaving}


def test_the_next_start_drops_what_is_left_of_the_old_one(storage: Storage) -> None:
    for write in slices():
        storage.commit([write])
    storage.commit(switch())
    assert rows_left(storage)
    storage.close()
    again = open_storage(storage.path)
    assert tables(again) == PERMANENT
    restored = again.load()
    assert (restored.stable, restored.tip) == (BASE, header(BASE, proposal(BASE)))
    assert restored.batches == (batch(OLD + 3).payload, batch(1, author=2).payload)
    again.close()


def test_a_later_ledger_takes_the_place_of_what_lay_aside(storage: Storage) -> None:
    storage.commit([StoreEntries(SequenceNumber(32), ((b"token/x", b"of an earlier one"),))])
    for write in slices():
        storage.commit([write])
    storage.commit(switch())
    with storage.reader() as reader:
        assert dict(reader.entries()) == dict(LEDGER)


def test_half_a_ledger_is_never_put_in_place__i24(storage: Storage) -> None:
    storage.commit(slices()[:2])
    with pytest.raises(AssertionError, match="I24"):
        storage.commit(switch())


def test_the_disk_in_memory_remembers_the_same(tmp_path: Path) -> None:
    written: list[list[Write]] = [*turns(1, 9), [batch(OLD + 3), batch(1, author=2)], *([each] for each in slices())]
    written.append(switch())
    storage, memory = open_storage(tmp_path / "quorate.db"), Disk(CHAIN, ReplicaId(0), lambda: GENESIS)
    storage.load()
    for each in written:
        storage.commit(each)
        memory.commit(each)
    storage.close()
    storage = open_storage(tmp_path / "quorate.db")
    loaded, remembered = storage.load(), memory.load()
    assert sorted(loaded.entries) == sorted(remembered.entries)
    for name in ("tip", "checkpoint", "batches", "blocks", "stable", "certified", "votes"):
        assert getattr(loaded, name) == getattr(remembered, name)
    storage.close()
    assert synthetic.INTERVAL < 9
