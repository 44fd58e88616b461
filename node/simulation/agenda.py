"""Virtual time: what is still to happen, in order. Nothing waits; the clock jumps to the next entry.

Times are whole microseconds, so that no sum depends on the order in which it was formed. Entries for one moment happen
in the order in which they were made.

Most of what happens is an arrival, and arrivals come in flocks: one frame is sent to everybody and arrives here and
there. A flock is one entry, however many it will reach; with 512 members the heap then holds hundreds of entries where
it would hold a hundred thousand, and what is on top of it is quickly replaced.
"""

from collections.abc import Callable
from heapq import heappop, heappush, heapreplace

Series = Callable[[], int | None]
"""Lets one of many things happen that were entered together, and returns when the next is due; None after the last."""


class Agenda:
    """A heap of calls and the time of the last one."""

    __slots__ = ("_entries", "_order", "_pauses", "now_us")

    def __init__(self) -> None:
        """Begin at zero with nothing to do."""
        self.now_us = 0
        """Microseconds since the run began."""
        self._entries: list[tuple[int, int, Callable[[], object] | None, Series | None]] = []
        self._order = 0
        self._pauses = False

    def __len__(self) -> int:
        """Calls that are still to happen; a series counts as one."""
        return len(self._entries)

    def at(self, time_us: int, call: Callable[[], object]) -> None:
        """Enter a call; a time that has passed means now."""
        self._order += 1
        heappush(self._entries, (max(time_us, self.now_us), self._order, call, None))

    def follow(self, time_us: int, series: Series) -> None:
        """Enter many calls at once, the first at a time not before now, each later one not before the one before it."""
        self._order += 1
        heappush(self._entries, (time_us, self._order, None, series))

    def is_alone(self) -> bool:
        """Whether nothing else is entered for the moment of what is happening now, which is still on top."""
        entries = self._entries
        return not (
            (len(entries) > 1 and entries[1][0] == self.now_us) or (len(entries) > 2 and entries[2][0] == self.now_us)
        )

    def pause(self) -> None:
        """Let `run` return after what is happening now."""
        self._pauses = True

    def run(self, *, until_us: int) -> bool:
        """Let happen what is due by `until_us`; return whether it was paused. Otherwise time has passed until then."""
        entries = self._entries
        while entries and entries[0][0] <= until_us:
            time_us, order, call, series = entries[0]
            self.now_us = time_us
            # Whatever a call enters comes after it, so that it still stands on top when it ends.
            if call is not None:
                try:
                    call()
                finally:
                    heappop(entries)
            else:
                assert series is not None, "an entry is a call or a series"
                next_us = series()
                if next_us is None:
                    heappop(entries)
                else:
                    heapreplace(entries, (next_us, order, None, series))
            if self._pauses:
                self._pauses = False
                return True
        self.now_us = max(self.now_us, until_us)
        return False
