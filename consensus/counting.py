"""Votes that are merely counted, told from all else in one look: nearly everything that a replica hears.

Between the first vote of a phase and the one that makes it complete nothing follows from a vote but its place in a
tally. Whoever asks here first spares such a vote the usual way, on which the same is asked several times: whether it
could matter, whether it is accepted, whether anything is complete, said or to be watched. What is not recognised here
takes the usual way, so that nothing rests on this file but time; that both lead to the same is a test
(tests/consensus/test_counting.py).
"""

from consensus.bundle import Bundle, OpenBundle
from consensus.log import Tally
from consensus.messages import BlockVote, Commit, Prepare
from consensus.state import State


def tally_of(state: State, bundle: Bundle) -> Tally | None:
    """Where `count` puts the one vote in `bundle` if nothing would follow from it; None for anything else.

    Asked before its signature is checked. A vote is merely counted when: its sender is a member and it is of this
    epoch; it belongs to this view, or to a block that is not certified; this replica has said PREPARE there, has not
    decided, and has not said COMMIT if it is a PREPARE; its sender had not voted, nor is, if it is a PREPARE, the
    primary, whose accepted PRE-PREPARE is here; one more is still too few. That it lies between the watermarks follows,
    since nothing beyond them is voted for or in a tally.
    """
    if len(bundle.items) != 1 or state.halted:
        return None
    item, sender = bundle.items[0], bundle.sender
    # By `type`, since `isinstance` takes long to say no of a Struct.
    if type(item) is BlockVote:
        tally, needed = state.block_votes.get(item.sequence), state.quorum
        if tally is None or item.sequence <= state.certified:
            return None
    elif type(item) is Prepare:
        slot = state.log.slots.get(item.sequence)
        if slot is None or slot.own_prepare is None or slot.own_commit is not None or item.view != state.view:
            return None
        if slot.accepted is None or slot.accepted.sender == sender:
            return None
        tally, needed = slot.prepares, state.prepares_needed
    elif type(item) is Commit:
        slot = state.log.slots.get(item.sequence)
        if slot is None or slot.own_prepare is None or slot.decided is not None or item.view != state.view:
            return None
        tally, needed = slot.commits, state.quorum
    else:
        return None
    # Of so few votes not enough can be for any one digest.
    if sender in tally.votes or len(tally.votes) + 1 >= needed:
        return None
    return tally if sender in state.members and bundle.epoch == state.epoch else None


def count(tally: Tally, bundle: OpenBundle) -> None:
    """Count the vote for which `tally_of` has just named `tally`: what `Replica.step` would do with it."""
    signed = bundle.signed_items()[0]
    assert isinstance(signed.item, Prepare | Commit | BlockVote), "only votes are merely counted"
    tally.add(signed, signed.item.digest)
