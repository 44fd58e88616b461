"""What a story claims, whether it held, and the exit code that says which kind of claim did not."""

import enum
from dataclasses import dataclass, field


class Kind(enum.StrEnum):
    """What it means when a claim does not hold."""

    SAFETY = "safety"
    """Something happened that must never happen."""
    LIVENESS = "liveness"
    """Something that must happen did not, in time."""


EXIT_CODES = {Kind.SAFETY: 10, Kind.LIVENESS: 11}
"""By kind; the most serious one counts, in this order. That a story cannot be told is no claim (story.py)."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence that is true or not."""

    kind: Kind
    text: str
    holds: bool
    found: str
    """What was seen instead, or the figures behind it."""


@dataclass(slots=True)
class Claims:
    """All that a story claimed, in order."""

    made: list[Claim] = field(default_factory=list)

    def check(self, kind: Kind, text: str, holds: bool, *, found: object = "") -> bool:
        """Note a claim and return whether it holds."""
        self.made.append(Claim(kind, text, holds, str(found)))
        return holds

    @property
    def broken(self) -> tuple[Claim, ...]:
        """Claims that do not hold."""
        return tuple(claim for claim in self.made if not claim.holds)

    @property
    def exit_code(self) -> int:
        """0, or that of the most serious claim that does not hold."""
        kinds = {claim.kind for claim in self.broken}
        return next((code for kind, code in EXIT_CODES.items() if kind in kinds), 0)
