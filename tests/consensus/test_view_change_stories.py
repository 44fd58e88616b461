"""View changes of a whole committee: nobody stops it who may fail, and what was prepared is not lost.

Each story states within how many status intervals all honest members are done; a view takes about three of them.
"""

import random

import pytest

from canonical.encoding import encode
from consensus.bundle import Bundle
from consensus.events import TimerKind
from consensus.messages import NULL_PROPOSAL, Commit, NewView, PrePrepare, ViewChange
from consensus.types import SequenceNumber
from tests.consensus.chaos import is_complete, power_cut
from tests.consensus.cluster import Cluster, carries, votes_in
from tests.consensus.disk import Payload
from tests.consensus.machine import Frame

ONE_VIEW = 8
"""Patience (2.5 intervals), the view change, what is young, and one to spare."""


def views(cluster: Cluster) -> set[int]:
    return {each.replica.state.view for each in cluster.honest if each.is_up}


def says(frame: Frame, kinds: tuple[type, ...]) -> bool:
    """Whether its sender himself says something of a kind in it."""
    return isinstance(frame.content, Bundle) and any(isinstance(each, kinds) for each in frame.content.items)


def prepared_and_no_more(cluster: Cluster, batches: int = 1) -> None:
    """Primary 0 has everything prepared everywhere; no COMMIT reached anybody."""
    cluster.loss = lambda frame: carries(frame, Commit)
    for each in range(batches):
        cluster.submit(each % len(cluster.machines))
        cluster.settle()
        cluster.fire(0, TimerKind.LINGER)
        cluster.settle()
    cluster.drop()
    cluster.loss = lambda frame: False


# Failing primaries


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6, 7])
def test_a_silent_primary_is_replaced__t_h1(n: int) -> None:
    """With n < 4 nobody may fail, so there it only sleeps for a while."""
    cluster = Cluster(n)
    cluster.cut(0)
    for author in range(1, n):
        cluster.submit(author)
    if n < 4:
        cluster.tick(4)
        cluster.cut()
    others = range(1, n) if n >= 4 else range(n)
    cluster.ticks_until(lambda: cluster.is_done(n - 1, everybody=others), most=2 * ONE_VIEW)
    cluster.cut()
    cluster.ticks_until(lambda: is_complete(cluster), most=ONE_VIEW)
    assert views(cluster) == {1}


def test_the_next_primary_is_dead_too_and_time_is_capped__t_d11() -> None:
    cluster = Cluster(7)
    cluster.crash(0)
    cluster.crash(1)
    cluster.submit(5)
    cluster.ticks_until(lambda: cluster.is_done(1), most=3 * ONE_VIEW)
    assert views(cluster) == {2}


def test_a_crashed_primary_returns_and_is_a_backup__t_h4() -> None:
    cluster = Cluster(4)
    for author in range(4):
        cluster.submit(author)
    cluster.crash(0)
    cluster.ticks_until(lambda: cluster.is_done(4), most=ONE_VIEW)
    cluster.restart(0)
    cluster.submit(0)
    cluster.ticks_until(lambda: is_complete(cluster), most=ONE_VIEW)
    assert views(cluster) == {1}


def test_a_primary_that_stops_hands_over_and_nobody_waits() -> None:
    cluster = Cluster(4)
    cluster.submit(1)
    cluster.settle()
    cluster.hand_over(0)
    cluster.settle()
    assert views(cluster) == {1}
    cluster.crash(0)
    cluster.submit(2)
    cluster.settle()
    assert cluster.certified()[1:] == [2, 2, 2], "without any timer"


def test_one_censored_gateway_is_enough_to_change_the_view__t_h2() -> None:
    """Primary 0 orders everything but the batches of 3, and the others have plenty of work all the while."""
    cluster = Cluster(4, liars=[0])
    cluster.loss = lambda frame: frame.to == 0 and isinstance(frame.content, Payload) and frame.sender == 3
    cluster.machines[0].replica.wants_batch = lambda author, number, content, size_bytes: author != 3  # type: ignore[method-assign]
    cluster.submit(3)
    for each in range(4 * ONE_VIEW):
        cluster.submit(1 + each % 2)
        cluster.tick()
        if cluster.machines[1].ledger.last[3] == 1:
            break
    assert [machine.ledger.last[3] for machine in cluster.honest] == [1, 1, 1]
    assert views(cluster) == {1}


