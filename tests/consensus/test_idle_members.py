"""liveness.on_tick: a primary that leaves the others idle while requests wait loses its view (T8)."""

from consensus.liveness import IDLE_TICKS_MAX
from consensus.messages import Status, Suspect
from tests.consensus.makers import batch, pre_prepare, view_change
from tests.consensus.one import One


def complains(one: One) -> bool:
    (said,) = one.said(Status)
    assert isinstance(said, Status)
    return said.complains


def test_who_is_left_idle_long_enough_complains_though_every_step_comes_in_time() -> None:
    one = One(1)
    one.hold(batch(2, 1))
    one.fire()
    one.fire()
    for _ in range(IDLE_TICKS_MAX - 1):
        assert not complains(one)
        one.fire()
    assert complains(one)
    assert one.said(Suspect)


def test_an_interval_with_work_makes_up_for_one_without() -> None:
    one = One(1)
    one.hold(batch(2, 1))
    for _ in range(IDLE_TICKS_MAX - 2):
        one.fire()
    idle = one.state.idle_ticks
    assert idle > 1
    one.accept(pre_prepare(1, batch(2, 1)))
    one.fire()
    assert one.state.idle_ticks == idle - 1
    for _ in range(3 * IDLE_TICKS_MAX):
        one.fire()
    assert one.state.idle_ticks == 0


def test_nobody_is_idle_with_nothing_to_do_and_a_young_batch_counts_for_nothing() -> None:
    one = One(1)
    for _ in range(2 * IDLE_TICKS_MAX):
        one.fire()
    assert one.state.idle_ticks == 0
    for number in range(1, 40):
        one.state.requests.held.clear()
        one.hold(batch(2, number))
        one.fire()
    assert one.state.idle_ticks == 0


def test_the_primary_and_who_waits_for_a_view_are_not_left_idle() -> None:
    primary, waiting = One(0), One(1)
    for one in (primary, waiting):
        one.hold(batch(2, 2))
    for sender in (2, 3):
        waiting.hear(sender, view_change(1))
    for one in (primary, waiting):
        for _ in range(2 * IDLE_TICKS_MAX):
            one.fire()
        assert one.state.idle_ticks == 0


def test_a_new_view_begins_with_a_clean_slate() -> None:
    one = One(1)
    one.hold(batch(2, 1))
    for _ in range(IDLE_TICKS_MAX // 2):
        one.fire()
    assert one.state.idle_ticks
    for sender in (2, 3):
        one.hear(sender, view_change(1))
    assert one.state.idle_ticks == 0
