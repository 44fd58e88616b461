"""Bugs of other systems in catching up, persistence, resources and client numbers: cases T-E, T-F, T-I and T-J."""

from typing import Any

import msgspec
import pytest

from canonical.encoding import Malformed, Reader, encode
from canonical.hashing import Digest
from consensus.bundle import Bundle
from consensus.effects import Reason
from consensus.events import TimerKind
from consensus.messages import (
    NULL_PROPOSAL,
    BlockVote,
    CertifiedBlock,
    Commit,
    Item,
    NewView,
    Prepare,
    PrePrepare,
    Status,
)
from consensus.types import SequenceNumber, View
from tests.consensus.chaos import is_complete
from tests.consensus.cluster import Cluster, votes_in
from tests.consensus.liar import altering
from tests.consensus.machine import Frame
from tests.consensus.makers import (
    CHAIN,
    batch,
    certified,
    commit,
    pre_prepare,
    prepare,
    proposal,
    sealed,
)
from tests.consensus.one import One

FIRST = pre_prepare(1, batch())
OTHER = Digest(bytes(32))
ONE = SequenceNumber(1)
change = msgspec.structs.replace


def backup(**sizes: Any) -> One:
    return One(1, **sizes)


# T-E: catching up


@pytest.mark.parametrize("missed", [1, 4, 40])
@pytest.mark.parametrize("who", [1, 3])
def test_a_member_that_missed_some_blocks_returns_by_itself__t_e4(missed: int, who: int) -> None:
    """By 1, by K, and by more than L = 16; no restart."""
    cluster = Cluster(4)
    cluster.cut(who)
    for _ in range(missed):
        cluster.submit(0)
        cluster.settle()
    assert cluster.heights()[who] == 0
    cluster.cut()
    cluster.ticks_until(lambda: cluster.certified() == [missed] * 4, most=8)
    cluster.submit(who)
    cluster.ticks_until(lambda: cluster.is_done(missed + 1), most=3)
    cluster.tick(2)
    assert cluster.machines[who].replica.state.asked_last is None


def test_catching_up_ends_though_the_chain_moves_on__t_e14() -> None:
    cluster = Cluster(4)
    cluster.crash(3)
    for _ in range(60):
        cluster.submit(0)
        cluster.settle()
    cluster.restart(3)
    for _ in range(12):
        for author in (0, 1, 2):
            cluster.submit(author)
            cluster.settle()
        cluster.tick()
        if cluster.certified()[3] == cluster.certified()[0]:
            return
    raise AssertionError(cluster.certified())


def test_catching_up_to_the_same_height_changes_nothing__t_e6_e8() -> None:
    cluster = Cluster(4)
    for _ in range(3):
        cluster.submit(0)
        cluster.settle()
    machine, donor = cluster.machines[2], cluster.machines[1].disk
    before = cluster.explain(machine)
    for height in donor.certificates:
        block = CertifiedBlock(donor.headers[height], donor.proposals[height], donor.certificates[height])
        machine.receive(sealed(1, block).bundle)
        machine.turn()
    assert cluster.explain(machine) == before


def test_what_was_open_and_is_caught_up_with_is_gone__t_e8() -> None:
    """Numbers 1 to 3 are prepared here and no further; then the final blocks 1 to 4 come, with a checkpoint."""
    one, source = backup(), One(3)
    for number in range(1, 4):
        message = pre_prepare(number, batch(0, number))
        one.accept(message)
        one.hear(2, prepare(message))
    assert TimerKind.PROGRESS in one.state.timers
    for number in range(1, 5):
        content = proposal(batch(0, number))
        block = certified(source.header(content), content, (0, 2, 3))
        for each in (one, source):
            each.hold(batch(0, number))
            each.hear(3 if each is one else 2, block)
            each.execute(content)
    assert (one.state.stable, one.state.log.slots) == (4, {})
    assert TimerKind.PROGRESS not in one.state.timers
    for _ in range(3):
        one.fire()
    (said,) = one.said(Status)
    assert isinstance(said, Status)
    assert (said.slots, said.missing, said.asked) == ((), (), None)
    assert said.batches == (4, 0, 0, 0)


