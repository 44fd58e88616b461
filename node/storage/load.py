"""Reading a database back into a `Restored`; the rows have been audited before."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from consensus.types import SequenceNumber, View
from node.restored import Restored
from node.storage.columns import PREPARED, STATEMENT, VOTE
from node.storage.meta import Meta
from node.storage.reads import StorageReader


def restore(connection: sqlite3.Connection, path: Path, meta: Meta) -> Restored:
    """Read everything above the stable checkpoint; the state itself is left to be read when it is asked for."""
    with StorageReader(path) as reader:
        blocks = reader.blocks(meta.stable + 1, meta.executed)
        base = reader.base()
        tip = blocks[-1] if blocks else reader.tip()
        checkpoint = reader.block(meta.stable) if meta.stable > meta.base else None
    header = None if base is None else base.header
    return Restored(
        view=View(meta.view),
        statements=tuple(
            STATEMENT.decode(item) for (item,) in connection.execute("SELECT item FROM statements ORDER BY tag DESC")
        ),
        checkpoint=base if checkpoint is None else checkpoint.proof(),
        votes=tuple(
            VOTE.decode(item)
            for (item,) in connection.execute("SELECT item FROM votes WHERE sequence > ? ORDER BY lsn", (meta.stable,))
        ),
        prepared=tuple(
            PREPARED.decode(certificate)
            for (certificate,) in connection.execute("SELECT certificate FROM prepared ORDER BY sequence")
        ),
        batches=tuple(
            payload
            for (payload,) in connection.execute(
                "SELECT payload FROM batches JOIN payloads USING(batch) WHERE height IS NULL ORDER BY author, number"
            )
        ),
        blocks=tuple(blocks),
        tip=header if tip is None else tip.header,
        certified=_certified_up_to(connection, meta),
        stable=SequenceNumber(meta.stable),
        lost=meta.lost,
        entries=_entries(path),
    )


def _certified_up_to(connection: sqlite3.Connection, meta: Meta) -> SequenceNumber:
    (gap,) = connection.execute(
        "SELECT min(blocks.height) FROM blocks LEFT JOIN certificates ON certificates.height = blocks.height"
        " WHERE certificates.height IS NULL"
    ).fetchone()
    return SequenceNumber(meta.executed if gap is None else gap - 1)


def _entries(path: Path) -> Iterator[tuple[bytes, bytes]]:
    with StorageReader(path) as reader:
        yield from reader.entries()
