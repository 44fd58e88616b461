"""A replica: `step` takes an event, `take` hands out what is to be done.

Dispatch only; the protocol is in the handlers. Same state and same events give the same effects, byte for byte. Several
steps may precede one take.
"""

from typing import assert_never

from consensus.bundle import Bundle, OpenBundle, Signed, Verify
from consensus.checkpoint import on_block_vote, on_certified_block, on_executed
from consensus.effects import Ready, Reason, Rejected
from consensus.events import (
    BatchStored,
    Event,
    Executed,
    HandOver,
    Happened,
    Installed,
    Received,
    TimerFired,
    TimerKind,
)
from consensus.evidence import on_proof
from consensus.liveness import (
    leave_proven_liar,
    on_hand_over,
    on_new_view_timer,
    on_passed_over_timer,
    on_progress_timer,
    on_suspect,
    watch,
)
from consensus.log import Log
from consensus.messages import (
    BatchReference,
    BlockVote,
    CertifiedBlock,
    Commit,
    Data,
    Equivocation,
    Fetch,
    Forwarded,
    Item,
    MetaData,
    NewView,
    Prepare,
    PrePrepare,
    QueryStable,
    ReplyStable,
    Status,
    Suspect,
    ViewChange,
)
from consensus.mute import ask, on_query_stable, on_reply_stable
from consensus.normal_case import advance, on_commit, on_pre_prepare, on_prepare, propose
from consensus.relevance import could_matter
from consensus.requests import Requests, Stream
from consensus.restart import Remembered, remember
from consensus.settings import Settings
from consensus.state import State
from consensus.state_transfer import on_installed, on_transfer
from consensus.status import is_next_decision, missing_references, on_status, on_status_timer
from consensus.types import BatchNumber, Digest, ReplicaId
from consensus.verified import VerifiedOnce
from consensus.view_change import accept_early, on_forwarded, on_new_view, on_view_change, say_carried_over

NOTHING = Ready()
"""What `take` hands out when nothing was asked for."""


