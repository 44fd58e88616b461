"""Several buses carry the same: which copy is the first?

Members send the same bytes again on purpose (votes after a restart, repairs), so "seen before" is not enough to
swallow a message. Copies are counted for each bus: the k-th copy on one bus is new only if fewer than k copies were
delivered so far from whichever bus was first.
"""

from hashlib import sha256


class FirstCopy:
    """A bounded window over the messages of late."""

    def __init__(self, *, buses: int, window: int) -> None:
        """Remember at most `window` messages of `buses` buses; the oldest are forgotten, and may come twice."""
        self._buses = buses
        self._window = window
        self._seen: dict[bytes, list[int]] = {}
        """By digest, in the order of first arrival: copies delivered, then copies arrived on each bus."""

    def __len__(self) -> int:
        """How many messages are remembered."""
        return len(self._seen)

    def arrive(self, bus: int, topic: bytes, payload: bytes) -> list[int] | None:
        """Count a copy; return its record if it is new, to be passed to `deliver`."""
        key = sha256(len(topic).to_bytes(2, "big") + topic + payload).digest()
        record = self._seen.get(key)
        if record is None:
            if len(self._seen) >= self._window:
                del self._seen[next(iter(self._seen))]
            record = self._seen[key] = [0] * (1 + self._buses)
        record[1 + bus] += 1
        return record if record[1 + bus] > record[0] else None

    def deliver(self, record: list[int]) -> None:
        """Note that the copy was taken; one that the inbox refused is not, so that another bus may still bring it."""
        record[0] += 1
