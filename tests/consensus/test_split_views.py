"""Honest members in different views, none of which a quorum shares: they must meet again, however they came there."""

import pytest

from consensus.events import TimerKind
from consensus.messages import ViewChange
from tests.consensus.cluster import Cluster, carries

MEET = 40
"""Status intervals: a few patiences (2.5 each, doubled), and the view changes between."""


def split(n: int, ahead: int, liars: list[int]) -> Cluster:
    """One honest member is led on into view 2 by liars that nobody else hears; the others wait in view 1.

    1. Primary 0 hands over. All honest but the last get there; all liars' VIEW-CHANGEs for view 1 go to `ahead` alone,
       and so it alone holds a quorum of them and starts its timer. Its own VIEW-CHANGE for view 1 is lost.
    2. Nobody opens view 1, whose primary is a liar. `ahead` goes on to view 2, the others hold less than a quorum.
    3. The liars are silent from now on, and every message of an honest member arrives.
    """
    cluster = Cluster(n, liars=liars)
    cluster.submit(0)
    cluster.settle()
    for each in liars:
        cluster.twists[each] = lambda frame: [frame] if frame.to == ahead and carries(frame, ViewChange) else []
    cluster.loss = lambda frame: frame.sender == ahead
    cluster.hand_over(0)
    cluster.settle()
    state = cluster.machines[ahead].replica.state
    assert TimerKind.NEW_VIEW in state.timers, "it holds VIEW-CHANGEs of a quorum"
    cluster.fire(ahead, TimerKind.NEW_VIEW)
    cluster.settle()
    for each in liars:
        cluster.crash(each)
    cluster.drop()
    cluster.loss = lambda frame: False
    return cluster


@pytest.mark.parametrize(("n", "ahead", "liars"), [(4, 3, [1]), (7, 6, [1, 3]), (7, 5, [1, 2])])
def test_a_member_that_liars_led_on_alone_is_met_again(n: int, ahead: int, liars: list[int]) -> None:
    cluster = split(n, ahead, liars)
    views = {each.id: each.replica.state.view for each in cluster.honest}
    assert views == {each.id: 2 if each.id == ahead else 1 for each in cluster.honest}
    assert not any(each.replica.state.active for each in cluster.honest)
    cluster.submit(ahead)
    cluster.ticks_until(lambda: cluster.is_done(2), most=MEET)
