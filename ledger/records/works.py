"""Registered works, and their content."""

from canonical.hashing import Digest
from ledger.records.record import Record


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


class ContentRecord(Record, frozen=True):
    """`content/<content hash, hex>`: which work has this content, so that no second one can (R4.2)."""

    work: str