def test_a_lonely_member_never_walks_out_of_a_working_view__t_d21() -> None:
    cluster = Cluster(4)
    cluster.cut(3)
    cluster.submit(3)
    cluster.tick(40)
    cluster.cut()
    cluster.submit(1)
    cluster.ticks_until(lambda: is_complete(cluster), most=ONE_VIEW)
    assert views(cluster) == {0}


def test_a_flapping_link_stops_nobody__t_h6() -> None:
    cluster = Cluster(4)
    for each in range(20):
        cluster.cut(each % 2 * 2)
        cluster.submit(1)
        cluster.tick(2)
        cluster.cut()
        cluster.tick()
    cluster.ticks_until(lambda: is_complete(cluster), most=ONE_VIEW)


def test_half_and_half_for_long_then_healed__t_h5() -> None:
    cluster = Cluster(4)
    cluster.cut(0, 1)
    for author in range(4):
        cluster.submit(author)
    cluster.tick(60)
    cluster.cut()
    cluster.ticks_until(lambda: is_complete(cluster), most=2 * ONE_VIEW)


def test_one_against_three_then_everybody_alone__t_h5() -> None:
    """The partitions of Berger's known violation: {2} | {0, 1, 3}, then nobody hears anybody."""
    cluster = Cluster(4)
    cluster.cut(2)
    cluster.submit(0)
    cluster.submit(2)
    cluster.tick(5)
    cluster.loss = lambda frame: True
    cluster.submit(1)
    cluster.tick(20)
    cluster.cut()
    cluster.ticks_until(lambda: is_complete(cluster), most=2 * ONE_VIEW)


def test_four_of_seven_wait_long_and_the_fifth_makes_them_go__t_h7() -> None:
    """Nobody sleeps longer than the capped patience, however long it took."""
    cluster = Cluster(7)
    for each in (4, 5, 6):
        cluster.crash(each)
    cluster.submit(1)
    cluster.tick(200)
    assert cluster.heights()[:4] == [0] * 4
    cluster.restart(4)
    patience = max(each.replica.state.patience_ms for each in cluster.up)
    most = patience // cluster.machines[0].settings.status_interval_ms + ONE_VIEW
    cluster.ticks_until(lambda: cluster.is_done(1), most=most)


def test_clocks_an_hour_apart_change_no_timer__t_h11() -> None:
    cluster = Cluster(4)
    for each, skew in ((1, 3_600_000), (2, -3_600_000)):
        cluster.machines[each].skew_ms = skew
    cluster.crash(0)
    cluster.submit(3)
    cluster.ticks_until(lambda: cluster.is_done(1), most=3 * ONE_VIEW)


def under_a_slow_primary(*, ticks_each: int) -> Cluster:
    """Primary 0 lets each PRE-PREPARE go only every so many status intervals, under steady load."""
    cluster = Cluster(4, liars=[0])
    held: list[Frame] = []
    cluster.loss = lambda frame: bool(frame.sender == 0 and carries(frame, PrePrepare) and not held.append(frame))  # type: ignore[func-returns-value]
    for each in range(30):
        cluster.submit(1 + each % 3)
        cluster.tick()
        if each % ticks_each == ticks_each - 1:
            cluster.wire += held
            held.clear()
    cluster.loss = lambda frame: False
    return cluster


def test_a_primary_just_under_the_timeout_keeps_its_view_and_delays_and_loses_nothing__t_h3() -> None:
    """400 ms of 500. As all that waits is ordered each time, nothing waits longer than two such rounds; else see T8."""
    cluster = under_a_slow_primary(ticks_each=2)
    assert views(cluster) == {0}
    assert min(len(each.disk.executed) for each in cluster.honest) >= 30 - 2 * 2
    cluster.ticks_until(lambda: cluster.is_done(30), most=ONE_VIEW)


def test_a_primary_just_over_the_timeout_is_replaced__t_h3() -> None:
    """600 ms of 500: two of three complain of each round, and the next primary orders what waited."""
    cluster = under_a_slow_primary(ticks_each=3)
    assert views(cluster) == {1}
    cluster.ticks_until(lambda: cluster.is_done(30), most=ONE_VIEW)


