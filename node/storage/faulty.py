"""A member's disk in a story: slower than it is, or full."""

import time
from collections.abc import Sequence

from node.storage.writer import Storage
from node.writes import Write

PAGES_MAX = 4_294_967_294
"""SQLite's own bound on the pages of a database."""


class FaultyStorage(Storage):
    """A `Storage` that a story may put wrong. Until then it is one like any other."""

    sync_ms = 0
    """How much longer each turn's write takes; its node waits for it, as for any sync."""

    def fill(self, is_full: bool) -> None:
        """Let the database grow no more, or again as far as it can: SQLite then refuses as on a full disk."""
        self._connection.execute(f"PRAGMA max_page_count = {1 if is_full else PAGES_MAX}")

    def commit(self, writes: Sequence[Write]) -> None:
        """As `Storage.commit`, later.

        Raises: StorageFailed.
        """
        if self.sync_ms and writes:
            time.sleep(self.sync_ms / 1_000)
        super().commit(writes)
