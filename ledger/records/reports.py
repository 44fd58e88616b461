"""What is counted over an epoch, to be reported at its end, and what an epoch's end decides for a while."""

from ledger.records.record import Record


class CultureRecord(Record, frozen=True):
    """`culture/<epoch>`: series that platforms opened in an epoch; `culture/current`: in the one that runs (R2.1)."""

    issuers: tuple[str, ...]
    """Platforms that opened any, sorted."""
    series: tuple[int, ...]
    """How many each opened, in the same order."""
    cultural: tuple[int, ...]
    """How many of these are tagged with national culture or heritage."""


class CoolingRecord(Record, frozen=True):
    """`cooling/<series>`: a series that changed hands too quickly; its editions are held longer (R10.5)."""

    until_ms: int
    """Block time from which the longer hold is over."""
