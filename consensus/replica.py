"""A replica: `step` takes an event, `take` hands out what is to be done.

Dispatch only; the protocol is in the handlers. Same state and same events give the same effects, byte for byte. Several
steps may precede one take.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from consensus.bundle import Bundle, Signed, Verify
from consensus.checkpoint import on_block_vote, on_certified_block, on_executed
from consensus.effects import Outgoing, Ready, Reason, Rejected
from consensus.events import BatchStored, Event, Executed, Received, TimerFired, TimerKind
from consensus.log import Log
from consensus.messages import (
    BatchReference,
    BlockHeader,
    BlockVote,
    CertifiedBlock,
    Commit,
    Item,
    Prepare,
    PrePrepare,
    Status,
    Vote,
    header_digest,
)
from consensus.normal_case import advance, decide, on_commit, on_pre_prepare, on_prepare, propose
from consensus.requests import Requests, Stream
from consensus.settings import Settings
from consensus.state import Block, State
from consensus.status import missing_batches, on_status, on_status_timer
from consensus.types import BatchNumber, Digest, ReplicaId, SequenceNumber


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a member's disk holds when its replica is born again; all empty for a first birth."""

    stable: SequenceNumber
    """Last stable checkpoint; a multiple of K."""
    certified: SequenceNumber
    """Every block up to it has its certificate on disk."""
    blocks: tuple[CertifiedBlock, ...]
    """Executed blocks above `stable`, in order; those above `certified` with no votes."""
    tip: BlockHeader | None
    """The last executed block's header, also where it is not above `stable`; None before the first."""
    votes: tuple[Vote, ...]
    """Own votes above `stable`, in the order in which they were recorded."""
    executed_batches: tuple[BatchNumber, ...]
    """For each author, the last batch executed."""


