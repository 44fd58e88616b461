"""A member's disk: SQLite, one file a member, one synced transaction a turn.

`commit` applies everything that a turn of the core asked for, or nothing. It returns when the disk has it, and only
then may votes leave. What it costs follows what is written, never what exists: payloads and receipts are written once,
an index is touched once for each new row, and old votes go in one range.

Reading is done over connections of its own (node/storage/reads.py), which a writer in WAL mode does not wait for.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import assert_never

from canonical.encoding import encode
from canonical.hashing import Digest
from consensus.messages import header_digest
from consensus.types import Epoch, ReplicaId, View
from ledger.receipts import Status
from node.errors import StorageFailed
from node.restored import Restored
from node.storage.columns import base_seal, statement_seal, statement_tag, vote_link, vote_row
from node.storage.faults import reading, storage_failed
from node.storage.load import restore
from node.storage.lock import HomeLock
from node.storage.log import fold_log
from node.storage.meta import Meta, MetaWriter, meta_rows, read_meta
from node.storage.reads import StorageReader
from node.storage.schema import configure_writer, create, is_empty
from node.storage.takeover import Takeover
from node.writes import (
    Stabilise,
    StoreBatch,
    StoreBlock,
    StoreCertificate,
    StoreEntries,
    StoreMute,
    StorePrepared,
    StoreSnapshot,
    StoreView,
    StoreVote,
    Write,
)

RECORD_TRANSACTION = (
    "INSERT INTO {table}(id, height, position) VALUES(?, ?, ?) ON CONFLICT(id) DO UPDATE"
    " SET height = excluded.height, position = excluded.position WHERE ?"
)
"""A transaction that was ordered twice is found where it first stood, or where it was accepted (the last value)."""

_RECORD_TRANSACTION = RECORD_TRANSACTION.format(table="transactions")

GenesisEntries = Callable[[], Iterable[tuple[bytes, bytes]]]
"""The ledger's entries before the first block; asked for once, when a database is made."""


