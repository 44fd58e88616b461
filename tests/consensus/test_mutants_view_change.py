"""Known wrong view changes: each must be caught in a story that the right one survives."""

from collections.abc import Callable

import msgspec
import pytest

from consensus import liveness, normal_case, relevance, replica, state, status, view_change
from consensus.bundle import Signed
from consensus.carried import CarriedOver, compute_carried_over, stable_of
from consensus.effects import Outgoing, Reason
from consensus.events import TimerFired, TimerKind
from consensus.messages import NULL_PROPOSAL, CertificateVote, NewView, Prepare, ViewChange
from consensus.quorum import Committee
from consensus.replica import Replica
from consensus.state import State
from consensus.types import ReplicaId, SequenceNumber, View
from tests.consensus import (
    test_complaints,
    test_liars,
    test_new_view,
    test_view_change,
    test_view_change_stories,
)
from tests.consensus.machine import Broken
from tests.consensus.makers import batch, new_view, pre_prepare, prepared_for
from tests.consensus.makers import view_change as asks
from tests.consensus.one import One

Mutation = Callable[[pytest.MonkeyPatch], None]


def highest_view_story() -> None:
    """Number 1 prepared in view 0 for one batch and in view 1 for another: view 2 must take the later."""
    old, new = pre_prepare(1, batch(0, 1)), pre_prepare(1, batch(2, 1), view=1)
    said = [
        (0, asks(2, prepared_for(new, (0, 2)))),
        (1, asks(2, prepared_for(old, (1, 2)))),
        (2, asks(2)),
    ]
    one = One(3)
    for sender, message in said:
        one.hear(sender, message)
    one.hear(2, new_view(2, *said))
    assert one.where == (2, True)
    assert one.state.carried.proposals[SequenceNumber(1)] == new.proposal, "the lower view's digest is carried"


def quorum_story() -> None:
    """NEW-VIEW with one VIEW-CHANGE fewer than a quorum."""
    one = One(2, 7)
    said = [(sender, asks(1)) for sender in (0, 1, 3, 4)]
    for sender, message in said:
        one.hear(sender, message)
    one.hear(1, new_view(1, *said))
    assert one.where != (1, True), "entered on less than a quorum"


def lowest_view_wins(patch: pytest.MonkeyPatch) -> None:
    def compute(messages: list[ViewChange]) -> CarriedOver:
        right = compute_carried_over(messages)
        proposals = dict(right.proposals)
        for certificate in sorted(
            (each for message in messages for each in message.prepared), key=lambda each: -each.pre_prepare.view
        ):
            proposals[certificate.pre_prepare.sequence] = certificate.pre_prepare.proposal
        return CarriedOver(right.low, proposals)

    patch.setattr(view_change, "compute_carried_over", compute)


def everything_carried_is_null(patch: pytest.MonkeyPatch) -> None:
    def compute(messages: list[ViewChange]) -> CarriedOver:
        right = compute_carried_over(messages)
        return CarriedOver(right.low, dict.fromkeys(right.proposals, NULL_PROPOSAL))

    patch.setattr(view_change, "compute_carried_over", compute)


def nothing_is_carried(patch: pytest.MonkeyPatch) -> None:
    def compute(messages: list[ViewChange]) -> CarriedOver:
        return CarriedOver(max(map(stable_of, messages)), {})

    patch.setattr(view_change, "compute_carried_over", compute)


def new_view_is_not_recomputed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(normal_case, "judge_proposal", lambda *_, **__: None)


def timers_have_no_generation(patch: pytest.MonkeyPatch) -> None:
    right = Replica._fire

    def fire(self: Replica, event: TimerFired, *, wall_ms: int) -> None:
        self.state.timers[event.kind] = event.generation
        right(self, event, wall_ms=wall_ms)

    patch.setattr(Replica, "_fire", fire)


def prepares_count_in_every_view(patch: pytest.MonkeyPatch) -> None:
    def on_prepare(state: State, signed: Signed, message: Prepare) -> Reason | None:
        slot = state.log.slot(message.sequence)
        slot.prepares.add(signed, message.digest)
        normal_case.advance(state, slot)
        return None

    patch.setattr(replica, "on_prepare", on_prepare)


