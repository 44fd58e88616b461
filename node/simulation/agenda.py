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

TIME_US_MAX = 1 << 62
"""Later than anything happens."""

LAST = (TIME_US_MAX, 0, None, None)
"""Never happens. Three of them are entered at birth, so that nobody need ask whether a heap has a top, or more."""


class Agenda:
    """A heap of calls and the time of the last one."""

    __slots__ = ("_entries", "_order", "_pauses", "now_us")

    def __init__(self) -> None:
        """Begin at zero with nothing to do."""
        self.now_us = 0
        """Microseconds since the run began."""
        self._entries: list[tuple[int, int, Callable[[], object] | None, Series | None]] = [LAST, LAST, LAST]
        self._order = 0
        self._pauses = False

    def __len__(self) -> int:
        """Calls that are still to happen; a series counts as one."""
        return len(self._entries) - 3

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
        entries, now_us = self._entries, self.now_us
        return entries[1][0] != now_us and entries[2][0] != now_us

    def pause(self) -> None:
        """Let `run` return after what is happening now."""
        self._pauses = True

    def run(self, *, until_us: int) -> bool:
        """Let happen what is due by `until_us`; return whether it was paused. Otherwise time has passed until then."""
        entries = self._entries
        while True:
            time_us, order, call, series = entries[0]
            if time_us > until_us:
                break
            self.now_us = time_us
            # Whatever a call enters comes after it, so that it still stands on top when it ends.
            if series is not None:
                next_us = series()
                if next_us is None:
                    heappop(entries)
                else:
                    heapreplace(entries, (next_us, order, None, series))
            else:
                assert call is not None, "an entry is a call or a series"
                try:
                    call()
                finally:
                    heappop(entries)
            if self._pauses:
                self._pauses = False
                return True
        self.now_us = max(self.now_us, until_us)
        return False
