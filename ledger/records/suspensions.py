"""Suspensions of accounts: why, and until when."""

from ledger.records.record import Record


class SuspensionRecord(Record, frozen=True):
    """`suspension/<account>/<platform or operator>`: the latest suspension on one axis of an account (R6.5)."""

    by: str
    """The platform or the regulator."""
    reason: str
    case: str
    began_ms: int
    until_ms: int
    """Block time at which it ends, or ended, by itself or before its time."""
