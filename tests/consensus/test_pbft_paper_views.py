"""The paper's sentences as tests, continued: Castro and Liskov, OSDI'99, §4.4 View Changes and §4.5.2 Liveness.

Each docstring gives the sentence in short, and where this protocol departs from it (PROTOCOL.md has the reasons).
"""

import pytest

from consensus.certificate import is_block_certificate, is_prepared_certificate
from consensus.effects import Reason
from consensus.events import TimerKind
from consensus.messages import NULL_PROPOSAL, BlockVote, Commit, NewView, Prepare, PrePrepare, ViewChange
from consensus.quorum import Committee
from consensus.types import SequenceNumber, View
from tests.consensus.cluster import Cluster, carries
from tests.consensus.makers import (
    CHAIN,
    EPOCH,
    batch,
    block_vote,
    checkpoint,
    commit,
    header,
    new_view,
    pre_prepare,
    prepare,
    prepared_for,
    verify,
    view_change,
)
from tests.consensus.one import One, enter_view_1

FIRST = pre_prepare(1, batch(0, 1))
THIRD = pre_prepare(3, batch(0, 2))


def leaves(one: One, view: int = 1) -> ViewChange:
    """Members 0 and 3 have left for `view`, so it follows; what it says."""
    for sender in (3, 0):
        one.hear(sender, view_change(view))
    (said,) = one.said(ViewChange)
    assert isinstance(said, ViewChange)
    return said


def finish(one: One, number: int) -> None:
    """One number through all phases, executed and certified."""
    message = pre_prepare(number, batch(0, number))
    one.accept(message)
    for sender in (0, 3):
        one.hear(sender, commit(message), *([prepare(message)] if sender else []))
    one.execute(message.proposal)
    vote = BlockVote(message.sequence, one.state.blocks[message.sequence].digest)
    for sender in (0, 3):
        one.hear(sender, vote)


# §4.4: the VIEW-CHANGE


def test_who_left_accepts_checkpoints_view_changes_and_new_views_only__osdi99_4_4() -> None:
    """The backup stops accepting messages (other than checkpoint, view-change, and new-view messages)."""
    one = One(2)
    one.accept(FIRST)
    leaves(one)
    for sender, message in ((0, FIRST), (3, prepare(FIRST)), (3, commit(FIRST))):
        one.hear(sender, message)
        assert one.reasons() == [Reason.WRONG_VIEW]
    one.hold(batch(1, 1))
    one.hear(1, pre_prepare(2, batch(1, 1), view=1))
    assert one.said(Prepare) == [], "nor of the view it asks for, before it is open"
    one.hear(3, block_vote(header(1)))
    one.hear(1, view_change(1))
    assert one.reasons() == []
    assert one.said(Prepare) == one.said(Commit) == []


def test_it_shows_the_last_stable_checkpoint_with_its_proof__osdi99_4_4() -> None:
    """n is the sequence number of the last stable checkpoint; C is a set of 2f+1 valid checkpoint messages for it."""
    one = One(2)
    for number in range(1, 6):
        finish(one, number)
    said = leaves(one)
    assert said.checkpoint is not None
    assert said.checkpoint.header.height == one.state.stable == 4
    assert is_block_certificate(
        said.checkpoint.header, said.checkpoint.votes, chain=CHAIN, committee=Committee(4), verify=verify
    )


def test_it_shows_each_number_that_prepared_above_it_and_no_other__osdi99_4_4() -> None:
    """P is a set of sets P_m, one for each request m that prepared at i with a sequence number higher than n."""
    one = One(2)
    for number in range(1, 6):
        finish(one, number)
    prepared, accepted = pre_prepare(6, batch(0, 6)), pre_prepare(7, batch(0, 7))
    one.accept(prepared)
    one.hear(3, prepare(prepared))
    one.accept(accepted)
    said = leaves(one)
    assert [each.pre_prepare.sequence for each in said.prepared] == [5, 6]


def test_each_proof_is_a_pre_prepare_and_2f_prepares_of_different_backups__osdi99_4_4() -> None:
    """P_m contains a valid pre-prepare (without the request) and 2f matching, valid prepares of different backups."""
    one = One(2)
    one.accept(FIRST)
    for sender in (1, 3):
        one.hear(sender, prepare(FIRST))
    (proof,) = leaves(one).prepared
    assert is_prepared_certificate(proof, chain=CHAIN, epoch=EPOCH, committee=Committee(4), verify=verify)
    senders = [each.sender for each in proof.prepares]
    assert len(set(senders)) == len(senders) == 2
    assert 0 not in senders