def test_empty_answers_are_nothing__t_e12() -> None:
    """A bundle of nothing is no bundle; answers that bring nothing are refused, and change nothing."""
    reader = Reader(Bundle, size_max=1 << 16)
    empty = change(sealed(2, Commit(View(0), ONE, CHAIN)).bundle, items=())
    assert isinstance(reader.read(encode(empty)), Malformed)
    assert isinstance(reader.read(b""), Malformed)
    one = backup()
    one.hold(batch())
    block = certified(one.header(FIRST.proposal), FIRST.proposal)
    for answer in (
        change(block, votes=()),
        change(block, proposal=NULL_PROPOSAL),
        NewView(View(1), ()),
        NewView(View(5), ()),
    ):
        one.hear(1, answer)
        assert one.reasons() == [Reason.BAD_CERTIFICATE], answer
    assert one.state.log.slots == {}
    assert one.where == (0, True)


# T-F: persistence (more in test_restart.py)


def test_all_lose_power_at_once__t_f4() -> None:
    cluster = Cluster(4)
    for author in range(4):
        cluster.submit(author)
    for _ in range(9):
        cluster.deliver(cluster.wire[0])
    for each in range(4):
        cluster.crash(each)
    cluster.drop()
    for each in range(4):
        cluster.restart(each)
    cluster.ticks_until(lambda: is_complete(cluster), most=6)
    assert sum(len(each.disk.executed) for each in cluster.machines) == 16


def test_restart_resets_nothing_monotone__t_f5() -> None:
    cluster = Cluster(4)
    for _ in range(6):
        cluster.submit(0)
        cluster.settle()
    before = cluster.machines[0].replica.state
    cluster.crash(0)
    cluster.restart(0)
    after = cluster.machines[0].replica.state
    for mark in ("view", "stable", "certified", "executed", "decided", "executed_digest", "executed_at_ms"):
        assert getattr(after, mark) == getattr(before, mark), mark
    cluster.submit(0)
    assert votes_in(cluster.wire, PrePrepare)[-1][2].sequence == 7


def test_restart_sets_each_timer_once__t_f6() -> None:
    cluster = Cluster(4)
    for _ in range(3):
        cluster.submit(0)
        cluster.settle()
    cluster.crash(1)
    cluster.restart(1)
    assert list(cluster.machines[1].deadlines) == [TimerKind.STATUS]
    assert cluster.machines[1].decided == [], "and executes nothing again"


# T-I: resources


def test_votes_for_all_slots_by_one_member_are_bounded__t_i1() -> None:
    one = backup()
    for sequence in range(1, 5_000):
        number = SequenceNumber(sequence)
        one.hear(2, Prepare(View(0), number, CHAIN), Commit(View(0), number, CHAIN), BlockVote(number, CHAIN))
    assert len(one.state.log.slots) == one.settings.log_size
    assert len(one.state.block_votes) == one.settings.log_size


def test_many_digests_by_one_member_are_one_vote__t_i1() -> None:
    one = backup()
    for value in range(500):
        digest = Digest(value.to_bytes(32, "big"))
        one.hear(2, Prepare(View(0), ONE, digest), Commit(View(0), ONE, digest), BlockVote(ONE, digest))
    slot = one.state.log.slot(ONE)
    assert len(slot.prepares.masks) == len(slot.commits.masks) == len(one.state.block_votes[ONE].masks) == 1


def test_one_timer_for_each_purpose__t_i6() -> None:
    one = One(0, proposal_bytes_max=10**9)
    for number in range(1, 30):
        one.hold(batch(0, number))
    assert set(one.state.timers) == set(TimerKind) - {TimerKind.NEW_VIEW}
    assert len(one.state.log.slots) == 1, "one proposal is open, the rest lingers under one timer"


def test_a_proposal_fills_up_for_one_interval_for_each_open_number_and_at_once_with_none() -> None:
    """N2: with blocks behind it as well as at the beginning."""
    one = One(0)
    for number in range(1, 4):
        one.hold(batch(2, number))
        (said,) = one.said(PrePrepare)
        assert isinstance(said, PrePrepare)
        for sender in (1, 2):
            one.hear(sender, prepare(said), commit(said))
        one.execute(said.proposal)
    one.hold(batch(2, 4))
    assert one.said(PrePrepare), "nothing is open"
    for opened in (1, 2):
        one.hold(batch(2, 4 + opened))
        assert one.said(PrePrepare) == []
        (linger,) = [each.after_ms for each in one.ready.timers if each.kind is TimerKind.LINGER]
        assert linger == opened * one.settings.block_interval_ms
        one.fire(TimerKind.LINGER)
        assert one.said(PrePrepare)


