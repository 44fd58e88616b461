"""A block that too few can certify and that a new view starts above: who lacks it must get it all the same."""

import pytest

from consensus.messages import BlockVote, CertifiedBlock, CheckpointProof, Commit, Item, Status, ViewChange
from consensus.types import ReplicaId, SequenceNumber, View
from tests.consensus.cluster import Cluster, Twist, carries
from tests.consensus.liar import altering
from tests.consensus.machine import Frame
from tests.consensus.makers import batch, block_vote, certified, pre_prepare
from tests.consensus.one import One
from tests.consensus.test_status import status

FIRST = pre_prepare(1, batch())


def always_first(proof: CheckpointProof) -> Twist:
    """A liar that says nothing but, long before anybody asks, that it wants the next view and has this checkpoint."""

    def alter(frame: Frame, item: Item) -> list[Item]:
        del frame
        return [ViewChange(View(item.view + 1), proof, ())] if isinstance(item, Status) else []

    return altering(alter)


@pytest.mark.parametrize("unseen", [1, 2, 3])
def test_a_checkpoint_that_only_a_liar_can_show_leaves_nobody_behind(unseen: int) -> None:
    """Replica 3 alone has the certificate of checkpoint 4, and says so in its VIEW-CHANGE for every view.

    1. Replicas 0, 1 and 3 execute up to number 4; the COMMITs of the last `unseen` blocks never reach replica 2, and
       3's BLOCK-VOTEs for them nobody.
    2. Every view starts above 4, the highest checkpoint in V. Liar 3 says nothing else from now on.
    3. Unless 2 gets those blocks without a certificate, nobody ever has three BLOCK-VOTEs for anything again.
    """
    cluster = Cluster(4, liars=[3])
    for _ in range(4 - unseen):
        cluster.submit(0)
        cluster.settle()
    cluster.loss = lambda frame: (
        (frame.to == 2 and carries(frame, Commit)) or (frame.sender == 3 and carries(frame, BlockVote))
    )
    for _ in range(unseen):
        cluster.submit(0)
        cluster.settle()
    assert cluster.heights() == [4, 4, 4 - unseen, 4]
    assert cluster.certified() == [4 - unseen] * 3 + [4]
    proof = cluster.machines[3].replica.state.checkpoint
    assert proof is not None
    cluster.twists[3] = always_first(proof)
    cluster.fire(3)
    cluster.loss = lambda frame: frame.sender == 2
    cluster.hand_over(0)
    cluster.settle()
    cluster.loss = lambda frame: False
    assert {each.replica.state.carried.low for each in cluster.machines} == {4}
    cluster.submit(1)
    cluster.ticks_until(lambda: cluster.is_done(5), most=40)


def test_what_f_plus_1_vouch_for_is_executed_and_voted_for_and_not_final() -> None:
    one = One(1)
    one.hold(batch())
    vouched = certified(one.header(FIRST.proposal), FIRST.proposal, (2, 3))
    one.hear(0, vouched)
    assert [each.sequence for each in one.ready.decided] == [1]
    one.execute(FIRST.proposal)
    assert one.said(BlockVote) == [block_vote(vouched.header)]
    assert one.state.certified == 0
    one.hear(2, block_vote(vouched.header))
    one.hear(3, block_vote(vouched.header))
    assert one.state.certified == 1


def test_what_f_vouch_for_is_nothing() -> None:
    one = One(1, 7)
    one.hold(batch())
    for senders in ((2, 3), (2, 2, 3), (2, 3, 9)):
        one.hear(0, certified(one.header(FIRST.proposal), FIRST.proposal, senders))
        assert one.ready.decided == []
    one.hear(0, certified(one.header(FIRST.proposal), FIRST.proposal, (2, 3, 4)))
    assert [each.sequence for each in one.ready.decided] == [1]


def test_who_lacks_the_decision_asks_whoever_executed_and_gets_it() -> None:
    one = One(1)
    one.accept(FIRST)
    one.hear(0, certified(one.header(FIRST.proposal), FIRST.proposal, (2, 3)))
    one.execute(FIRST.proposal)
    one.hear(2, status(1, asked=ReplicaId(1)))
    assert one.said(CertifiedBlock) == [], "its own BLOCK-VOTE alone vouches for nothing"
    one.hear(3, block_vote(one.state.blocks[SequenceNumber(1)].header))
    one.hear(2, status(2, asked=ReplicaId(1)))
    (said,) = one.said(CertifiedBlock)
    assert isinstance(said, CertifiedBlock)
    assert [vote.sender for vote in said.votes] == [1, 3]
    behind = One(2)
    behind.hear(1, status(1, executed=SequenceNumber(1)))
    behind.fire()
    assert behind.state.asked_last == 1
