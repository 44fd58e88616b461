"""Single editions."""

import enum

from ledger.records.record import Record


class TokenState(enum.StrEnum):
    """Where an edition is in its life; frozen is not a state but a mark with an end."""

    MINTED = "minted"
    """Made and not sold: with its issuer, and leaves it by sale only."""
    ISSUED = "issued"
    """Sold; its owner may give it away."""
    BURNED = "burned"
    """Ended by its last owner, whom the record still names; nobody owns it, and nothing more happens to it."""


class TokenRecord(Record, frozen=True):
    """`token/<token id>`: one edition, whole, with exactly one owner."""

    owner: str
    state: TokenState
    transfers: int
    """Gifts since the sale."""
    acquired_ms: int
    """Block time at which the owner got it: the hold clock (R10.1)."""
    freeze_case: str | None
    """The case of the latest freeze; None if there was none, or if it was ended."""
    frozen_until_ms: int
    """Block time from which the freeze is over by itself; 0 without one."""
    approved: str | None = None
    """The account that may give it on its owner's behalf (ERC-721's `getApproved`); a gift ends it."""
    redeemed: int = 0
    """Bit i: the benefit of the series' anchor i has been redeemed (R1.2)."""
    trail: tuple[tuple[str, int], ...] = ()
    """Whom it was given on by, oldest first: account and the block time at which that one had got it. Each gave it to
    the next, the last to the owner. At most `TRAIL_MAX`, given within `TRAIL_MS` (`ledger/transitions/trail.py`)."""
    taken_down: str | None = None
    """The case in which it was taken down by itself: its owner has the record of it, and can give it no more."""

    def is_frozen(self, now_ms: int) -> bool:
        """Whether a freeze holds at block time `now_ms`."""
        return now_ms < self.frozen_until_ms
