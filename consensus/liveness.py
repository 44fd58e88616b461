"""§4.5.2 Liveness: when to complain, when to leave a view, how long to be patient. Lines T1-T8 of PROTOCOL.md.

A replica that sees no progress does not walk out: it *complains* and goes on voting, and leaves only when f+1 complain,
one of them honest. So a single replica with a bad link never leaves a working view (CometBFT #861, Fabric v0.6 #1120).
"""

from consensus.bundle import Signed
from consensus.complaints import note_complaint, note_from_status, standing_complaints, take_back
from consensus.effects import Outgoing, Reason
from consensus.events import TimerKind
from consensus.messages import Status, Suspect, SuspectReason
from consensus.state import Complaint, State
from consensus.types import Digest, ReplicaId, SequenceNumber, View
from consensus.view_change import leave

PASSED_OVER_PATIENCES = 8
"""How much longer than for a step one waits for a thing that is passed over: as much as patience may grow (T6). What a
primary has open must fit in, and a turn of all authors, each block slower than usual."""


IDLE_TICKS_MAX = 16
"""By so many intervals may a primary leave a replica idle more often than busy: four patiences, since an interval is a
quarter of one in every node."""


def watch(state: State) -> None:
    """T1: two timers run while something known should be executed, and for nothing else.

    One waits for the next step of anything. Agreement on a large block may take longer than patience on busy machines;
    while the members get on, another primary would only make it longer. The other one waits for the oldest thing
    itself, for longer, and starts anew only when *that* is done: a primary that orders everything but one gateway's
    batches is noticed as well as one that orders nothing (T-H2).
    """
    oldest = oldest_unexecuted(state) if state.active else None
    if oldest is None:
        state.watched = None
        take_back(state)
        state.timers.pop(TimerKind.PROGRESS, None)
        state.timers.pop(TimerKind.PASSED_OVER, None)
        return
    step = last_step(state)
    if oldest != state.watched:
        state.watched = oldest
        take_back(state)
        state.set_timer(TimerKind.PASSED_OVER, after_ms=state.patience_ms * PASSED_OVER_PATIENCES)
        state.set_timer(TimerKind.PROGRESS, after_ms=state.patience_ms)
    elif step != state.watched_step:
        if state.complaint is SuspectReason.NO_PROGRESS:
            take_back(state)
        state.set_timer(TimerKind.PROGRESS, after_ms=state.patience_ms)
    state.watched_step = step


def last_step(state: State) -> tuple[SequenceNumber, int]:
    """How far this replica got: blocks executed, and how much it has said about the next one.

    A primary can put off the first of these steps alone; the votes of the others follow without it. So it cannot buy
    time with them: it has patience once for each block, as if only blocks counted.
    """
    slot = state.log.slots.get(SequenceNumber(state.executed + 1))
    if slot is None:
        return state.executed, 0
    said = (slot.digest, slot.own_prepare, slot.own_commit)
    return state.executed, sum(each is not None for each in said)


def on_tick(state: State) -> None:
    """T8: a primary that leaves the members idle most of the time while requests wait is complained of.

    Without this rule it orders one batch just before each patience ends, for ever: two a second where a thousand are
    asked for, and nobody may complain, since every step comes in time and the oldest request is never the same for long
    (the slow primary of Aardvark, T-H3). An honest primary has a proposal open all the time while anything waits (N2),
    however slow agreement is. Looked at once in each interval; a busy one makes up for an idle one.
    """
    state.idle_ticks = state.idle_ticks + 1 if is_left_idle(state) else max(0, state.idle_ticks - 1)
    if state.idle_ticks >= IDLE_TICKS_MAX:
        state.idle_ticks = IDLE_TICKS_MAX
        if state.complaint is None:
            complain(state, SuspectReason.PASSED_OVER)


def is_left_idle(state: State) -> bool:
    """Whether a batch that has been here for a whole interval could be ordered, and no number is open."""
    if not state.active or state.is_primary:
        return False
    if any(slot.digest is not None for slot in state.log.after(state.executed)):
        return False
    batch = state.requests.oldest_orderable()
    return batch is not None and state.requests.has_settled(batch.digest, tick=state.tick - 2)


