"""Virtual time: what is still to happen, in order. Nothing waits; the clock jumps to the next entry.

Times are whole microseconds, so that no sum depends on the order in which it was formed. Entries for one moment happen
in the order in which they were made.
"""

import heapq
from collections.abc import Callable


class Agenda:
    """A heap of calls and the time of the last one."""

    __slots__ = ("_entries", "_order", "now_us")

    def __init__(self) -> None:
        """Begin at zero with nothing to do."""
        self.now_us = 0
        """Microseconds since the run began."""
        self._entries: list[tuple[int, int, Callable[[], object]]] = []
        self._order = 0

    def __len__(self) -> int:
        """Calls that are still to happen."""
        return len(self._entries)

    def at(self, time_us: int, call: Callable[[], object]) -> None:
        """Enter a call; a time that has passed means now."""
        self._order += 1
        heapq.heappush(self._entries, (max(time_us, self.now_us), self._order, call))

    def step(self, *, until_us: int) -> bool:
        """Let the next call happen if it is due by `until_us`; else let time pass until then and return False."""
        if not self._entries or self._entries[0][0] > until_us:
            self.now_us = max(self.now_us, until_us)
            return False
        self.now_us, _, call = heapq.heappop(self._entries)
        call()
        return True
