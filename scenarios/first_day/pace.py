"""How fast the day is told: as fast as it happens, or with a few seconds at each moment to look, to ask, to try."""

import asyncio
import enum
from collections.abc import Callable

MOMENT_S = 4.0
"""At most so long at each moment: long enough to read what was said and to type `kill -9` and a number."""

MOMENTS = 9
"""Pauses of a whole day."""

PAUSES_END_S = 46.0
"""No pause ends later than this after the beginning: what follows the last one fits into the rest of a minute."""


class Pace(enum.StrEnum):
    """What a teller may choose."""

    CLASSROOM = "classroom"
    """A few seconds at each moment, a day in under a minute."""
    QUICK = "quick"
    """No pauses."""


class Pauses:
    """Deals out the pauses of one telling; a machine that is late gets shorter ones, or none."""

    def __init__(self, pace: Pace, *, seconds: Callable[[], float]) -> None:
        """`seconds` says how many have gone by since the beginning."""
        self._pace = pace
        self._seconds = seconds
        self._left = MOMENTS

    async def moment(self) -> None:
        """Let the audience look."""
        pause_s = 0.0 if self._pace is Pace.QUICK else pause(self._seconds(), left=self._left)
        self._left -= 1
        await _wait(pause_s)


async def _wait(seconds: float) -> None:
    await asyncio.sleep(seconds)


def pause(seconds: float, *, left: int) -> float:
    """How long the next of `left` pauses may be: an equal share of the time that is left for all of them."""
    return max(0.0, min(MOMENT_S, (PAUSES_END_S - seconds) / max(left, 1)))
