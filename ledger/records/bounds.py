"""What one member has open and has made: counted, so that it does not fill what everybody keeps for good (R8.2)."""

from ledger.records.record import Record


class DocketRecord(Record, frozen=True):
    """`docket/<member>`: cases and proposals that a member opened and that others have not taken up."""

    cases: tuple[tuple[str, int], ...]
    """The row of each, such as `freeze/s-0001/jd.17`, and the block time from which it counts no longer; in the order
    of their opening, at most `cases_open_max`: those that count no longer leave when the next one comes."""


class DayRecord(Record, frozen=True):
    """`day/<member>`: what a member made on the last day on which it made anything that is kept for good."""

    day: int
    """Calendar day of China Standard Time, counted from 1970-01-01."""
    accounts: int = 0
    works: int = 0
    series: int = 0
    editions: int = 0
    statements: int = 0
    """Attestations, reports, proofs and records of access."""
