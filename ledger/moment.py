"""When something is judged, and by which figures."""

from dataclasses import dataclass

from ledger.judge import Judge, nobody_is_guilty
from ledger.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Moment:
    """One block as the rules see it, the same for all its transactions."""

    height: int
    """Of the block; for a question, of the next one."""
    now_ms: int
    """Block time, Unix milliseconds."""
    parameters: Parameters
    """The figures in force at that height."""
    judge: Judge = nobody_is_guilty
    """Whom to ask about evidence (R8.3)."""
