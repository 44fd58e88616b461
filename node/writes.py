"""What a turn of the core asks to be on disk. Storage applies a turn's writes in order, in one transaction."""

from dataclasses import dataclass

import msgspec

from consensus.messages import (
    BatchReference,
    BlockHeader,
    CertificateVote,
    CheckpointProof,
    PreparedCertificate,
    Proposal,
    ViewStatement,
    Vote,
)
from consensus.types import BatchNumber, Digest, SequenceNumber, View
from ledger.receipts import ComplianceEntry, Receipt


class StoreVote(msgspec.Struct, frozen=True):
    """An own vote, before it leaves."""

    vote: Vote


@dataclass(frozen=True, slots=True)
class StorePrepared:
    """The certificate behind an own COMMIT; replaces an older one for the same sequence."""

    certificate: PreparedCertificate


@dataclass(frozen=True, slots=True)
class StoreView:
    """The view this member is in; what it said about earlier ones is no longer needed."""

    view: View
    statement: ViewStatement | None
    """Its VIEW-CHANGE or NEW-VIEW for `view`, before it leaves; None where it only entered the view."""


@dataclass(frozen=True, slots=True)
class StoreBatch:
    """A batch's payload, own or received; a second copy changes nothing."""

    reference: BatchReference
    payload: bytes


@dataclass(frozen=True, slots=True)
class StoreBlock:
    """An executed block with all it changed."""

    header: BlockHeader
    proposal: Proposal
    executed: tuple[BatchReference, ...]
    """Those of the proposal's batches whose transactions ran, in order."""
    transaction_ids: tuple[Digest, ...]
    receipts: tuple[Receipt, ...]
    compliance: tuple[ComplianceEntry, ...]
    changes: tuple[tuple[bytes, bytes | None], ...]
    """State entries, key and new value; None removes the key. Each key once."""


@dataclass(frozen=True, slots=True)
class StoreCertificate:
    """The block's certificate."""

    height: SequenceNumber
    votes: tuple[CertificateVote, ...]


@dataclass(frozen=True, slots=True)
class Stabilise:
    """A stable checkpoint: own votes and prepared certificates at or below it are no longer needed (§4.3)."""

    sequence: SequenceNumber


@dataclass(frozen=True, slots=True)
class StoreMute:
    """How long this member, whose earlier disk was lost, is mute."""

    until: SequenceNumber | None
    """H_M; None where it may vote from now on."""


@dataclass(frozen=True, slots=True)
class StoreEntries:
    """Some entries of a ledger that is being taken over, each key once: they are set aside, and count for nothing yet.

    What lies aside of a ledger of another height is thrown away.
    """

    height: SequenceNumber
    entries: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class StoreSnapshot:
    """A ledger that was taken over whole: what was set aside takes the place of every block, batch and entry."""

    checkpoint: CheckpointProof
    entries: int
    """So many were set aside: all of the ledger's."""
    executed: tuple[BatchNumber, ...]
    """For each author, the last batch that ran."""


Write = (
    StoreVote
    | StorePrepared
    | StoreView
    | StoreBatch
    | StoreBlock
    | StoreCertificate
    | Stabilise
    | StoreMute
    | StoreEntries
    | StoreSnapshot
)
