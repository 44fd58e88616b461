"""Everything that is known of one telling of the first day: `Outcome`."""

import platform
from pathlib import Path

import msgspec

from scenarios.first_day.claims import Claim


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known of one telling; written as report.json."""

    directory: Path
    began_ms: int
    """Unix milliseconds."""
    seconds: float
    members: int
    seed: int
    buses: int
    """Brokers that were named; 0 means the embedded one."""
    interrupted: bool
    lines: tuple[str, ...]
    """What was told."""
    claims: tuple[Claim, ...]
    figures: dict[str, float]
    """Measured on the way, by name with the unit last."""
    reasons: tuple[str, ...]
    """Why orders of the rush were refused."""
    verified: str
    """What `quorate verify` printed."""
    memory_bytes_max: dict[str, int]
    """By member."""
    restarts: int
    """Members that ended unasked and were started again."""
    fault: str
    """Why the story could not be told to its end; empty if it could."""
    exit_code: int
    machine: str = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"

    @property
    def holds(self) -> bool:
        """Whether the story was told to its end and every claim holds."""
        return (
            not self.interrupted and not self.fault and bool(self.claims) and all(claim.holds for claim in self.claims)
        )

    @property
    def ending(self) -> str:
        """How the telling ended, in a few words."""
        if self.interrupted:
            return "Stopped"
        if any(not claim.holds for claim in self.claims):
            return "NOT all claims hold"
        return "All claims hold" if self.holds else "Ended early"
