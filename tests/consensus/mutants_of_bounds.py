"""Known wrong moves against whoever holds one member's key: what never ends, what is not counted, whom one believes."""

import pytest

from consensus import certificate, checkpoint, liveness, view_change
from consensus.messages import CertifiedBlock
from consensus.quorum import Committee
from consensus.state import Block, State
from consensus.types import ReplicaId, View
from tests.consensus.mutant import mutant, swap


@mutant(breaks="T4", found_by="test_split_views.test_a_member_that_liars_led_on_alone_is_met_again")
def only_one_view_counts_for_the_clock(patch: pytest.MonkeyPatch) -> None:
    """Who asks for a later view does not count among those who left this one."""

    def asking_for(state: State, view: View) -> list[ReplicaId]:
        return [sender for sender, known in sorted(state.view_changes.items()) if view in known]

    swap(patch, view_change.asking_for, asking_for)


@mutant(breaks="T2", found_by="test_standing_complaints.test_a_stuck_view_ends_though_every_suspect_is_lost")
def a_lost_complaint_is_not_repeated(patch: pytest.MonkeyPatch) -> None:
    """STATUS says nothing of complaints."""
    swap(patch, liveness.on_complaints_in_status, lambda state, sender, message: None)


@mutant(
    breaks="T8",
    found_by="test_idle_members.test_who_is_left_idle_long_enough_complains_though_every_step_comes_in_time",
)
def idle_members_are_patient(patch: pytest.MonkeyPatch) -> None:
    """A primary may order as little as it likes, as long as each step comes in time."""
    swap(patch, liveness.on_tick, lambda state: None)


@mutant(breaks="C7", found_by="test_vouched_blocks.test_a_checkpoint_that_only_a_liar_can_show_leaves_nobody_behind")
def nobody_vouches(patch: pytest.MonkeyPatch) -> None:
    """Only a quorum's certificate brings a block to whoever lacks it."""

    def vouched_block(state: State, block: Block) -> CertifiedBlock | None:
        return None

    swap(patch, checkpoint.vouched_block, vouched_block)


@mutant(breaks="C7", found_by="test_vouched_blocks.test_what_f_vouch_for_is_nothing")
def f_members_vouch(patch: pytest.MonkeyPatch) -> None:
    """As many as may lie are believed that a block is decided."""
    right = certificate.is_vouched_for

    def is_vouched_for(header: object, votes: object, *, committee: Committee, **rest: object) -> bool:
        with pytest.MonkeyPatch.context() as few:
            few.setattr(Committee, "weak_quorum", property(lambda self: self.faults_max))
            return right(header, votes, committee=committee, **rest)  # type: ignore[arg-type]

    swap(patch, right, is_vouched_for)


@mutant(breaks="V3", found_by="test_one_key.test_a_storm_of_view_changes_costs_a_few_checks_an_interval")
def every_view_change_is_judged(patch: pytest.MonkeyPatch) -> None:
    """One member may make all others check signatures without end."""
    swap(patch, view_change._may_be_judged, lambda state, sender, wanted: True)
