"""A torn write leaves what was synced, whole, and nothing of what was not."""

import sqlite3
from contextlib import closing
from random import Random

import pytest

from node.storage.log import HEADER_BYTES, log_of, read_log
from scenarios.torn_log import tear


@pytest.fixture
def killed(tmp_path):
    """A database as SIGKILL leaves it: its log is there, and nobody closed it."""
    path = tmp_path / "live.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE t(x INTEGER PRIMARY KEY, filling BLOB)")
    for number in range(20):
        connection.execute("INSERT INTO t VALUES(?, randomblob(3000))", (number,))
    after = tmp_path / "after.db"
    after.write_bytes(path.read_bytes())
    log_of(after).write_bytes(log_of(path).read_bytes())
    connection.close()
    return after


def numbers(path):
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [number for (number,) in connection.execute("SELECT x FROM t ORDER BY x")]


@pytest.mark.parametrize("seed", range(12))
def test_every_transaction_that_was_synced_is_still_there(killed, seed):
    before = log_of(killed).read_bytes()
    told = tear(killed, Random(seed))
    torn = log_of(killed).read_bytes()
    assert torn[: len(before)] == before
    assert len(torn) > len(before), told
    assert numbers(killed) == list(range(20))


def test_the_twelve_seeds_above_tear_in_every_way(killed):
    whole = log_of(killed).read_bytes()
    ways = set()
    for seed in range(12):
        log_of(killed).write_bytes(whole)
        ways.add(tear(killed, Random(seed)).split(",")[0])
    assert len(ways) == 3


def test_a_write_that_was_under_way_already_is_what_is_torn(killed):
    log = log_of(killed)
    whole = log.read_bytes()
    log.write_bytes(whole + whole[-1_000:])
    assert read_log(log.read_bytes()).whole_bytes == len(whole)
    tear(killed, Random(1))
    assert numbers(killed) == list(range(20))


def test_a_log_without_a_transaction_or_no_log_at_all_is_torn_too(killed):
    log_of(killed).write_bytes(b"")
    tear(killed, Random(1))
    assert 0 < len(log_of(killed).read_bytes()) < HEADER_BYTES
    log_of(killed).unlink()
    tear(killed, Random(1))
    assert 0 < len(log_of(killed).read_bytes()) < HEADER_BYTES
