"""What was decided together about works and what was made of them. All of it is kept for good."""

import enum

from ledger.records.record import Record


class DisputeState(enum.StrEnum):
    """How far a dispute has come. That its time is over is no state: the work says until when."""

    PROPOSED = "proposed"
    """Some party approved; not enough have."""
    OPEN = "open"
    """Took effect; ends by itself or by decision."""
    RESTORED = "restored"
    """Decided: the work is what it was before."""
    TAKEN_DOWN = "taken_down"
    """Decided: the work is taken down."""


class DisputeRecord(Record, frozen=True):
    """`dispute/<work id>/<case id>`: who disputes a work, why and until when, and who decided how."""

    state: DisputeState
    reason: str
    expires_ms: int
    approvals: tuple[str, ...]
    """Members that opened it, sorted, each once."""
    for_restoring: tuple[str, ...]
    """Voting members that decided so, sorted, each once; none of them stands below too."""
    for_taking_down: tuple[str, ...]
    """Voting members that decided so, sorted, each once."""


class MeasureState(enum.StrEnum):
    """How far a measure has come."""

    PROPOSED = "proposed"
    """Some party approved; not enough have, and after its time none can."""
    DONE = "done"
    """Took effect."""


class TakedownRecord(Record, frozen=True):
    """`takedown/<token, series or work>/<its id>/<case id>`: who took something down, and why."""

    state: MeasureState
    reason: str
    expires_ms: int
    """Until when it can be approved."""
    approvals: tuple[str, ...]
    """Members that approved it, sorted, each once."""


class ForcedTransferRecord(Record, frozen=True):
    """`forced_transfer/<token id>/<case id>`: who moved a token, from whom to whom, and why."""

    state: MeasureState
    sender: str
    to: str
    reason: str
    expires_ms: int
    """Until when it can be approved."""
    approvals: tuple[str, ...]
    """Members that approved it, sorted, each once."""
    freeze_case: str | None = None
    """The case of the freeze that it passes by; None: none."""