# §4.4: the NEW-VIEW


def test_the_new_primary_says_new_view_on_2f_view_changes_of_others__osdi99_4_4() -> None:
    """When the primary of v+1 receives 2f valid view-changes for v+1 from other replicas, it multicasts NEW-VIEW."""
    one = One(1)
    one.hear(2, view_change(1))
    assert one.said(NewView) == []
    one.hear(3, view_change(1))
    (said,) = one.said(NewView)
    assert isinstance(said, NewView)
    assert said.view == 1
    assert {each.sender for each in said.view_changes} == {1, 2, 3}


def opened(one: One, *prepared: PrePrepare, stable: int = 0) -> One:
    """View 1 opens; member 3's VIEW-CHANGE shows what prepared, and member 0's a checkpoint."""
    certificates = [prepared_for(each, (1, 2)) for each in prepared]
    said = [
        (0, view_change(1, proof=checkpoint(stable) if stable else None)),
        (1, view_change(1)),
        (3, view_change(1, *certificates)),
    ]
    for sender, message in said:
        one.hear(sender, message)
    one.hear(1, new_view(1, *said))
    assert one.where == (1, True)
    return one


def test_o_lies_between_the_latest_checkpoint_and_the_highest_prepared_number__osdi99_4_4() -> None:
    """min-s is the number of the latest stable checkpoint in V, max-s the highest in a prepare message in V."""
    carried = opened(One(2), pre_prepare(3, batch(0, 2)), pre_prepare(6, batch(0, 5)), stable=4).state.carried
    assert (carried.low, carried.high) == (4, 6)
    assert sorted(carried.proposals) == [5, 6]


def test_numbers_up_to_min_s_are_ordered_by_nobody_in_the_new_view__osdi99_4_4() -> None:
    """The checkpoint settled them, also for a replica that has not executed that far: its own h is still 0."""
    one = opened(One(2), stable=4)
    one.hold(batch(0, 1))
    for number in (3, 4, 5):
        message = pre_prepare(number, batch(0, 1), view=1)
        one.hear(1, message)
        assert one.said(Prepare) == ([prepare(message)] if number == 5 else [])
        assert one.reasons() == ([] if number == 5 else [Reason.BAD_PROPOSAL])


def test_o_has_what_prepared_and_null_for_the_rest__osdi99_4_4() -> None:
    """For each n there is a set in P, and d is its digest; or there is none, and d is that of the null request."""
    carried = opened(One(2), FIRST, THIRD).state.carried
    assert [carried.proposals[each] for each in sorted(carried.proposals)] == [
        FIRST.proposal,
        NULL_PROPOSAL,
        THIRD.proposal,
    ]


def test_the_new_primary_pre_prepares_o_and_may_then_accept_messages__osdi99_4_4() -> None:
    """Next the primary appends the messages in O to its log. Then it enters view v+1."""
    one = One(1)
    one.hold(batch(0, 1), batch(0, 2))
    one.hear(2, view_change(1))
    one.hear(3, view_change(1, prepared_for(FIRST, (1, 2)), prepared_for(THIRD, (1, 2))))
    said = [each for each in one.said(PrePrepare) if isinstance(each, PrePrepare)]
    assert [(each.view, each.sequence) for each in said] == [(1, 1), (1, 2), (1, 3)]
    again = said[0]
    for sender in (2, 3):
        one.hear(sender, prepare(again))
    assert commit(again) in one.said(Commit)


@pytest.mark.parametrize("wrong", [batch(0, 2), batch(3, 1)])
def test_a_backup_verifies_o_by_computing_it_itself__osdi99_4_4(wrong: object) -> None:
    """It verifies the correctness of O by a computation like the primary's; here O is not even sent."""
    one = opened(One(2), FIRST)
    one.hold(batch(0, 1), wrong)  # type: ignore[arg-type]
    one.hear(1, pre_prepare(1, wrong, view=1))  # type: ignore[arg-type]
    assert one.reasons() == [Reason.CONFLICT]
    right = pre_prepare(1, batch(0, 1), view=1)
    one.hear(1, right)
    assert one.said(Prepare) == [prepare(right)]


