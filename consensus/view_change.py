"""§4.4 View changes. Lines V1-V10 of PROTOCOL.md.

Votes are signed and transferable, so this is the variant of OSDI'99: a VIEW-CHANGE carries proof of everything its
sender prepared, and a NEW-VIEW only names the VIEW-CHANGEs it rests on. What follows from them, O, is not sent:
everyone computes it, the primary says it as PRE-PREPAREs, and a backup accepts exactly those.
"""

from itertools import pairwise

from consensus.carried import compute_carried_over, stable_of
from consensus.certificate import is_block_certificate, is_prepared_certificate, is_said_by
from consensus.effects import Outgoing, Reason, ViewRecord
from consensus.events import TimerKind
from consensus.evidence import accuse_of_statements
from consensus.messages import (
    CertificateVote,
    Forwarded,
    NamedViewChange,
    NewView,
    PreparedCertificate,
    PrePrepare,
    ViewChange,
    statement_digest,
)
from consensus.normal_case import on_pre_prepare
from consensus.state import Proven, State, Wanted
from consensus.types import ReplicaId, View

VIEW_CHANGES_A_TICK_MAX = 4
"""VIEW-CHANGEs of one sender that are judged in one status interval, of each kind of `Wanted`. An honest one leaves a
view at most once in its patience, which is longer, unless primaries hand over one after the other."""


def leave(state: State, view: View, *, because: str) -> None:
    """V2: stop voting in the current view and ask for `view`; the request is on disk before it leaves.

    Final blocks are still taken over meanwhile; only votes stop. A mute replica asks for nothing and stays (M6).
    """
    assert view > state.view, "I7: a replica's view never falls"
    if state.mute is not None:
        return
    state.move_to(view)
    state.left_because = because
    state.failed_views += 1
    ask_for_view(state)


def ask_for_view(state: State) -> None:
    """Say VIEW-CHANGE for the view that is being entered; once in all lives of this replica."""
    own = ViewChange(state.view, state.checkpoint, prepared_above_stable(state))
    state.ready.records.append(ViewRecord(state.view, own))
    state.ready.send_after.append(Outgoing(own))


def follow(state: State, view: View) -> None:
    """M6: a mute replica goes where f+1 others are, asks for nothing, and casts no vote there either."""
    state.move_to(view)
    state.left_because = "the others left before"
    state.ready.records.append(ViewRecord(view, None))


def prepared_above_stable(state: State) -> tuple[PreparedCertificate, ...]:
    """P: for each number above the stable checkpoint, its prepared certificate of the highest view (§4.4)."""
    return tuple(slot.prepared for slot in state.log.after(state.stable) if slot.prepared is not None)


def on_view_change(state: State, message: ViewChange, vote: CertificateVote) -> Reason | None:
    """Take note of a VIEW-CHANGE, from its sender or forwarded (V3).

    Accepted when: it asks for a later view, or for the one that is being entered; it is its sender's first for that
    view and no earlier than another of its sender's, or the one that the NEW-VIEW names; not too many of its sender
    were judged in this interval; its checkpoint and every certificate in it hold.
    """
    proven = Proven(message, vote, statement_digest(message))
    known = state.view_changes.setdefault(vote.sender, {})
    if message.view in known:
        accuse_of_statements(state, known[message.view], proven)
    if message.view < state.view or (message.view == state.view and state.active):
        return Reason.WRONG_VIEW
    is_named = _is_named(state, proven)
    if message.view in known and not is_named:
        return Reason.STALE if known[message.view].digest == proven.digest else Reason.CONFLICT
    if message.view != state.view and message.view < max(known, default=message.view):
        return Reason.STALE
    wanted = Wanted.NAMED if is_named else Wanted.ENTERED if message.view == state.view else Wanted.LATER
    if not _may_be_judged(state, vote.sender, wanted):
        return Reason.TOO_MANY
    reason = judge_view_change(state, message)
    if reason is not None:
        return reason
    known[message.view] = proven
    _keep_two(state, vote.sender)
    if vote.sender == state.settings.committee.primary(state.view) and message.view == state.view + 1 and state.active:
        leave(state, message.view, because="the primary leaves its view")
    join(state)
    assemble(state)
    if state.pending_new_view is not None:
        enter(state, state.pending_new_view)
    return None


