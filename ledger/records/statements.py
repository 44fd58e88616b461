"""What members stated."""

from canonical.hashing import Digest
from ledger.records.record import Record


class AttestationRecord(Record, frozen=True):
    """`attestation/<kind>-<subject>/<document hash, hex>`: a notary's statement. Kept for good."""

    notary: str
    statement: str
    height: int
    """Of the block that holds it."""
    at_ms: int
    """That block's time."""
    chain: str | None = None
    """Another chain on which the same hash was anchored, says the notary."""


class EvidenceRecord(Record, frozen=True):
    """`evidence/<member>/<offence>`: a contradiction that was proved (R8.3). Kept, so that it is acted on once."""

    submitter: str
    proof_hash: Digest
    """SHA-256 of the proof, which stands in the transaction."""
    height: int
    """Of the block that holds it."""


class ReportRecord(Record, frozen=True):
    """`report/<member>/<payload hash, hex>`: that a member reported an account (R11.3).

    What was said is with the regulator.
    """

    reporter: str
    account: str
    """Whom the report is about."""
    at_ms: int
    """Block time of the report."""
