"""A list of checks in the document's order: each passes, fails, or is skipped because what it rests on did not pass."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tests.quorate.from_the_document.text import UnreadableError


class Outcome(StrEnum):
    """What became of a check."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a table of checks."""

    name: str
    """As the document names it."""

    rests_on: tuple[str, ...]
    """The checks that must have passed before this one means anything."""

    fails: Callable[[], bool]
    """Whether it fails; an UnreadableError out of it is a failure too."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checks came to."""

    outcomes: tuple[tuple[str, Outcome], ...]
    """Every check's name and outcome, in the document's order."""

    @property
    def failed(self) -> tuple[str, ...]:
        """The checks that failed, in order; those skipped are not among them."""
        return tuple(name for name, outcome in self.outcomes if outcome is Outcome.FAILED)

    @property
    def reason(self) -> str | None:
        """The first check that failed; None where the certificate holds."""
        return self.failed[0] if self.failed else None

    @property
    def holds(self) -> bool:
        """Whether every check passed."""
        return all(outcome is Outcome.PASSED for _, outcome in self.outcomes)


def run(checks: list[Check]) -> Verdict:
    """Make `checks`, one after the other."""
    outcomes: dict[str, Outcome] = {}
    for check in checks:
        if any(outcomes[name] is not Outcome.PASSED for name in check.rests_on):
            outcomes[check.name] = Outcome.SKIPPED
        else:
            outcomes[check.name] = Outcome.FAILED if _fails(check) else Outcome.PASSED
    return Verdict(tuple(outcomes.items()))


def _fails(check: Check) -> bool:
    """Whether `check` fails."""
    try:
        return check.fails()
    except UnreadableError:
        return True
