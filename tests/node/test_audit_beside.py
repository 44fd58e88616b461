"""node/audit/beside.py: a second process commits to a large state, and the audit says the same as one alone."""

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.ledger_world import Size
from benchmarks.restart_home import HomeMaker
from ledger.execute import AuthoredBatch
from node.audit.beside import commit_to_state, committing
from node.audit.database import Audited, audit
from tests.node.audited_chain import editing


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> HomeMaker:
    made = HomeMaker(tmp_path_factory.mktemp("beside") / "consortium", Size(1_000))
    made.make(blocks=3, transactions=2, tell=lambda line: None)
    return made


@pytest.fixture(autouse=True)
def always_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.audit.beside.DATABASE_BYTES_MIN", 0)
    monkeypatch.setattr("node.audit.beside.os.cpu_count", lambda: 2)


def audited(maker: HomeMaker, path: Path) -> Audited:
    return audit(path, charter=maker.charter, member=maker.home.replica)


@pytest.fixture
def copy(maker: HomeMaker, tmp_path: Path) -> Path:
    path = tmp_path / "quorate.db"
    with closing(sqlite3.connect(maker.home.database)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
    return path


def test_the_ledger_goes_on_from_a_commitment_made_beside(maker: HomeMaker) -> None:
    ledger = audited(maker, maker.home.database).ledger
    assert ledger is not None
    assert ledger.state_root == maker.world.ledger.state_root
    token = next(name for name, _ in ledger.state.tokens.rows())
    assert ledger.prove(f"token/{token}".encode()) == maker.world.ledger.prove(f"token/{token}".encode())
    batch = AuthoredBatch(0, ledger.last_batch(0) + 1, maker.world.gifts(3, together=1))
    height, now_ms = ledger.height + 1, maker.world.now_ms + 1
    here, there = (each.execute(height, now_ms, [batch]) for each in (ledger, maker.world.ledger))
    assert here.state_root == there.state_root


def test_an_edited_row_is_found_as_ever(maker: HomeMaker, copy: Path) -> None:
    with editing(copy) as session:
        (key,) = session.execute("SELECT min(key) FROM state WHERE key > ?", (b"purchase/",)).fetchone()
        session.execute("UPDATE state SET value = x'9105' WHERE key = ?", (key,))
    found = audited(maker, copy)
    assert (found.count, found.ledger) == (1, None)
    assert "do not lead to the state root" in str(found.findings[0])


def test_where_the_other_process_dies_this_one_does_its_work(maker: HomeMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.audit.beside._commit_and_send", _die)
    with committing(maker.home.database) as commitment:
        assert commitment is not None
        assert commitment().root == commit_to_state(maker.home.database).root


def test_where_it_cannot_read_either_process_says_so(maker: HomeMaker, copy: Path) -> None:
    with editing(copy) as session:
        session.execute("DROP TABLE state")
    with committing(copy) as commitment:
        assert commitment is not None
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            commitment()


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_small_database_or_a_single_processor_has_no_other_process(
    maker: HomeMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("node.audit.beside.os.cpu_count", lambda: 1)
        with committing(maker.home.database) as commitment:
            assert commitment is None
    monkeypatch.setattr("node.audit.beside.DATABASE_BYTES_MIN", 1 << 40)
    with committing(maker.home.database) as commitment:
        assert commitment is None
