"""Small things for tests to hold: keys that need no cryptography, settings, batches, bundles."""

from collections.abc import Sequence
from hashlib import sha256

from canonical.hashing import Digest
from canonical.signing import Sign, Signature
from consensus.bundle import OpenBundle, seal
from consensus.events import Received
from consensus.messages import (
    BatchReference,
    BlockHeader,
    BlockVote,
    CertificateVote,
    CertifiedBlock,
    CheckpointProof,
    Commit,
    Forwarded,
    Item,
    NamedViewChange,
    NewView,
    Prepare,
    PreparedCertificate,
    PrePrepare,
    Proposal,
    ViewChange,
    header_digest,
    proposal_digest,
    statement_digest,
)
from consensus.quorum import Committee
from consensus.settings import Settings
from consensus.types import BatchNumber, Epoch, ReplicaId, SequenceNumber, View

CHAIN = Digest(sha256(b"the chain of these tests").digest())
EPOCH = Epoch(0)
START_MS = 1_700_000_000_000
"""What the wall clock shows when a test begins."""

BATCH_BYTES = 1_000


def sign_as(replica: int) -> Sign:
    """A keyed hash in place of Ed25519: unforgeable for anybody who does not call this function."""

    def sign(content: bytes) -> Signature:
        half = sha256(b"key of %d" % replica + content).digest()
        return Signature(half + half)

    return sign


def verify(sender: ReplicaId, content: bytes, signature: Signature) -> bool:
    return sign_as(sender)(content) == signature


def settings(
    n: int = 4,
    replica: int = 0,
    *,
    interval: int = 4,
    in_flight: int = 4,
    proposal_bytes_max: int = 10 * BATCH_BYTES,
    log_size: int | None = None,
) -> Settings:
    """Small windows, so that short runs reach their edges: K = 4, L = 16, W = 4."""
    return Settings(
        chain=CHAIN,
        epoch=EPOCH,
        committee=Committee(n),
        replica=ReplicaId(replica),
        first_parent=CHAIN,
        checkpoint_interval=interval,
        log_size=log_size or 4 * interval,
        in_flight_max=in_flight,
        proposal_bytes_max=proposal_bytes_max,
    )


def batch(author: int = 0, number: int = 1, content: bytes = b"", size_bytes: int = BATCH_BYTES) -> BatchReference:
    name = sha256(b"batch %d %d " % (author, number) + content).digest()
    return BatchReference(ReplicaId(author), BatchNumber(number), Digest(name), 1, size_bytes)


def proposal(*batches: BatchReference, timestamp_ms: int = START_MS) -> Proposal:
    return Proposal(batches or (batch(),), timestamp_ms)


def pre_prepare(sequence: int, *batches: BatchReference, view: int = 0, timestamp_ms: int = START_MS) -> PrePrepare:
    return PrePrepare(View(view), SequenceNumber(sequence), proposal(*batches, timestamp_ms=timestamp_ms))


def digest_of(message: PrePrepare) -> Digest:
    return proposal_digest(message.proposal, chain=CHAIN, epoch=EPOCH, sequence=message.sequence)


def prepare(message: PrePrepare) -> Prepare:
    return Prepare(message.view, message.sequence, digest_of(message))


def commit(message: PrePrepare) -> Commit:
    return Commit(message.view, message.sequence, digest_of(message))


def sealed(sender: int, *items: Item, chain: Digest = CHAIN, epoch: Epoch = EPOCH) -> OpenBundle:
    return seal(items, chain=chain, epoch=epoch, sender=ReplicaId(sender), sign=sign_as(sender))


def received(sender: int, *items: Item) -> Received:
    return Received(sealed(sender, *items))


def header(height: int = 1, parent: Digest = CHAIN, content: Proposal | None = None, mark: bytes = b"") -> BlockHeader:
    """A header as the fake ledger would never build it, for tests that need just any; `mark` makes another one."""
    content = content or proposal()
    root = Digest(sha256(b"root " + mark).digest())
    ordered = proposal_digest(content, chain=CHAIN, epoch=EPOCH, sequence=SequenceNumber(height))
    return BlockHeader(
        SequenceNumber(height), parent, EPOCH, ordered, content.timestamp_ms, root, root, root, root, root
    )


def block_vote(of: BlockHeader) -> BlockVote:
    return BlockVote(of.height, header_digest(of, chain=CHAIN))


def votes_for(of: BlockHeader, senders: Sequence[int]) -> tuple[CertificateVote, ...]:
    """BLOCK-VOTEs in the order asked for, each out of a bundle of three."""
    votes = []
    for sender in senders:
        bundle = sealed(sender, Prepare(View(0), SequenceNumber(9), CHAIN), block_vote(of), block_vote(header(77)))
        votes.append(bundle.signed_items()[1].certificate_vote())
    return tuple(votes)


def certified(of: BlockHeader, content: Proposal, senders: Sequence[int] = (0, 1, 2)) -> CertifiedBlock:
    return CertifiedBlock(of, content, votes_for(of, senders))


def prepared_for(message: PrePrepare, backups: Sequence[int], *, primary: int | None = None) -> PreparedCertificate:
    """The certificate of `message` from its view's primary, or from whoever is named, and these backups, unsorted."""
    leader = message.view % 4 if primary is None else primary
    first = sealed(leader, message).signed_items()[0].certificate_vote()
    said = [sealed(each, commit(message), prepare(message)).signed_items()[1] for each in backups]
    return PreparedCertificate(message, first, tuple(each.certificate_vote() for each in said))


def checkpoint(height: int, senders: Sequence[int] = (0, 1, 2)) -> CheckpointProof:
    """A stable checkpoint at `height` with its proof."""
    block = header(height)
    return CheckpointProof(block, votes_for(block, senders))


def view_change(view: int, *prepared: PreparedCertificate, proof: CheckpointProof | None = None) -> ViewChange:
    return ViewChange(View(view), proof, prepared)


def named(senders_and_statements: Sequence[tuple[int, ViewChange]]) -> tuple[NamedViewChange, ...]:
    return tuple(NamedViewChange(ReplicaId(each), statement_digest(said)) for each, said in senders_and_statements)


def new_view(view: int, *senders_and_statements: tuple[int, ViewChange]) -> NewView:
    return NewView(View(view), named(senders_and_statements))


def forwarded(sender: int, statement: ViewChange | NewView) -> Forwarded:
    """Somebody's statement with its proof."""
    return Forwarded(statement, sealed(sender, statement).signed_items()[0].certificate_vote())
