"""A replica whose disk was lost is mute until it is past everything it may have signed. Lines M1-M6 of PROTOCOL.md.

Its keys are still there, its votes are not. A second vote for a slot would contradict the first, and convict it of a
lie. So it binds itself to nothing, while it follows, takes over final blocks and serves, until its own stable
checkpoint reaches H_M: a bound on the sequence numbers of all its former votes, which it estimates from the others as
in Castro and Liskov, TOCS 2002, §4.3.2:

    whoever voted for s had a stable checkpoint h >= s - L.  A quorum voted for the block h, so q-f-1 honest others at
    least had executed it, and have still.  Of the replies of n-q+f+1 others one is theirs, whichever f lie: were h
    above all of these replies, too few others would be left.  So h <= c, the (n-q+f+1)-th smallest reply rounded down
    to a multiple of K, and s <= H_M = c + L.

No f liars can lower c: lower replies must come from n-q+f+1 members. Nor raise it: f+1 members must have executed as
much. A reply counts only if it names the nonce of this life, or whoever repeats what was true a year ago would lower c.
"""

from consensus.bundle import Signed
from consensus.effects import MuteRecord, Outgoing, Reason
from consensus.messages import BlockVote, QueryStable, ReplyStable
from consensus.normal_case import advance
from consensus.state import Mute, Queries, State, Told
from consensus.types import ReplicaId, SequenceNumber, View
from consensus.view_change import ask_for_view, leave

QUERIES_A_TICK_MAX = 2
"""Questions of one sender that are answered within one own status interval, as statuses are."""


def ask(state: State) -> None:
    """M2: while H_M is not estimated, ask all how far they are; replies may be lost, so every status interval."""
    if state.mute is not None and state.mute.until is None:
        state.ready.send.append(Outgoing(QueryStable(state.mute.nonce)))


def on_query_stable(state: State, signed: Signed, message: QueryStable) -> Reason | None:
    """M3: tell a mute replica how far this one is.

    Answered when: it is another's; this replica is not mute itself, since it may have forgotten what it executed; not
    too many of the sender's came already.
    """
    if signed.sender == state.settings.replica or state.mute is not None:
        return None
    if not admits_query(state, signed.sender):
        return Reason.STALE
    asked = state.queries.setdefault(signed.sender, Queries(state.tick, 0))
    asked.count = asked.count + 1 if asked.tick == state.tick else 1
    asked.tick = state.tick
    state.ready.send.append(Outgoing(ReplyStable(message.nonce, state.executed), to=signed.sender))
    return None


def admits_query(state: State, sender: ReplicaId) -> bool:
    """Whether a question of `sender` is answered now."""
    asked = state.queries.get(sender)
    return asked is None or asked.tick != state.tick or asked.count < QUERIES_A_TICK_MAX


def on_reply_stable(state: State, signed: Signed, message: ReplyStable) -> Reason | None:
    """M4: take note of a reply, and estimate H_M once enough came.

    Accepted when: this replica is mute and has no estimate; it is another's; it answers this life. Of several replies
    of one sender the lowest bounds c and the highest backs it.
    """
    mute = state.mute
    if mute is None or mute.until is not None or signed.sender == state.settings.replica:
        return None
    if message.nonce != mute.nonce:
        return Reason.STALE
    told = mute.told.setdefault(signed.sender, Told(message.executed, message.executed))
    told.lowest = min(told.lowest, message.executed)
    told.highest = max(told.highest, message.executed)
    mute.until = estimate(state, mute)
    if mute.until is not None:
        state.ready.records.append(MuteRecord(mute.until))
        end_if_past(state)
    return None


def replies_needed(state: State) -> int:
    """n-q+f+1: of so many others one is honest and had executed whatever a quorum had, whichever f lie."""
    committee = state.settings.committee
    return committee.size - committee.quorum + committee.weak_quorum


def estimate(state: State, mute: Mute) -> SequenceNumber | None:
    """M4: H_M = c + L, or None while too few replied, or too few back c."""
    committee, interval = state.settings.committee, state.settings.checkpoint_interval
    needed = replies_needed(state)
    if len(mute.told) < needed:
        return None
    checkpoints = sorted(told.lowest // interval * interval for told in mute.told.values())
    checkpoint = checkpoints[needed - 1]
    backers = sum(told.highest >= checkpoint for told in mute.told.values())
    return SequenceNumber(checkpoint + state.settings.log_size) if backers >= committee.weak_quorum else None


def end_if_past(state: State) -> None:
    """M5: with a stable checkpoint at H_M or above, vote again: whatever lies above it, no former life voted on.

    Views need no estimate: no former life made a statement about a later one than `Mute.view`. If the view being
    entered is later, this replica may still ask for it; if it is that one, it may have asked already, and asks for the
    next.
    """
    mute = state.mute
    if mute is None or mute.until is None or state.stable < mute.until:
        return
    state.mute = None
    state.ready.records.append(MuteRecord(None))
    for height in sorted(state.blocks):
        block = state.blocks[height]
        if height > state.certified and block.certificate is None:
            block.own_vote, block.said_at = BlockVote(height, block.digest), state.tick
            state.say(block.own_vote)
    if state.active:
        for slot in state.log.after(state.stable):
            advance(state, slot)
    elif state.view > mute.view:
        ask_for_view(state)
    else:
        leave(state, View(state.view + 1), because="its disk was lost, and it may have asked for that view before")


def why_mute(state: State) -> str:
    """For people: why this replica does not vote, and until when; empty where it does."""
    mute = state.mute
    if mute is None:
        return ""
    if mute.until is not None:
        return f"mute until block {mute.until}: disk was lost"
    others = state.settings.committee.size - 1
    needed = replies_needed(state)
    if needed > others:
        return "mute for ever: disk was lost, and there are too few others to tell how far it was"
    return f"mute: disk was lost, and {len(mute.told)} of {needed} members needed told how far they are"
