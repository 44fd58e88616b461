"""A member may lose power between any two steps of its driver: it never contradicts itself and the run completes."""

import pytest

from canonical.encoding import encode
from consensus.guard import vote_phase
from consensus.messages import BlockVote, Commit, NewView, Prepare, PrePrepare, ViewStatement
from consensus.restart import Remembered
from consensus.types import BatchNumber, SequenceNumber, View
from tests.consensus.chaos import heal, is_complete
from tests.consensus.cluster import Cluster, votes_in
from tests.consensus.machine import VOTES, Broken
from tests.consensus.makers import batch, commit, forwarded, new_view, pre_prepare, prepare, sealed, view_change
from tests.consensus.one import One

TICKS_TO_RECOVER = 4
"""Status intervals: one to say what is missing, two for what is young, one to spare."""


def short_run(crash_at: int | None, *, n: int = 4, reboot_at_once: bool = True) -> Cluster:
    """Three batches of three authors; whoever makes driver step `crash_at` dies before it."""
    cluster = Cluster(n)
    cluster.crash_at = crash_at
    for author in range(min(n, 3)):
        if cluster.machines[author].is_up:
            cluster.submit(author)
        cluster.settle()
        if reboot_at_once:
            heal_dead(cluster)
    cluster.crash_at = None
    heal(cluster)
    return cluster


def heal_dead(cluster: Cluster) -> None:
    for machine in cluster.machines:
        if not machine.is_up:
            cluster.restart(machine.id)