def oldest_unexecuted(state: State) -> Digest | None:
    """The first batch to have arrived among those that could be ordered, else an accepted proposal not executed.

    Else a block that is executed and not final. Whoever executed is not done: an equivocating primary may have left too
    few to certify, and the one it cheated cannot complain loudly enough alone (T-C5).
    """
    batch = state.requests.oldest_orderable()
    if batch is not None:
        return batch.digest
    proposed = next((slot.digest for slot in state.log.after(state.executed) if slot.digest is not None), None)
    if proposed is not None:
        return proposed
    block = state.blocks.get(SequenceNumber(state.certified + 1))
    return block.digest if block is not None else None


def on_progress_timer(state: State) -> None:
    """T2: complain, stay, and complain again after as long."""
    complain(state, SuspectReason.NO_PROGRESS)
    state.set_timer(TimerKind.PROGRESS, after_ms=state.patience_ms)


def on_passed_over_timer(state: State) -> None:
    """T2: the same for the oldest thing; no progress of others takes this complaint back."""
    complain(state, SuspectReason.PASSED_OVER)
    state.set_timer(TimerKind.PASSED_OVER, after_ms=state.patience_ms)


def complain(state: State, reason: SuspectReason) -> None:
    """Say SUSPECT, and repeat it in every STATUS until it is taken back.

    A mute replica brings no progress itself, and is silent (M1).
    """
    if state.mute is not None:
        return
    state.complaint = reason
    state.ready.send.append(Outgoing(Suspect(state.view, reason)))


def on_new_view_timer(state: State) -> None:
    """T4: a quorum wanted this view and its primary did not open it in time: the next one's turn."""
    leave(state, View(state.view + 1), because="no NEW-VIEW came in time")


def on_hand_over(state: State) -> None:
    """T5: the primary is about to stop and says so; the others need not wait for their timers (libbyz `shutdown`)."""
    if state.active and state.is_primary and state.mute is None and state.settings.committee.size > 1:
        state.ready.send.append(Outgoing(Suspect(state.view, SuspectReason.HAND_OVER)))


def leave_proven_liar(state: State) -> None:
    """T7: on proof that the primary lied there is nothing to wait for; nor is there when its turn comes again.

    Proof against more members than may be faulty is one against the assumption itself; then only clocks decide.
    """
    committee, view = state.settings.committee, state.view
    if state.mute is not None or not 0 < len(state.accused) <= committee.faults_max:
        return
    while committee.primary(view) in state.accused:
        view = View(view + 1)
    if view > state.view:
        leave(state, view, because="there is proof that its primary lied")


def on_suspect(state: State, signed: Signed, message: Suspect) -> Reason | None:
    """Count a complaint (T3).

    Accepted when: it is about this view or a later one, no earlier than the sender's last, and not the same once more
    in one interval. Leaves the view on f+1
    complaints, or on the word of the primary itself.
    """
    if message.view < state.view:
        return Reason.WRONG_VIEW
    known = state.suspects.get(signed.sender)
    if known is not None and (known.view > message.view or known == Complaint(message.view, state.tick)):
        return Reason.STALE
    note_complaint(state, signed.sender, message.view)
    is_primary = signed.sender == state.settings.committee.primary(state.view)
    if is_primary and message.view == state.view and message.reason is SuspectReason.HAND_OVER:
        leave(state, View(state.view + 1), because="the primary hands over")
        return None
    leave_if_enough_complain(state)
    return None


def on_complaints_in_status(state: State, sender: ReplicaId, message: Status) -> None:
    """T3: a STATUS repeats its sender's complaint or takes it back; repeated ones add up as well as new ones."""
    note_from_status(state, sender, message)
    if message.complains:
        leave_if_enough_complain(state)


def leave_if_enough_complain(state: State) -> None:
    """T3: on f+1 complaints that stand, go on to one view above the (f+1)-th largest."""
    complaints = standing_complaints(state)
    weak = state.settings.committee.weak_quorum
    if len(complaints) >= weak and complaints[weak - 1] >= state.view:
        leave(state, View(complaints[weak - 1] + 1), because=f"{weak} members see no progress")
