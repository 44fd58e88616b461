"""Stories of what once stopped a chain: each must move again by itself, within a stated number of status intervals."""

import pytest

from consensus.events import TimerKind
from consensus.messages import Status
from consensus.state import SILENCE_TICKS
from tests.consensus.cluster import Cluster, votes_in
from tests.consensus.disk import Payload
from tests.consensus.machine import Frame
from tests.consensus.makers import batch, sign_as


def is_payload(frame: Frame) -> bool:
    return isinstance(frame.content, Payload)


def load(cluster: Cluster, batches: int) -> None:
    for each in range(batches):
        up = [machine.id for machine in cluster.up]
        cluster.submit(up[each % len(up)])
        cluster.tick(each % 3 == 2)


@pytest.mark.parametrize("holder", [0, 1, 3])
def test_author_dies_after_its_batch_reached_one_member(holder: int) -> None:
    cluster = Cluster(4)
    cluster.submit(2)
    cluster.drop(lambda frame: frame.to != holder)
    cluster.settle(lambda frame: frame.to == holder)
    cluster.crash(2)
    cluster.ticks_until(lambda: cluster.is_done(1), most=6)


def test_batch_reaches_the_primary_only_and_its_author_dies() -> None:
    cluster = Cluster(4)
    cluster.loss = lambda frame: is_payload(frame) and frame.to != 0
    cluster.submit(3)
    cluster.settle()
    assert cluster.heights() == [0] * 4
    cluster.crash(3)
    cluster.loss = lambda frame: False
    cluster.ticks_until(lambda: cluster.is_done(1), most=6)


@pytest.mark.parametrize("replica", range(4))
def test_long_cut_of_one_member(replica: int) -> None:
    cluster = Cluster(4)
    cluster.cut(replica)
    load(cluster, 40)
    cluster.tick(40)
    cluster.cut()
    cluster.ticks_until(lambda: cluster.is_done(40), most=6)


def test_half_and_half_then_healed__t_h5() -> None:
    cluster = Cluster(4)
    cluster.cut(0, 1)
    load(cluster, 8)
    assert cluster.heights() == [0] * 4
    cluster.cut()
    cluster.ticks_until(lambda: cluster.is_done(8), most=6)


def test_broker_is_silent_for_long_and_returns__t_h10() -> None:
    cluster = Cluster(4)
    load(cluster, 6)
    cluster.loss = lambda frame: True
    load(cluster, 8)
    cluster.tick(100)
    cluster.cut()
    cluster.ticks_until(lambda: cluster.is_done(14), most=4)


def test_all_lose_power_again_and_again__t_f4() -> None:
    cluster = Cluster(4)
    for _ in range(5):
        load(cluster, 5)
        for each in range(4):
            cluster.crash(each)
        cluster.drop()
        for each in range(4):
            cluster.restart(each)
    total = sum(each.disk.own_batches for each in cluster.machines)
    assert total == 25
    cluster.ticks_until(lambda: cluster.is_done(total), most=6)


def test_primary_restarts_with_proposals_in_flight() -> None:
    cluster = Cluster(4, in_flight=4, proposal_bytes_max=1)
    for author in (0, 1, 2, 3):
        cluster.submit(author)
    cluster.settle(is_payload)
    for _ in range(3):
        cluster.fire(0, TimerKind.LINGER)
    cluster.crash(0)
    cluster.drop()
    cluster.tick(3)
    cluster.restart(0)
    cluster.ticks_until(lambda: cluster.is_done(4), most=5)


def test_member_down_for_more_than_the_log_returns_under_load__t_e4() -> None:
    cluster = Cluster(4)
    cluster.crash(3)
    load(cluster, 90)
    assert cluster.heights()[0] > 2 * 16
    cluster.restart(3)
    for _ in range(10):
        load(cluster, 6)
    cluster.ticks_until(lambda: cluster.is_done(150), most=4)


def test_idle_chain_then_one_batch__t_h9() -> None:
    cluster = Cluster(4)
    cluster.tick(50)
    cluster.submit(2)
    cluster.settle()
    assert cluster.certified() == [1] * 4


def test_nothing_waits_for_a_timer_while_nothing_is_lost() -> None:
    """At light load a block is final without any timer: latency is what the messages take."""
    cluster = Cluster(4)
    for each in range(20):
        cluster.submit(each % 4)
        cluster.settle()
        assert cluster.certified() == [each + 1] * 4


def test_one_member_never_receives_statuses() -> None:
    cluster = Cluster(4)
    cluster.loss = lambda frame: frame.to == 2 and bool(votes_in([frame], Status))
    load(cluster, 12)
    cluster.ticks_until(lambda: cluster.is_done(12), most=6)


def test_an_author_that_shows_everybody_another_batch_stops_nobody() -> None:
    cluster = Cluster(4, liars=[3])

    def twist(frame: Frame) -> list[Frame]:
        if not isinstance(frame.content, Payload):
            return [frame]
        other = batch(3, frame.content.reference.number, b"for %d" % frame.to)
        return [Frame(3, frame.to, Payload(other, sign_as(3)(other.digest)))]

    cluster.twists[3] = twist
    for author in (3, 0, 3, 1, 2):
        cluster.submit(author)
        cluster.tick()
    cluster.ticks_until(lambda: cluster.is_done(5), most=12)


def test_clocks_an_hour_apart_stop_nobody__t_h11() -> None:
    """Block time is bounded ahead of each member's clock: one that is an hour slow takes over final blocks instead."""
    cluster = Cluster(4)
    cluster.machines[1].skew_ms = -3_600_000
    cluster.machines[2].skew_ms = 3_600_000
    load(cluster, 9)
    cluster.ticks_until(lambda: cluster.is_done(9), most=6)


def test_member_restarted_with_its_clock_set_back_is_served_again() -> None:
    cluster = Cluster(4)
    load(cluster, 6)
    cluster.crash(3)
    load(cluster, 6)
    cluster.machines[3].skew_ms = -10_000_000
    cluster.restart(3)
    cluster.ticks_until(lambda: cluster.is_done(12), most=2 * SILENCE_TICKS + 10)
