"""Known wrong view changes: what is carried over, and what must be proved."""

import msgspec
import pytest

from consensus import carried, normal_case, view_change
from consensus.bundle import Signed
from consensus.carried import CarriedOver, stable_of
from consensus.effects import Reason
from consensus.log import Slot
from consensus.messages import NULL_PROPOSAL, CertificateVote, NewView, PrePrepare, ViewChange
from consensus.quorum import Committee
from consensus.state import State
from consensus.types import ReplicaId, SequenceNumber
from tests.consensus.mutant import mutant, swap

ONE_SAW_IT = (
    "test_view_change_stories.test_one_that_only_one_member_saw_committed_is_committed_in_the_next_view__t_d24__t_c11"
)

# What is carried over


@mutant(breaks="V6", found_by="stories.two_views_prepared_the_same_number", words="the lower view's digest")
def a_lower_views_digest_is_carried(patch: pytest.MonkeyPatch) -> None:
    """Of two certificates for a number the one of the lower view wins."""

    right_one = carried.compute_carried_over

    def compute(messages: list[ViewChange]) -> CarriedOver:
        right = right_one(messages)
        proposals = dict(right.proposals)
        for certificate in sorted(
            (each for message in messages for each in message.prepared), key=lambda each: -each.pre_prepare.view
        ):
            proposals[certificate.pre_prepare.sequence] = certificate.pre_prepare.proposal
        return CarriedOver(right.low, proposals)

    swap(patch, right_one, compute)


@mutant(breaks="V6", found_by=ONE_SAW_IT, words="I8|I1")
def a_prepared_number_becomes_null(patch: pytest.MonkeyPatch) -> None:
    """Every number of O is a null request."""

    right_one = carried.compute_carried_over

    def compute(messages: list[ViewChange]) -> CarriedOver:
        right = right_one(messages)
        return CarriedOver(right.low, dict.fromkeys(right.proposals, NULL_PROPOSAL))

    swap(patch, right_one, compute)


@mutant(breaks="V6", found_by=ONE_SAW_IT, words="I8")
def nothing_is_carried_over(patch: pytest.MonkeyPatch) -> None:
    """A new view starts from its checkpoint."""

    def compute(messages: list[ViewChange]) -> CarriedOver:
        return CarriedOver(max(map(stable_of, messages)), {})

    swap(patch, carried.compute_carried_over, compute)


@mutant(breaks="V6", found_by="test_carried.test_the_latest_checkpoint_wins_and_what_it_settles_is_not_carried__t_d4")
def the_earliest_checkpoint_wins(patch: pytest.MonkeyPatch) -> None:
    """min-s is the lowest checkpoint in V."""

    right_one = carried.compute_carried_over

    def compute(messages: list[ViewChange]) -> CarriedOver:
        messages = list(messages)
        low = min(map(stable_of, messages))
        right = right_one([msgspec.structs.replace(each, checkpoint=None) for each in messages])
        return CarriedOver(low, {n: proposal for n, proposal in right.proposals.items() if n > low})

    swap(patch, right_one, compute)


@mutant(breaks="V2", found_by=ONE_SAW_IT, words="I8")
def p_is_left_empty(patch: pytest.MonkeyPatch) -> None:
    """A VIEW-CHANGE does not show what prepared."""
    swap(patch, view_change.prepared_above_stable, lambda state: ())


@mutant(breaks="V2", found_by="test_view_change.test_p_shows_what_prepared_in_an_earlier_view_until_it_is_settled")
def what_prepared_is_forgotten_with_its_view(patch: pytest.MonkeyPatch) -> None:
    """P shows what prepared in the last view only."""
    right = Slot.start_view

    def start_view(self: Slot) -> None:
        self.prepared = None if self.accepted is None else self.prepared
        right(self)

    patch.setattr(Slot, "start_view", start_view)


@mutant(breaks="V10", found_by="test_liars.test_a_new_primary_cannot_change_what_is_committed__t_d1", words="I1")
def new_view_is_not_recomputed(patch: pytest.MonkeyPatch) -> None:
    """The new primary's PRE-PREPAREs are taken as they are."""
    swap(patch, normal_case.judge_proposal, lambda *_, **__: None)


@mutant(breaks="V10", found_by="test_new_view.test_null_requests_of_o_are_prepared_without_being_judged__t_d3")
def what_is_carried_over_is_judged_again(patch: pytest.MonkeyPatch) -> None:
    """A proposal of O must keep the bounds and the time of a new one."""
    right = normal_case.judge_proposal

    def judge(state: State, signed: Signed, message: PrePrepare, given: object, *, wall_ms: int) -> Reason | None:
        reason = right(state, signed, message, given, wall_ms=wall_ms)  # type: ignore[arg-type]
        if reason is None and given is not None and not normal_case.is_within_bounds(state, message.proposal):
            return Reason.BAD_PROPOSAL
        return reason

    swap(patch, right, judge)


@mutant(
    breaks="V10", found_by="test_view_change_stories.test_executed_in_one_view_and_not_final_is_finished_in_the_next"
)
def who_executed_does_not_prepare_again(patch: pytest.MonkeyPatch) -> None:
    """A carried number is left to those who have not executed it."""
    right = normal_case.on_pre_prepare

    def on_pre_prepare(state: State, signed: Signed, message: PrePrepare, *, wall_ms: int) -> Reason | None:
        if message.sequence <= state.executed:
            return Reason.STALE
        return right(state, signed, message, wall_ms=wall_ms)

    swap(patch, right, on_pre_prepare)


