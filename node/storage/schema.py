"""The tables of a member's database, made to be read with `sqlite3 quorate.db`.

What is written once and stays (payloads, receipts) lies apart from what is filled in later (a batch's height, a block's
certificate): SQLite rewrites a whole row when a column of it grows. STRICT refuses values of the wrong type already
when somebody edits by hand; what it cannot see, the audit finds.

While a ledger is taken over there are some more tables for a while, of which nothing counts (node/storage/takeover.py).
"""

import sqlite3

SCHEMA_VERSION = "4"

SCHEMA = """
-- One row a fact about the file itself. `seal` is a digest of the other two columns.
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL, seal BLOB NOT NULL) STRICT, WITHOUT ROWID;
-- Own votes in the order in which they were cast. `item` is the vote, `link` chains the rows together.
CREATE TABLE votes(lsn INTEGER PRIMARY KEY, phase TEXT NOT NULL, view INTEGER, sequence INTEGER NOT NULL,
  digest BLOB NOT NULL, item BLOB NOT NULL, link BLOB NOT NULL) STRICT;
-- The certificate behind each own COMMIT above the stable checkpoint.
CREATE TABLE prepared(sequence INTEGER PRIMARY KEY, certificate BLOB NOT NULL) STRICT;
-- What this member said of the view it is in: its VIEW-CHANGE, and its NEW-VIEW as that view's primary.
CREATE TABLE statements(tag TEXT PRIMARY KEY, view INTEGER NOT NULL, item BLOB NOT NULL, seal BLOB NOT NULL)
  STRICT, WITHOUT ROWID;
-- Batches that are executed (`height` says where) or may still be (NULL).
CREATE TABLE batches(batch INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, author INTEGER NOT NULL,
  number INTEGER NOT NULL, height INTEGER) STRICT;
CREATE INDEX batches_pending ON batches(author, number) WHERE height IS NULL;
CREATE TABLE payloads(batch INTEGER PRIMARY KEY, payload BLOB NOT NULL) STRICT;
-- Executed blocks; and apart from them their certificates, which come later.
CREATE TABLE blocks(height INTEGER PRIMARY KEY, digest BLOB NOT NULL, header BLOB NOT NULL, proposal BLOB NOT NULL,
  compliance BLOB NOT NULL, receipts BLOB NOT NULL) STRICT;
CREATE TABLE certificates(height INTEGER PRIMARY KEY, votes BLOB NOT NULL) STRICT;
-- Where a transaction was executed.
CREATE TABLE transactions(id BLOB PRIMARY KEY, height INTEGER NOT NULL, position INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
-- The ledger that was taken over whole, if one was: its last block's header and certificate, and, for each author, the
-- last batch that had run, sealed with the height. There is no block, batch or transaction at or below it.
CREATE TABLE base(height INTEGER PRIMARY KEY, header BLOB NOT NULL, votes BLOB NOT NULL, executed BLOB NOT NULL,
  seal BLOB NOT NULL) STRICT;
-- The ledger after the last block.
CREATE TABLE state(key BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
"""

_STATEMENTS = SCHEMA.strip().removesuffix(";").split(";\n")

ARRIVING = "arriving"
"""Where the entries of a ledger that is being taken over lie aside; there for some seconds, if at all."""

LEAVING = "leaving_"
"""What the names of tables begin with that were replaced, and are emptied a few rows at a time."""

CACHE_KIB = 16 * 1024
"""Page cache of the writer: the upper levels of the transaction index for some millions of rows."""

WAL_PAGES = 8_000
"""The write-ahead log is folded into the database every so many pages (32 MiB): rarely, so that a page which many turns
touched is copied once. Measured with 500 transactions a turn: 13 ms of CPU a turn, against 17 ms at SQLite's 1,000."""

WAL_BYTES_MAX = 64 << 20
"""A log that a slow reader let grow is cut back to this size."""

BUSY_TIMEOUT_MS = 5_000
"""How long a write waits for somebody who edits the database by hand."""


def configure_writer(connection: sqlite3.Connection) -> None:
    """Make a connection durable: a commit returns when the disk has it (WAL, synchronous=FULL)."""
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        f"wal_autocheckpoint={WAL_PAGES}",
        f"journal_size_limit={WAL_BYTES_MAX}",
        f"cache_size=-{CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether the database has no tables yet."""
    return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None


def create(connection: sqlite3.Connection) -> None:
    """Make the tables; the caller holds a transaction."""
    for statement in _STATEMENTS:
        connection.execute(statement)


def statement_of(name: str) -> str:
    """What makes the table or index of this name."""
    (found,) = [each for each in _STATEMENTS if f"TABLE {name}(" in each or f"INDEX {name} ON" in each]
    return found


def is_passing(name: str) -> bool:
    """Whether a table is one of those that are there for a while, and that say nothing."""
    return name == ARRIVING or name.startswith(LEAVING)
