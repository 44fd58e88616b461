"""The commitment to a large ledger, made by a second process while this one audits everything else.

To hash and sort two million entries takes about as long as all the rest of a start together, and none of it depends on
the rest. So a member with a large database starts in half the time where it has a second processor. What comes back is
what this process would have made: the same function reads the same rows, which nobody writes before the audit is over.
It comes in small pieces, since two copies of it at once would be the most memory that a member ever takes.
"""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from ledger.commitment import Commitment
from node.storage.schema import BUSY_TIMEOUT_MS

DATABASE_BYTES_MIN = 64 << 20
"""Below that, to start a process would cost more than it saves: some 200,000 entries take a second."""


@contextmanager
def committing(path: Path) -> Iterator[Callable[[], Commitment] | None]:
    """Begin to commit to the state in the database at `path`; yields what waits for it, or None where none began."""
    if path.stat().st_size < DATABASE_BYTES_MIN or (os.cpu_count() or 1) < 2:
        yield None
        return
    spawning = get_context("spawn")
    here, there = spawning.Pipe(duplex=False)
    process = spawning.Process(target=_commit_and_send, args=(path, there), name="committing", daemon=True)
    try:
        process.start()
    except OSError:
        here.close()
        yield None
        return
    finally:
        there.close()
    try:

        def wait() -> Commitment:
            try:
                return Commitment.unpack(iter(here.recv_bytes, None))
            except (EOFError, OSError):
                # The other process was killed, for its memory perhaps, or could not read: then it is done here.
                return commit_to_state(path)

        yield wait
    finally:
        here.close()
        # Whoever leaves before the end has found something else wrong and needs no commitment.
        process.kill()
        process.join()
        process.close()


def commit_to_state(path: Path) -> Commitment:
    """The commitment to all rows of `state`.

    Raises: sqlite3.Error as reading them would anywhere.
    """
    commitment = Commitment()
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        commitment.fill(connection.execute("SELECT key, value FROM state"))
    return commitment


def _commit_and_send(path: Path, to: Connection) -> None:
    """The other process. What it cannot read, the first one will not be able to read either, and says so."""
    # Ctrl-C at a terminal goes to every process; the node's own decides what becomes of this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(sqlite3.Error, OSError), closing(to):
        for piece in commit_to_state(path).pack():
            to.send_bytes(piece)