@pytest.mark.parametrize("dead", [1, 2, 3])
def test_one_member_down_for_ever_costs_nothing_but_its_turn_as_primary__t_h8(dead: int) -> None:
    """Besu lost a round for each block whose proposer was down. Here the view stays, and nothing waits for a timer."""
    cluster = Cluster(4)
    cluster.crash(dead)
    authors = [each for each in range(4) if each != dead]

    def settles(count: int) -> None:
        before = min(cluster.certified()[each] for each in authors)
        for each in range(count):
            cluster.submit(authors[each % 3])
            cluster.settle()
        assert min(cluster.certified()[each] for each in authors) == before + count, "without any timer"

    settles(20)
    for view in range(dead):
        settles(1)
        cluster.hand_over(view)
        cluster.settle()
    cluster.submit(authors[0])
    cluster.ticks_until(lambda: cluster.is_done(21 + dead), most=ONE_VIEW)
    assert views(cluster) == {dead + 1}
    settles(20)
    assert views(cluster) == {dead + 1}


def test_an_idle_chain_changes_no_view__t_h9() -> None:
    cluster = Cluster(4)
    cluster.crash(0)
    cluster.tick(100)
    assert views(cluster) == {0}
    cluster.submit(2)
    cluster.ticks_until(lambda: cluster.is_done(1), most=ONE_VIEW)


@pytest.mark.parametrize("probability", [0.1, 0.3])
def test_a_dead_primary_on_a_lossy_network(probability: float) -> None:
    for seed in range(4):
        cluster = Cluster(4)
        cluster.lossy(random.Random(seed), probability)
        cluster.crash(0)
        for author in (1, 2, 3):
            cluster.submit(author)
        cluster.ticks_until(lambda cluster=cluster: cluster.is_done(3), most=60)  # type: ignore[misc]


# What is carried over


def test_what_was_prepared_survives_the_view_in_which_it_was__t_d24() -> None:
    cluster = Cluster(4, proposal_bytes_max=1)
    prepared_and_no_more(cluster, 3)
    before = {n: slot.digest for n, slot in cluster.machines[1].replica.state.log.slots.items()}
    assert len(before) == 3
    cluster.crash(0)
    cluster.ticks_until(lambda: cluster.is_done(3), most=ONE_VIEW)
    assert {n: next(iter(each.values())) for n, each in cluster.decided.items()} == before


def test_one_that_only_one_member_saw_committed_is_committed_in_the_next_view__t_d24__t_c11() -> None:
    """Replica 1 alone gets every COMMIT and executes number 1. Then the primary dies, or 1 is cut off."""
    for cut_off in (False, True):
        cluster = Cluster(4)
        cluster.loss = lambda frame: carries(frame, Commit) and frame.to != 1
        cluster.submit(2)
        cluster.settle()
        assert cluster.heights() == [0, 1, 0, 0]
        cluster.drop()
        cluster.loss = lambda frame: False
        if cut_off:
            cluster.cut(1)
            cluster.submit(3)
            cluster.tick(20)
            cluster.cut()
        else:
            cluster.crash(0)
            cluster.ticks_until(lambda cluster=cluster: cluster.is_done(1), most=ONE_VIEW)  # type: ignore[misc]
            cluster.restart(0)
        cluster.ticks_until(lambda cluster=cluster: is_complete(cluster), most=2 * ONE_VIEW)  # type: ignore[misc]


def test_holes_become_null_blocks_and_the_batch_runs_later__t_d3() -> None:
    cluster = Cluster(4, proposal_bytes_max=1)
    cluster.loss = lambda frame: (
        carries(frame, Commit)
        or any(isinstance(vote, PrePrepare) and vote.sequence == 2 for _, _, vote in votes_in([frame], PrePrepare))
    )
    for author in (1, 2, 3):
        cluster.submit(author)
        cluster.settle()
        cluster.fire(0, TimerKind.LINGER)
        cluster.settle()
    cluster.drop()
    cluster.loss = lambda frame: False
    cluster.crash(0)
    cluster.ticks_until(lambda: cluster.is_done(3), most=ONE_VIEW)
    disk = cluster.machines[2].disk
    assert disk.proposals[SequenceNumber(2)] == NULL_PROPOSAL
    assert disk.headers[SequenceNumber(2)].timestamp_ms == disk.headers[SequenceNumber(1)].timestamp_ms
    assert len(disk.executed) == 3