def test_the_protocol_is_redone_between_min_s_and_max_s_and_nothing_runs_twice__osdi99_4_4() -> None:
    """Replicas redo the protocol for messages between min-s and max-s. They avoid re-executing client requests."""
    cluster = Cluster(4)
    for author in range(3):
        cluster.submit(author)
        cluster.settle()
    assert cluster.heights() == [3] * 4
    said: list[int] = []
    cluster.loss = lambda frame: bool(carries(frame, Prepare) and said.append(frame.sender))  # type: ignore[func-returns-value]
    cluster.hand_over(0)
    cluster.settle()
    assert set(said) == {0, 2, 3}, "every backup of view 1 prepares them anew"
    assert [len(each.disk.executed) for each in cluster.machines] == [3] * 4
    assert cluster.heights() == [3] * 4


def test_a_replica_may_obtain_missing_information_from_another__osdi99_4_4() -> None:
    """It may miss a request or a stable checkpoint, since these are not sent in new-view messages."""
    cluster = Cluster(4)
    cluster.cut(3)
    for each in range(6):
        cluster.submit(each % 3)
        cluster.settle()
    cluster.hand_over(0)
    cluster.settle()
    cluster.cut()
    assert cluster.machines[1].replica.state.carried.low == 4
    cluster.submit(3)
    cluster.ticks_until(lambda: cluster.is_done(7), most=8)
    assert cluster.machines[3].replica.state.view == 1


# §4.5.2


def test_the_timer_starts_with_2f_plus_1_view_changes__osdi99_4_5_2() -> None:
    """To avoid starting a view change too soon it waits for 2f+1 view-changes for v+1, and then starts its timer."""
    one = One(2, holds_back=True)
    said = leaves(one)
    assert TimerKind.NEW_VIEW not in one.state.timers
    one.hear(2, said)
    assert TimerKind.NEW_VIEW in one.state.timers


def test_without_a_new_view_in_time_it_goes_on_and_waits_twice_as_long__osdi99_4_5_2() -> None:
    """If the timer expires first, it starts the view change for v+2, but this time it will wait 2T."""
    one = One(2)
    leaves(one)
    (first,) = [each.after_ms for each in one.ready.timers if each.kind is TimerKind.NEW_VIEW]
    one.fire(TimerKind.NEW_VIEW)
    assert one.where == (2, False)
    for sender in (0, 3):
        one.hear(sender, view_change(2))
    (second,) = [each.after_ms for each in one.ready.timers if each.kind is TimerKind.NEW_VIEW]
    assert second == 2 * first


def test_f_plus_1_view_changes_for_later_views_are_joined_without_waiting__osdi99_4_5_2() -> None:
    """f+1 valid view-changes for views greater than its own: it sends one too, even if its timer has not expired."""
    one = One(2)
    one.hear(3, view_change(4))
    assert one.where == (0, True)
    one.hear(1, view_change(3))
    assert one.where == (3, False)
    assert [each.view for each in one.said(ViewChange) if isinstance(each, ViewChange)] == [3]


def test_a_faulty_replica_alone_forces_no_view_change__osdi99_4_5_2() -> None:
    """A faulty replica cannot cause a view change by sending a view-change, as f+1 of them are needed."""
    one = One(2, 7)
    for sender in (5, 6):
        for view in (1, 2, 9, 2**62):
            one.hear(sender, view_change(view))
    assert one.where == (0, True)


@pytest.mark.parametrize("n", range(1, 23))
def test_no_more_than_f_views_in_a_row_have_a_faulty_primary__osdi99_4_5_2(n: int) -> None:
    """p = v mod |R|, so the primary cannot be faulty for more than f consecutive views."""
    committee = Committee(n)
    for first in range(2 * n):
        primaries = {committee.primary(View(first + each)) for each in range(committee.weak_quorum)}
        assert len(primaries) == committee.weak_quorum, "one of f+1 is honest, whichever f are not"


def test_who_waits_in_an_open_view_waits_for_its_first_step_too__osdi99_4_5_2() -> None:
    """... or before it executes a request in the new view: here the timers of the open view, as patient by now."""
    one = One(2)
    one.hold(batch(3, 1))
    enter_view_1(one)
    (progress,) = [each.after_ms for each in one.ready.timers if each.kind is TimerKind.PROGRESS]
    assert progress == one.state.patience_ms == 2 * one.settings.progress_timeout_ms
    assert one.state.log.slots.get(SequenceNumber(1)) is None
