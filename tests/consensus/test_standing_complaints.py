"""complaints.py: a complaint stands while its sender repeats it, and two old ones never end a view (T3)."""

import pytest

from consensus.complaints import COMPLAINT_TICKS
from consensus.events import TimerKind
from consensus.messages import Status, Suspect, SuspectReason
from consensus.types import View
from tests.consensus.chaos import is_complete
from tests.consensus.cluster import Cluster, carries
from tests.consensus.makers import batch, pre_prepare, prepare, sealed
from tests.consensus.one import One
from tests.consensus.test_status import status

COMPLAINT = Suspect(View(0), SuspectReason.NO_PROGRESS)


def test_a_complaint_that_was_taken_back_ends_no_view() -> None:
    one = One(1)
    one.hear(2, COMPLAINT)
    one.hear(2, status(1, complains=False))
    one.hear(3, COMPLAINT)
    assert one.where == (0, True)
    one.hear(2, COMPLAINT)
    assert one.where == (1, False)


def test_a_complaint_that_nobody_repeats_is_forgotten() -> None:
    one = One(1)
    one.hear(2, COMPLAINT)
    for _ in range(COMPLAINT_TICKS):
        one.fire()
    one.hear(3, COMPLAINT)
    assert one.where == (0, True)


@pytest.mark.parametrize("repeated", ["in a status", "as a complaint"])
def test_a_complaint_that_is_repeated_stands(repeated: str) -> None:
    one = One(1)
    one.hear(2, COMPLAINT)
    for number in range(1, COMPLAINT_TICKS):
        one.fire()
        one.hear(2, status(number, complains=True) if repeated == "in a status" else COMPLAINT)
    one.fire()
    one.hear(3, COMPLAINT)
    assert one.where == (1, False)


def test_statuses_alone_add_up_to_the_end_of_a_view() -> None:
    one = One(1)
    one.hear(2, status(1, complains=True))
    assert one.where == (0, True)
    one.hear(3, status(1, complains=True))
    assert one.where == (1, False)


def test_one_member_complains_once_however_it_does() -> None:
    one = One(1)
    one.hear(2, COMPLAINT, status(1, complains=True))
    one.fire()
    one.hear(2, Suspect(View(7), SuspectReason.PASSED_OVER), status(2, complains=True))
    assert one.where == (0, True)


def test_the_same_complaint_twice_in_one_interval_is_not_read() -> None:
    one = One(1)
    one.hear(2, COMPLAINT)
    assert not one.replica.wants(sealed(2, COMPLAINT).bundle)
    one.fire()
    assert one.replica.wants(sealed(2, COMPLAINT).bundle)


def test_who_gets_on_takes_its_complaint_back() -> None:
    first = pre_prepare(1, batch(2, 1))
    one = One(1)
    one.accept(first)
    one.fire(TimerKind.PROGRESS)
    one.fire()
    assert last_status_complains(one)
    one.hear(2, prepare(first))
    one.fire()
    assert not last_status_complains(one), "it said COMMIT: that is a step"


def test_a_request_that_is_passed_over_is_complained_of_until_it_is_executed() -> None:
    first = pre_prepare(1, batch(2, 1))
    one = One(1)
    one.hold(batch(3, 1))
    one.accept(first)
    one.fire(TimerKind.PASSED_OVER)
    one.hear(2, prepare(first))
    one.fire()
    assert last_status_complains(one), "no step of another takes this back"


def test_two_members_that_were_cut_off_one_after_the_other_end_no_view() -> None:
    """Each complained while it was alone, its last words got out, and each got on again."""
    cluster = Cluster(4)
    for victim in (2, 3):
        cluster.loss = lambda frame, victim=victim: frame.to == victim  # type: ignore[misc]
        cluster.submit(victim)
        cluster.tick(6)
        cluster.loss = lambda frame: False
        cluster.ticks_until(lambda: is_complete(cluster), most=6)
        cluster.tick()
    assert {each.replica.state.view for each in cluster.machines} == {0}


def test_a_stuck_view_ends_though_every_suspect_is_lost() -> None:
    cluster = Cluster(4)
    cluster.loss = lambda frame: carries(frame, Suspect)
    cluster.crash(0)
    cluster.submit(2)
    cluster.ticks_until(lambda: cluster.is_done(1), most=12)


def last_status_complains(one: One) -> bool:
    (said,) = one.said(Status)
    assert isinstance(said, Status)
    return said.complains