class Replica:
    """One member's part in PBFT (OSDI'99 §4)."""

    def __init__(self, settings: Settings, *, verify: Verify, remembered: Remembered | None = None) -> None:
        """Be born, or born again with what the disk remembers; own votes are then sent again, byte for byte."""
        streams = [Stream() for _ in settings.committee.replicas()]
        self.state = State(settings, VerifiedOnce(verify), Log(settings.log_size), Requests(streams))
        self.state.executed_digest = settings.first_parent
        if remembered is not None:
            remember(self.state, remembered)
        self.state.set_timer(TimerKind.STATUS, after_ms=settings.status_interval_ms)
        self.asks = True
        """Whether `take` would hand out anything."""

    def step(self, event: Event, wall_ms: int) -> None:
        """Let one thing happen. `wall_ms` is the member's clock, Unix milliseconds: used for block time only."""
        state = self.state
        if state.halted:
            return
        # Most of what arrives are votes that are merely counted; nothing follows from them, and nobody need look.
        if isinstance(event, Received):
            state.moved = False
            self._receive(event.bundle, wall_ms)
            if not state.moved:
                return
        else:
            state.moved = True
            self._happen(event, wall_ms)
        if not state.halted:
            leave_proven_liar(state)
            accept_early(state, wall_ms=wall_ms)
            say_carried_over(state)
            propose(state, wall_ms=wall_ms)
            watch(state)
        self.asks = state.ready != NOTHING

    def _happen(self, event: Happened, wall_ms: int) -> None:
        state = self.state
        match event:
            case BatchStored():
                state.requests.store(event.reference, tick=state.tick)
                for slot in state.log.after(state.executed):
                    advance(state, slot)
            case Executed():
                on_executed(state, event)
            case Installed():
                on_installed(state, event)
            case TimerFired():
                self._fire(event, wall_ms=wall_ms)
            case HandOver():
                on_hand_over(state)
            case _:
                assert_never(event)

    def hold(self, reference: BatchReference) -> None:
        """Note a batch that the disk holds at birth. It leads to nothing before the next step, which knows the time."""
        self.state.requests.store(reference, tick=self.state.tick)

    def take(self) -> Ready:
        """Hand out what was asked for since the last take."""
        ready, self.state.ready = self.state.ready, Ready()
        self.asks = False
        return ready

    def wants(self, bundle: Bundle) -> bool:
        """Whether anything in a bundle could still matter: asked before its signature is checked, which costs more.

        Once a quorum has spoken the other n-q votes for a slot are dropped here, as is all that an outsider repeats.
        """
        state, sender = self.state, bundle.sender
        if state.halted or sender not in state.members or bundle.epoch != state.settings.epoch:
            return False
        for item in bundle.items:  # noqa: SIM110 asked for every frame, and a generator costs more than the answer
            if could_matter(state, item, sender):
                return True
        return False

    def wants_batch(self, author: ReplicaId, number: BatchNumber, content: Digest, size_bytes: int) -> bool:
        """Whether a batch is worth checking and storing: next in its author's stream, or named by a proposal.

        What a proposal names is measured by what the proposal says of it: a name given to half a megabyte that claims
        to be one byte is nobody's name. What is decided is taken in though its author has no room left.
        """
        state = self.state
        if state.halted or author not in state.settings.committee:
            return False
        if state.requests.has_room_for(author, number, size_bytes=size_bytes, tick=state.tick):
            return True
        named = missing_references(state).get(content)
        if named is None or (named.author, named.number, named.size_bytes) != (author, number, size_bytes):
            return False
        if state.requests.streams[author].deaf_in == state.view:
            return False
        return state.requests.affords(author, size_bytes=size_bytes) or is_next_decision(state, named)

    def disgrace(self, author: ReplicaId, content: Digest) -> None:
        """A batch that its author signed turned out to hold what is no envelope, or badly signed."""
        state = self.state
        is_named = content in missing_references(state)
        state.requests.disgrace(author, is_named=is_named, tick=state.tick, view=state.view)

    def _receive(self, bundle: OpenBundle, wall_ms: int) -> None:
        state, sender = self.state, bundle.bundle.sender
        refusal = None
        if sender not in state.members:
            refusal = Reason.NOT_MEMBER
        elif bundle.bundle.epoch != state.settings.epoch:
            refusal = Reason.WRONG_EPOCH
        for signed in bundle.signed_items():
            if state.halted:
                return
            reason = refusal or self._handle(signed, signed.item, wall_ms)
            if reason is not None:
                state.moved = True
                state.ready.rejected.append(Rejected(sender, reason))

    def _handle(self, signed: Signed, item: Item, wall_ms: int) -> Reason | None:
        # These four may be noted without anything following from it, and say when something does. A `match` would take
        # several times as long to tell them apart, and nearly everything that arrives is one of them.
        if isinstance(item, Prepare):
            return on_prepare(self.state, signed, item)
        if isinstance(item, Commit):
            return on_commit(self.state, signed, item)
        if isinstance(item, BlockVote):
            return on_block_vote(self.state, signed, item)
        if isinstance(item, Status):
            return on_status(self.state, signed, item)
        self.state.moved = True
        match item:
            case PrePrepare():
                return on_pre_prepare(self.state, signed, item, wall_ms=wall_ms)
            case Suspect():
                return on_suspect(self.state, signed, item)
            case ViewChange():
                return on_view_change(self.state, item, signed.certificate_vote())
            case NewView():
                return on_new_view(self.state, item, signed.certificate_vote())
            case Forwarded():
                return on_forwarded(self.state, item)
            case CertifiedBlock():
                return on_certified_block(self.state, item)
            case Equivocation():
                return on_proof(self.state, signed, item)
            case QueryStable():
                return on_query_stable(self.state, signed, item)
            case ReplyStable():
                return on_reply_stable(self.state, signed, item)
            case Fetch() | MetaData() | Data():
                return on_transfer(self.state, signed)
            case _:
                assert_never(item)

    def _fire(self, event: TimerFired, *, wall_ms: int) -> None:
        if self.state.timers.get(event.kind) != event.generation:
            return
        del self.state.timers[event.kind]
        match event.kind:
            case TimerKind.LINGER:
                propose(self.state, wall_ms=wall_ms, linger_is_over=True)
            case TimerKind.PROGRESS:
                on_progress_timer(self.state)
            case TimerKind.PASSED_OVER:
                on_passed_over_timer(self.state)
            case TimerKind.NEW_VIEW:
                on_new_view_timer(self.state)
            case TimerKind.STATUS:
                on_status_timer(self.state, wall_ms=wall_ms)
                ask(self.state)
            case _:
                assert_never(event.kind)
