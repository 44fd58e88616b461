"""SQLite's errors as the operator meets them: what happened, what was kept, what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from node.errors import StorageFailed

_CURES = {
    sqlite3.SQLITE_FULL: "the disk is full: make room, then start the member again",
    sqlite3.SQLITE_BUSY: "another program holds the database locked: close it (an open `sqlite3` shell?)",
    sqlite3.SQLITE_LOCKED: "another program holds the database locked: close it (an open `sqlite3` shell?)",
    sqlite3.SQLITE_READONLY: "the file or its folder is read-only: give the member's user the right to write",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened: check that the folder exists and may be written",
    sqlite3.SQLITE_PERM: "access was denied: give the member's user the right to read and write",
    sqlite3.SQLITE_IOERR: "the disk reported an error: check the disk and its quota, then start the member again",
    sqlite3.SQLITE_CORRUPT: "the file is damaged: move it away and start; the member catches up from its peers",
    sqlite3.SQLITE_NOTADB: "the file is no database: move it away and start; the member catches up from its peers",
}
_OTHER_CURE = "start the member again; if it persists move the file away, and the member catches up from its peers"


def storage_failed(path: Path, error: sqlite3.Error, *, doing: str, kept: str) -> StorageFailed:
    """Describe `error`, met while `doing` something; `kept` says what is safe."""
    code = getattr(error, "sqlite_errorcode", None)
    cure = _CURES.get(code & 0xFF, _OTHER_CURE) if isinstance(code, int) else _OTHER_CURE
    return StorageFailed(f"{path}: {doing} failed ({error}). {kept} What to do: {cure}.")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into `StorageFailed` while something is read."""
    try:
        yield
    except sqlite3.Error as error:
        raise storage_failed(path, error, doing="reading", kept="Nothing was changed.") from error
