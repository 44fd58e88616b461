"""Cases of freezing."""

import enum

from ledger.records.record import Record


class FreezeState(enum.StrEnum):
    """How far a case has come."""

    PROPOSED = "proposed"
    """Some party approved; not enough have."""
    FROZEN = "frozen"
    """Took effect; ends at its expiry or by release."""
    RELEASED = "released"
    """Ended by as many parties as had made it."""


class FreezeRecord(Record, frozen=True):
    """`freeze/<token id>/<case id>`: who asked for a freeze, why and until when. Kept for good."""

    state: FreezeState
    reason: str
    expires_ms: int
    approvals: tuple[str, ...]
    """Members that approved the freeze, sorted, each once."""
    releases: tuple[str, ...]
    """Members that approved its end, sorted, each once."""
