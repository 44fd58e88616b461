"""Who may give for whom."""

from ledger.records.record import Record

OPERATORS_MAX = 32
"""Operators one account may have at a time."""


class OperatorsRecord(Record, frozen=True):
    """`operators/<account id>`: the accounts that may give any of this person's tokens (`set_approval_for_all`)."""

    operators: tuple[str, ...]
    """Sorted, each once, at most OPERATORS_MAX."""
