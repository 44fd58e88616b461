"""A replica's state: everything the handlers share, owned by one `Replica`."""

import enum
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from canonical.hashing import ZERO_DIGEST
from consensus.bundle import Verify
from consensus.carried import NOTHING_CARRIED, CarriedOver
from consensus.effects import Outgoing, Ready, SetTimer, VoteRecord
from consensus.events import TimerKind
from consensus.log import Log, Tally
from consensus.messages import (
    BlockHeader,
    BlockVote,
    CertificateVote,
    CertifiedBlock,
    CheckpointProof,
    Equivocation,
    NewView,
    Nonce,
    Proposal,
    Status,
    SuspectReason,
    ViewChange,
    ViewStatement,
    Vote,
)
from consensus.requests import Requests
from consensus.settings import Settings
from consensus.types import Digest, Epoch, ReplicaId, SequenceNumber, View


@dataclass(slots=True)
class Block:
    """An executed block above the last stable checkpoint."""

    header: BlockHeader
    digest: Digest
    proposal: Proposal
    own_vote: BlockVote | None = None
    """This replica's BLOCK-VOTE; none for a block that was taken over with its certificate."""
    said_at: int = 0
    """The status tick at which `own_vote` was said."""
    certificate: CertifiedBlock | None = None
    """Set in the order of heights."""


STATUSES_A_TICK_MAX = 2
"""Statuses of one sender that are answered within one own status interval. Clocks drift, so one would lose some."""

PATIENCE_DOUBLINGS_MAX = 3
"""Patience grows to eight times the timeout and no further: after an outage nobody sleeps for minutes (P1)."""

PUSH_AGAIN_TICKS = 4
"""After so many intervals the same blocks, or earlier ones, are sent once more: longer than they are on their way."""

SILENCE_TICKS = 25
"""After so many intervals without a newer status an older number is heard again, once: a clock was set back."""


@dataclass(slots=True)
class Peer:
    """What another replica said last of what it holds, and when."""

    status: Status
    number_highest: int
    """The highest number of any status of its."""
    heard_at: int
    """The tick of the last one."""
    heard_count: int = 1
    """How many came in that tick."""
    pushed_from: int = 0
    """From which block on it was last sent blocks; 0 before the first time."""
    pushed_at: int = 0
    """The tick at which that was."""

    def may_have_blocks(self, first: int, *, tick: int) -> bool:
        """Whether blocks from `first` on are pushed at `tick`, once in a tick at most; if so it is noted.

        A push is megabytes and a status a few hundred bytes. Whoever asks for the same again has lost it on the way, or
        wants to keep others busy: it has to wait.
        """
        waits = PUSH_AGAIN_TICKS if first <= self.pushed_from else 1
        if self.pushed_from and tick < self.pushed_at + waits:
            return False
        self.pushed_from, self.pushed_at = first, tick
        return True

    def admits(self, number: int, *, tick: int) -> bool:
        """Whether a status with this number is heard at `tick`.

        Whoever repeats an old status, and whoever sends new ones without end, must not make others send without end. A
        member whose clock was set back between two lives must still be heard, if seldom.
        """
        if number <= self.number_highest:
            return tick >= self.heard_at + SILENCE_TICKS
        return tick > self.heard_at or self.heard_count < STATUSES_A_TICK_MAX

    def hear(self, status: Status, *, tick: int) -> None:
        """Replace the last status."""
        self.heard_count = self.heard_count + 1 if tick == self.heard_at else 1
        self.status, self.heard_at = status, tick
        self.number_highest = max(self.number_highest, status.number)


@dataclass(slots=True)
class Told:
    """What another replica replied to this life of a mute one."""

    lowest: SequenceNumber
    """The lowest block it named as its last executed."""
    highest: SequenceNumber


@dataclass(slots=True)
class Mute:
    """What a replica that lost its disk knows of its former lives (M1-M6)."""

    nonce: Nonce
    """Drawn for this life."""
    view: View
    """No former life made a statement about a later view: the mark beside its keys says so."""
    until: SequenceNumber | None = None
    """H_M: no former life voted above it. None while it is not estimated."""
    told: dict[ReplicaId, Told] = field(default_factory=dict)
    """The replies to this life."""


