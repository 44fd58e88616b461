"""Being born again: what a member's disk remembers becomes a replica's state.

What was said is said again, byte for byte: the records are on disk, so it may leave at once, and it counts again when
it comes back. Votes of views before the current one are of no use to anybody and stay with the sign guard alone.
"""

from dataclasses import dataclass
from typing import assert_never

from consensus.effects import Outgoing
from consensus.messages import (
    BlockHeader,
    BlockVote,
    CertifiedBlock,
    CheckpointProof,
    Commit,
    NewView,
    Prepare,
    PreparedCertificate,
    PrePrepare,
    ViewStatement,
    Vote,
    header_digest,
)
from consensus.mute import end_if_past
from consensus.state import Block, Mute, State
from consensus.types import BatchNumber, SequenceNumber, View


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a member's disk holds when its replica is born again; all empty for a first birth."""

    stable: SequenceNumber
    """Last stable checkpoint; a multiple of K."""
    checkpoint: CheckpointProof | None
    """Its block and certificate; None while it is 0."""
    certified: SequenceNumber
    """Every block up to it has its certificate on disk."""
    blocks: tuple[CertifiedBlock, ...]
    """Executed blocks above `stable`, in order; those above `certified` with no votes."""
    tip: BlockHeader | None
    """The last executed block's header, also where it is not above `stable`; None before the first."""
    view: View
    """The view it was in, active or waiting."""
    statements: tuple[ViewStatement, ...]
    """Its VIEW-CHANGE for that view, and its NEW-VIEW if it is the primary there."""
    votes: tuple[Vote, ...]
    """Own votes above `stable`, in the order in which they were recorded."""
    prepared: tuple[PreparedCertificate, ...]
    """The latest prepared certificate for each number above `stable`."""
    executed_batches: tuple[BatchNumber, ...]
    """For each author, the last batch executed."""
    mute: Mute | None = None
    """Set where an earlier disk was lost: what is known of how far that went."""


def remember(state: State, remembered: Remembered) -> None:
    """Fill a new state. In a view above 0 the replica waits until somebody shows it the NEW-VIEW again."""
    state.log.low = remembered.stable
    state.checkpoint = remembered.checkpoint
    state.certified = state.certified_at_last_tick = remembered.certified
    state.view, state.active = remembered.view, remembered.view == 0
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
    for prepared in remembered.prepared:
        state.log.slot(prepared.pre_prepare.sequence).prepared = prepared
    for statement in remembered.statements:
        if isinstance(statement, NewView):
            state.own_new_view = statement
        state.ready.send.append(Outgoing(statement))
    for vote in remembered.votes:
        _say_again(state, vote)
    state.mute = remembered.mute
    if state.mute is not None and state.mute.view > state.view:
        state.view, state.active = state.mute.view, False
    end_if_past(state)


def _say_again(state: State, vote: Vote) -> None:
    if not isinstance(vote, BlockVote) and vote.view != state.view:
        return
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
