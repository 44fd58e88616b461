"""What replicas say to each other, field for field as the paper prints it.

No message names its sender: the bundle that carries it does, once, under one signature (bundle.py). Chain and epoch are
in what that signature covers, and each message's tag is in its bytes, so that nothing said in one chain, epoch or phase
can be replayed in another.
"""

import enum
from typing import Annotated

import msgspec

from canonical.encoding import encode
from canonical.hashing import Domain, digest
from canonical.merkle import leaf_hash
from canonical.signing import Signature
from consensus.types import MEMBERS_MAX, BatchNumber, Digest, Epoch, ReplicaId, SequenceNumber, View

Mask = Annotated[bytes, msgspec.Meta(max_length=MEMBERS_MAX // 8)]
"""A set of replicas as a little-endian bit mask without trailing zero bytes: bit i stands for replica i."""

Natural = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A count, a size in bytes, or Unix milliseconds."""


STATUS_SLOTS_MAX = 256
"""Entries of one kind in a status: more than the log holds slots; bounds what one status can make a receiver push."""

BATCHES_IN_PROPOSAL_MAX = 64
"""References in one proposal: 64 x 60 bytes keep a PRE-PREPARE under 4 KiB, and what a VIEW-CHANGE proves in bounds."""


class Message(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Base of everything that crosses the wire: a tuple whose first element is the tag."""


class BatchReference(Message, frozen=True):
    """Names a batch of transactions without its payload (§4.2: requests travel apart)."""

    author: ReplicaId
    """The member whose gateway packed and signed it: PBFT's client."""
    number: BatchNumber
    """Its place among the author's batches: PBFT's monotone timestamp t."""
    digest: Digest
    """What the author signed; fixes every byte of the payload."""
    count: Natural
    """Transactions in it, >= 1."""
    size_bytes: Natural
    """Length of the payload on the wire."""


class Proposal(Message, frozen=True):
    """What a sequence number is given to: batches in order, and a time.

    Its digest contains neither view nor parent, so that it survives a view change unchanged and prepared votes for it
    can be carried over.
    """

    batches: Annotated[tuple[BatchReference, ...], msgspec.Meta(max_length=BATCHES_IN_PROPOSAL_MAX)]
    """In the order of execution; empty in a null request."""
    timestamp_ms: Natural
    """The primary's clock, Unix milliseconds; backups bound its drift, execution makes it monotone."""


def proposal_digest(proposal: Proposal, *, chain: Digest, epoch: Epoch, sequence: SequenceNumber) -> Digest:
    """D(m): what PREPARE and COMMIT name. Every receiver recomputes it from the content."""
    return digest(Domain.PROPOSAL, chain, encode((epoch, sequence)), encode(proposal))


class PrePrepare(Message, frozen=True, tag="pre-prepare"):
    """<PRE-PREPARE, v, n, d>_p (§4.2): the primary gives sequence n in view v to a proposal; d follows from it."""

    view: View
    sequence: SequenceNumber
    proposal: Proposal


class Prepare(Message, frozen=True, tag="prepare"):
    """<PREPARE, v, n, d, i>_i (§4.2): backup i holds every payload and accepts the primary's assignment."""

    view: View
    sequence: SequenceNumber
    digest: Digest


class Commit(Message, frozen=True, tag="commit"):
    """<COMMIT, v, n, D(m), i>_i (§4.2): i has prepared (v, n, d) and keeps the proof."""

    view: View
    sequence: SequenceNumber
    digest: Digest


class BlockVote(Message, frozen=True, tag="block-vote"):
    """<CHECKPOINT, n, d, i>_i (§4.3), cast for every block: i has executed n and got the header with digest d.

    A quorum of them is the block's certificate; every K-th certificate is a stable checkpoint.
    """

    sequence: SequenceNumber
    digest: Digest


class SlotStatus(Message, frozen=True):
    """What a replica holds of one slot that it has not executed."""

    sequence: SequenceNumber
    has_pre_prepare: bool
    prepares: Mask
    """Bit i set: it holds replica i's PREPARE for the digest it accepted."""
    commits: Mask
    """Bit i set: it holds replica i's COMMIT."""


class BlockStatus(Message, frozen=True):
    """The block votes a replica holds for a block it executed and cannot yet certify."""

    sequence: SequenceNumber
    votes: Mask
    """Bit i set: it holds replica i's BLOCK-VOTE."""


class Status(Message, frozen=True, tag="status"):
    """What I have and lack. Receivers push exactly what is missing; nothing else repairs a lossy bus."""

    number: Natural
    """Strictly increasing in one life, and over restarts while the sender's clock, which it is, is not set back."""
    view: View
    is_active: bool
    """Whether it votes in `view`, or still waits for its NEW-VIEW."""
    complains: bool
    """Whether what it complained of in `view` goes on; if not, it takes its SUSPECT back."""
    view_changes: Mask
    """Bit i set: it holds replica i's VIEW-CHANGE for `view`; all that the NEW-VIEW names once it is active."""
    stable: SequenceNumber
    """Last stable checkpoint: the low watermark h."""
    executed: SequenceNumber
    """Last block executed."""
    certified: SequenceNumber
    """Last block up to which every block has its certificate here."""
    asked: ReplicaId | None
    """Who is asked to push blocks after `certified`, and batches; nobody while all goes well."""
    slots: Annotated[tuple[SlotStatus, ...], msgspec.Meta(max_length=STATUS_SLOTS_MAX)]
    """Slots that the view carried over and that are executed here, not final; then those after `executed` of which
    anything is held. Lowest first."""
    blocks: Annotated[tuple[BlockStatus, ...], msgspec.Meta(max_length=STATUS_SLOTS_MAX)]
    """Executed blocks that lack a certificate, lowest first."""
    batches: Annotated[tuple[BatchNumber, ...], msgspec.Meta(max_length=MEMBERS_MAX)]
    """For each author in committee order, the number up to which all its batches arrived here."""
    missing: Annotated[tuple[Digest, ...], msgspec.Meta(max_length=STATUS_SLOTS_MAX)]
    """Batches that an accepted proposal names and that are not here."""


class BlockHeader(Message, frozen=True):
    """A block: the executed proposal. Identical, byte for byte, at every honest member."""

    height: SequenceNumber
    parent: Digest
    """Digest of the header below; the first block's parent is the chain id."""
    epoch: Epoch
    """The epoch whose committee certifies this block."""
    proposal: Digest
    """D(m) of what was ordered here."""
    timestamp_ms: Natural
    """The proposal's time, or the parent's where that is later: block time never runs back."""
    transactions_root: Digest
    """Merkle root over the ids of the transactions, in order."""
    receipts_root: Digest
    """Merkle root over their receipts, in the same order."""
    state_root: Digest
    """Commitment to the whole ledger after this block."""
    compliance_root: Digest
    """Digest of this block's compliance report."""
    next_members: Digest
    """Digest of the committee that certifies the next block."""


def header_digest(header: BlockHeader, *, chain: Digest) -> Digest:
    """What block votes name and the next block calls its parent."""
    return digest(Domain.HEADER, chain, encode(header))


NULL_PROPOSAL = Proposal((), 0)
"""The null request (§4.4): fills a hole that a view change found, executes as a no-op, and counts for checkpoints."""


class CertificateVote(Message, frozen=True):
    """One vote taken out of its bundle: still provable to anybody, since it carries its Merkle path."""

    sender: ReplicaId
    index: Natural
    """Place of the vote among the bundle's items."""
    count: Natural
    """Items in that bundle."""
    path: tuple[Digest, ...]
    """Sibling hashes from the vote to the bundle's root, lowest first."""
    signature: Signature
    """The sender's signature on the bundle's root."""


class CertifiedBlock(Message, frozen=True, tag="certified-block"):
    """A final block with its proof: anybody may take it over, in whatever view he is. Catching up is made of these."""

    header: BlockHeader
    proposal: Proposal
    votes: tuple[CertificateVote, ...]
    """The block certificate: a quorum of BLOCK-VOTEs for the header, by ascending sender."""


class PreparedCertificate(Message, frozen=True, tag="prepared"):
    """Proof that (v, n, d) is prepared at somebody (§4.2): the primary's PRE-PREPARE and q-1 matching PREPAREs."""

    pre_prepare: PrePrepare
    primary: CertificateVote
    """The primary's signature on `pre_prepare`."""
    prepares: tuple[CertificateVote, ...]
    """PREPAREs of distinct backups for its digest, by ascending sender."""


class SuspectReason(enum.StrEnum):
    """Why a view should be left."""

    NO_PROGRESS = "no progress"
    """The sender knows what should be executed, and for too long nothing took a step."""
    PASSED_OVER = "passed over"
    """The sender's oldest known request waits for much too long, although others may be executed."""
    HAND_OVER = "hand-over"
    """The sender is the primary and about to stop."""


class Suspect(Message, frozen=True, tag="suspect"):
    """<SUSPECT, v, i>_i: i complains of view v, and stays in it until f+1 do."""

    view: View
    reason: SuspectReason


class CheckpointProof(Message, frozen=True):
    """C of a VIEW-CHANGE (§4.4): the block of a stable checkpoint with its certificate."""

    header: BlockHeader
    votes: tuple[CertificateVote, ...]


class ViewChange(Message, frozen=True, tag="view-change"):
    """<VIEW-CHANGE, v+1, n, C, P, i>_i (§4.4): i has left every earlier view; n is the height of `checkpoint`."""

    view: View
    """The view it asks for."""
    checkpoint: CheckpointProof | None
    """C: proof of i's last stable checkpoint; None while that is 0."""
    prepared: Annotated[tuple[PreparedCertificate, ...], msgspec.Meta(max_length=STATUS_SLOTS_MAX)]
    """P: for each number above it that prepared at i, the certificate of the highest view; by ascending sequence."""


class NamedViewChange(Message, frozen=True):
    """One element of V, by name."""

    sender: ReplicaId
    digest: Digest
    """`statement_digest` of the VIEW-CHANGE."""


class NewView(Message, frozen=True, tag="new-view"):
    """<NEW-VIEW, v+1, V, O>_p (§4.4): the primary of v+1 opens it. V by digest; O follows from V and is not sent."""

    view: View
    view_changes: Annotated[tuple[NamedViewChange, ...], msgspec.Meta(max_length=MEMBERS_MAX)]
    """V: VIEW-CHANGEs for this view by a quorum, by ascending sender."""


ViewStatement = ViewChange | NewView
"""What binds its sender for a whole view."""


def statement_digest(statement: ViewStatement) -> Digest:
    """What NEW-VIEW calls a VIEW-CHANGE: the hash of it as a leaf of a bundle."""
    return leaf_hash(encode(statement))


class Forwarded(Message, frozen=True, tag="forwarded"):
    """Somebody else's statement with the proof that he made it: nobody depends on having heard it himself."""

    statement: ViewStatement
    vote: CertificateVote


NONCE_BYTES = 16
"""Enough that no two lives of a member, drawn at random, ask under one nonce."""

Nonce = Annotated[bytes, msgspec.Meta(min_length=NONCE_BYTES, max_length=NONCE_BYTES)]
"""What one life of a member asks under."""


class QueryStable(Message, frozen=True, tag="query-stable"):
    """<QUERY-STABLE, i>_i (TOCS'02 §4.3.2): i lost its disk and asks how far the others are."""

    nonce: Nonce
    """Drawn for this life of i, so that no old answer answers it."""


class ReplyStable(Message, frozen=True, tag="reply-stable"):
    """<REPLY-STABLE, c, p, i>_i (TOCS'02 §4.3.2): c and p both follow from the last block that i executed."""

    nonce: Nonce
    """That of the question."""
    executed: SequenceNumber


STATE_PARTS_MAX = 4_096
"""Parts that a state is cut into (ledger/snapshot.py)."""

FETCH_PARTS_MAX = 64
"""Parts that one FETCH may ask for, and one DATA may bring."""

PartIndex = Annotated[int, msgspec.Meta(ge=0, lt=STATE_PARTS_MAX)]


class Fetch(Message, frozen=True, tag="fetch"):
    """<FETCH, ...>_i (TOCS'02 §5.3.2): i is far behind and asks one replica for parts of a checkpoint's state."""

    height: SequenceNumber
    """Of the checkpoint; 0 asks for the META-DATA of the latest."""
    parts: Annotated[tuple[PartIndex, ...], msgspec.Meta(max_length=FETCH_PARTS_MAX)]


class PartRoot(Message, frozen=True):
    """What one part of a state must hash to."""

    part: PartIndex
    root: Digest


class MetaData(Message, frozen=True, tag="meta-data"):
    """<META-DATA, ...>_i (TOCS'02 §5.3.2): the parts of the state after a stable checkpoint, by their hashes."""

    checkpoint: CheckpointProof
    roots: Annotated[tuple[PartRoot, ...], msgspec.Meta(max_length=STATE_PARTS_MAX)]
    """By rising part, empty ones left out; they fold up to the header's state root."""


class StateEntry(Message, frozen=True):
    """One entry of the state; what it means is the ledger's business."""

    key: bytes
    value: bytes


class StatePart(Message, frozen=True):
    """All entries of one part, by rising key."""

    part: PartIndex
    entries: tuple[StateEntry, ...]


class Data(Message, frozen=True, tag="data"):
    """<DATA, ...>_i (TOCS'02 §5.3.2): some parts of the state after a stable checkpoint."""

    height: SequenceNumber
    parts: Annotated[tuple[StatePart, ...], msgspec.Meta(max_length=FETCH_PARTS_MAX)]


class Equivocation(Message, frozen=True, tag="equivocation"):
    """Evidence: two votes, or two statements about a view, of one member that no honest member could both have said."""

    first: PrePrepare | Prepare | Commit | BlockVote | ViewChange | NewView
    first_vote: CertificateVote
    second: PrePrepare | Prepare | Commit | BlockVote | ViewChange | NewView
    second_vote: CertificateVote


Vote = PrePrepare | Prepare | Commit | BlockVote
"""What binds its sender: recorded on disk before it leaves, said once for each slot."""

Item = (
    PrePrepare
    | Prepare
    | Commit
    | BlockVote
    | Suspect
    | ViewChange
    | NewView
    | Forwarded
    | Status
    | CertifiedBlock
    | Equivocation
    | QueryStable
    | ReplyStable
    | Fetch
    | MetaData
    | Data
)
"""Everything a bundle may carry."""