class Storage:
    """Writes one member's database. Owned by its node; not for two threads at once."""

    def __init__(
        self,
        path: Path,
        *,
        chain: Digest,
        member: ReplicaId,
        genesis: GenesisEntries,
        lost: View | None = None,
        epoch: Epoch = Epoch(0),
    ) -> None:
        """Open the database at `path`, or make it; hold its lock until `close`.

        `lost` is what the mark beside the keys says, if there is one: a database that has to be made then takes the
        place of a lost one, and its member is mute.

        Raises: HomeInUse when another node has it; StorageFailed when the disk refuses, or damaged what it had synced.
        """
        self.path = path
        self._chain, self._member, self._epoch, self._lost = chain, member, epoch, lost
        self._lock = HomeLock(path)
        try:
            self._open(genesis)
        except BaseException as error:
            self._lock.release()
            if isinstance(error, sqlite3.Error):
                raise storage_failed(path, error, doing="opening", kept="Nothing was changed.") from error
            raise
        self._meta: Meta | None = None
        self._meta_writer: MetaWriter
        self._failure: str | None = None

    def load(self) -> Restored:
        """Return what the node must know to go on where it stopped. Call it once, after the audit and before `commit`.

        Raises: StorageFailed; ValueError or msgspec's errors for rows that the audit would have named.
        """
        with reading(self.path):
            meta = read_meta(self._connection)
            restored = restore(self._connection, self.path, meta)
        self._meta, self._meta_writer = meta, MetaWriter(self._connection, written=meta_rows(meta))
        return restored

    def commit(self, writes: Sequence[Write]) -> None:
        """Apply a turn's writes in order, in one transaction; on return the disk has them.

        Raises: StorageFailed. The turn is then undone, and every later commit raises too: the core has gone on, so the
        node must stop and start again from what the disk holds.
        """
        if self._failure is not None:
            raise StorageFailed(self._failure)
        meta = self._meta
        assert meta is not None, "a database is loaded before it is written"
        if not writes:
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for write in writes:
                self._apply(write, meta)
            self._takeover.sweep()
            self._meta_writer.flush(meta)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._fail(error) from error
        except BaseException:
            self._undo()
            self._failure = f"{self.path}: a turn that cannot be was refused. Every earlier turn is kept."
            raise

    def reader(self) -> StorageReader:
        """A connection that reads what is committed, beside the writer; close it when done."""
        return StorageReader(self.path)

    def close(self) -> None:
        """Close the database and give the lock back. Twice is once."""
        if self._failure is None:
            self._failure = f"{self.path}: the database is closed. Nothing was changed. What to do: open it again."
        self._connection.close()
        self._lock.release()

    def _open(self, genesis: GenesisEntries) -> None:
        fold_log(self.path)
        self._connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        try:
            configure_writer(self._connection)
            if is_empty(self._connection):
                self._create(genesis)
            self._takeover = Takeover(self._connection)
            self._takeover.clear()
        except BaseException:
            self._connection.close()
            raise

    def _create(self, genesis: GenesisEntries) -> None:
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        create(self._connection)
        self._connection.executemany("INSERT INTO state(key, value) VALUES(?, ?)", genesis())
        MetaWriter(self._connection, written={}).flush(
            Meta.at_first(chain=self._chain, member=self._member, lost=self._lost)
        )
        execute("COMMIT")

    def _undo(self) -> None:
        if self._connection.in_transaction:
            # Where even this fails, SQLite ignores what no COMMIT ended when the file is next opened.
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def _fail(self, error: sqlite3.Error) -> StorageFailed:
        self._undo()
        failed = storage_failed(
            self.path,
            error,
            doing="writing a turn",
            kept="Every earlier turn is kept; this one is there whole or not at all, and no vote of it left the node.",
        )
        self._failure = str(failed)
        return failed

    def _apply(self, write: Write, meta: Meta) -> None:
        match write:
            case StoreVote():
                self._store_vote(write, meta)
            case StorePrepared(certificate):
                self._connection.execute(
                    "INSERT OR REPLACE INTO prepared(sequence, certificate) VALUES(?, ?)",
                    (certificate.pre_prepare.sequence, encode(certificate)),
                )
            case StoreView():
                self._store_view(write, meta)
            case StoreBatch():
                self._store_batch(write, meta)
            case StoreBlock():
                self._store_block(write, meta)
            case StoreCertificate(height, votes):
                stored = self._connection.execute(
                    "INSERT OR IGNORE INTO certificates(height, votes) VALUES(?, ?)", (height, encode(votes))
                )
                meta.certificates += stored.rowcount
            case Stabilise():
                self._stabilise(write, meta)
            case StoreEntries(height, entries):
                self._takeover.set_aside(height, entries)
            case StoreSnapshot():
                self._store_snapshot(write, meta)
            case StoreMute(until):
                meta.mute, meta.mute_until = int(until is not None), until or 0
            case _:
                assert_never(write)

    def _store_vote(self, write: StoreVote, meta: Meta) -> None:
        row = vote_row(meta.votes_last + 1, write.vote, chain=self._chain, epoch=self._epoch)
        link = vote_link(Digest(bytes.fromhex(meta.votes_last_link)), row)
        self._connection.execute(
            "INSERT INTO votes(lsn, phase, view, sequence, digest, item, link) VALUES(?, ?, ?, ?, ?, ?, ?)",
            (row.lsn, row.phase.value, row.view, row.sequence, row.digest, row.item, link),
        )
        meta.votes_last, meta.votes_last_link = row.lsn, link.hex()

    def _store_view(self, write: StoreView, meta: Meta) -> None:
        dropped = self._connection.execute("DELETE FROM statements WHERE view < ?", (write.view,))
        meta.view, meta.statements = write.view, meta.statements - dropped.rowcount
        if write.statement is not None:
            tag, item = statement_tag(write.statement), encode(write.statement)
            self._connection.execute(
                "INSERT INTO statements(tag, view, item, seal) VALUES(?, ?, ?, ?)",
                (tag, write.view, item, statement_seal(tag, write.view, item)),
            )
            meta.statements += 1

    def _store_batch(self, write: StoreBatch, meta: Meta) -> None:
        batch = write.reference
        stored = self._connection.execute(
            "INSERT OR IGNORE INTO batches(digest, author, number) VALUES(?, ?, ?)",
            (batch.digest, batch.author, batch.number),
        )
        if stored.rowcount == 0:
            return
        self._connection.execute("INSERT INTO payloads(batch, payload) VALUES(?, ?)", (stored.lastrowid, write.payload))
        meta.batches += 1
        if batch.author == self._member:
            meta.own_batch = max(meta.own_batch, batch.number)

    def _store_block(self, write: StoreBlock, meta: Meta) -> None:
        height = write.header.height
        assert height == meta.executed + 1, "I3: blocks are executed in order, each once"
        connection = self._connection
        connection.execute(
            "INSERT INTO blocks(height, digest, header, proposal, compliance, receipts) VALUES(?, ?, ?, ?, ?, ?)",
            (
                height,
                header_digest(write.header, chain=self._chain),
                encode(write.header),
                encode(write.proposal),
                encode(write.compliance),
                encode(write.receipts),
            ),
        )
        for batch in write.executed:
            marked = connection.execute("UPDATE batches SET height = ? WHERE digest = ?", (height, batch.digest))
            assert marked.rowcount == 1, "only a batch that is held is executed"
            self._drop_overtaken(batch.author, batch.number, meta)
        connection.executemany(
            _RECORD_TRANSACTION,
            [
                (receipt.transaction, height, position, receipt.status is Status.ACCEPTED)
                for position, receipt in enumerate(write.receipts)
            ],
        )
        connection.executemany(
            "INSERT INTO state(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
            [(key, value) for key, value in write.changes if value is not None],
        )
        connection.executemany(
            "DELETE FROM state WHERE key = ?", [(key,) for key, value in write.changes if value is None]
        )
        meta.executed = height

    def _store_snapshot(self, write: StoreSnapshot, meta: Meta) -> None:
        """Let a ledger that was taken over whole take the place of everything up to its height."""
        header = write.checkpoint.header
        assert header.height > meta.executed, "I3: a ledger is taken over above what was executed"
        connection = self._connection
        self._takeover.switch(header.height, entries=write.entries, executed=write.executed)
        connection.execute("DELETE FROM base")
        connection.execute(
            "INSERT INTO base(height, header, votes, executed, seal) VALUES(?, ?, ?, ?, ?)",
            (
                header.height,
                encode(header),
                encode(write.checkpoint.votes),
                encode(write.executed),
                base_seal(header.height, write.executed),
            ),
        )
        (meta.batches,) = connection.execute("SELECT count(*) FROM batches").fetchone()
        (own,) = connection.execute("SELECT max(number) FROM batches WHERE author = ?", (self._member,)).fetchone()
        meta.own_batch, meta.certificates = own or 0, 0
        meta.base = meta.executed = header.height

    def _drop_overtaken(self, author: ReplicaId, number: int, meta: Meta) -> None:
        """Drop batches of `author` that can never be executed, since a later one was (exactly once)."""
        overtaken = self._connection.execute(
            "SELECT batch FROM batches WHERE author = ? AND number <= ? AND height IS NULL", (author, number)
        ).fetchall()
        self._connection.executemany("DELETE FROM payloads WHERE batch = ?", overtaken)
        self._connection.executemany("DELETE FROM batches WHERE batch = ?", overtaken)
        meta.batches -= len(overtaken)

    def _stabilise(self, write: Stabilise, meta: Meta) -> None:
        """Discard votes up to the first that is above the checkpoint, so that what remains is still one chain.

        Votes at or below the checkpoint that were cast after that first one stay until the next checkpoint.
        """
        if write.sequence <= meta.stable:
            return
        execute = self._connection.execute
        (kept,) = execute("SELECT min(lsn) FROM votes WHERE sequence > ?", (write.sequence,)).fetchone()
        base = meta.votes_last if kept is None else kept - 1
        if base > meta.votes_base:
            (link,) = execute("SELECT link FROM votes WHERE lsn = ?", (base,)).fetchone()
            execute("DELETE FROM votes WHERE lsn <= ?", (base,))
            meta.votes_base, meta.votes_base_link = base, link.hex()
        execute("DELETE FROM prepared WHERE sequence <= ?", (write.sequence,))
        meta.stable = write.sequence