STEPS = short_run(None).steps
PARTS = 6


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("reboot_at_once", [True, False])
def test_crash_before_every_step_of_every_driver__t_f1(part: int, reboot_at_once: bool) -> None:
    """Invariants I1 to I17 are checked all the while; I2 spans both lives."""
    first = 1 + part * STEPS // PARTS
    for crash_at in range(first, 1 + (part + 1) * STEPS // PARTS):
        cluster = short_run(crash_at, reboot_at_once=reboot_at_once)
        ticks = cluster.ticks_until(lambda cluster=cluster: is_complete(cluster), most=20)  # type: ignore[misc]
        assert ticks <= TICKS_TO_RECOVER, f"crash before step {crash_at}: {ticks} status intervals"


@pytest.mark.parametrize("n", [1, 2, 3])
def test_small_committees_survive_it_too__t_f1(n: int) -> None:
    for crash_at in range(1, short_run(None, n=n).steps + 1):
        cluster = short_run(crash_at, n=n)
        cluster.ticks_until(lambda cluster=cluster: is_complete(cluster), most=TICKS_TO_RECOVER)  # type: ignore[misc]


def test_every_vote_is_said_again_byte_for_byte_after_a_restart__t_f1() -> None:
    cluster = Cluster(4)
    said: dict[tuple[int, str, int], bytes] = {}
    cluster.submit(0)
    cluster.submit(2)
    while cluster.wire:
        for sender, _, vote in votes_in(cluster.wire, VOTES):
            said[sender, vote_phase(vote), vote.sequence] = encode(vote)
        cluster.deliver(cluster.wire[0])
    for replica in range(4):
        cluster.crash(replica)
        cluster.restart(replica)
        again = votes_in([each for each in cluster.wire if each.sender == replica], VOTES)
        mine = {key: value for key, value in said.items() if key[0] == replica}
        assert {(sender, vote_phase(vote), vote.sequence): encode(vote) for sender, _, vote in again} == mine
        cluster.drop()


def test_a_torn_turn_leaves_nothing_on_disk_and_nothing_on_the_bus() -> None:
    cluster = Cluster(4)
    cluster.submit(0)
    frame = next(each for each in cluster.wire if each.to == 1 and hasattr(each.content, "reference"))
    cluster.deliver(frame)
    proposed = next(each for each in cluster.wire if each.to == 1 and votes_in([each], PrePrepare))
    cluster.crash_at = cluster.steps + 1
    cluster.deliver(proposed)
    machine = cluster.machines[1]
    assert not machine.is_up
    assert machine.disk.votes == []
    assert votes_in([each for each in cluster.wire if each.sender == 1], Prepare) == []


def test_a_vote_on_disk_that_never_left_is_said_by_the_next_life() -> None:
    cluster = Cluster(4)
    cluster.submit(0)
    for frame in [each for each in cluster.wire if each.to == 1]:
        cluster.crash_at = cluster.steps + 2 if votes_in([frame], PrePrepare) else None
        cluster.deliver(frame)
    machine = cluster.machines[1]
    assert [type(vote) for vote in machine.disk.votes] == [Prepare]
    assert votes_in([each for each in cluster.wire if each.sender == 1], Prepare) == []
    cluster.crash_at = None
    cluster.restart(1)
    assert len(votes_in(cluster.wire, Prepare)) == 3


def test_backup_that_prepared_accepts_no_other_proposal_after_a_restart() -> None:
    """The story behind "nor prepared before a restart".

    1. Primary 0 shows backup 1 proposal A; backup 1 says PREPARE A and loses power.
    2. Its next life knows its PREPARE, not the PRE-PREPARE it belongs to. The primary shows it proposal B.
    3. Without the check it would say COMMIT B as soon as others are prepared, though it said PREPARE A.
    """
    message, other = pre_prepare(1, batch()), pre_prepare(1, batch(2))
    one = One(1)
    one.accept(message)
    votes = (prepare(message),)
    zero = SequenceNumber(0)
    again = One(1, remembered=Remembered(zero, None, zero, (), None, View(0), (), votes, (), (BatchNumber(0),) * 4))
    assert [each.item for each in again.ready.send] == [prepare(message)]
    again.loop_back(again.ready)
    again.accept(other)
    assert again.state.log.slot(SequenceNumber(1)).accepted is None
    for sender in (2, 3):
        again.hear(sender, prepare(other))
    assert again.said(Commit) == []
    again.accept(message)
    again.hear(0, commit(message))
    assert again.state.log.slot(SequenceNumber(1)).pre_prepare == message


def born_again(replica: int, *statements: ViewStatement) -> One:
    """A replica whose disk holds these statements about view 1, and nothing else."""
    zero = SequenceNumber(0)
    disk = Remembered(zero, None, zero, (), None, View(1), statements, (), (), (BatchNumber(0),) * 4)
    return One(replica, remembered=disk)


def test_who_is_born_again_in_a_later_view_waits_for_its_new_view__t_d22() -> None:
    """It does not know what the view carried over, so whatever its primary says of a number may be a lie."""
    one = born_again(2, view_change(1))
    message = pre_prepare(1, batch(3, 1), view=1)
    one.hold(batch(3, 1))
    one.hear(1, message)
    assert one.said(Prepare) == []
    assert one.where == (1, False)
    said = [(sender, view_change(1)) for sender in (0, 1, 2)]
    one.hear(1, *(forwarded(*each) for each in said), new_view(1, *said))
    assert one.where == (1, True)
    assert one.said(Prepare) == [prepare(message)]


def test_a_new_view_that_was_said_is_said_again_and_no_other__t_f3() -> None:
    """In its first life primary 1 named 1, 2 and 3; in the second 0 and 2 come first."""
    first = new_view(1, *((sender, view_change(1)) for sender in (1, 2, 3)))
    one = born_again(1, view_change(1), first)
    assert [each.item for each in one.ready.send] == [view_change(1), first]
    one.loop_back(one.ready)
    for sender in (0, 2):
        one.hear(sender, view_change(1))
        assert one.said(NewView) == []
    one.hear(0, forwarded(3, view_change(1)))
    assert one.where == (1, True)


def test_primary_never_gives_a_number_twice__t_f5() -> None:
    """Its PRE-PREPARE for 1 reached nobody; after the restart 1 still belongs to the same batches."""
    cluster = Cluster(4)
    cluster.submit(0)
    (before,) = {encode(vote) for _, _, vote in votes_in(cluster.wire, PrePrepare)}
    cluster.drop()
    cluster.crash(0)
    cluster.restart(0)
    cluster.submit(0)
    cluster.submit(3)
    first = {encode(vote) for _, _, vote in votes_in(cluster.wire, PrePrepare) if vote.sequence == 1}
    assert first == {before}
    cluster.ticks_until(lambda: cluster.is_done(3), most=6)


def test_primary_proposes_nothing_before_it_knows_the_time() -> None:
    """Batches found on disk at birth once led to a proposal of 1970."""
    cluster = Cluster(4)
    cluster.loss = lambda frame: frame.to == 0
    cluster.submit(1)
    cluster.crash(0)
    cluster.machines[0].disk.payloads.update(cluster.machines[1].disk.payloads)
    cluster.loss = lambda frame: False
    cluster.restart(0)
    cluster.ticks_until(lambda: cluster.is_done(1), most=4)
    assert cluster.machines[0].disk.headers[SequenceNumber(1)].timestamp_ms >= cluster.now_ms - 1_000


def test_block_vote_of_a_former_life_counts_towards_the_certificate() -> None:
    cluster = Cluster(4)
    cluster.loss = lambda frame: bool(votes_in([frame], BlockVote))
    cluster.submit(0)
    cluster.settle()
    assert (cluster.heights(), cluster.certified()) == ([1] * 4, [0] * 4)
    for each in range(4):
        cluster.crash(each)
        cluster.restart(each)
    cluster.loss = lambda frame: False
    cluster.drop()
    cluster.ticks_until(lambda: cluster.certified() == [1] * 4, most=4)


def test_a_restored_backup_of_the_disk_is_not_noticed_by_the_guard_but_by_the_others() -> None:
    """What the guard cannot do: it knows this life and the disk. A rolled-back disk contradicts the network (I2)."""
    cluster = Cluster(4)
    cluster.submit(0)
    for frame in [each for each in cluster.wire if each.to == 1]:
        cluster.deliver(frame)
    machine = cluster.machines[1]
    cluster.crash(1)
    machine.disk.votes.clear()
    cluster.restart(1)
    other = pre_prepare(1, batch(0, 1), timestamp_ms=cluster.now_ms + 5)
    machine.receive(sealed(0, other).bundle)
    with pytest.raises(Broken, match="I2"):
        machine.turn()
