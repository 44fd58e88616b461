"""What comes to an end, and what its holders chose."""

from ledger.operations.winding_down import Choice
from ledger.records.record import Record


class WindDownRecord(Record, frozen=True):
    """`wind_down/<series or platform>/<its id>`: the announcement. Kept for good."""

    reason: str
    announced_ms: int
    choose_until_ms: int
    """Until when holders can choose; who has not chosen by then holds."""


class ChoiceRecord(Record, frozen=True):
    """`choice/<token id>`: what a holder chose. It is his: a later owner has not chosen yet."""

    owner: str
    choice: Choice
