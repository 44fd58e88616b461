"""Stories that the right protocol survives and some mutant does not. Others stand where a test tells them already."""

from consensus.messages import Commit, ViewChange
from consensus.types import SequenceNumber
from tests.consensus.chaos import power_cut
from tests.consensus.cluster import Cluster, carries
from tests.consensus.liar import Equivocator
from tests.consensus.makers import (
    batch,
    certified,
    commit,
    header,
    new_view,
    pre_prepare,
    prepare,
    prepared_for,
    proposal,
    sealed,
    view_change,
)
from tests.consensus.one import One


def an_equivocating_primary() -> None:
    """Primary 0 shows {1} one proposal and {2, 3} another, and votes for both."""
    cluster = Cluster(4, liars=[0])
    Equivocator(cluster, 0, {1}, votes_prepare=True)
    cluster.submit(0)
    cluster.settle()


def a_crash_between_sending_and_syncing() -> None:
    """Every member loses power once, before each step of its driver in turn."""
    for step in range(1, 30):
        cluster = Cluster(4)
        cluster.crash_at = cluster.steps + step
        cluster.submit(0)
        cluster.settle()


def a_forged_certificate() -> None:
    """Member 3 makes a block of its own and says its vote three times."""
    cluster = Cluster(4, liars=[3])
    cluster.submit(0)
    cluster.settle(lambda frame: frame.to != 1)
    machine = cluster.machines[1]
    content = proposal(batch(0, 1))
    machine.receive(next(each.content for each in cluster.wire if each.to == 1))
    machine.receive(sealed(3, certified(header(1, content=content), content, (3, 3, 3))).bundle)
    machine.turn()
    cluster.check(machine)
    assert not machine.halt, "or an honest member stops for a liar's block"


def two_proposals_for_one_backup() -> None:
    """Primary 0 says two things about one sequence number to backup 1, one after the other."""
    cluster = Cluster(4, liars=[0])
    cluster.submit(0)
    cluster.submit(2)
    cluster.settle(lambda frame: frame.to == 1 and hasattr(frame.content, "reference"))
    for message, later in ((pre_prepare(1, batch(0, 1)), 2), (pre_prepare(1, batch(2, 1)), 3)):
        # On its own the second would be dropped unread: nothing in such a bundle could matter.
        cluster.machines[1].receive(sealed(0, message, commit(pre_prepare(later))).bundle)
        cluster.turn(1)


def votes_far_ahead() -> None:
    """Member 3 votes for a thousand sequence numbers."""
    cluster = Cluster(4, liars=[3])
    message = pre_prepare(1)
    for sequence in range(1, 1_000):
        number = SequenceNumber(sequence)
        votes = [type(vote)(vote.view, number, vote.digest) for vote in (prepare(message), commit(message))]
        cluster.machines[1].receive(sealed(3, *votes).bundle)
        cluster.turn(1)


def a_run_without_faults() -> None:
    """One batch, decided and executed by all."""
    cluster = Cluster(4)
    cluster.submit(0)
    cluster.settle()


def two_views_prepared_the_same_number() -> None:
    """Number 1 prepared in view 0 for one batch and in view 1 for another: view 2 must take the later."""
    old, new = pre_prepare(1, batch(0, 1)), pre_prepare(1, batch(2, 1), view=1)
    said = [
        (0, view_change(2, prepared_for(new, (0, 2)))),
        (1, view_change(2, prepared_for(old, (1, 2)))),
        (2, view_change(2)),
    ]
    one = One(3)
    for sender, message in said:
        one.hear(sender, message)
    one.hear(2, new_view(2, *said))
    assert one.where == (2, True)
    assert one.state.carried.proposals[SequenceNumber(1)] == new.proposal, "the lower view's digest is carried"


def a_new_view_of_less_than_a_quorum() -> None:
    """NEW-VIEW with one VIEW-CHANGE fewer than a quorum."""
    one = One(2, 7)
    said = [(sender, view_change(1)) for sender in (0, 1, 3, 4)]
    for sender, message in said:
        one.hear(sender, message)
    one.hear(1, new_view(1, *said))
    assert one.where != (1, True), "entered on less than a quorum"


def a_power_cut_after_one_member_saw_a_commit() -> None:
    """Replica 2 alone executed number 1. All lose power, the primary for good: 1 and 3 must have it prepared (I8)."""
    cluster = Cluster(4)
    cluster.loss = lambda frame: carries(frame, Commit) and frame.to != 2
    cluster.submit(3)
    cluster.settle()
    assert cluster.heights() == [0, 0, 1, 0]
    cluster.loss = lambda frame: False
    power_cut(cluster)
    cluster.crash(0)
    cluster.drop()
    cluster.cut(2)
    cluster.tick(8)
    cluster.cut()
    cluster.ticks_until(lambda: cluster.is_done(1), most=16)


def a_view_change_of_a_dead_member_is_named() -> None:
    """The NEW-VIEW names member 3's VIEW-CHANGE, which never reached member 2; then 3 dies. 0 is down all the while."""
    cluster = Cluster(4)
    cluster.crash(0)
    cluster.submit(2)
    cluster.loss = lambda frame: frame.sender == 3 and frame.to == 2 and carries(frame, ViewChange)
    while not cluster.machines[1].replica.state.active or not cluster.machines[1].replica.state.view:
        cluster.tick()
    cluster.crash(3)
    cluster.loss = lambda frame: False
    cluster.restart(0)
    cluster.ticks_until(lambda: cluster.is_done(1), most=16)
    assert {each.replica.state.view for each in cluster.up} == {1}, "2 got what it lacked, and nobody moved on"
