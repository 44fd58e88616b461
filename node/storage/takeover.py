"""How a ledger that is taken over whole gets into the database, and the old one out, without a long turn.

    arriving       entries that were set aside, a slice a turn; nothing in it counts
    the switch     in the transaction of one turn: what a new base makes obsolete is renamed, its tables are made anew,
                   batches that may still run are carried over, and `arriving` becomes `state`
    leaving_...    what was renamed; a few rows of it go with each turn

To insert a million rows takes seconds, and so does to delete them; to rename a table takes a millisecond. Whoever opens
the database next drops what it finds of either kind.
"""

import sqlite3
from collections.abc import Sequence

from consensus.types import BatchNumber, SequenceNumber
from node.storage.schema import ARRIVING, LEAVING, statement_of

_SWEPT = {
    "state": ("key", 500),
    "transactions": ("id", 500),
    "certificates": ("height", 200),
    "batches": ("batch", 200),
    "blocks": ("height", 32),
    "payloads": ("batch", 8),
}
"""Each table that a base makes obsolete, with its key and so many rows of it as go in a turn: milliseconds."""


class Takeover:
    """The tables of one database that are there for a while. But for `clear`, the caller holds a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Begin with none of them."""
        self._connection = connection
        self._height = SequenceNumber(0)
        self._entries = 0
        self._leaving: list[tuple[str, str]] = []
        self._renamed = 0

    def clear(self) -> None:
        """Drop what an earlier life left; asked once, when the database is opened."""
        found = self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND (name = ? OR name GLOB ?)",
            (ARRIVING, f"{LEAVING}*"),
        ).fetchall()
        if found:
            self._connection.execute("BEGIN IMMEDIATE")
            for (name,) in found:
                self._connection.execute(f"DROP TABLE {name}")
            self._connection.execute("COMMIT")

    def set_aside(self, height: SequenceNumber, entries: Sequence[tuple[bytes, bytes]]) -> None:
        """Keep some entries of the ledger after block `height`, instead of those of any other."""
        if height != self._height:
            if self._height:
                self._retire(ARRIVING, kind="state")
            self._connection.execute(statement_of("state").replace("TABLE state(", f"TABLE {ARRIVING}("))
            self._height, self._entries = height, 0
        self._connection.executemany(f"INSERT INTO {ARRIVING}(key, value) VALUES(?, ?)", entries)
        self._entries += len(entries)

    def switch(self, height: SequenceNumber, *, entries: int, executed: Sequence[BatchNumber]) -> None:
        """Let what lies aside be the state; keep no block, and of the batches those that may still run."""
        assert (self._height, self._entries) == (height, entries), "I24: all of the ledger lies aside"
        execute = self._connection.execute
        old = {table: self._retire(table, kind=table) for table in _SWEPT}
        for table in _SWEPT:
            if table != "state":
                execute(statement_of(table))
        for author, number in enumerate(executed):
            execute(
                f"INSERT INTO batches SELECT * FROM {old['batches']}"
                " WHERE height IS NULL AND author = ? AND number > ?",
                (author, number),
            )
        execute(f"INSERT INTO payloads SELECT * FROM {old['payloads']} WHERE batch IN (SELECT batch FROM batches)")
        execute("DROP INDEX batches_pending")
        execute(statement_of("batches_pending"))
        execute(f"ALTER TABLE {ARRIVING} RENAME TO state")
        self._height, self._entries = SequenceNumber(0), 0

    def sweep(self) -> None:
        """Delete a few rows of what is obsolete."""
        if not self._leaving:
            return
        name, kind = self._leaving[0]
        key, rows = _SWEPT[kind]
        swept = self._connection.execute(
            f"DELETE FROM {name} WHERE {key} IN (SELECT {key} FROM {name} LIMIT {rows})"
        ).rowcount
        if swept < rows:
            self._connection.execute(f"DROP TABLE {name}")
            del self._leaving[0]

    def _retire(self, table: str, *, kind: str) -> str:
        """Rename a table to be swept; return its new name."""
        self._renamed += 1
        name = f"{LEAVING}{self._renamed}_{kind}"
        self._connection.execute(f"ALTER TABLE {table} RENAME TO {name}")
        self._leaving.append((name, kind))
        return name
