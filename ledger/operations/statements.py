"""What members state about things, about accounts and about each other; the chain keeps hashes and who said so."""

import enum
from typing import Annotated

import msgspec

from canonical.hashing import Digest
from ledger.names import AccountId, ChainId, Text
from ledger.operations.part import Part

EVIDENCE_BYTES_MAX = 16 << 10
"""Two contradicting votes with their paths take 1 kB, two NEW-VIEWs of 128 members 10 kB. Two VIEW-CHANGEs may take
megabytes, and are not taken: everybody has them anyhow (E6 of docs/PROTOCOL.md)."""


class Attested(enum.StrEnum):
    """What a notary's statement is about."""

    WORK = "work"
    SERIES = "series"
    TOKEN = "token"
    BLOCK = "block"


Subject = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}\Z")]
"""The id of a work, series or token; a block by its height in decimal digits."""


class Attest(Part, frozen=True, tag="attest"):
    """A notary states something about a work, a series, a token or a block, and the hash of its document."""

    kind: Attested
    subject: Subject
    document_hash: Digest
    """SHA-256 of the notarial document, which stays with the notary."""
    statement: Text
    chain: ChainId | None = None
    """Another chain on which the notary anchored the same hash; None: nowhere else."""


class ReportSuspicious(Part, frozen=True, tag="report_suspicious"):
    """A member reports an account to the regulator (R11.3); what it reports travels apart and is not on the chain."""

    account: AccountId
    """Whom the report is about."""
    payload_hash: Digest
    """SHA-256 of the salted report, which the regulator has."""


class SubmitEvidence(Part, frozen=True, tag="submit_evidence"):
    """A member shows that another one contradicted itself in consensus (R8.3)."""

    proof: Annotated[bytes, msgspec.Meta(min_length=1, max_length=EVIDENCE_BYTES_MAX)]
    """Two signed statements in the encoding of the consensus room; the ledger asks its judge about them."""
