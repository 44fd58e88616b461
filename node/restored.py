"""What a member finds on its disk when it starts: the typed form of its database, as `Storage.load` hands it over."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from consensus.messages import (
    BlockHeader,
    CertificateVote,
    CertifiedBlock,
    CheckpointProof,
    PreparedCertificate,
    Proposal,
    ViewStatement,
    Vote,
)
from consensus.types import Digest, SequenceNumber, View
from ledger.receipts import Receipt


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """A block as it lies on disk."""

    header: BlockHeader
    digest: Digest
    """Digest of the header."""
    proposal: Proposal
    votes: tuple[CertificateVote, ...] | None
    """The block certificate, or None while it has none here."""

    def proof(self) -> CheckpointProof | None:
        """Its header with the certificate, if it has one: what a VIEW-CHANGE shows of a stable checkpoint."""
        return None if self.votes is None else CheckpointProof(self.header, self.votes)

    def certified(self) -> CertifiedBlock | None:
        """The block with its proof, if it has one."""
        return None if self.votes is None else CertifiedBlock(self.header, self.proposal, self.votes)


@dataclass(frozen=True, slots=True)
class PushedBlock:
    """A final block with what it takes to execute it, for a peer that lacks it."""

    certified: CertifiedBlock
    payloads: tuple[bytes, ...] = field(repr=False)
    """Payloads of the batches that were executed in it, in order."""


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """Where a transaction was executed and what became of it, with all that proves it."""

    block: StoredBlock
    position: int
    """Its place in the block, from 0."""
    receipts: tuple[Receipt, ...] = field(repr=False)
    """Every receipt of the block in order: the leaves for a Merkle path; each names its transaction's id."""

    @property
    def receipt(self) -> Receipt:
        """The transaction's own receipt."""
        return self.receipts[self.position]


@dataclass(frozen=True, slots=True)
class LostDisk:
    """What a database says that was made after an earlier one of its member was lost."""

    view: View
    """The latest view that the member had ever bound itself in, by the mark beside its keys."""
    until: SequenceNumber | None
    """The block up to which it is mute; None while that is not estimated."""


@dataclass(frozen=True, slots=True)
class Restored:
    """Everything a core needs to go on where it stopped."""

    view: View
    """The view it was in."""
    statements: tuple[ViewStatement, ...]
    """Its VIEW-CHANGE for that view, and its NEW-VIEW if it was the primary there."""
    checkpoint: CheckpointProof | None
    """The stable checkpoint with its certificate; None while it is 0."""
    votes: tuple[Vote, ...]
    """Own votes above the stable checkpoint, in the order of casting: said again, byte for byte."""
    prepared: tuple[PreparedCertificate, ...]
    """The certificates behind own COMMITs above the stable checkpoint, by sequence."""
    batches: tuple[bytes, ...] = field(repr=False)
    """Payloads that are not executed, by author and number."""
    blocks: tuple[StoredBlock, ...]
    """Executed blocks above the stable checkpoint, in order."""
    tip: BlockHeader | None
    """The last block executed; None before the first."""
    certified: SequenceNumber
    """Every block up to this one has its certificate here."""
    stable: SequenceNumber
    """The last stable checkpoint."""
    lost: LostDisk | None
    """Set while this member is mute, as an earlier disk was lost."""
    entries: Iterator[tuple[bytes, bytes]] = field(repr=False)
    """The ledger's entries by key, read as they are asked for; run through them before the first commit."""
