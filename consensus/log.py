"""The message log: slots by sequence number between the low and the high watermark (§4.2, §4.3).

A slot collects what was said about one sequence number in the current view. Each replica's first PREPARE and first
COMMIT count, whatever digest they name; later ones are nothing. Votes may come before the PRE-PREPARE they belong to,
so they are tallied by digest.
"""

from dataclasses import dataclass, field

from consensus.bundle import Signed
from consensus.messages import CertifiedBlock, Commit, Prepare, PreparedCertificate, PrePrepare, Proposal
from consensus.types import Digest, ReplicaId, SequenceNumber


@dataclass(slots=True)
class Tally:
    """Votes of one phase for one slot: distinct senders, by what they voted for."""

    masks: dict[Digest, int] = field(default_factory=dict)
    """For each digest, the bit mask of its voters."""
    votes: dict[ReplicaId, Signed] = field(default_factory=dict)
    """Each voter's first vote, with its proof."""

    def add(self, signed: Signed, digest: Digest) -> bool:
        """Count the sender's vote for `digest`; False if it had voted before."""
        sender = signed.sender
        if sender in self.votes:
            return False
        self.votes[sender] = signed
        self.masks[digest] = self.masks.get(digest, 0) | 1 << sender
        return True

    @property
    def voters(self) -> int:
        """Bit i set: replica i voted, for whatever digest."""
        return sum(1 << sender for sender in self.votes)

    def mask(self, digest: Digest) -> int:
        """The voters for `digest` as a bit mask."""
        return self.masks.get(digest, 0)

    def count(self, digest: Digest) -> int:
        """How many distinct members voted for `digest`."""
        return self.masks.get(digest, 0).bit_count()

    def proofs(self, digest: Digest) -> list[Signed]:
        """The votes for `digest` by ascending sender."""
        mask = self.mask(digest)
        return [self.votes[sender] for sender in sorted(self.votes) if mask >> sender & 1]


@dataclass(slots=True)
class Slot:
    """All that is known of one sequence number."""

    sequence: SequenceNumber
    accepted: Signed | None = None
    """The primary's PRE-PREPARE that this replica accepted."""
    digest: Digest | None = None
    """D(m) of the accepted proposal."""
    prepares: Tally = field(default_factory=Tally)
    commits: Tally = field(default_factory=Tally)
    own_pre_prepare: PrePrepare | None = None
    """Said by this replica as primary; set when it is decided on, so that nothing is proposed twice."""
    own_prepare: Prepare | None = None
    own_commit: Commit | None = None
    said_at: int = 0
    """The status tick at which this replica last said something new here: younger votes are still on their way."""
    early: Signed | None = None
    """The primary's PRE-PREPARE for a view whose NEW-VIEW is not here yet."""
    prepared: PreparedCertificate | None = None
    """Proof of the highest view in which this number prepared here: survives view changes, as P must show it."""
    decided: Proposal | None = None
    """The decision, once it was handed out."""
    taken_over: CertifiedBlock | None = None
    """A final block with its proof, from a peer; as good as a decision."""
    vouched: Proposal | None = None
    """What f+1 members prove that they executed here: decided too, and to be voted for like an own decision."""

    def start_view(self) -> None:
        """Forget what was said in the view that ends; what prepared and what is decided stays."""
        self.accepted, self.digest, self.early = None, None, None
        self.prepares, self.commits = Tally(), Tally()
        self.own_pre_prepare, self.own_prepare, self.own_commit = None, None, None

    @property
    def pre_prepare(self) -> PrePrepare | None:
        """The accepted PRE-PREPARE itself."""
        return self.accepted.item if self.accepted and isinstance(self.accepted.item, PrePrepare) else None


@dataclass(slots=True)
class Log:
    """Slots in (low, low + size], and those beyond that were taken over with their proof."""

    size: int
    """L."""
    low: SequenceNumber = SequenceNumber(0)
    """h: the last stable checkpoint."""
    slots: dict[SequenceNumber, Slot] = field(default_factory=dict)
    highest: SequenceNumber = SequenceNumber(0)
    """No slot is above it."""

    @property
    def high(self) -> SequenceNumber:
        """H = h + L."""
        return SequenceNumber(self.low + self.size)

    def covers(self, sequence: SequenceNumber) -> bool:
        """Whether h < n <= H."""
        return self.low < sequence <= self.low + self.size

    def slot(self, sequence: SequenceNumber) -> Slot:
        """The slot of `sequence`, empty if nothing was said of it yet; the caller has checked that it may exist."""
        found = self.slots.get(sequence)
        if found is None:
            found = self.slots[sequence] = Slot(sequence)
            self.highest = max(self.highest, sequence)
        return found

    def after(self, sequence: SequenceNumber) -> list[Slot]:
        """The slots above `sequence` of which anything is known, lowest first."""
        # Asked after what is executed, which is where the log ends most of the time: so nothing is gone through.
        slots = self.slots
        return [slots[SequenceNumber(each)] for each in range(sequence + 1, self.highest + 1) if each in slots]

    def truncate(self, stable: SequenceNumber) -> None:
        """Discard everything at or below a stable checkpoint and slide the window (§4.3)."""
        self.low = stable
        for sequence in [each for each in self.slots if each <= stable]:
            del self.slots[sequence]
