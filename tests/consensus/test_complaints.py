"""liveness.py, rule by rule (T1 to T5): one replica, and a test that plays everybody else."""

import pytest

from consensus.effects import Reason
from consensus.events import HandOver, TimerFired, TimerKind
from consensus.messages import (
    Suspect,
    SuspectReason,
    ViewChange,
)
from consensus.state import PATIENCE_DOUBLINGS_MAX
from consensus.types import SequenceNumber, View
from tests.consensus.makers import (
    batch,
    block_vote,
    commit,
    pre_prepare,
    prepare,
    view_change,
)
from tests.consensus.one import One, enter_view_1

FAR = 2**62
FIRST = pre_prepare(1, batch())


def complaint(view: int = 0, reason: SuspectReason = SuspectReason.NO_PROGRESS) -> Suspect:
    return Suspect(View(view), reason)


def test_who_sees_no_progress_complains_and_stays__t_d21() -> None:
    one = One(1)
    one.hold(batch(2, 1))
    one.fire(TimerKind.PROGRESS)
    assert one.said(Suspect) == [complaint()]
    assert one.said(ViewChange) == []
    assert one.where == (0, True)
    one.fire(TimerKind.PROGRESS)
    assert one.said(Suspect) == [complaint()], "again: the first may have been lost"


def test_no_timer_runs_without_work() -> None:
    one = One(1)
    assert TimerKind.PROGRESS not in one.state.timers
    one.accept(FIRST)
    assert TimerKind.PROGRESS in one.state.timers


def test_every_step_towards_the_next_block_is_progress() -> None:
    one = One(1)
    stale = []
    for step in (
        lambda: one.hold(batch()),
        lambda: one.hear(0, FIRST),
        lambda: one.hear(2, prepare(FIRST)),
    ):
        step()
        stale.append(TimerFired(TimerKind.PROGRESS, one.state.timers[TimerKind.PROGRESS]))
    for sender in (0, 2):
        one.hear(sender, commit(FIRST))
    one.execute(FIRST.proposal)
    for timer in stale:
        one.step(timer)
        assert one.said(Suspect) == []
    assert len({timer.generation for timer in stale}) == 3


def test_what_is_no_step_of_the_next_block_is_no_progress() -> None:
    """A primary that opens number after number and lets none of them through has not moved."""
    one = One(1)
    one.accept(FIRST)
    timer = TimerFired(TimerKind.PROGRESS, one.state.timers[TimerKind.PROGRESS])
    for number in (2, 3, 4):
        one.accept(pre_prepare(number, batch(0, number)))
        one.hear(2, prepare(pre_prepare(number, batch(0, number))))
    one.step(timer)
    assert one.said(Suspect) == [complaint()]


def test_whose_oldest_is_passed_over_complains_whatever_else_is_executed__t_h2() -> None:
    one = One(1)
    one.hold(batch(3, 1))
    timer = TimerFired(TimerKind.PASSED_OVER, one.state.timers[TimerKind.PASSED_OVER])
    one.accept(FIRST)
    one.hear(2, prepare(FIRST))
    for sender in (0, 2):
        one.hear(sender, commit(FIRST))
    one.execute(FIRST.proposal)
    one.step(timer)
    assert one.said(Suspect) == [complaint(reason=SuspectReason.PASSED_OVER)]
    one.fire(TimerKind.PASSED_OVER)
    assert one.said(Suspect) == [complaint(reason=SuspectReason.PASSED_OVER)], "again: the first may have been lost"


@pytest.mark.parametrize(("n", "weak"), [(4, 2), (7, 3)])
def test_a_view_is_left_on_f_plus_1_complaints_and_not_on_f(n: int, weak: int) -> None:
    one = One(1, n)
    for sender in range(2, 1 + weak):
        one.hear(sender, complaint())
        one.hear(sender, complaint())
        assert one.where == (0, True)
    one.hear(1 + weak, complaint())
    assert one.where == (1, False)
    assert [each.view for each in one.said(ViewChange) if isinstance(each, ViewChange)] == [1]


