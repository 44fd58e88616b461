"""One node a home: a lock that the operating system drops with the process, however that ends."""

import fcntl
import os
from pathlib import Path

from node.errors import HomeInUse, StorageFailed


class HomeLock:
    """Holds `<database>.lock`. Two nodes on one database would vote twice in one member's name."""

    def __init__(self, database: Path) -> None:
        """Take the lock.

        Raises: HomeInUse naming the process that holds it; StorageFailed where the lock file cannot be made.
        """
        self.path = database.with_name(database.name + ".lock")
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StorageFailed(
                f"{self.path}: the lock file cannot be opened ({error.strerror}). Nothing was changed."
                " What to do: check that the folder exists and that the member's user may write there."
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise HomeInUse(
                f"{database.parent}: another node runs on this home (process {holder}). Nothing was changed."
                " What to do: stop that one first, or start this one with its own --home."
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Give the lock back; twice is once. The file stays, since removing it would race with the next owner."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
