"""Cases of freezing."""

import enum

from ledger.records.record import Record


class FreezeState(enum.StrEnum):
    """How far a case has come. That its time is over is no state: the mark on what is frozen says until when."""

    PROPOSED = "proposed"
    """Some party approved; not enough have."""
    EMERGENCY = "emergency"
    """In force by one party for a few days; not enough have approved."""
    FROZEN = "frozen"
    """Took effect; ends at its expiry or by release."""
    APPEALED = "appealed"
    """In force, and ends with its review unless it is upheld."""
    UPHELD = "upheld"
    """Reviewed and upheld: ends at its expiry or by release."""
    RELEASED = "released"
    """Ended by as many parties as had made it."""
    WITHDRAWN = "withdrawn"
    """Ended before enough had approved it."""


UNCONFIRMED = (FreezeState.PROPOSED, FreezeState.EMERGENCY)
"""Not enough parties have approved, and more may."""


class FreezeRecord(Record, frozen=True):
    """`freeze/<token or account>/<case id>`: who asked for a freeze, why and until when. Kept for good."""

    state: FreezeState
    reason: str
    expires_ms: int
    approvals: tuple[str, ...]
    """Members that approved the freeze, sorted, each once."""
    releases: tuple[str, ...]
    """Members that approved its end, sorted, each once."""
    emergency_by: str | None
    """The member that put it into force alone, at the beginning; None if none did."""
    appealed_by: str | None
    """The account that appealed; None if none did."""
    review_until_ms: int
    """When the freeze ends unless it is upheld; 0 without an appeal."""
    upheld_by: tuple[str, ...]
    """Members that upheld it, sorted, each once."""


EMERGENCIES_MAX = 16
"""Tokens of one owner that a member may freeze alone before any of it is confirmed: bounds the owner's row."""


class EmergencyRecord(Record, frozen=True):
    """`emergency/<member>/<token or account>`: the emergency freezes by which a member held this thing alone.

    An account's row names the tokens that it owned, too: who held a token alone does not hold its owner alone after it.
    An issuer's row names its unsold editions: who stopped the sale of a series alone does not stop it alone again.
    Kept for good; each binds the member until its case was approved by enough (R7.2).
    """

    cases: tuple[tuple[str, str], ...]
    """The token or account that was frozen, and the case, in the order of the freezes; at most EMERGENCIES_MAX, since
    those that were confirmed go when another comes."""
