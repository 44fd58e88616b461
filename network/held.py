"""Frames that are late: each leaves when its time has come, those of one link in order unless one may overtake."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T")

HELD_COUNT_MAX = 20_000
"""Frames that are late at once; more are lost, which the protocol repairs."""

HELD_BYTES_MAX = 64 << 20
"""Their bytes."""


@dataclass(slots=True)
class Held(Generic[T]):
    """A bounded queue by time. Time is whatever clock the caller reads, in seconds."""

    count_max: int = HELD_COUNT_MAX
    bytes_max: int = HELD_BYTES_MAX
    _heap: list[tuple[float, int, int, T]] = field(default_factory=list)
    """When, in which order it came, its bytes, the frame."""
    _bytes: int = 0
    _order: Callable[[], int] = field(default_factory=lambda: count().__next__)
    _last: dict[str, float] = field(default_factory=dict)
    """By link: when the last of its frames that keep their order leaves."""

    def __len__(self) -> int:
        """How many wait."""
        return len(self._heap)

    def put(self, link: str, frame: T, *, due: float, in_order: bool, size_bytes: int) -> bool:
        """Keep a frame until `due`, and where it is `in_order` until those before it on its link have left.

        False where as much waits as may: it is not kept then.
        """
        if len(self._heap) >= self.count_max or self._bytes + size_bytes > self.bytes_max:
            return False
        if in_order:
            due = self._last[link] = max(due, self._last.get(link, due))
        heapq.heappush(self._heap, (due, self._order(), size_bytes, frame))
        self._bytes += size_bytes
        return True

    def take(self, now: float, *, count_max: int) -> list[T]:
        """Take up to `count_max` frames whose time has come, the earliest first."""
        taken: list[T] = []
        while self._heap and self._heap[0][0] <= now and len(taken) < count_max:
            _, _, size_bytes, frame = heapq.heappop(self._heap)
            self._bytes -= size_bytes
            taken.append(frame)
        if not self._heap:
            self._last.clear()
        return taken

    def next_due(self) -> float | None:
        """When the next one leaves; None where none waits."""
        return self._heap[0][0] if self._heap else None
