"""One row of a history: somebody handed something on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Transfer:
    """A token went from one to another."""

    at_ms: int
    """Unix milliseconds; in a history they never run back."""
    token: str
    giver: str
    receiver: str
