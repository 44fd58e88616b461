"""A log that a crash left: what was torn is forgotten, what was synced is not, and damage is named."""

import sqlite3
from contextlib import closing

import pytest

from node.errors import StorageFailed
from node.storage.log import FRAME_HEADER_BYTES, HEADER_BYTES, fold_log, log_of, read_log
from tests.node.synthetic_turns import open_storage

ROWS = 20


def crash(folder, *, page_bytes=4_096):
    """A database as SIGKILL leaves it: its log is there, and nobody closed it. Each row is a transaction."""
    path, after = folder / "live.db", folder / "after.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA page_size={page_bytes}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE t(x INTEGER PRIMARY KEY, filling BLOB)")
    for number in range(ROWS):
        connection.execute("INSERT INTO t VALUES(?, randomblob(1500))", (number,))
    after.write_bytes(path.read_bytes())
    log_of(after).write_bytes(log_of(path).read_bytes())
    connection.close()
    return after


def flip(path, place):
    log = bytearray(path.read_bytes())
    log[place] ^= 1
    path.write_bytes(bytes(log))


def rows(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT count(*) FROM t").fetchone()[0]


@pytest.mark.parametrize("page_bytes", [512, 4_096, 65_536])
def test_a_whole_log_is_whole_to_its_last_byte(tmp_path, page_bytes):
    log = log_of(crash(tmp_path, page_bytes=page_bytes)).read_bytes()
    state = read_log(log)
    assert (state.page_bytes, state.whole_bytes, state.stranded) == (page_bytes, len(log), 0)


def test_a_crash_s_log_is_folded_and_gone(tmp_path):
    path = crash(tmp_path)
    fold_log(path)
    assert not log_of(path).exists()
    assert rows(path) == ROWS


def test_a_torn_end_is_forgotten(tmp_path):
    path = crash(tmp_path)
    log = log_of(path).read_bytes()
    log_of(path).write_bytes(log + log[-2_000:])
    fold_log(path)
    assert rows(path) == ROWS


def test_one_wrong_transaction_at_the_end_is_taken_for_one_that_was_under_way(tmp_path):
    path = crash(tmp_path)
    flip(log_of(path), -1)
    assert read_log(log_of(path).read_bytes()).stranded == 1
    fold_log(path)
    assert rows(path) == ROWS - 1


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_damage_before_the_end_is_refused_with_what_would_be_forgotten(tmp_path, share):
    path = crash(tmp_path)
    size = log_of(path).stat().st_size
    flip(log_of(path), HEADER_BYTES + FRAME_HEADER_BYTES + int(share * size))
    before = log_of(path).read_bytes()
    with pytest.raises(StorageFailed, match="would forget them"):
        fold_log(path)
    assert log_of(path).read_bytes() == before


def test_frames_of_an_older_log_behind_the_end_are_nothing(tmp_path):
    path = crash(tmp_path)
    log = bytearray(log_of(path).read_bytes())
    step = FRAME_HEADER_BYTES + 4_096
    for frame in range(len(log) - 5 * step, len(log), step):
        log[frame + 8] ^= 0xFF
    log_of(path).write_bytes(bytes(log))
    state = read_log(bytes(log))
    assert state.stranded == 0
    assert state.whole_bytes <= len(log) - 5 * step


@pytest.mark.parametrize("log", [b"", b"short", bytes(HEADER_BYTES), b"\xff" * 9_000])
def test_what_is_no_log_has_no_transactions(log):
    assert read_log(log).whole_bytes == read_log(log).stranded == 0


def test_a_member_s_storage_does_not_open_over_a_damaged_log(tmp_path):
    path = crash(tmp_path)
    flip(log_of(path), HEADER_BYTES + FRAME_HEADER_BYTES + 10)
    with pytest.raises(StorageFailed, match="damaged"):
        open_storage(path)
