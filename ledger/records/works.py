"""Registered works, and their content."""

import enum

from canonical.hashing import Digest
from ledger.records.record import Record


class Review(enum.StrEnum):
    """Whether a work that resembles another one was looked at."""

    CLEAR = "clear"
    """It resembles none, or was found to be a work of its own."""
    WAITING = "waiting"
    """Nobody has looked yet: no series and no edition meanwhile."""
    REJECTED = "rejected"
    """It is the other work: no series and no edition, for good."""


class WorkRecord(Record, frozen=True):
    """`work/<work id>`: a registered work."""

    title: str
    creator: str
    holder: str
    source: str
    content_hash: Digest
    certificate_number: str
    registrar: str
    """The member that registered it."""
    licensees: tuple[str, ...]
    """Platforms that may issue series of it, sorted, each once."""
    review: Review = Review.CLEAR
    similar_to: str | None = None
    """The work that its perceptual hash resembles; None if it resembles none."""
    dispute_case: str | None = None
    """The case of the latest dispute that took effect; None if none did."""
    disputed_until_ms: int = 0
    """Block time from which that dispute is over by itself; 0 without one, or when it was decided."""
    taken_down: str | None = None
    """The case in which it was taken down, with all that was made of it; None if it was not."""


class LikenessRecord(Record, frozen=True):
    """`likeness/<band>-<its bits, hex>`: works whose perceptual hashes agree in one of seven bands (R4.2).

    Hashes that differ in at most six bits agree in one of seven bands, so whoever looks up seven rows misses none.
    """

    works: tuple[str, ...]
    """In the order of their registration, at most LIKENESS_WORKS_MAX: a newcomer to a full row waits for review."""
    hashes: tuple[bytes, ...]
    """Theirs, in the same order."""


class ContentRecord(Record, frozen=True):
    """`content/<content hash, hex>`: which work has this content, so that no second one can (R4.2)."""

    work: str