@dataclass(slots=True)
class Queries:
    """How often a replica asked lately: it is answered so often in a status interval and no oftener."""

    tick: int
    count: int


Statement_co = TypeVar("Statement_co", bound=ViewStatement, covariant=True)


@dataclass(frozen=True, slots=True)
class Proven(Generic[Statement_co]):
    """A VIEW-CHANGE or NEW-VIEW and the proof that its sender said it."""

    message: Statement_co
    vote: CertificateVote
    digest: Digest


class Wanted(enum.StrEnum):
    """What a VIEW-CHANGE is good for. Counted apart, or its sender could keep others out of a view by saying more."""

    NAMED = "named"
    """The NEW-VIEW at hand names it."""
    ENTERED = "entered"
    """It is for the view that is being entered."""
    LATER = "later"
    """It is for a later view."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A replica sees no progress in a view."""

    view: View
    heard_at: int
    """The tick at which it was last said or repeated."""


@dataclass(slots=True)
class State:
    """§4.2: "the state of each replica includes the state of the service, a message log, and the current view"."""

    settings: Settings
    verify: Verify
    log: Log
    requests: Requests
    view: View = View(0)
    active: bool = True
    """Whether this replica votes in `view`; while it waits for the NEW-VIEW it does not."""
    carried: CarriedOver = NOTHING_CARRIED
    """What `view` started from."""
    suspects: dict[ReplicaId, Complaint] = field(default_factory=dict)
    """Each replica's last complaint."""
    complaint: SuspectReason | None = None
    """What this replica complains of in `view`, until it takes it back."""
    view_changes: dict[ReplicaId, dict[View, Proven[ViewChange]]] = field(default_factory=dict)
    """Each replica's VIEW-CHANGEs for `view` and above, proved."""
    judged: dict[tuple[ReplicaId, Wanted], tuple[int, int]] = field(default_factory=dict)
    """For each sender and kind of VIEW-CHANGE: the tick at which its last one was judged, and how many in that tick."""
    own_new_view: NewView | None = None
    """Said by this replica as the primary of `view`."""
    holds_early: bool = False
    """Whether some slot may hold a PRE-PREPARE that came before the NEW-VIEW of its view."""
    pending_new_views: dict[ReplicaId, Proven[NewView]] = field(default_factory=dict)
    """Each primary's latest NEW-VIEW of which some named VIEW-CHANGE is not here yet. One a member: a liar who opens
    view 2^62 puts nobody else's aside."""
    new_view: Proven[NewView] | None = None
    """What opened `view`; None in view 0."""
    failed_views: int = 0
    """Views left since a block was executed: each doubles the patience with the next."""
    left_because: str = ""
    """Why the view before was left, for people."""
    watched: Digest | None = None
    """The oldest thing that should be executed: what the timers of T1 run for."""
    idle_ticks: int = 0
    """In how many more intervals of this view the primary left this replica idle than it kept it busy (T8)."""
    watched_step: tuple[SequenceNumber, int] = (SequenceNumber(0), 0)
    """How far this replica was when the progress timer was last set."""
    checkpoint: CheckpointProof | None = None
    """The last stable checkpoint with its certificate."""
    mute: Mute | None = None
    """Set while this replica must bind itself to nothing, as its disk was lost and it may have done so before."""
    queries: dict[ReplicaId, Queries] = field(default_factory=dict)
    """Mute replicas that asked."""
    proofs_judged: dict[ReplicaId, int] = field(default_factory=dict)
    """The tick at which a proof that each replica showed was last judged (E6)."""
    accused: dict[ReplicaId, Equivocation] = field(default_factory=dict)
    """Members that contradicted themselves, with the proof."""
    executed: SequenceNumber = SequenceNumber(0)
    """The last block executed; every one below it is too."""
    executed_digest: Digest = ZERO_DIGEST
    """Digest of that block's header; before the first block, what it will call its parent."""
    executed_at_ms: int = 0
    """That block's timestamp."""
    decided: SequenceNumber = SequenceNumber(0)
    """The last decision handed out for execution."""
    certified: SequenceNumber = SequenceNumber(0)
    """Every block up to this one has its certificate here."""
    blocks: dict[SequenceNumber, Block] = field(default_factory=dict)
    """Executed blocks in (stable, executed]."""
    block_votes: dict[SequenceNumber, Tally] = field(default_factory=dict)
    """BLOCK-VOTEs for heights in (certified, H], executed here or not."""
    peers: dict[ReplicaId, Peer] = field(default_factory=dict)
    """Each other replica's last status."""
    status_number: int = 0
    """The number of the last own status."""
    tick: int = 0
    """Status intervals since birth: the only measure of age in here."""
    certified_at_last_tick: SequenceNumber = SequenceNumber(0)
    asked_last: ReplicaId | None = None
    """Whom the last status asked for blocks; the next one asks somebody else."""
    timers: dict[TimerKind, int] = field(default_factory=dict)
    """Generation of the timer that runs for each purpose; a purpose not in here has none."""
    generation: int = 0
    halted: bool = False
    moved: bool = False
    """Whether the step that is under way did more than note what was heard: whether anybody must look what follows."""
    ready: Ready = field(default_factory=Ready)
    quorum: int = field(init=False)
    """q, asked for with every COMMIT."""
    prepares_needed: int = field(init=False)
    """q - 1, asked for with every PREPARE."""
    members: frozenset[ReplicaId] = field(init=False)
    """Every replica of the committee, asked for with every frame."""
    epoch: Epoch = field(init=False)
    """That of the committee, likewise."""

    def __post_init__(self) -> None:
        """Ask the committee once for what every vote needs."""
        self.quorum = self.settings.committee.quorum
        self.prepares_needed = self.settings.committee.prepares_needed
        self.members = self.settings.committee.members
        self.epoch = self.settings.epoch

    @property
    def stable(self) -> SequenceNumber:
        """h: the last stable checkpoint."""
        return self.log.low

    @property
    def is_primary(self) -> bool:
        """Whether this replica leads the current view."""
        return self.settings.committee.primary(self.view) == self.settings.replica

    @property
    def patience_ms(self) -> int:
        """T6: how long to wait for progress: doubled for each view that failed in a row, eight times at most."""
        return self.settings.progress_timeout_ms << min(self.failed_views, PATIENCE_DOUBLINGS_MAX)

    def move_to(self, view: View) -> None:
        """Begin `view`, not yet active in it; what was said in the view before is forgotten, what prepared is not."""
        self.view, self.active = view, False
        self.own_new_view, self.new_view = None, None
        self.pending_new_views = {
            sender: pending for sender, pending in self.pending_new_views.items() if pending.message.view >= view
        }
        for slot in self.log.slots.values():
            slot.start_view()
        for kind in TimerKind:
            if kind is not TimerKind.STATUS:
                self.timers.pop(kind, None)
        self.watched, self.complaint, self.idle_ticks = None, None, 0

    @property
    def pending_new_view(self) -> Proven[NewView] | None:
        """The NEW-VIEW of the view that is being entered, if it came."""
        pending = self.pending_new_views.get(self.settings.committee.primary(self.view))
        return pending if pending is not None and pending.message.view == self.view else None

    def say(self, vote: Vote) -> None:
        """Record a vote and send it to everybody once the record is on disk. Counted when it comes back."""
        self.ready.records.append(VoteRecord(vote))
        self.ready.send_after.append(Outgoing(vote))

    def set_timer(self, kind: TimerKind, *, after_ms: int) -> None:
        """Start the timer of this purpose anew; one that runs already becomes stale."""
        self.generation += 1
        self.timers[kind] = self.generation
        self.ready.timers.append(SetTimer(kind, self.generation, after_ms))