def test_a_batch_that_o_names_and_that_is_missing_is_fetched__t_d16() -> None:
    """Replica 3 never saw the batch that 0, 1 and 2 prepared; in view 1 it must have it to help them."""
    cluster = Cluster(4)
    cluster.loss = lambda frame: carries(frame, Commit) or (isinstance(frame.content, Payload) and frame.to == 3)
    cluster.submit(0)
    cluster.settle()
    cluster.drop()
    cluster.loss = lambda frame: False
    cluster.crash(0)
    cluster.ticks_until(lambda: cluster.is_done(1), most=2 * ONE_VIEW)
    assert max(views(cluster)) <= 2, "no storm meanwhile"


def test_executed_in_one_view_and_not_final_is_finished_in_the_next() -> None:
    """1. 0 alone executes number 1 in view 0: too few to vouch for it. 1 and 2 got no COMMIT, and 3 dies.

    2. View 1 carries 1 over. Its PRE-PREPARE is lost on its way to 0, which executed it long ago.
    3. Unless 0 says that it lacks it, 2 never gets its PREPAREs, and number 1 stays without its certificate for ever.
    """
    cluster = Cluster(4)
    cluster.loss = lambda frame: carries(frame, Commit) and frame.to != 0
    cluster.submit(2)
    cluster.settle()
    cluster.crash(3)
    cluster.drop()
    assert cluster.heights() == [1, 0, 0, 0]
    cluster.loss = lambda frame: carries(frame, Commit) and frame.to != 0
    cluster.hand_over(0)
    cluster.settle(lambda frame: not (frame.to == 0 and carries(frame, PrePrepare)))
    cluster.drop()
    cluster.loss = lambda frame: False
    cluster.ticks_until(lambda: cluster.is_done(1), most=2 * ONE_VIEW)
    assert views(cluster) == {1}


def test_a_member_behind_the_checkpoint_of_a_new_view_catches_up__t_d15__t_e13() -> None:
    cluster = Cluster(4)
    cluster.cut(3)
    for each in range(9):
        cluster.submit(each % 3)
        cluster.settle()
    assert cluster.machines[0].disk.stable == 8
    cluster.hand_over(0)
    cluster.settle()
    cluster.cut()
    cluster.crash(0)
    cluster.submit(1)
    cluster.ticks_until(lambda: cluster.is_done(10), most=2 * ONE_VIEW)
    assert views(cluster) == {1}
    assert all(each.replica.state.active for each in cluster.up), "nobody is left waiting for a view that is open"


def test_a_new_primary_that_is_far_behind_does_not_stop_the_chain__t_d14() -> None:
    cluster = Cluster(4)
    cluster.cut(1)
    for each in range(30):
        cluster.submit((0, 2, 3)[each % 3])
        cluster.settle()
    cluster.cut()
    cluster.crash(0)
    cluster.submit(2)
    cluster.ticks_until(lambda: cluster.is_done(31), most=4 * ONE_VIEW)


def test_a_batch_sent_to_all_and_carried_over_runs_once__t_j1__t_j4() -> None:
    cluster = Cluster(4)
    prepared_and_no_more(cluster, 2)
    kept = [Frame(0, to, each) for each in cluster.machines[1].disk.payloads.values() for to in (1, 2, 3)]
    for _ in range(3):
        cluster.hand_over(max(views(cluster)) % 4)
        cluster.wire += kept
        cluster.settle()
        cluster.tick(2)
    cluster.ticks_until(lambda: is_complete(cluster), most=ONE_VIEW)
    assert len(cluster.machines[2].disk.executed) == 2, "I14 is checked at each execution too"


# Lost and repeated words


@pytest.mark.parametrize("victim", [1, 2, 3])
def test_view_changes_lost_to_one_member_are_got_from_the_others__t_d12(victim: int) -> None:
    cluster = Cluster(4)
    cluster.submit(2)
    cluster.settle()
    cluster.loss = lambda frame: frame.to == victim and says(frame, (ViewChange, NewView))
    cluster.crash(0)
    cluster.submit(2)
    cluster.submit(3)
    cluster.ticks_until(lambda: cluster.is_done(3), most=3 * ONE_VIEW)


