"""Dear questions take a tenth of the time at most: the thread that answers them is the one that votes."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from node.gateway.errors import unavailable

REST = 9
"""A question that took so long is followed by nine times that without another dear one."""


class Pace:
    """When the next dear question may be asked. One for all clients of a member."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        """Permit the first at once."""
        self._clock_s = clock_s
        self._rests_until_s = clock_s()

    @contextmanager
    def dear(self) -> Iterator[None]:
        """Answer a dear question.

        Raises: RequestRefused while this member rests from the one before.
        """
        left_s = self._rests_until_s - self._clock_s()
        if left_s > 0:
            raise unavailable(
                "this member answers questions about earlier blocks a tenth of its time, and had one just now",
                retry_after_ms=max(1, round(left_s * 1_000)),
            )
        began_s = self._clock_s()
        try:
            yield
        finally:
            ended_s = self._clock_s()
            self._rests_until_s = ended_s + REST * (ended_s - began_s)
