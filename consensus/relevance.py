"""Early drop: what could still matter, asked before a signature is checked. Nothing here is trusted, nothing changes.

Once a quorum has spoken the other n-q votes for a slot cost nothing but this; so does all that an outsider repeats. A
vote that contradicts its sender's first one does matter: it is evidence.
"""

from typing import assert_never

from consensus.evidence import contradicts
from consensus.log import Tally
from consensus.messages import (
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
    Vote,
    statement_digest,
)
from consensus.mute import admits_query
from consensus.state import State
from consensus.types import ReplicaId


def could_matter(state: State, item: Item, sender: ReplicaId) -> bool:
    """Whether `item`, if `sender` really said it, could change anything or prove something."""
    # Votes first and without a `match`, which takes several times as long: nearly everything that arrives is one.
    if isinstance(item, Prepare):
        if item.view != state.view or not state.log.covers(item.sequence):
            return False
        slot = state.log.slots.get(item.sequence)
        return slot is None or _is_new(state, slot.prepares, item, sender, slot.own_commit is not None)
    if isinstance(item, Commit):
        if item.view != state.view or not state.log.covers(item.sequence):
            return False
        slot = state.log.slots.get(item.sequence)
        return slot is None or _is_new(state, slot.commits, item, sender, slot.decided is not None)
    if isinstance(item, BlockVote):
        if item.sequence <= state.certified or not state.log.covers(item.sequence):
            return False
        votes = state.block_votes.get(item.sequence)
        return votes is None or _is_new(state, votes, item, sender, False)
    match item:
        case Status():
            peer = state.peers.get(sender)
            return peer is None or peer.admits(item.number, tick=state.tick)
        case PrePrepare():
            return _pre_prepare_matters(state, item)
        case Suspect():
            known = state.suspects.get(sender)
            is_new = known is None or known.view < item.view or known.heard_at < state.tick
            return item.view >= state.view and is_new
        case ViewChange() | NewView():
            return _statement_matters(state, item, sender)
        case Forwarded():
            return _statement_matters(state, item.statement, item.vote.sender)
        case CertifiedBlock():
            return item.header.height > state.certified
        case Equivocation():
            named = item.first_vote.sender
            is_known = named in state.accused or named == state.settings.replica
            return not is_known and state.proofs_judged.get(sender) != state.tick
        case QueryStable():
            return state.mute is None and admits_query(state, sender)
        case ReplyStable():
            mute = state.mute
            return mute is not None and mute.until is None and item.nonce == mute.nonce
        case Fetch():
            return True
        case MetaData():
            return item.checkpoint.header.height > state.executed
        case Data():
            return item.height > state.executed
        case _:
            assert_never(item)


def _pre_prepare_matters(state: State, item: PrePrepare) -> bool:
    if item.view != state.view or not state.log.covers(item.sequence):
        return False
    slot = state.log.slots.get(item.sequence)
    if slot is not None and slot.accepted is not None:
        return slot.accepted.item != item and slot.accepted.sender not in state.accused
    is_open = item.sequence > state.executed or item.sequence in state.carried.proposals or not state.active
    return is_open and not (slot and slot.early)


def _is_new(state: State, tally: Tally, vote: Vote, sender: ReplicaId, settled: bool) -> bool:
    """Whether this is the sender's first vote, and still asked for, or one that contradicts his first."""
    first = tally.votes.get(sender)
    if first is None:
        return not settled
    return first.item != vote and sender not in state.accused


def _statement_matters(state: State, statement: ViewChange | NewView, sender: ReplicaId) -> bool:
    if sender not in state.accused and _contradicts_known(state, statement, sender):
        return True
    if statement.view < state.view or (statement.view == state.view and state.active):
        return False
    if isinstance(statement, NewView):
        pending = state.pending_new_views.get(sender)
        return pending is None or pending.digest != statement_digest(statement)
    known = state.view_changes.get(sender, {}).get(statement.view)
    return known is None or known.digest != statement_digest(statement)


def _contradicts_known(state: State, statement: ViewChange | NewView, sender: ReplicaId) -> bool:
    """Whether its sender said something else about the same view, of which the proof is here."""
    known: list[ViewChange | NewView] = []
    if isinstance(statement, ViewChange):
        known += [each.message for each in state.view_changes.get(sender, {}).values()]
    else:
        new_views = (state.new_view, state.pending_new_views.get(sender))
        known += [each.message for each in new_views if each is not None and each.vote.sender == sender]
    return any(contradicts(each, statement) for each in known)
