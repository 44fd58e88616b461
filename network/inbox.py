"""What arrived and waits for the driver: a bounded lane for each topic, taken from in turn.

A flood on one topic fills that topic's lane and no other, and delays the others by at most one of its messages each.
A full lane refuses the newcomer: after a long pause the node then finds the beginning of what it missed, which it can
execute in order, rather than an end with holes before it; STATUS fetches the rest.
"""

from collections import deque
from collections.abc import Callable, Iterable

from network.bus import BusCounters, BusLimits, Channel, DropReason, Inbound
from network.topics import Topic


class Lane:
    """One topic's queue."""

    __slots__ = ("channel", "member", "queue", "queued_bytes")

    def __init__(self, channel: Channel, member: str) -> None:
        """Start empty."""
        self.channel = channel
        self.member = member
        self.queue: deque[Inbound] = deque()
        self.queued_bytes = 0


class Inbox:
    """All lanes of one member."""

    def __init__(
        self, topics: Iterable[Topic], *, limits: BusLimits, counters: BusCounters, wake: Callable[[], None]
    ) -> None:
        """Make a lane for each of `topics`. `wake` is called when the inbox stops being empty, and by `drain`."""
        self._lanes = {str(topic).encode(): Lane(topic.channel, topic.member) for topic in topics}
        share = limits.inbound_bytes_max // max(1, len(self._lanes))
        self._lane_bytes_max = max(share, limits.payload_bytes_max)
        self._lane_count_max = limits.lane_count_max
        self._payload_bytes_max = limits.payload_bytes_max
        self._counters = counters
        self._wake = wake
        self._waiting: deque[Lane] = deque()
        """Lanes that hold something, each once, the next to be served first."""

    def accept(self, topic: bytes, payload: bytes, *, bus: int) -> bool:
        """Queue a message, or count why not."""
        lane = self._lanes.get(topic)
        if lane is None:
            return self._drop(DropReason.UNKNOWN_TOPIC)
        size = len(payload)
        if size > self._payload_bytes_max:
            return self._drop(DropReason.INBOUND_OVERSIZED)
        queue = lane.queue
        if len(queue) >= self._lane_count_max or lane.queued_bytes + size > self._lane_bytes_max:
            return self._drop(DropReason.INBOUND_FULL)
        queue.append(Inbound(lane.channel, lane.member, payload, bus))
        lane.queued_bytes += size
        self._counters.received += 1
        self._counters.received_bytes += size
        if len(queue) == 1:
            self._waiting.append(lane)
            if len(self._waiting) == 1:
                self._wake()
        return True

    def drain(self, *, count_max: int, bytes_max: int) -> list[Inbound]:
        """Take up to `count_max` messages, and no further one once `bytes_max` is reached, a lane at a time."""
        taken: list[Inbound] = []
        taken_bytes = 0
        waiting = self._waiting
        while waiting and len(taken) < count_max and taken_bytes < bytes_max:
            lane = waiting.popleft()
            message = lane.queue.popleft()
            size = len(message.payload)
            lane.queued_bytes -= size
            taken_bytes += size
            taken.append(message)
            if lane.queue:
                waiting.append(lane)
        if waiting:
            self._wake()
        return taken

    def _drop(self, reason: DropReason) -> bool:
        self._counters.dropped[reason] += 1
        return False