def one_view_change_fewer(patch: pytest.MonkeyPatch) -> None:
    right, quorum = view_change.on_new_view, Committee.quorum.fget  # type: ignore[attr-defined]

    def on_new_view(state: State, message: NewView, vote: CertificateVote) -> Reason | None:
        with pytest.MonkeyPatch.context() as within:
            within.setattr(Committee, "quorum", property(lambda self: quorum(self) - 1))
            return right(state, message, vote)

    patch.setattr(replica, "on_new_view", on_new_view)


def view_changes_are_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(view_change, "judge_view_change", lambda state, message: None)


def forwards_are_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(view_change, "is_said_by", lambda *_, **__: True)


def one_complaint_is_enough(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Committee, "weak_quorum", property(lambda self: 1))


def anybody_opens_a_view(patch: pytest.MonkeyPatch) -> None:
    right = view_change.on_new_view

    def on_new_view(state: State, message: NewView, vote: CertificateVote) -> Reason | None:
        primary = state.settings.committee.primary(message.view)
        return right(state, message, msgspec.structs.replace(vote, sender=primary))

    patch.setattr(replica, "on_new_view", on_new_view)


def views_fall(patch: pytest.MonkeyPatch) -> None:
    def on_view_change(state: State, message: ViewChange, vote: CertificateVote) -> Reason | None:
        state.view = View(min(state.view, message.view))
        return None

    patch.setattr(replica, "on_view_change", on_view_change)


def statements_are_not_recorded(patch: pytest.MonkeyPatch) -> None:
    def leave(state: State, view: View, *, because: str) -> None:
        state.move_to(view)
        state.ready.send_after.append(Outgoing(ViewChange(view, state.checkpoint, ())))

    patch.setattr(liveness, "leave", leave)
    patch.setattr(view_change, "leave", leave)