def judge_view_change(state: State, message: ViewChange) -> Reason | None:
    """V4: whether all that a VIEW-CHANGE claims is proved. One bad entry refuses it whole, and harms no other."""
    settings = state.settings
    stable = stable_of(message)
    if message.checkpoint is not None:
        header, votes = message.checkpoint.header, message.checkpoint.votes
        if header.epoch != settings.epoch or header.height % settings.checkpoint_interval:
            return Reason.BAD_CERTIFICATE
        if not is_block_certificate(
            header, votes, chain=settings.chain, committee=settings.committee, verify=state.verify
        ):
            return Reason.BAD_CERTIFICATE
    last = stable
    for certificate in message.prepared:
        sequence = certificate.pre_prepare.sequence
        if not last < sequence <= stable + settings.log_size or certificate.pre_prepare.view >= message.view:
            return Reason.BAD_CERTIFICATE
        if not is_prepared_certificate(
            certificate, chain=settings.chain, epoch=settings.epoch, committee=settings.committee, verify=state.verify
        ):
            return Reason.BAD_CERTIFICATE
        last = sequence
    return None


def join(state: State) -> None:
    """V5: f+1 replicas want views above this one, so an honest one does: go where f+1 of them are at least.

    The (f+1)-th largest claim is reached by an honest replica; one liar who claims view 2^62 moves nobody (T-D8).
    """
    claims = sorted((max(known) for known in state.view_changes.values() if known), reverse=True)
    weak = state.settings.committee.weak_quorum
    if len(claims) < weak or claims[weak - 1] <= state.view:
        return
    if state.mute is not None:
        follow(state, claims[weak - 1])
    else:
        leave(state, claims[weak - 1], because=f"{weak} members left before")


def assemble(state: State) -> None:
    """V7: with a quorum of VIEW-CHANGEs the new primary says NEW-VIEW, and the others give it a limited time.

    The time is limited, too, where a quorum asks for this view *or a later one* (libbyz `max_maj_view`). Else, n = 4:
    1. Liar 1 shows its VIEW-CHANGE for view 1 to replica 3 alone, which then holds three, waits, and goes on to view 2.
    2. Replicas 0 and 2 hold their two for view 1, and 3's for view 2; the liar is silent from now on.
    3. No view ever gets its quorum, and nobody had a clock running (test_split_views.py).
    """
    if state.active:
        return
    quorum = state.settings.committee.quorum
    if len(asking_for(state, state.view)) >= quorum and TimerKind.NEW_VIEW not in state.timers:
        state.set_timer(TimerKind.NEW_VIEW, after_ms=state.patience_ms)
    held = view_changes_for(state, state.view)
    if len(held) >= quorum and state.is_primary and state.own_new_view is None and state.mute is None:
        latest_first = sorted(held, key=lambda each: (-stable_of(each.message), each.vote.sender))
        chosen = sorted(latest_first[:quorum], key=lambda each: each.vote.sender)
        named = tuple(NamedViewChange(each.vote.sender, each.digest) for each in chosen)
        state.own_new_view = NewView(state.view, named)
        state.ready.records.append(ViewRecord(state.view, state.own_new_view))
        state.ready.send_after.append(Outgoing(state.own_new_view))


def on_new_view(state: State, message: NewView, vote: CertificateVote) -> Reason | None:
    """Take note of a NEW-VIEW, from its primary or forwarded (V8).

    Accepted when: it is of a later view, or of the one being entered; its sender is that view's primary; it names
    VIEW-CHANGEs of a quorum of distinct members. A wrong one from the right primary is a reason to go on to the next
    view; from anybody else it is nothing (T-D6).
    """
    proven = Proven(message, vote, statement_digest(message))
    for known in (state.new_view, state.pending_new_views.get(vote.sender)):
        if known is not None and known.vote.sender == vote.sender:
            accuse_of_statements(state, known, proven)
    if message.view < state.view or (message.view == state.view and state.active):
        return Reason.WRONG_VIEW
    if vote.sender != state.settings.committee.primary(message.view):
        return Reason.NOT_PRIMARY
    senders = [named.sender for named in message.view_changes]
    distinct = all(a < b for a, b in pairwise(senders))
    members = all(sender in state.settings.committee for sender in senders)
    if len(senders) < state.settings.committee.quorum or not distinct or not members:
        if message.view == state.view:
            leave(state, View(state.view + 1), because="the new primary's NEW-VIEW names no quorum")
        return Reason.BAD_CERTIFICATE
    pending = state.pending_new_views.get(vote.sender)
    if pending is None or pending.message.view <= message.view:
        state.pending_new_views[vote.sender] = proven
        enter(state, proven)
    return None


