"""What waits for one broker: bounded in count and bytes, the oldest dropped first.

The oldest, because what a member says later repeats or supersedes what it said before, and STATUS repairs the rest.
"""

from collections import deque

from network.bus import BusCounters, BusLimits, DropReason

Outbound = tuple[bytes, bytes]
"""Topic and payload."""


class Outbox:
    """A queue towards one broker."""

    def __init__(self, *, limits: BusLimits, counters: BusCounters) -> None:
        """Start empty."""
        self._limits = limits
        self._counters = counters
        self._queue: deque[Outbound] = deque()
        self._queued_bytes = 0

    def __len__(self) -> int:
        """How many messages wait."""
        return len(self._queue)

    def put(self, topic: bytes, payload: bytes) -> None:
        """Queue a message at the end; make room for it at the front."""
        size = len(payload)
        if size > self._limits.payload_bytes_max:
            self._counters.dropped[DropReason.OUTBOUND_OVERSIZED] += 1
            return
        while self._queue and (
            len(self._queue) >= self._limits.outbound_count_max
            or self._queued_bytes + size > self._limits.outbound_bytes_max
        ):
            _, oldest = self._queue.popleft()
            self._queued_bytes -= len(oldest)
            self._counters.dropped[DropReason.OUTBOUND_FULL] += 1
        self._queue.append((topic, payload))
        self._queued_bytes += size

    def take(self, bytes_max: int) -> list[Outbound]:
        """Take from the front: at least one message where there is one, and no further one past `bytes_max`."""
        taken: list[Outbound] = []
        taken_bytes = 0
        while self._queue and taken_bytes < bytes_max:
            message = self._queue.popleft()
            taken.append(message)
            taken_bytes += len(message[1])
        self._queued_bytes -= taken_bytes
        self._counters.published += len(taken)
        self._counters.published_bytes += taken_bytes
        return taken
