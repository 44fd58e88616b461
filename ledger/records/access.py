"""What the regulator read."""

from ledger.records.record import Record


class AccessRecord(Record, frozen=True):
    """`access/<member>/<nonce>`: one read that was put on record, by the nonce of its transaction. Kept for good."""

    what: str
    case: str
    height: int
    """The block in which it was put on record."""
