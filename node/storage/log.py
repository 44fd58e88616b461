"""SQLite's write-ahead log as a node finds it after a crash: torn at its end, which is nothing, or damaged before it.

The log is a header and frames: one page each, with its number, the log's salt, and a checksum that runs on from frame
to frame; the last frame of a transaction says how large the database is then (sqlite.org/fileformat2.html, section 4).
SQLite reads up to the first frame whose checksum is wrong and forgets the rest. That is right for a write that was
under way when the power went. It is wrong where a disk damaged what it had synced: transactions behind the damage held
votes that others have, and a member that forgets them can contradict itself. At most one transaction is under way at a
time, so two ends of transactions behind the first wrong frame are proof of damage, and the node does not start.

What this can not see: damage in the last transaction alone, and a log that was cut off between two. A disk that loses
these without a trace has broken its word; the member is then as one that lost its disk, and one of the f.
"""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from node.errors import StorageFailed

HEADER_BYTES = 32
FRAME_HEADER_BYTES = 24
PAGE_BYTES = frozenset(1 << power for power in range(9, 17))
"""Sizes that SQLite's pages can have."""

_HEADER = struct.Struct(">6I8s")
_FRAME = struct.Struct(">2I8s8s")
_CHECKSUMS = struct.Struct(">2I")
_BIG_ENDIAN = 0x377F0683
_LITTLE_ENDIAN = 0x377F0682
_WORD = 0xFFFFFFFF

Sums = tuple[int, int]
"""The two halves of a checksum."""


@dataclass(frozen=True, slots=True)
class LogState:
    """What can be read of a log."""

    page_bytes: int
    """0 where there is no header."""
    whole_bytes: int
    """Where the last transaction ends that SQLite will read; the header's end where there is none."""
    stranded: int
    """Ends of transactions behind the first wrong frame."""


def log_of(database: Path) -> Path:
    """The log beside a database."""
    return database.with_name(f"{database.name}-wal")


def read_log(log: bytes) -> LogState:
    """Look at every frame; some tenths of a second for the longest log."""
    if len(log) < HEADER_BYTES:
        return LogState(0, 0, 0)
    magic, _, page_bytes, _, _, _, sums = _HEADER.unpack_from(log)
    order = {_BIG_ENDIAN: ">", _LITTLE_ENDIAN: "<"}.get(magic)
    if order is None or page_bytes not in PAGE_BYTES:
        return LogState(0, 0, 0)
    running = _sum(log[: HEADER_BYTES - 8], (0, 0), order)
    if _CHECKSUMS.pack(*running) != sums:
        return LogState(0, 0, 0)
    whole_bytes, stranded, broken = HEADER_BYTES, 0, False
    for place, size_after, said in _frames(log, page_bytes):
        if not broken:
            page = place + FRAME_HEADER_BYTES
            running = _sum(log[place : place + 8], running, order)
            running = _sum(log[page : page + page_bytes], running, order)
            broken = _CHECKSUMS.pack(*running) != said
        if size_after and broken:
            stranded += 1
        elif size_after:
            whole_bytes = place + FRAME_HEADER_BYTES + page_bytes
    return LogState(page_bytes, whole_bytes, stranded)


def fold_log(database: Path) -> None:
    """Fold a log that a crash left into its database, so that every run begins with an empty one.

    The caller holds the home's lock, and nobody has the database open.

    Raises: StorageFailed where synced transactions would be forgotten; sqlite3.Error.
    """
    path = log_of(database)
    if not path.exists():
        return
    stranded = read_log(path.read_bytes()).stranded
    if stranded > 1:
        raise StorageFailed(
            f"{path}: the log is damaged, and {stranded} transactions behind the damage can not be read. Votes in them"
            " have left, and this member would forget them. Nothing was changed. What to do: put the log back from a"
            " copy, or move database and log away and start; the member catches up from its peers, and votes when it is"
            " past what it may have said."
        )
    with closing(sqlite3.connect(database)) as connection:
        # To read is to recover; whoever closes a database last folds its log and removes it.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _frames(log: bytes, page_bytes: int) -> Iterator[tuple[int, int, bytes]]:
    """Where each whole frame of this log stands, how large the database is after it (0: goes on), and its checksum."""
    salts = log[16:24]
    step = FRAME_HEADER_BYTES + page_bytes
    for place in range(HEADER_BYTES, len(log) - step + 1, step):
        _, size_after, salt, said = _FRAME.unpack_from(log, place)
        if salt == salts:
            yield place, size_after, said


def _sum(content: bytes, sums: Sums, order: str) -> Sums:
    """Go on with a checksum: SQLite's, over pairs of 32-bit words in the log's byte order."""
    first, second = sums
    words = iter(struct.unpack(f"{order}{len(content) // 4}I", content))
    for one, other in zip(words, words, strict=True):
        first = (first + one + second) & _WORD
        second = (second + other + first) & _WORD
    return first, second