# T-J: clients, as far as a replica knows them


def test_a_batch_that_comes_from_everybody_runs_once__t_j1() -> None:
    cluster = Cluster(4)
    cluster.submit(2)
    for frame in list(cluster.wire):
        cluster.deliver(frame, keep=True)
        cluster.deliver(frame, keep=True)
    cluster.tick(4)
    assert [len(each.disk.executed) for each in cluster.machines] == [1] * 4


def test_gaps_wait_and_old_numbers_are_nothing__t_j3() -> None:
    one = One(0)
    one.hold(batch(2, 2))
    assert one.said(PrePrepare) == []
    one.hold(batch(2, 1))
    (said,) = one.said(PrePrepare)
    assert isinstance(said, PrePrepare)
    assert said.proposal.batches == (batch(2, 1), batch(2, 2))
    one.hold(batch(2, 1, b"again"))
    assert one.said(PrePrepare) == []


def test_no_batch_runs_twice_though_two_open_proposals_name_it__t_j4() -> None:
    """Only a faulty primary does that; the second time it is a no-op, at everybody alike."""

    def twice(_: Frame, item: Item) -> list[Item]:
        return [item, change(item, sequence=SequenceNumber(2))] if isinstance(item, PrePrepare) else [item]

    cluster = Cluster(4, liars=[0])
    cluster.submit(1)
    cluster.twists[0] = altering(twice)
    cluster.tick(3)
    accepted = cluster.machines[1].replica.state.log.slot(ONE).pre_prepare
    assert accepted is not None
    again = change(accepted, sequence=SequenceNumber(2))
    for machine in cluster.honest:
        machine.receive(sealed(0, commit(again)).bundle)
        cluster.turn(machine.id)
    cluster.tick(3)
    assert cluster.heights()[1:] == [2, 2, 2]
    assert [len(each.disk.executed) for each in cluster.honest] == [1, 1, 1]


def test_a_batch_that_was_caught_up_with_is_never_ordered_again__t_j4() -> None:
    """Member 3 took it over with its block. Its payload comes once more, and then 3 is the primary."""
    cluster = Cluster(4)
    cluster.cut(3)
    cluster.submit(1)
    cluster.submit(2)
    cluster.settle()
    payloads = list(cluster.machines[1].disk.payloads.values())
    cluster.cut()
    cluster.ticks_until(lambda: cluster.certified()[3] == cluster.certified()[0], most=4)
    for view in range(3):
        cluster.hand_over(view)
        cluster.settle()
    assert cluster.machines[3].replica.state.is_primary
    before = cluster.heights()
    for payload in payloads:
        cluster.machines[3].receive(payload)
        cluster.turn(3)
    cluster.submit(0)
    cluster.settle()
    assert cluster.heights() == [each + 1 for each in before]
    assert [len(each.disk.executed) for each in cluster.machines] == [3] * 4


def test_a_batch_that_a_faulty_primary_skips_is_delayed_and_not_lost__t_j3() -> None:
    """It orders 2 before 1; 2 is passed over, and runs when it is ordered again after 1."""
    cluster = Cluster(4, liars=[0])
    for _ in range(2):
        cluster.submit(1)
    cluster.twists[0] = altering(lambda frame, item: [])
    cluster.settle(lambda frame: frame.sender == 1)
    for sequence, number in ((1, 2), (2, 1), (3, 2)):
        reference = cluster.machines[1].disk.payloads
        named = next(each.reference for each in reference.values() if each.reference.number == number)
        message = pre_prepare(sequence, named, timestamp_ms=cluster.now_ms)
        for machine in cluster.honest:
            machine.receive(sealed(0, message, commit(message)).bundle)
            cluster.turn(machine.id)
        cluster.settle()
    assert cluster.heights()[1:] == [3, 3, 3]
    assert [[each.number for each in machine.disk.executed] for machine in cluster.honest] == [[1, 2]] * 3
