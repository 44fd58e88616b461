"""Figures from samples: percentiles, medians with their spread, and the search for the highest load that is carried."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

FINALISED_MIN = 0.99
"""Of what was offered, so much must become final for a load to be called carried."""

P99_MS_MAX = 1_000
"""And 99 of 100 transactions must be final within this time of the moment they were meant to be sent."""


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the samples lie, by the nearest rank: always one that was measured.

    `ordered` is ascending and not empty.
    """
    assert ordered, "no percentile of nothing"
    assert 0 <= share <= 1, "a share lies between 0 and 1"
    # ceil(share * n) without the rounding of a product such as 0.99 * 100.
    rank = -(-round(share * 1_000_000) * len(ordered) // 1_000_000)
    return ordered[max(rank, 1) - 1]


def median(samples: Sequence[float]) -> float:
    """The middle sample, or the mean of the two in the middle; not of nothing."""
    ordered = sorted(samples)
    assert ordered, "no median of nothing"
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


@dataclass(frozen=True, slots=True)
class Spread:
    """What several repeats of one measurement gave."""

    median: float
    lowest: float
    highest: float

    @staticmethod
    def of(samples: Sequence[float], *, digits: int = 2) -> "Spread":
        """Of at least one sample, rounded to `digits`."""
        return Spread(round(median(samples), digits), round(min(samples), digits), round(max(samples), digits))


def is_carried(*, offered: int, finalised: int, p99_ms: float) -> bool:
    """Whether a load was carried: nearly all of it became final, and soon."""
    return offered > 0 and finalised >= FINALISED_MIN * offered and p99_ms < P99_MS_MAX


async def find_saturation(
    is_rate_carried: Callable[[int], Awaitable[bool]], *, first: int, resolution: float, highest: int
) -> int:
    """The highest rate found to be carried: doubled from `first` until one is not, then halved between the two.

    Ends when the two are within `resolution` (a share of the lower one) of each other. 0 if `first` fails and so does
    everything down to a hundredth of it. Never asks for more than `highest`.
    """
    carried, refused = 0, 0
    rate = first
    while not refused:
        if await is_rate_carried(rate):
            carried = rate
            if rate >= highest:
                return carried
            rate = min(2 * rate, highest)
        else:
            refused = rate
    smallest = max(1, first // 100)
    while refused - carried > max(resolution * carried, smallest):
        rate = (carried + refused) // 2
        if await is_rate_carried(rate):
            carried = rate
        else:
            refused = rate
    return carried
