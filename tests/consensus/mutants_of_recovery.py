"""Known wrong restarts and repairs: what a second life forgets, and what peers do not send, or send without end."""

from dataclasses import replace

import pytest

from consensus import mute, relevance, restart, status
from consensus.bundle import Signed
from consensus.effects import Reason
from consensus.log import Tally
from consensus.messages import Item, NewView, ReplyStable, Status
from consensus.restart import Remembered
from consensus.state import Mute, Peer, State
from consensus.types import ReplicaId, SequenceNumber, View
from tests.consensus.mutant import mutant, swap

# Restart


@mutant(breaks="D4", found_by="test_restart.test_backup_that_prepared_accepts_no_other_proposal_after_a_restart")
def own_votes_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A replica is born again without its votes; only the sign guard knows them."""
    patch.setattr(restart, "_say_again", lambda state, vote: None)


@mutant(breaks="D4", found_by="stories.a_power_cut_after_one_member_saw_a_commit", words="I8")
def prepared_certificates_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A replica is born again with nothing to show in P."""
    right = restart.remember
    swap(patch, right, lambda state, remembered: right(state, replace(remembered, prepared=())))


@mutant(
    breaks="D4",
    found_by="test_view_change_stories.test_crash_before_every_step_of_a_view_change__t_f3__t_d22",
    words="I7|I2",
)
def the_view_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A replica is born again in view 0."""
    right = restart.remember
    swap(patch, right, lambda state, remembered: right(state, replace(remembered, view=View(0), statements=())))


@mutant(breaks="D5", found_by="test_restart.test_who_is_born_again_in_a_later_view_waits_for_its_new_view__t_d22")
def who_is_born_again_votes_at_once(patch: pytest.MonkeyPatch) -> None:
    """In a later view a replica is active before it was shown what that view carried over."""
    right = restart.remember

    def remember(state: State, remembered: Remembered) -> None:
        right(state, remembered)
        state.active = True

    swap(patch, right, remember)


@mutant(breaks="V7", found_by="test_restart.test_a_new_view_that_was_said_is_said_again_and_no_other__t_f3")
def a_new_view_is_said_anew_in_the_next_life(patch: pytest.MonkeyPatch) -> None:
    """A primary forgets its NEW-VIEW, and names other VIEW-CHANGEs the second time."""
    right = restart.remember

    def remember(state: State, remembered: Remembered) -> None:
        kept = tuple(each for each in remembered.statements if not isinstance(each, NewView))
        right(state, replace(remembered, statements=kept))

    swap(patch, right, remember)


# A lost disk


@mutant(breaks="M1", found_by="test_mute.test_a_wiped_member_does_not_contradict_what_it_forgot")
def who_lost_its_disk_votes_at_once(patch: pytest.MonkeyPatch) -> None:
    """A wiped replica takes itself for a new one."""
    right = restart.remember
    swap(patch, right, lambda state, remembered: right(state, replace(remembered, mute=None)))


@mutant(breaks="M4", found_by="test_mute.test_a_reply_to_another_life_is_nothing")
def replies_to_former_lives_count(patch: pytest.MonkeyPatch) -> None:
    """A wiped replica believes what was true when it was wiped before."""
    right = mute.on_reply_stable

    def on_reply_stable(state: State, signed: Signed, message: ReplyStable) -> Reason | None:
        nonce = state.mute.nonce if state.mute is not None else message.nonce
        return right(state, signed, ReplyStable(nonce, message.executed))

    swap(patch, right, on_reply_stable)


@mutant(breaks="M4", found_by="test_mute.test_no_f_liars_can_lower_the_estimate_below_what_a_quorum_had_certified")
def the_lowest_reply_is_believed(patch: pytest.MonkeyPatch) -> None:
    """One liar can make a wiped replica vote where it voted before."""
    right = mute.estimate

    def estimate(state: State, told: Mute) -> SequenceNumber | None:
        if right(state, told) is None:
            return None
        return SequenceNumber(min(each.lowest for each in told.told.values()) + state.settings.log_size)

    swap(patch, right, estimate)


# Repair


@mutant(breaks="R1", found_by="test_status.test_old_status_makes_nobody_send_anything")
def old_statuses_are_answered(patch: pytest.MonkeyPatch) -> None:
    """Whoever repeats a recorded STATUS makes others send without end."""
    patch.setattr(Peer, "admits", lambda self, number, *, tick: True)


@mutant(breaks="R2", found_by="test_regressions_recovery.test_a_member_that_missed_some_blocks_returns_by_itself__t_e4")
def nobody_is_asked(patch: pytest.MonkeyPatch) -> None:
    """A replica that is behind says so and asks nobody."""
    swap(patch, status.whom_to_ask, lambda state: None)


@mutant(breaks="R3", found_by="test_status.test_receiver_pushes_nothing_young")
def what_is_on_its_way_is_sent_again(patch: pytest.MonkeyPatch) -> None:
    """A vote is repaired before it can have arrived."""
    patch.setattr(status, "TICKS_ON_THE_WAY", 0)


@mutant(breaks="R7", found_by="stories.a_view_change_of_a_dead_member_is_named")
def view_changes_of_others_are_not_forwarded(patch: pytest.MonkeyPatch) -> None:
    """Each member sends its own VIEW-CHANGE, and nobody that of a dead one."""
    right = status.view_statements_lacking

    def lacking(state: State, said: Status, *, is_asked: bool) -> list[Item]:
        return right(state, said, is_asked=False)

    swap(patch, right, lacking)


@mutant(breaks="X1", found_by="test_liveness.test_nothing_waits_for_a_timer_while_nothing_is_lost")
def early_drop_is_too_early(patch: pytest.MonkeyPatch) -> None:
    """Votes are dropped unread once somebody else has voted."""

    def is_new(state: State, tally: Tally, vote: object, sender: ReplicaId, settled: bool) -> bool:
        return not tally.votes

    patch.setattr(relevance, "_is_new", is_new)