def test_view_changes_stop_when_the_view_is_open__t_d20() -> None:
    cluster = Cluster(4)
    cluster.hand_over(0)
    cluster.tick(5)
    sent: list[Frame] = []
    cluster.loss = lambda frame: bool(carries(frame, (ViewChange, NewView)) and sent.append(frame))  # type: ignore[func-returns-value]
    cluster.tick(20)
    assert sent == []


def test_everything_of_earlier_views_said_again_moves_nobody__t_d7() -> None:
    cluster = Cluster(4)
    heard: dict[bytes, Frame] = {}

    def keep(frame: Frame) -> bool:
        if not isinstance(frame.content, Payload):
            heard[encode((frame.sender, frame.to)) + encode(frame.content)] = frame
        return False

    cluster.loss = keep
    for view in range(3):
        cluster.submit(3)
        cluster.settle()
        cluster.hand_over(view)
        cluster.settle()
    assert views(cluster) == {3}
    before = [encode(each.replica.state.log.low) for each in cluster.machines], cluster.heights()
    cluster.loss = lambda frame: False
    cluster.wire = list(heard.values())
    cluster.settle()
    assert views(cluster) == {3}
    assert ([encode(each.replica.state.log.low) for each in cluster.machines], cluster.heights()) == before
    cluster.submit(1)
    cluster.settle()
    assert cluster.certified() == [4] * 4


# Power


def view_change_run(crash_at: int | None) -> Cluster:
    """A prepared batch, a hand-over and another batch; whoever makes driver step `crash_at` loses power before it."""
    cluster = Cluster(4)
    prepared_and_no_more(cluster)
    cluster.crash_at = None if crash_at is None else cluster.steps + crash_at
    cluster.hand_over(0)
    cluster.settle()
    if cluster.machines[3].is_up:
        cluster.submit(3)
        cluster.settle()
    cluster.crash_at = None
    return cluster


def steps_of_a_view_change() -> int:
    quiet = Cluster(4)
    prepared_and_no_more(quiet)
    return view_change_run(None).steps - quiet.steps


STEPS = steps_of_a_view_change()


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_crash_before_every_step_of_a_view_change__t_f3__t_d22(part: int) -> None:
    """I2 and I7 span both lives; the dead one returns at once, or when the others are done."""
    for crash_at in range(1 + part, STEPS, 4):
        for returns_at_once in (True, False):
            cluster = view_change_run(crash_at)
            dead = [each.id for each in cluster.machines if not each.is_up]
            if not returns_at_once:
                cluster.tick(2 * ONE_VIEW)
            for each in dead:
                cluster.restart(each)
            cluster.ticks_until(lambda cluster=cluster: is_complete(cluster), most=2 * ONE_VIEW)  # type: ignore[misc]


@pytest.mark.parametrize("dead", [None, 0, 1, 2, 3])
def test_all_lose_power_in_a_later_view_and_one_stays_dead__t_f3__t_f4(dead: int | None) -> None:
    """Nobody has the NEW-VIEW on disk but its primary, and nobody but its sender a VIEW-CHANGE."""
    cluster = Cluster(4)
    cluster.submit(3)
    cluster.settle()
    cluster.hand_over(0)
    cluster.settle()
    cluster.submit(2)
    cluster.settle()
    power_cut(cluster)
    if dead is not None:
        cluster.crash(dead)
        cluster.drop(lambda frame: frame.sender == dead)
    author = 3 if dead != 3 else 2
    cluster.submit(author)
    cluster.ticks_until(lambda: cluster.is_done(3), most=4 * ONE_VIEW)


def test_power_cuts_while_nobody_is_active__t_f3() -> None:
    cluster = Cluster(4)
    cluster.submit(3)
    cluster.loss = lambda frame: carries(frame, NewView)
    cluster.hand_over(0)
    cluster.settle()
    for _ in range(3):
        power_cut(cluster)
        cluster.tick(3)
    cluster.loss = lambda frame: False
    cluster.ticks_until(lambda: is_complete(cluster), most=2 * ONE_VIEW)
