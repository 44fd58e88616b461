"""What a machine of the test cluster keeps: a disk that writes all or nothing, and a ledger that only hashes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from canonical.encoding import encode
from canonical.hashing import Digest
from canonical.signing import Signature
from consensus.effects import (
    Decided,
)
from consensus.events import Executed
from consensus.messages import (
    BatchReference,
    BlockHeader,
    CertificateVote,
    CertifiedBlock,
    CheckpointProof,
    PreparedCertificate,
    Proposal,
    ViewStatement,
    Vote,
)
from consensus.restart import Remembered
from consensus.settings import Settings
from consensus.state import Mute
from consensus.types import BatchNumber, SequenceNumber, View


@dataclass(frozen=True)
class Payload:
    """A batch on the bus: its reference stands for its bytes."""

    reference: BatchReference
    signature: Signature


@dataclass(frozen=True)
class Ledger:
    """A state machine whose state is the hash of everything executed, in order."""

    root: Digest
    last: tuple[BatchNumber, ...]
    timestamp_ms: int = 0

    def execute(self, decided: Decided, *, settings: Settings, parent: Digest) -> tuple["Ledger", Executed]:
        last, root = list(self.last), self.root
        for each in decided.batches:
            last[each.author] = each.number
            root = Digest(sha256(root + each.digest).digest())
        time_ms = max(self.timestamp_ms, decided.proposal.timestamp_ms)
        empty = Digest(bytes(32))
        header = BlockHeader(
            decided.sequence, parent, settings.epoch, decided.digest, time_ms, root, root, root, empty, empty
        )
        return Ledger(root, tuple(last), time_ms), Executed(header, decided.batches)


@dataclass
class Disk:
    """Changes only by `commit`, which does all or nothing."""

    ledger: Ledger
    votes: list[Vote] = field(default_factory=list)
    ever: dict[bytes, None] = field(default_factory=dict)
    """Encodings of all votes that were ever stored, in order."""
    prepared: dict[SequenceNumber, PreparedCertificate] = field(default_factory=dict)
    payloads: dict[Digest, Payload] = field(default_factory=dict)
    headers: dict[SequenceNumber, BlockHeader] = field(default_factory=dict)
    proposals: dict[SequenceNumber, Proposal] = field(default_factory=dict)
    executed: list[BatchReference] = field(default_factory=list)
    certificates: dict[SequenceNumber, tuple[CertificateVote, ...]] = field(default_factory=dict)
    stable: SequenceNumber = SequenceNumber(0)
    own_batches: int = 0
    view: View = View(0)
    statements: list[ViewStatement] = field(default_factory=list)
    """What was said about `view`: a VIEW-CHANGE, and a NEW-VIEW at its primary."""

    mute: Mute | None = None
    """Set where it takes the place of a lost disk."""

    def commit(self, writes: list[Callable[["Disk"], None]]) -> None:
        for write in writes:
            write(self)

    def store_vote(self, vote: Vote) -> None:
        self.votes.append(vote)
        self.ever[encode(vote)] = None

    def store_view(self, view: View, statement: ViewStatement | None) -> None:
        assert view >= self.view
        if view > self.view:
            self.statements = []
        self.view = view
        if statement is not None:
            self.statements.append(statement)
            self.ever[encode(statement)] = None

    def store_payload(self, payload: Payload, *, own: bool) -> None:
        self.payloads[payload.reference.digest] = payload
        if own:
            self.own_batches = max(self.own_batches, payload.reference.number)

    def store_block(self, event: Executed, proposal: Proposal, ledger: Ledger) -> None:
        assert event.header.height == len(self.headers) + 1
        self.headers[event.header.height] = event.header
        self.proposals[event.header.height] = proposal
        self.executed += event.batches
        self.ledger = ledger

    def store_mute(self, until: SequenceNumber | None) -> None:
        assert self.mute is not None
        self.mute = None if until is None else replace(self.mute, until=until)

    def stabilise(self, stable: SequenceNumber) -> None:
        self.stable = stable
        self.votes = [vote for vote in self.votes if vote.sequence > stable]
        for sequence in [each for each in self.prepared if each <= stable]:
            del self.prepared[sequence]

    def remembered(self) -> Remembered | None:
        if not self.ever and not self.headers and self.mute is None:
            return None
        above = [SequenceNumber(each) for each in range(self.stable + 1, len(self.headers) + 1)]
        certified = SequenceNumber(len(self.certificates))
        checkpoint = CheckpointProof(self.headers[self.stable], self.certificates[self.stable]) if self.stable else None
        return Remembered(
            stable=self.stable,
            checkpoint=checkpoint,
            certified=certified,
            blocks=tuple(
                CertifiedBlock(self.headers[h], self.proposals[h], self.certificates.get(h, ())) for h in above
            ),
            tip=self.headers.get(SequenceNumber(len(self.headers))),
            view=self.view,
            statements=tuple(self.statements),
            votes=tuple(self.votes),
            prepared=tuple(self.prepared[each] for each in sorted(self.prepared)),
            executed_batches=self.ledger.last,
            mute=self.mute,
        )