def p_is_left_empty(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(view_change, "prepared_above_stable", lambda state: ())


def patience_has_no_cap(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(state, "PATIENCE_DOUBLINGS_MAX", 60)


def the_timer_starts_without_a_quorum(patch: pytest.MonkeyPatch) -> None:
    right = view_change.leave

    def leave(state: State, view: View, *, because: str) -> None:
        right(state, view, because=because)
        state.set_timer(TimerKind.NEW_VIEW, after_ms=state.patience_ms)

    patch.setattr(liveness, "leave", leave)
    patch.setattr(view_change, "leave", leave)


def one_new_view_at_a_time(patch: pytest.MonkeyPatch) -> None:
    right = view_change.on_new_view

    def on_new_view(state: State, message: NewView, vote: CertificateVote) -> Reason | None:
        waiting = max((each.message.view for each in state.pending_new_views.values()), default=-1)
        return Reason.STALE if waiting > message.view else right(state, message, vote)

    patch.setattr(replica, "on_new_view", on_new_view)


def any_view_change_of_a_sender_is_shown_as_held(patch: pytest.MonkeyPatch) -> None:
    def held(state: State) -> int:
        return sum(1 << sender for sender, known in state.view_changes.items() if state.view in known)

    patch.setattr(status, "view_changes_held", held)


def the_two_highest_are_kept(patch: pytest.MonkeyPatch) -> None:
    def keep(state: State, sender: ReplicaId) -> None:
        known = state.view_changes[sender]
        state.view_changes[sender] = {view: known[view] for view in sorted(known)[-2:]}

    patch.setattr(view_change, "_keep_two", keep)


def carried_numbers_are_not_asked_for(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(status, "carried_slots", lambda state: [])


def executed_is_good_enough(patch: pytest.MonkeyPatch) -> None:
    right = liveness.oldest_unexecuted

    def oldest(state: State) -> object:
        found = right(state)
        return None if found in [each.digest for each in state.blocks.values()] else found

    patch.setattr(liveness, "oldest_unexecuted", oldest)


def a_lagging_primary_orders(patch: pytest.MonkeyPatch) -> None:
    right = normal_case.propose

    def propose(state: State, *, wall_ms: int, linger_is_over: bool = False) -> None:
        carried, state.carried = state.carried, CarriedOver(SequenceNumber(0), state.carried.proposals)
        right(state, wall_ms=wall_ms, linger_is_over=linger_is_over)
        state.carried = carried

    patch.setattr(replica, "propose", propose)


def contradictions_are_dropped_unread(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(relevance, "_is_new", lambda state, tally, vote, sender, *, settled: sender not in tally.votes)


def anybody_is_accused(patch: pytest.MonkeyPatch) -> None:
    def said(statement: object, vote: object, **_: object) -> bool:
        return True

    patch.setattr("consensus.evidence.is_said_by", said)


def bad_certificate_story() -> None:
    for what in test_view_change.BAD:
        test_view_change.test_a_view_change_with_one_unproved_claim_is_refused_whole_and_harms_no_other__t_d5__t_d13(
            what
        )


STORIES = test_view_change_stories
CAUGHT: list[tuple[Mutation, Callable[[], None]]] = [
    (lowest_view_wins, highest_view_story),
    (
        everything_carried_is_null,
        STORIES.test_one_that_only_one_member_saw_committed_is_committed_in_the_next_view__t_d24__t_c11,
    ),
    (
        nothing_is_carried,
        STORIES.test_one_that_only_one_member_saw_committed_is_committed_in_the_next_view__t_d24__t_c11,
    ),
    (
        p_is_left_empty,
        STORIES.test_one_that_only_one_member_saw_committed_is_committed_in_the_next_view__t_d24__t_c11,
    ),
    (new_view_is_not_recomputed, test_liars.a_new_primary_gives_a_committed_number_to_something_else),
    (timers_have_no_generation, test_complaints.test_a_timer_of_an_earlier_view_is_nothing__t_d19),
    (prepares_count_in_every_view, test_new_view.test_votes_of_another_view_are_not_counted),
    (one_view_change_fewer, quorum_story),
    (view_changes_are_believed, bad_certificate_story),
    (forwards_are_believed, test_new_view.test_forged_forwards_are_nothing),
    (one_complaint_is_enough, STORIES.test_a_lonely_member_never_walks_out_of_a_working_view__t_d21),
    (anybody_opens_a_view, lambda: test_new_view.test_a_new_view_from_another_than_its_primary_moves_nobody__t_d6(3)),
    (views_fall, test_view_change.test_view_changes_of_the_past_do_not_move_a_view_back__t_d7),
    (statements_are_not_recorded, STORIES.test_a_primary_that_stops_hands_over_and_nobody_waits),
    (
        the_timer_starts_without_a_quorum,
        test_view_change.test_the_new_view_timer_waits_for_a_quorum_of_view_changes__t_d10,
    ),
    (
        patience_has_no_cap,
        test_complaints.test_patience_doubles_with_each_view_up_to_eight_times_and_returns_with_progress__t_d28,
    ),
    (one_new_view_at_a_time, test_new_view.test_a_new_view_for_2_to_the_62_puts_no_other_aside),
    (
        any_view_change_of_a_sender_is_shown_as_held,
        test_new_view.test_an_equivocating_view_change_is_replaced_by_the_one_that_is_named,
    ),
    (
        the_two_highest_are_kept,
        test_new_view.test_later_claims_of_a_liar_do_not_push_out_the_view_change_that_is_named,
    ),
    (carried_numbers_are_not_asked_for, STORIES.test_executed_in_one_view_and_not_final_is_finished_in_the_next),
    (executed_is_good_enough, lambda: test_liars.equivocation({1})),
    (
        a_lagging_primary_orders,
        test_new_view.test_a_new_primary_that_lacks_the_checkpoint_orders_nothing_of_its_own__t_d14,
    ),
    (contradictions_are_dropped_unread, test_liars.test_a_vote_that_contradicts_is_read_and_convicts),
    (anybody_is_accused, test_liars.test_what_is_no_evidence),
]


@pytest.mark.parametrize(("mutation", "story"), CAUGHT, ids=[each.__name__ for each, _ in CAUGHT])
def test_mutant_is_caught_and_the_protocol_is_not(
    mutation: Mutation, story: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    story()
    mutation(monkeypatch)
    with pytest.raises((Broken, AssertionError)):
        story()