class Replica:
    """One member's part in PBFT (OSDI'99 §4)."""

    def __init__(self, settings: Settings, *, verify: Verify, remembered: Remembered | None = None) -> None:
        """Be born, or born again with what the disk remembers; own votes are then sent again, byte for byte."""
        streams = [Stream() for _ in settings.committee.replicas()]
        self.state = State(settings, verify, Log(settings.log_size), Requests(streams))
        self.state.executed_digest = settings.first_parent
        if remembered is not None:
            self._remember(remembered)
        self.state.set_timer(TimerKind.STATUS, after_ms=settings.status_interval_ms)

    def step(self, event: Event, *, wall_ms: int) -> None:
        """Let one thing happen. `wall_ms` is the member's clock, Unix milliseconds: used for block time only."""
        state = self.state
        if state.halted:
            return
        match event:
            case Received():
                for signed in event.bundle.signed_items():
                    self._receive(
                        signed, epoch_is_ours=event.bundle.bundle.epoch == state.settings.epoch, wall_ms=wall_ms
                    )
            case BatchStored():
                state.requests.store(event.reference, tick=state.tick)
                for slot in list(state.log.after(state.executed)):
                    advance(state, slot)
            case Executed():
                on_executed(state, event)
            case TimerFired():
                self._fire(event, wall_ms=wall_ms)
            case _:
                assert_never(event)
        propose(state, wall_ms=wall_ms)

    def hold(self, reference: BatchReference) -> None:
        """Note a batch that the disk holds at birth. It leads to nothing before the next step, which knows the time."""
        self.state.requests.store(reference, tick=self.state.tick)

    def take(self) -> Ready:
        """Hand out what was asked for since the last take."""
        ready, self.state.ready = self.state.ready, Ready()
        return ready

    def wants(self, bundle: Bundle) -> bool:
        """Whether anything in a bundle could still matter: asked before its signature is checked, which costs more.

        Once a quorum has spoken the other n-q votes for a slot are dropped here, as is all that an outsider repeats.
        """
        state = self.state
        if state.halted or bundle.sender not in state.settings.committee or bundle.epoch != state.settings.epoch:
            return False
        return any(self._could_matter(item, bundle.sender) for item in bundle.items)

    def wants_batch(self, author: ReplicaId, number: BatchNumber, content: Digest) -> bool:
        """Whether a batch is worth checking and storing: next in its author's stream, or named by a proposal."""
        if self.state.halted or author not in self.state.settings.committee:
            return False
        return self.state.requests.has_room_for(author, number) or content in missing_batches(self.state)

    def _receive(self, signed: Signed, *, epoch_is_ours: bool, wall_ms: int) -> None:
        if self.state.halted:
            return
        if signed.sender not in self.state.settings.committee:
            reason: Reason | None = Reason.NOT_MEMBER
        elif not epoch_is_ours:
            reason = Reason.WRONG_EPOCH
        else:
            reason = self._handle(signed, wall_ms=wall_ms)
        if reason is not None:
            self.state.ready.rejected.append(Rejected(signed.sender, reason))

    def _handle(self, signed: Signed, *, wall_ms: int) -> Reason | None:
        item: Item = signed.item
        match item:
            case PrePrepare():
                return on_pre_prepare(self.state, signed, item, wall_ms=wall_ms)
            case Prepare():
                return on_prepare(self.state, signed, item)
            case Commit():
                return on_commit(self.state, signed, item)
            case BlockVote():
                return on_block_vote(self.state, signed, item)
            case Status():
                return on_status(self.state, signed, item)
            case CertifiedBlock():
                return on_certified_block(self.state, item)
            case _:
                assert_never(item)

    def _fire(self, event: TimerFired, *, wall_ms: int) -> None:
        if self.state.timers.get(event.kind) != event.generation:
            return
        del self.state.timers[event.kind]
        match event.kind:
            case TimerKind.LINGER:
                propose(self.state, wall_ms=wall_ms, linger_is_over=True)
            case TimerKind.STATUS:
                on_status_timer(self.state, wall_ms=wall_ms)
            case _:
                assert_never(event.kind)

    def _could_matter(self, item: Item, sender: ReplicaId) -> bool:
        state, bit = self.state, 1 << sender
        match item:
            case PrePrepare():
                slot = state.log.slots.get(item.sequence)
                return (
                    item.sequence > state.executed and state.log.covers(item.sequence) and not (slot and slot.accepted)
                )
            case Prepare():
                slot = state.log.slots.get(item.sequence)
                return state.log.covers(item.sequence) and not (
                    slot and (slot.own_commit or slot.prepares.voters & bit)
                )
            case Commit():
                slot = state.log.slots.get(item.sequence)
                is_open = item.sequence > state.decided and state.log.covers(item.sequence)
                return is_open and not (slot and slot.commits.voters & bit)
            case BlockVote():
                votes = state.block_votes.get(item.sequence)
                is_open = item.sequence > state.certified and state.log.covers(item.sequence)
                return is_open and not (votes and votes.voters & bit)
            case Status():
                peer = state.peers.get(sender)
                return peer is None or peer.admits(item.number, tick=state.tick)
            case CertifiedBlock():
                return item.header.height > state.certified
            case _:
                assert_never(item)

    def _remember(self, remembered: Remembered) -> None:
        state = self.state
        state.log.low = remembered.stable
        state.certified = state.certified_at_last_tick = remembered.certified
        for stream, number in zip(state.requests.streams, remembered.executed_batches, strict=True):
            stream.executed = stream.decided = stream.held_up_to = number
        for block in remembered.blocks:
            digest = header_digest(block.header, chain=state.settings.chain)
            certificate = block if block.header.height <= remembered.certified else None
            state.blocks[block.header.height] = Block(block.header, digest, block.proposal, certificate=certificate)
        if remembered.tip is not None:
            tip = remembered.tip
            state.executed = state.decided = tip.height
            state.executed_digest = header_digest(tip, chain=state.settings.chain)
            state.executed_at_ms = tip.timestamp_ms
        self._say_again(remembered.votes)
        decide(state)

    def _say_again(self, votes: Sequence[Vote]) -> None:
        """Own votes are on disk already, so they leave at once; they count again when they come back."""
        state = self.state
        for vote in votes:
            match vote:
                case PrePrepare():
                    state.log.slot(vote.sequence).own_pre_prepare = vote
                case Prepare():
                    state.log.slot(vote.sequence).own_prepare = vote
                case Commit():
                    state.log.slot(vote.sequence).own_commit = vote
                case BlockVote():
                    state.blocks[vote.sequence].own_vote = vote
                case _:
                    assert_never(vote)
            state.ready.send.append(Outgoing(vote))
