"""What a replica asks of its driver: `Ready` and its parts.

The driver acts in the order of the fields. `send` may leave at once; `send_after` only when `records` are on disk,
since a replica that forgot a vote could contradict it after a restart. What leaves comes back as `Received`: a replica
counts its own vote only then, so that no decision rests on a vote that a crash could undo.
"""

import enum
from dataclasses import dataclass

import msgspec

from consensus.bundle import Signed
from consensus.messages import (
    BatchReference,
    CertifiedBlock,
    Equivocation,
    Item,
    PreparedCertificate,
    Proposal,
    ViewStatement,
    Vote,
)
from consensus.types import Digest, ReplicaId, SequenceNumber, View


class Reason(enum.StrEnum):
    """Why an item was refused; the driver counts them by sender."""

    NOT_MEMBER = "sender is not a member"
    WRONG_EPOCH = "other epoch"
    WRONG_VIEW = "other view"
    NOT_PRIMARY = "sender is not the view's primary"
    FROM_PRIMARY = "a primary sends no PREPARE"
    OUT_OF_WINDOW = "outside the watermarks"
    CONFLICT = "contradicts what the sender said before"
    BAD_PROPOSAL = "proposal breaks its bounds"
    BAD_TIMESTAMP = "timestamp runs back or drifts too far"
    STALE = "nothing new"
    TOO_MANY = "more of one sender than is judged in one interval"
    BAD_CERTIFICATE = "certificate does not prove the block"


@dataclass(frozen=True, slots=True)
class Rejected:
    """An item that changed nothing."""

    sender: ReplicaId
    reason: Reason


class VoteRecord(msgspec.Struct, frozen=True):
    """Own vote, to be on disk before it leaves. A restart feeds these back, in order, and sends them again."""

    vote: Vote


@dataclass(frozen=True, slots=True)
class PreparedRecord:
    """The prepared certificate behind an own COMMIT (I4): what a later view change must show."""

    certificate: PreparedCertificate


class Outgoing(msgspec.Struct, frozen=True):
    """An item on its way."""

    item: Item
    to: ReplicaId | None = None
    """One replica, or None for all."""


class SetTimer(msgspec.Struct, frozen=True):
    """Start the timer of this kind, in place of a running one."""

    kind: str
    """A `TimerKind`, or a kind of the composing node's own."""
    generation: int
    after_ms: int


@dataclass(frozen=True, slots=True)
class Decided:
    """A sequence number is committed-local and every payload is here: execute it. Emitted in order, each once."""

    sequence: SequenceNumber
    digest: Digest
    """D(m)."""
    proposal: Proposal
    batches: tuple[BatchReference, ...]
    """Those of the proposal that run, in order; the others ran before, or would leave a gap."""


@dataclass(frozen=True, slots=True)
class PushBlocks:
    """`to` lacks final blocks from `first` on: send it as many as fit, with their batches."""

    to: ReplicaId
    first: SequenceNumber
    last: SequenceNumber


@dataclass(frozen=True, slots=True)
class PushBatches:
    """`to` lacks these batches: send those that are at hand."""

    to: ReplicaId
    digests: tuple[Digest, ...]


@dataclass(frozen=True, slots=True)
class Halt:
    """This replica got another header than the quorum: it must stop rather than lie (T-E2)."""

    sequence: SequenceNumber
    own: Digest
    certified: Digest


@dataclass(frozen=True, slots=True)
class ViewRecord:
    """This replica is in `view`, and said `statement` about it: what it must know of its view after a restart."""

    view: View
    statement: ViewStatement | None
    """An own VIEW-CHANGE or NEW-VIEW; None where it entered a view."""


@dataclass(frozen=True, slots=True)
class MuteRecord:
    """How long this replica, whose disk was lost, is mute: a second crash must not make it forget that."""

    until: SequenceNumber | None
    """H_M, once it is estimated; None when it is past, and the replica may vote."""


Record = VoteRecord | PreparedRecord | ViewRecord | MuteRecord
Push = PushBlocks | PushBatches


class Ready(msgspec.Struct):
    """Everything asked for since the last `take`, each list in the order in which it must be done.

    A Struct, as is all here that every turn builds: it takes a tenth of the time of a dataclass.
    """

    records: list[Record] = msgspec.field(default_factory=list)
    send: list[Outgoing] = msgspec.field(default_factory=list)
    send_after: list[Outgoing] = msgspec.field(default_factory=list)
    timers: list[SetTimer] = msgspec.field(default_factory=list)
    decided: list[Decided] = msgspec.field(default_factory=list)
    certified: list[CertifiedBlock] = msgspec.field(default_factory=list)
    """Blocks that got their certificate: final, and provable to anybody."""
    stable: SequenceNumber | None = None
    """A new stable checkpoint: records and votes at or below it may go."""
    pushes: list[Push] = msgspec.field(default_factory=list)
    evidence: list[Equivocation] = msgspec.field(default_factory=list)
    """Proofs that a member lied, one for each member."""
    transfers: list[Signed] = msgspec.field(default_factory=list)
    """FETCH, META-DATA and DATA, for whoever composes this replica with a state."""
    rejected: list[Rejected] = msgspec.field(default_factory=list)
    halt: Halt | None = None
