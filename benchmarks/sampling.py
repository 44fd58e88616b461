"""Where processor time goes, by part of the program: a timer signal looks which file is at work."""

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType

EVERY_S = 0.002
"""Of processor time, between two looks."""

ROOT = Path(__file__).resolve().parent.parent

Parts = tuple[tuple[str, tuple[str, ...]], ...]
"""Name of a part -> beginnings of its files' paths; the first part that fits counts."""


def part_of(path: str, parts: Parts) -> str:
    """The part that a file belongs to."""
    return next((name for name, beginnings in parts if path.startswith(beginnings)), "other")


def shares_of(work: Callable[[], object], parts: Parts) -> list[tuple[str, float]]:
    """Do `work` and return each part's share of the samples, the largest first; library code counts for its caller."""
    seen: Counter[str] = Counter()

    def look(number: int, frame: FrameType | None) -> None:
        del number
        while frame is not None and not frame.f_code.co_filename.startswith(f"{ROOT}/"):
            frame = frame.f_back
        seen[part_of(frame.f_code.co_filename.removeprefix(f"{ROOT}/"), parts) if frame else "other"] += 1

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return [(part, count / seen.total()) for part, count in seen.most_common()]