def test_a_complaint_about_a_view_far_ahead_from_one_member_moves_nobody__t_d8() -> None:
    one = One(1)
    one.hear(3, complaint(FAR))
    assert one.where == (0, True)
    one.hear(2, complaint(0))
    assert one.where == (1, False), "the second of two complaints is about view 0: one honest member wants that"


def test_a_complaint_about_an_earlier_view_is_refused_and_not_kept() -> None:
    one = One(2)
    enter_view_1(one)
    one.hear(3, complaint(0))
    assert one.reasons() == [Reason.WRONG_VIEW]
    assert one.state.suspects == {}


def test_the_primary_alone_may_end_its_view_and_nobody_else() -> None:
    one = One(1)
    one.hear(3, complaint(reason=SuspectReason.HAND_OVER))
    assert one.where == (0, True)
    one.hear(0, complaint(reason=SuspectReason.HAND_OVER))
    assert one.where == (1, False)


def test_a_backup_that_stops_hands_nothing_over() -> None:
    one = One(2)
    one.step(HandOver())
    assert one.said(Suspect) == []
    alone = One(0, 1)
    alone.step(HandOver())
    assert alone.said(Suspect) == [], "there is nobody to hand over to"
    primary = One(0)
    primary.step(HandOver())
    assert primary.said(Suspect) == [complaint(reason=SuspectReason.HAND_OVER)]


def test_request_timers_are_off_during_a_view_change_and_start_anew_after_it__t_d18() -> None:
    one = One(2)
    one.hold(batch(3, 1))
    assert TimerKind.PROGRESS in one.state.timers
    enter_view_1(one)
    assert TimerKind.PROGRESS in one.state.timers
    other = One(2)
    other.hold(batch(3, 1))
    for sender in (0, 3):
        other.hear(sender, complaint())
    assert TimerKind.PROGRESS not in other.state.timers


def test_a_timer_of_an_earlier_view_is_nothing__t_d19() -> None:
    one = One(2)
    one.hold(batch(3, 1))
    stale = TimerFired(TimerKind.PROGRESS, one.state.timers[TimerKind.PROGRESS])
    enter_view_1(one)
    one.step(stale)
    assert one.said(Suspect) == []
    assert one.where == (1, True)


def test_patience_doubles_with_each_view_up_to_eight_times_and_returns_with_progress__t_d28() -> None:
    one = One(6, 7)
    start = one.state.patience_ms
    for view in range(1, 6):
        one.fire()
        for sender in range(5):
            one.hear(sender, view_change(view))
        assert one.state.patience_ms == start << min(view, PATIENCE_DOUBLINGS_MAX)
        one.fire(TimerKind.NEW_VIEW)
        assert one.where == (view + 1, False)
    assert one.state.patience_ms == 8 * start
    done = One(1)
    done.state.failed_views = 6
    done.accept(FIRST)
    done.hear(2, prepare(FIRST))
    for sender in (0, 2):
        done.hear(sender, commit(FIRST))
    assert done.state.patience_ms == 8 * start
    done.execute(FIRST.proposal)
    assert done.state.patience_ms == start


def test_who_executed_waits_for_the_certificate_too() -> None:
    """Few may have executed it, and of the others one only may know that anything is amiss."""
    one = One(1)
    one.accept(FIRST)
    one.hear(2, prepare(FIRST))
    for sender in (0, 2):
        one.hear(sender, commit(FIRST))
    one.execute(FIRST.proposal)
    assert one.state.executed == 1
    assert TimerKind.PROGRESS in one.state.timers
    one.fire(TimerKind.PROGRESS)
    assert one.said(Suspect) == [complaint()]
    for sender in (0, 2):
        one.hear(sender, block_vote(one.state.blocks[SequenceNumber(1)].header))
    assert TimerKind.PROGRESS not in one.state.timers
