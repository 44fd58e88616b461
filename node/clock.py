"""A member's clock: its machine's, or, in a story, one that is wrong on purpose."""

import time
from collections.abc import Callable


def machine_ms() -> int:
    """Unix milliseconds as the machine has them."""
    return time.time_ns() // 1_000_000


class Clock:
    """Reads the machine's clock and adds what a story wants wrong with it."""

    def __init__(self, machine: Callable[[], int] = machine_ms) -> None:
        """Be right."""
        self._machine = machine
        self._offset_ms = 0
        self._drift_ppm = 0
        self._since_ms = 0

    def now_ms(self) -> int:
        """Unix milliseconds by this clock."""
        real_ms = self._machine()
        return real_ms + self._offset_ms + (real_ms - self._since_ms) * self._drift_ppm // 1_000_000

    def put(self, *, offset_ms: int, drift_ppm: int) -> None:
        """Be ahead by `offset_ms` from now on, and run too fast by `drift_ppm` parts in a million.

        What it had run off before is forgotten: to be put to 0 and 0 is to be right again.
        """
        self._offset_ms, self._drift_ppm, self._since_ms = offset_ms, drift_ppm, self._machine()
