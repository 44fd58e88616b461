"""Known wrong moves: who takes whom into another view, for how long one waits, and who is accused."""

import pytest

from consensus import complaints, evidence, liveness, relevance, view_change
from consensus import state as state_module
from consensus.bundle import Signed
from consensus.effects import Outgoing, Reason
from consensus.events import TimerFired, TimerKind
from consensus.log import Tally
from consensus.messages import CertificateVote, Status, Suspect, SuspectReason, ViewChange
from consensus.quorum import Committee
from consensus.replica import Replica
from consensus.state import State
from consensus.types import ReplicaId, View
from tests.consensus.mutant import mutant, swap

# Who moves whom, and when


@mutant(breaks="V1", found_by="test_view_change.test_view_changes_of_the_past_do_not_move_a_view_back__t_d7")
def views_fall(patch: pytest.MonkeyPatch) -> None:
    """A replica follows a VIEW-CHANGE of the past."""

    def on_view_change(state: State, message: ViewChange, vote: CertificateVote) -> Reason | None:
        state.view = View(min(state.view, message.view))
        return None

    swap(patch, view_change.on_view_change, on_view_change)


@mutant(
    breaks="V2",
    found_by="test_view_change_stories.test_a_primary_that_stops_hands_over_and_nobody_waits",
    words="I22|I5",
)
def statements_are_not_recorded(patch: pytest.MonkeyPatch) -> None:
    """VIEW-CHANGE is sent and written nowhere."""

    def leave(state: State, view: View, *, because: str) -> None:
        state.move_to(view)
        state.ready.send_after.append(Outgoing(ViewChange(view, state.checkpoint, ())))

    swap(patch, view_change.leave, leave)


@mutant(
    breaks="V5", found_by="test_view_change.test_a_view_of_2_to_the_62_from_one_member_or_from_f_moves_nobody__t_d8"
)
def the_highest_claim_is_followed(patch: pytest.MonkeyPatch) -> None:
    """One member that asks for view 2^62 takes all others there."""

    def join(state: State) -> None:
        claims = [max(known) for known in state.view_changes.values() if known]
        if claims and max(claims) > state.view:
            view_change.leave(state, max(claims), because="somebody left before")

    swap(patch, view_change.join, join)


@mutant(breaks="V5", found_by="test_view_change.test_f_plus_1_are_joined_at_once_and_f_are_not__t_d9")
def nobody_is_joined(patch: pytest.MonkeyPatch) -> None:
    """f+1 members that want a later view move nobody."""
    swap(patch, view_change.join, lambda state: None)


@mutant(breaks="T3", found_by="test_view_change_stories.test_a_lonely_member_never_walks_out_of_a_working_view__t_d21")
def one_complaint_is_enough(patch: pytest.MonkeyPatch) -> None:
    """A single member that sees no progress ends the view."""
    patch.setattr(Committee, "weak_quorum", property(lambda self: 1))


@mutant(breaks="T3", found_by="test_standing_complaints.test_a_complaint_that_nobody_repeats_is_forgotten")
def complaints_stand_for_ever(patch: pytest.MonkeyPatch) -> None:
    """Two complaints of different troubles, long ago and now, end a view that works."""

    def standing(state: State) -> list[View]:
        return sorted((each.view for each in state.suspects.values()), reverse=True)

    swap(patch, complaints.standing_complaints, standing)


@mutant(breaks="T2", found_by="test_standing_complaints.test_a_complaint_that_was_taken_back_ends_no_view")
def nobody_takes_a_complaint_back(patch: pytest.MonkeyPatch) -> None:
    """A complaint counts though its sender gets on by now."""

    def note_from_status(state: State, sender: ReplicaId, message: Status) -> None:
        if message.complains and message.view >= state.view:
            complaints.note_complaint(state, sender, message.view)

    swap(patch, complaints.note_from_status, note_from_status)


@mutant(breaks="T2", found_by="test_complaints.test_who_sees_no_progress_complains_and_stays__t_d21")
def who_complains_walks_out(patch: pytest.MonkeyPatch) -> None:
    """As in the paper, a backup leaves its view when its own timer fires."""

    def on_progress_timer(state: State) -> None:
        view_change.leave(state, View(state.view + 1), because="no progress")

    swap(patch, liveness.on_progress_timer, on_progress_timer)


@mutant(breaks="T5", found_by="test_complaints.test_the_primary_alone_may_end_its_view_and_nobody_else")
def anybody_hands_over(patch: pytest.MonkeyPatch) -> None:
    """The word of any member ends a view."""
    right = liveness.on_suspect

    def on_suspect(state: State, signed: Signed, message: Suspect) -> Reason | None:
        if message.reason is SuspectReason.HAND_OVER and message.view == state.view:
            view_change.leave(state, View(state.view + 1), because="somebody hands over")
            return None
        return right(state, signed, message)

    swap(patch, right, on_suspect)


