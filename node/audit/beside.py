"""The commitment to a large ledger, made by a second process while this one audits everything else.

To hash and sort two million entries takes about as long as all the rest of a start together, and none of it depends on
the rest. So a member with a large database starts in half the time where it has a second processor. What comes back is
what this process would have made: the same function reads the same rows, which nobody writes before the audit is over.
"""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import closing, contextmanager
from multiprocessing import get_context
from pathlib import Path

from ledger.commitment import Commitment
from node.storage.schema import BUSY_TIMEOUT_MS

DATABASE_BYTES_MIN = 64 << 20
"""Below that, to start a process would cost more than it saves: some 200,000 entries take a second."""


@contextmanager
def committing(path: Path) -> Iterator[Callable[[], Commitment] | None]:
    """Begin to commit to the state in the database at `path`; yields what waits for it, or None where one process does.

    Whoever leaves early does not wait: the other process comes to its end on its own.
    """
    if path.stat().st_size < DATABASE_BYTES_MIN or (os.cpu_count() or 1) < 2:
        yield None
        return
    executor = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_ignore_interrupts)
    try:
        made = executor.submit(commit_to_state, path)

        def wait() -> Commitment:
            try:
                return made.result()
            except (BrokenExecutor, OSError):
                # No process could be had, or it was killed for its memory: then it takes longer.
                return commit_to_state(path)

        yield wait
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def commit_to_state(path: Path) -> Commitment:
    """The commitment to all rows of `state`.

    Raises: sqlite3.Error as reading them would anywhere.
    """
    commitment = Commitment()
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        commitment.fill(connection.execute("SELECT key, value FROM state"))
    return commitment


def _ignore_interrupts() -> None:
    """Ctrl-C at a terminal goes to every process; the node's own decides what becomes of this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
