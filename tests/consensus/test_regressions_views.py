"""Bugs that other systems had between two views: cases T-D27 to T-D33 and T-E7 of docs/CASES.md."""

import pytest

from consensus.effects import Reason
from consensus.messages import BlockVote, Commit, NewView, Prepare, PrePrepare, ViewChange
from consensus.types import SequenceNumber, View
from tests.consensus.chaos import is_complete
from tests.consensus.cluster import Cluster, carries, votes_in
from tests.consensus.machine import Frame
from tests.consensus.makers import (
    batch,
    commit,
    forwarded,
    new_view,
    pre_prepare,
    prepare,
    prepared_for,
    view_change,
)
from tests.consensus.one import One
from tests.consensus.test_view_change import BAD
from tests.consensus.test_view_change_stories import ONE_VIEW, views

FIRST = pre_prepare(1, batch())


def commits_in(frame: Frame) -> list[int]:
    return [vote.sequence for _, _, vote in votes_in([frame], Commit)]


@pytest.mark.parametrize("behind", [0, 1, 2])
def test_a_member_that_is_one_decision_behind_changes_the_view_with_the_others__t_d27(behind: int) -> None:
    """All prepared 2, and all but one executed 1: that one has two open numbers where the others have one."""
    cluster = Cluster(4, proposal_bytes_max=1)
    cluster.loss = lambda frame: bool(commits_in(frame)) and (frame.to == behind or max(commits_in(frame)) > 1)
    for author in (1, 3):
        cluster.submit(author)
        cluster.settle()
    cluster.drop()
    assert [each for each in range(4) if cluster.heights()[each] == 0] == [behind]
    before = {n: slot.digest for n, slot in cluster.machines[3].replica.state.log.slots.items()}
    assert sorted(before) == [1, 2]
    cluster.loss = lambda frame: False
    cluster.hand_over(0)
    cluster.settle()
    cluster.ticks_until(lambda: cluster.is_done(2), most=ONE_VIEW)
    assert {n: set(each.values()) for n, each in cluster.decided.items()} == {n: {d} for n, d in before.items()}
    assert views(cluster) == {1}


def test_a_view_change_between_prepared_and_the_own_commit_loses_neither__t_d29() -> None:
    """Its COMMIT waits for the disk when the view ends. It shows what prepared, and begins the phases of the next."""
    one = One(2, holds_back=True)
    one.hold(batch())
    one.hear(0, FIRST)
    one.hear(2, prepare(FIRST))
    one.hear(1, prepare(FIRST))
    assert one.said(Commit) == [commit(FIRST)]
    for sender in (3, 0):
        one.hear(sender, view_change(1))
    (left,) = one.said(ViewChange)
    assert isinstance(left, ViewChange)
    assert [each.pre_prepare for each in left.prepared] == [FIRST]
    one.hear(2, commit(FIRST))
    assert one.reasons() == [Reason.WRONG_VIEW], "the disk was slow; the vote is of a view that is over"
    said = [(0, view_change(1)), (2, left), (3, view_change(1))]
    one.hear(2, left)
    one.hear(1, new_view(1, *said))
    again = PrePrepare(View(1), FIRST.sequence, FIRST.proposal)
    one.hear(1, again)
    assert one.said(Prepare) == [prepare(again)]
    one.hear(2, prepare(again))
    one.hear(3, prepare(again))
    assert one.said(Commit) == [commit(again)]
    for sender in (0, 2, 3):
        one.hear(sender, commit(again))
    assert [each.sequence for each in one.ready.decided] == [1]


def test_a_checkpoint_becomes_stable_while_this_replica_waits_for_its_view__t_d30() -> None:
    """What it settles is not prepared again, what lies above it is; and no VIEW-CHANGE is said a second time."""
    one = One(2)
    for n in range(1, 5):
        message = pre_prepare(n, batch(0, n))
        one.accept(message)
        for sender in (0, 3):
            one.hear(sender, commit(message), *([prepare(message)] if sender else []))
        one.execute(message.proposal)
    for sender in (0, 3):
        one.hear(sender, view_change(1))
    assert one.where == (1, False)
    for n in range(1, 5):
        vote = BlockVote(SequenceNumber(n), one.state.blocks[SequenceNumber(n)].digest)
        for sender in (0, 3):
            one.hear(sender, vote)
            assert one.said(ViewChange) == []
    assert (one.state.stable, one.where) == (4, (1, False))
    carried = [prepared_for(pre_prepare(n, batch(0, n)), (1, 3)) for n in range(1, 6)]
    said = [(0, view_change(1)), (1, view_change(1, *carried)), (3, view_change(1))]
    one.hear(1, forwarded(*said[1]), new_view(1, *said))
    assert one.where == (1, True)
    assert one.state.carried.low == 0, "the others did not know of it"
    one.hold(batch(0, 5))
    for n in range(1, 6):
        again = pre_prepare(n, batch(0, n), view=1)
        one.hear(1, again)
        assert one.said(Prepare) == ([prepare(again)] if n == 5 else [])
        assert one.reasons() == ([] if n == 5 else [Reason.OUT_OF_WINDOW])


