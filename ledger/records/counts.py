"""What is counted to keep limits."""

from ledger.records.record import Record


class PurchaseRecord(Record, frozen=True):
    """`purchase/<series id>/<person, hex>`: editions that a person bought of a series, over all platforms (R6.2)."""

    count: int


class GiftRecord(Record, frozen=True):
    """`gift/<person, hex>`: gifts that a person gave on the last day on which there was one (R10.4)."""

    day: int
    """Calendar day of China Standard Time, counted from 1970-01-01."""
    count: int