def enter(state: State, new_view: Proven[NewView]) -> None:
    """V9: enter a view once every VIEW-CHANGE that its NEW-VIEW names is here; until then STATUS asks for them.

    A quorum of VIEW-CHANGEs has made this replica ask for the view before (V5), so its own is on disk too: if all lose
    power and the primary stays dead, those who are left can show a quorum and go on from there.
    """
    view = new_view.message.view
    named = [state.view_changes.get(each.sender, {}).get(view) for each in new_view.message.view_changes]
    for each, held in zip(new_view.message.view_changes, named, strict=True):
        if held is None or held.digest != each.digest:
            _give_limited_time(state)
            return
    assert view == state.view, "V5: whoever holds a quorum of VIEW-CHANGEs has joined them"
    state.active = True
    state.new_view = new_view
    state.pending_new_views = {
        sender: pending for sender, pending in state.pending_new_views.items() if pending.message.view > view
    }
    state.carried = compute_carried_over([held.message for held in named if held is not None])
    state.timers.pop(TimerKind.NEW_VIEW, None)
    state.ready.records.append(ViewRecord(view, None))
    _forget_earlier_views(state)


def say_carried_over(state: State) -> None:
    """V10: the new primary pre-prepares O, as far as its own window reaches; its own proposals follow above max-s."""
    if not state.active or not state.is_primary or state.mute is not None or state.stable >= state.carried.high:
        return
    for sequence, proposal in state.carried.proposals.items():
        if not state.log.covers(sequence):
            continue
        slot = state.log.slot(sequence)
        if slot.own_pre_prepare is None:
            slot.own_pre_prepare = PrePrepare(state.view, sequence, proposal)
            slot.said_at = state.tick
            state.say(slot.own_pre_prepare)


def accept_early(state: State, *, wall_ms: int) -> None:
    """PRE-PREPAREs of this view that came before its NEW-VIEW are judged now."""
    if not state.active or not state.holds_early:
        return
    state.holds_early = False
    for slot in state.log.after(state.stable):
        early, slot.early = slot.early, None
        if early is not None and isinstance(early.item, PrePrepare):
            on_pre_prepare(state, early, early.item, wall_ms=wall_ms)


def on_forwarded(state: State, message: Forwarded) -> Reason | None:
    """A VIEW-CHANGE or NEW-VIEW with proof of who said it: as good as from himself (T-D12)."""
    settings = state.settings
    if not is_said_by(
        message.statement,
        message.vote,
        chain=settings.chain,
        epoch=settings.epoch,
        committee=settings.committee,
        verify=state.verify,
    ):
        return Reason.BAD_CERTIFICATE
    if isinstance(message.statement, NewView):
        return on_new_view(state, message.statement, message.vote)
    return on_view_change(state, message.statement, message.vote)


def view_changes_for(state: State, view: View) -> list[Proven[ViewChange]]:
    """The VIEW-CHANGEs held for `view`, by ascending sender."""
    return [known[view] for _, known in sorted(state.view_changes.items()) if view in known]


def _may_be_judged(state: State, sender: ReplicaId, wanted: Wanted) -> bool:
    """Whether another VIEW-CHANGE that `sender` signed is worth some hundred signature checks in this interval."""
    tick, counted = state.judged.get((sender, wanted), (state.tick, 0))
    counted = counted if tick == state.tick else 0
    if counted == VIEW_CHANGES_A_TICK_MAX:
        return False
    state.judged[sender, wanted] = (state.tick, counted + 1)
    return True


def asking_for(state: State, view: View) -> list[ReplicaId]:
    """Who asks for `view` or a later one, by ascending sender."""
    return [sender for sender, known in sorted(state.view_changes.items()) if max(known, default=-1) >= view]


def _is_named(state: State, proven: Proven[ViewChange]) -> bool:
    """Whether the NEW-VIEW at hand names this very message of an equivocating sender, and another one is held."""
    pending = state.pending_new_view
    if pending is None or pending.message.view != proven.message.view:
        return False
    held = state.view_changes.get(proven.vote.sender, {}).get(proven.message.view)
    is_held = held is not None and held.digest == proven.digest
    return not is_held and NamedViewChange(proven.vote.sender, proven.digest) in pending.message.view_changes


def _keep_two(state: State, sender: ReplicaId) -> None:
    """Keep a sender's VIEW-CHANGEs for the view being entered and for the highest it wants; the others lead nowhere.

    The first must stay, whatever the sender claims later: the NEW-VIEW may name it.
    """
    known = state.view_changes[sender]
    state.view_changes[sender] = {view: proven for view, proven in known.items() if view in (state.view, max(known))}


def _give_limited_time(state: State) -> None:
    pending = state.pending_new_view
    if pending and pending.message.view == state.view and TimerKind.NEW_VIEW not in state.timers:
        state.set_timer(TimerKind.NEW_VIEW, after_ms=state.patience_ms)


def _forget_earlier_views(state: State) -> None:
    for sender in sorted(state.view_changes):
        known = state.view_changes[sender]
        state.view_changes[sender] = {view: proven for view, proven in known.items() if view >= state.view}
    state.suspects = {sender: each for sender, each in state.suspects.items() if each.view >= state.view}