def test_a_checkpoint_becomes_stable_at_everybody_while_nobody_is_active__t_d30() -> None:
    cluster = Cluster(4)
    cluster.loss = lambda frame: carries(frame, BlockVote)
    for author in range(4):
        cluster.submit(author)
        cluster.settle()
    cluster.loss = lambda frame: carries(frame, NewView)
    cluster.hand_over(0)
    cluster.settle()
    cluster.ticks_until(lambda: cluster.certified() == [4] * 4, most=4)
    assert {each.replica.state.stable for each in cluster.machines} == {4}
    assert not all(each.replica.state.active for each in cluster.machines)
    cluster.loss = lambda frame: False
    cluster.submit(2)
    cluster.ticks_until(lambda: cluster.is_done(5), most=2 * ONE_VIEW)


def test_who_comes_back_is_shown_what_opened_the_view_though_nothing_else_happens__t_d31() -> None:
    """NEW-VIEW and the VIEW-CHANGEs it names, to one that slept through two views and to one born again in the last."""
    cluster = Cluster(4)
    cluster.crash(3)
    cluster.submit(1)
    cluster.settle()
    for view in (0, 1):
        cluster.hand_over(view)
        cluster.settle()
    for _ in range(2):
        cluster.restart(3)
        state = cluster.machines[3].replica.state
        cluster.ticks_until(lambda state=state: state.active and state.view == 2, most=4)  # type: ignore[misc]
        assert views(cluster) == {2}
        cluster.crash(3)


@pytest.mark.parametrize("what", BAD)
def test_what_a_named_view_change_claims_is_checked_though_its_sender_really_said_it__t_a7__t_d32(what: str) -> None:
    """The NEW-VIEW names it, a third member forwards it, its signature is good; the certificates within are not."""
    one = One(2)
    said = [(0, view_change(1)), (1, view_change(1)), (3, BAD[what])]
    for sender, message in said[:2]:
        one.hear(sender, message)
    one.hear(1, new_view(1, *said))
    one.hear(0, forwarded(3, BAD[what]))
    assert one.reasons() == [Reason.BAD_CERTIFICATE]
    assert one.where == (1, False)


@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize("next_dies", [True, False])
def test_a_certificate_that_only_one_member_has_stops_nobody__t_d33(is_there: bool, next_dies: bool) -> None:
    """Number 1 prepared at replica 2 alone; it takes part in the view change, or the number goes to something else.

    Then the next primary dies too, and 2's certificate of view 0 meets those of view 1.
    """
    cluster = Cluster(4)
    cluster.loss = lambda frame: carries(frame, Commit) or (frame.to != 2 and carries(frame, Prepare))
    cluster.submit(3)
    cluster.settle()
    cluster.drop()
    assert [bool(each.disk.prepared) for each in cluster.machines] == [False, False, True, False]
    locked = cluster.machines[2].replica.state.log.slot(SequenceNumber(1)).digest
    cluster.now_ms += 7
    cluster.cut(*([] if is_there else [2]))
    cluster.hand_over(0)
    cluster.settle()
    cluster.ticks_until(lambda: cluster.is_done(1, everybody=[0, 1, 3]), most=ONE_VIEW)
    if next_dies:
        cluster.crash(1)
    cluster.cut()
    cluster.submit(3)
    cluster.ticks_until(lambda: cluster.is_done(2), most=3 * ONE_VIEW)
    (digest,) = set(cluster.decided[SequenceNumber(1)].values())
    assert (digest == locked) is is_there


def test_who_catches_up_from_a_peer_in_an_older_view_still_comes_to_the_later_one__t_e7() -> None:
    """Member 5 has all blocks and was cut off before view 1; member 6 has none, and for a while hears 5 alone."""
    cluster = Cluster(7)
    cluster.cut(6)
    for author in range(5):
        cluster.submit(author)
        cluster.settle()
    cluster.loss = lambda frame: (frame.sender in (5, 6)) != (frame.to in (5, 6))
    cluster.hand_over(0)
    cluster.settle()
    cluster.ticks_until(lambda: cluster.certified()[6] == 5, most=8)
    assert [each.replica.state.view for each in cluster.machines] == [1, 1, 1, 1, 1, 0, 0]
    cluster.cut()
    cluster.ticks_until(lambda: views(cluster) == {1}, most=6)
    cluster.submit(6)
    cluster.ticks_until(lambda: is_complete(cluster), most=ONE_VIEW)