@mutant(
    breaks="R1", found_by="test_view_change_stories.test_executed_in_one_view_and_not_final_is_finished_in_the_next"
)
def carried_numbers_are_not_asked_for(patch: pytest.MonkeyPatch) -> None:
    """STATUS leaves out the carried numbers that are executed here."""
    patch.setattr("consensus.status.carried_slots", lambda state: [])


@mutant(
    breaks="V10", found_by="test_new_view.test_a_new_primary_that_lacks_the_checkpoint_orders_nothing_of_its_own__t_d14"
)
def a_lagging_primary_orders(patch: pytest.MonkeyPatch) -> None:
    """A new primary proposes though it has not executed min-s."""
    right = normal_case.propose

    def propose(state: State, *, wall_ms: int, linger_is_over: bool = False) -> None:
        known, state.carried = state.carried, CarriedOver(SequenceNumber(0), state.carried.proposals)
        right(state, wall_ms=wall_ms, linger_is_over=linger_is_over)
        state.carried = known

    swap(patch, right, propose)


@mutant(
    breaks="V9",
    found_by="test_new_view.test_pre_prepares_that_come_before_their_new_view_are_judged_when_it_comes__t_d26",
)
def what_came_early_is_lost(patch: pytest.MonkeyPatch) -> None:
    """PRE-PREPAREs that come before their NEW-VIEW are forgotten when it comes."""

    def accept_early(state: State, *, wall_ms: int) -> None:
        for slot in state.log.slots.values():
            slot.early = None if state.active else slot.early

    swap(patch, view_change.accept_early, accept_early)


# What is proved


@mutant(
    breaks="V4",
    found_by="test_view_change.test_a_view_change_with_one_unproved_claim_is_refused_whole_and_harms_no_other__t_b7__t_d5__t_d13",
)
def view_changes_are_believed(patch: pytest.MonkeyPatch) -> None:
    """Nothing in a VIEW-CHANGE is checked."""
    swap(patch, view_change.judge_view_change, lambda state, message: None)


@mutant(breaks="V3", found_by="test_new_view.test_forged_forwards_are_nothing")
def forwards_are_believed(patch: pytest.MonkeyPatch) -> None:
    """Whoever forwards a statement is believed that it is another's."""
    patch.setattr(view_change, "is_said_by", lambda *_, **__: True)


@mutant(breaks="V8", found_by="stories.a_new_view_of_less_than_a_quorum", words="less than a quorum")
def one_view_change_fewer_opens_a_view(patch: pytest.MonkeyPatch) -> None:
    """A NEW-VIEW may name one VIEW-CHANGE fewer than a quorum."""
    right, quorum = view_change.on_new_view, Committee.quorum.fget  # type: ignore[attr-defined]

    def on_new_view(state: State, message: NewView, vote: CertificateVote) -> Reason | None:
        with pytest.MonkeyPatch.context() as within:
            within.setattr(Committee, "quorum", property(lambda self: quorum(self) - 1))
            return right(state, message, vote)

    swap(patch, right, on_new_view)


@mutant(breaks="V8", found_by="test_new_view.test_a_new_view_from_another_than_its_primary_moves_nobody__t_d6")
def anybody_opens_a_view(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks who sent a NEW-VIEW."""
    right = view_change.on_new_view

    def on_new_view(state: State, message: NewView, vote: CertificateVote) -> Reason | None:
        primary = state.settings.committee.primary(message.view)
        return right(state, message, msgspec.structs.replace(vote, sender=primary))

    swap(patch, right, on_new_view)


@mutant(breaks="V8", found_by="test_new_view.test_a_new_view_for_2_to_the_62_puts_no_other_aside")
def one_new_view_waits_at_a_time(patch: pytest.MonkeyPatch) -> None:
    """The NEW-VIEW of the highest view puts all others aside."""
    right = view_change.on_new_view

    def on_new_view(state: State, message: NewView, vote: CertificateVote) -> Reason | None:
        waiting = max((each.message.view for each in state.pending_new_views.values()), default=-1)
        return Reason.STALE if waiting > message.view else right(state, message, vote)

    swap(patch, right, on_new_view)


@mutant(breaks="V3", found_by="test_new_view.test_later_claims_of_a_liar_do_not_push_out_the_view_change_that_is_named")
def the_two_highest_view_changes_are_kept(patch: pytest.MonkeyPatch) -> None:
    """Two later claims of a liar push out what the NEW-VIEW names."""

    def keep(state: State, sender: ReplicaId) -> None:
        known = state.view_changes[sender]
        state.view_changes[sender] = {view: known[view] for view in sorted(known)[-2:]}

    patch.setattr(view_change, "_keep_two", keep)


@mutant(breaks="R7", found_by="test_new_view.test_an_equivocating_view_change_is_replaced_by_the_one_that_is_named")
def any_view_change_of_a_sender_is_shown_as_held(patch: pytest.MonkeyPatch) -> None:
    """STATUS shows a VIEW-CHANGE as held though the NEW-VIEW names another one of its sender."""

    def held(state: State) -> int:
        return sum(1 << sender for sender, known in state.view_changes.items() if state.view in known)

    patch.setattr("consensus.status.view_changes_held", held)