@mutant(breaks="T6", found_by="test_complaints.test_a_timer_of_an_earlier_view_is_nothing__t_d19")
def timers_have_no_generation(patch: pytest.MonkeyPatch) -> None:
    """A timer that was stopped or set anew does what it was set for."""
    right = Replica._fire

    def fire(self: Replica, event: TimerFired, *, wall_ms: int) -> None:
        self.state.timers[event.kind] = event.generation
        right(self, event, wall_ms=wall_ms)

    patch.setattr(Replica, "_fire", fire)


@mutant(
    breaks="T1", found_by="test_complaints.test_whose_oldest_is_passed_over_complains_whatever_else_is_executed__t_h2"
)
def any_progress_resets_the_timer(patch: pytest.MonkeyPatch) -> None:
    """The timer starts anew with every block, so a primary may censor whom it likes."""
    right = liveness.watch

    def watch(state: State) -> None:
        if state.ready.decided:
            state.watched = None
        right(state)

    swap(patch, right, watch)


@mutant(breaks="T1", found_by="test_complaints.test_who_executed_waits_for_the_certificate_too")
def executed_is_good_enough(patch: pytest.MonkeyPatch) -> None:
    """Nobody complains of a block that is executed and never final."""
    right = liveness.oldest_unexecuted

    def oldest(state: State) -> object:
        found = right(state)
        return None if found in [each.digest for each in state.blocks.values()] else found

    swap(patch, right, oldest)


@mutant(breaks="T4", found_by="test_view_change.test_the_new_view_timer_waits_for_a_quorum_of_view_changes__t_d10")
def the_new_view_timer_starts_without_a_quorum(patch: pytest.MonkeyPatch) -> None:
    """Whoever leaves alone runs on from view to view."""
    right = view_change.leave

    def leave(state: State, view: View, *, because: str) -> None:
        right(state, view, because=because)
        state.set_timer(TimerKind.NEW_VIEW, after_ms=state.patience_ms)

    swap(patch, right, leave)


@mutant(
    breaks="T6",
    found_by="test_complaints.test_patience_doubles_with_each_view_up_to_eight_times_and_returns_with_progress__t_d28",
)
def patience_has_no_cap(patch: pytest.MonkeyPatch) -> None:
    """After an outage members sleep for hours."""
    patch.setattr(state_module, "PATIENCE_DOUBLINGS_MAX", 60)


@mutant(
    breaks="T6",
    found_by="test_complaints.test_patience_doubles_with_each_view_up_to_eight_times_and_returns_with_progress__t_d28",
)
def patience_never_grows(patch: pytest.MonkeyPatch) -> None:
    """Views are left faster than a slow network can open them."""
    patch.setattr(state_module, "PATIENCE_DOUBLINGS_MAX", 0)


# Evidence


@mutant(breaks="E1", found_by="test_liars.test_a_vote_that_contradicts_is_read_and_convicts")
def contradictions_are_dropped_unread(patch: pytest.MonkeyPatch) -> None:
    """Early drop takes a second, different vote for one that cannot matter."""

    def is_new(state: State, tally: Tally, vote: object, sender: ReplicaId, settled: bool) -> bool:
        return sender not in tally.votes

    patch.setattr(relevance, "_is_new", is_new)


@mutant(breaks="E2", found_by="test_liars.test_what_is_no_evidence")
def anybody_is_accused(patch: pytest.MonkeyPatch) -> None:
    """A proof convicts though its statements are not the accused's."""
    patch.setattr(evidence, "is_said_by", lambda *_, **__: True)


@mutant(breaks="E2", found_by="test_liars.test_what_is_no_evidence")
def votes_of_two_views_contradict(patch: pytest.MonkeyPatch) -> None:
    """Two votes for one number are a lie whatever views they were said in."""

    def contradicts(first: object, second: object) -> bool:
        return type(first) is type(second) and first != second

    swap(patch, evidence.contradicts, contradicts)


@mutant(breaks="T7", found_by="test_proofs_shown.test_whoever_is_shown_the_proof_leaves_too_and_passes_it_on_once")
def proven_liars_lead_on(patch: pytest.MonkeyPatch) -> None:
    """Proof that the primary lied is kept, and its view goes on until somebody's timer ends it."""
    swap(patch, liveness.leave_proven_liar, lambda state: None)
