"""Bugs that other systems had, each as a test under its id in our catalogue of cases (T-A to T-J).

Cases about one module stand with it (`grep -r T_B6 tests`); here are those of a whole replica or committee.
"""

import msgspec
import pytest

from canonical.encoding import Malformed, Reader, encode
from canonical.hashing import Digest
from consensus.bundle import Bundle
from consensus.effects import Reason
from consensus.events import TimerKind
from consensus.messages import BlockVote, CertifiedBlock, Commit, PrePrepare, Prepare, Status
from consensus.normal_case import is_prepared
from consensus.types import Epoch, SequenceNumber, View
from tests.consensus.chaos import is_complete
from tests.consensus.cluster import Cluster, votes_in
from tests.consensus.liar import Equivocator
from tests.consensus.machine import lie_about
from tests.consensus.makers import (
    CHAIN,
    START_MS,
    batch,
    commit,
    pre_prepare,
    prepare,
    proposal,
    proposal_digest,
    sealed,
)
from tests.consensus.one import One

FIRST = pre_prepare(1, batch())
OTHER = Digest(bytes(32))
ONE = SequenceNumber(1)
change = msgspec.structs.replace


def backup(**sizes: int) -> One:
    return One(1, **sizes)


# T-A: encoding and authentication


def test_items_of_another_epoch_change_nothing__T_A2() -> None:
    one = backup()
    one.open(sealed(0, FIRST, epoch=Epoch(1)))
    assert one.reasons() == [Reason.WRONG_EPOCH]
    assert not one.replica.wants(sealed(0, FIRST, epoch=Epoch(1)).bundle)


def test_a_tag_that_belongs_to_another_body_is_malformed__T_A3() -> None:
    reader = Reader(Bundle, size_max=1 << 16)
    data = encode(sealed(1, BlockVote(ONE, CHAIN)).bundle)
    assert not isinstance(reader.read(data), Malformed)
    assert isinstance(reader.read(data.replace(b"\xaablock-vote", b"\xa6commit")), Malformed)
    assert isinstance(reader.read(data.replace(b"block-vote", b"block-wote")), Malformed)


def test_every_part_of_a_proposal_is_in_its_digest__T_A6() -> None:
    content = proposal(batch(0, 1), batch(1, 1))
    reference = content.batches[0]

    def digest_of(of=content, chain: Digest = CHAIN, epoch: int = 0, sequence: int = 1) -> Digest:
        return proposal_digest(of, chain=chain, epoch=Epoch(epoch), sequence=SequenceNumber(sequence))

    altered = [
        change(content, batches=(change(reference, **{field: value}), *content.batches[1:]))
        for field, value in (("author", 3), ("number", 9), ("digest", OTHER), ("count", 9), ("size_bytes", 9))
    ]
    altered += [
        change(content, timestamp_ms=START_MS + 1),
        change(content, batches=content.batches[::-1]),
        change(content, batches=content.batches[:1]),
    ]
    digests = [digest_of(each) for each in altered]
    digests += [digest_of(chain=OTHER), digest_of(epoch=1), digest_of(sequence=2), digest_of()]
    assert len(set(digests)) == len(digests)


@pytest.mark.parametrize("sender", [4, 7, 1023])
def test_a_stranger_is_a_reason_and_no_exception__T_A9(sender: int) -> None:
    one = backup()
    one.open(sealed(sender, FIRST))
    assert one.reasons() == [Reason.NOT_MEMBER]
    assert not one.replica.wants(sealed(sender, FIRST).bundle)
    assert not one.replica.wants_batch(type(batch().author)(sender), batch().number, OTHER)


def test_a_proposal_by_a_strange_author_is_refused__T_A9() -> None:
    one = backup()
    one.hear(0, pre_prepare(1, batch(4)))
    assert one.reasons() == [Reason.BAD_PROPOSAL]


# T-B: counting


def test_duplicates_count_once_and_do_not_block__T_B1() -> None:
    one = backup()
    one.accept(FIRST)
    for _ in range(3):
        one.hear(2, commit(FIRST))
    one.hear(3, commit(FIRST))
    assert one.ready.decided == []
    one.hear(0, commit(FIRST))
    assert len(one.ready.decided) == 1


def test_prepare_of_the_primary_is_ignored__T_B2() -> None:
    one = backup()
    one.accept(FIRST)
    one.hear(0, prepare(FIRST))
    assert one.reasons() == [Reason.FROM_PRIMARY]
    assert one.said(Commit) == []


def test_votes_of_different_views_are_not_summed__T_B3() -> None:
    one = backup()
    one.accept(FIRST)
    one.hear(2, change(commit(FIRST), view=View(1)))
    one.hear(3, commit(FIRST))
    one.hear(0, commit(FIRST))
    assert one.ready.decided == []


def test_first_vote_of_a_sender_stands__T_B4() -> None:
    one = backup()
    one.accept(FIRST)
    one.hear(2, change(prepare(FIRST), digest=OTHER))
    one.hear(2, prepare(FIRST))
    assert one.reasons() == [Reason.STALE]
    assert not is_prepared(one.state, one.state.log.slot(ONE))


ORDERS = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]


@pytest.mark.parametrize("order", ORDERS)
def test_phases_may_arrive_in_any_order__T_B5(order: tuple[int, int, int]) -> None:
    one = backup()
    one.hold(batch())
    decided = []
    phases = [[(0, FIRST)], [(2, prepare(FIRST)), (3, prepare(FIRST))], [(each, commit(FIRST)) for each in (0, 2, 3)]]
    for phase in order:
        for sender, message in phases[phase]:
            one.hear(sender, message)
            decided += one.ready.decided
    assert len(decided) == 1


def test_a_bad_item_does_not_spoil_its_bundle__T_B9() -> None:
    one = backup()
    one.accept(FIRST)
    one.hear(2, change(commit(FIRST), view=View(9)), prepare(FIRST), change(prepare(FIRST), sequence=SequenceNumber(99)))
    assert one.reasons() == [Reason.WRONG_VIEW, Reason.OUT_OF_WINDOW]
    assert one.said(Commit) == [commit(FIRST)]


# T-C: the normal case


@pytest.mark.parametrize("others", [{1}, {2, 3}, {3}, {1, 2, 3}])
def test_equivocating_primary_prepares_one_digest_at_most__T_C1(others: set[int]) -> None:
    cluster = Cluster(4, liars=[0])
    Equivocator(cluster, 0, others)
    for _ in range(3):
        cluster.submit(0)
        cluster.tick(2)
    committed = {digest for known in cluster.decided.values() for digest in known.values()}
    assert len(committed) == len(cluster.decided)


def test_pre_prepare_whose_sequence_was_changed_for_one_replica__T_C2() -> None:
    """ByzzFuzz: the primary's PRE-PREPARE goes to one replica with another sequence number."""
    cluster = Cluster(4, liars=[0])
    cluster.twists[0] = lambda frame: [
        lie_about(
            frame,
            *(
                change(item, sequence=SequenceNumber(item.sequence + 1)) if isinstance(item, PrePrepare) else item
                for item in frame.content.items
            ),
        )
        if frame.to == 2 and isinstance(frame.content, Bundle)
        else frame
    ]
    for _ in range(3):
        cluster.submit(0)
        cluster.tick(3)
    honest = [each for each in cluster.heights()[1:]]
    assert max(honest) >= 2, "the other three are a quorum"


def test_victim_of_equivocation_learns_the_decision__T_C5() -> None:
    """Backup 3 was shown another proposal; once the others' blocks are final it takes them over."""
    cluster = Cluster(4, liars=[0])
    Equivocator(cluster, 0, {3})
    cluster.submit(0)
    cluster.tick(8)
    assert cluster.heights() == [1] * 4
    assert cluster.certified()[1:] == [1] * 3


@pytest.mark.parametrize("sequence", [17, 18, 2**62, 2**63 - 1])
def test_votes_beyond_the_window_leave_nothing_behind__T_C7(sequence: int) -> None:
    one = backup()
    for vote in (
        pre_prepare(sequence),
        Prepare(View(0), SequenceNumber(sequence), CHAIN),
        Commit(View(0), SequenceNumber(sequence), CHAIN),
        BlockVote(SequenceNumber(sequence), CHAIN),
    ):
        one.hear(0 if isinstance(vote, PrePrepare) else 2, vote)
        assert one.reasons() == [Reason.OUT_OF_WINDOW]
        assert not one.replica.wants(sealed(2, vote).bundle)
    assert one.state.log.slots == {}
    assert one.state.block_votes == {}


def test_a_refused_proposal_is_not_asked_for_again__T_C9() -> None:
    one = backup()
    one.hear(0, change(FIRST, proposal=proposal(batch(0, 2), batch(0, 1))))
    assert one.reasons() == [Reason.BAD_PROPOSAL]
    one.fire()
    (said,) = one.said(Status)
    assert isinstance(said, Status)
    assert (said.missing, said.asked) == ((), None)


def test_same_pre_prepare_twice_leads_to_one_prepare__T_C10() -> None:
    one = One(1, holds_back=True)
    one.hold(batch())
    one.hear(0, FIRST, FIRST)
    assert one.said(Prepare) == [prepare(FIRST)]
    one.hear(0, FIRST)
    assert one.said(Prepare) == []
    assert one.reasons() == [Reason.STALE]


def test_a_sequence_is_decided_once_though_votes_keep_coming__T_C12() -> None:
    one = backup()
    one.accept(FIRST)
    decided = 0
    for sender in (0, 2, 3, 0, 2, 3):
        one.hear(sender, commit(FIRST), prepare(FIRST))
        decided += len(one.ready.decided)
    assert decided == 1


TIMES = [
    (START_MS - 1, [Reason.BAD_TIMESTAMP]),
    (START_MS, []),
    (START_MS + 15_000, []),
    (START_MS + 15_001, [Reason.BAD_TIMESTAMP]),
    (2**63 - 1, [Reason.BAD_TIMESTAMP]),
]


@pytest.mark.parametrize(("timestamp_ms", "reasons"), TIMES)
def test_time_neither_runs_back_nor_far_ahead__T_C14(timestamp_ms: int, reasons: list[Reason]) -> None:
    one = backup()
    one.accept(FIRST)
    one.hear(0, pre_prepare(2, batch(0, 2), timestamp_ms=timestamp_ms))
    assert one.reasons() == reasons


def test_a_clock_that_was_slow_accepts_the_proposal_later__T_C14() -> None:
    cluster = Cluster(4)
    machine = cluster.machines[2]
    machine.now = lambda: cluster.now_ms - 16_000
    cluster.submit(0)
    cluster.settle()
    assert cluster.heights()[:2] == [1, 1]
    assert machine.replica.state.log.slot(ONE).pre_prepare is None
    machine.now = lambda: cluster.now_ms
    cluster.ticks_until(lambda: cluster.certified() == [1] * 4, most=5)


def test_an_old_proposal_may_still_be_finished_after_an_outage__T_C14() -> None:
    cluster = Cluster(4)
    cluster.submit(0)
    cluster.drop()
    cluster.now_ms += 10 * 3_600_000
    cluster.ticks_until(lambda: cluster.certified() == [1] * 4, most=5)


BAD_PROPOSALS = [
    (),
    (batch(0, 1), batch(0, 1)),
    (batch(0, 2), batch(0, 1)),
    (batch(0, 1), batch(1, 1, size_bytes=10_000)),
    tuple(batch(0, number) for number in range(1, 12)),
]


@pytest.mark.parametrize("batches", BAD_PROPOSALS)
def test_proposals_that_break_their_bounds_are_refused__T_C15(batches: tuple) -> None:
    one = backup()
    one.hear(0, change(FIRST, proposal=change(proposal(), batches=batches)))
    assert one.reasons() == [Reason.BAD_PROPOSAL]
    assert one.state.log.slot(ONE).accepted is None


def test_what_was_executed_is_not_ordered_again__T_C15() -> None:
    cluster = Cluster(4)
    cluster.submit(0)
    cluster.settle()
    machine = cluster.machines[1]
    machine.receive(sealed(0, pre_prepare(2, batch(0, 1), timestamp_ms=cluster.now_ms)).bundle)
    machine.turn()
    assert machine.rejected[-1].reason is Reason.BAD_PROPOSAL


def test_a_large_batch_may_go_alone__T_C15() -> None:
    one = backup()
    one.accept(pre_prepare(1, batch(0, 1, size_bytes=10**9)))
    assert one.said(Prepare)


def test_votes_alone_decide_nothing__T_C16() -> None:
    one = backup()
    for sender in (0, 2, 3):
        one.hear(sender, commit(FIRST))
    assert one.ready.decided == [], "nobody proposed it here"
    one.accept(pre_prepare(1, batch(3)))
    assert one.ready.decided == [], "and the first proposal does not stand in for it"


# T-E: catching up


@pytest.mark.parametrize("missed", [1, 4, 40])
@pytest.mark.parametrize("who", [1, 3])
def test_a_member_that_missed_some_blocks_returns_by_itself__T_E4(missed: int, who: int) -> None:
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


def test_catching_up_ends_though_the_chain_moves_on__T_E14() -> None:
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


def test_catching_up_to_the_same_height_changes_nothing__T_E6_E8() -> None:
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


# T-F: persistence (more in test_restart.py)


def test_all_lose_power_at_once__T_F4() -> None:
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


def test_restart_resets_nothing_monotone__T_F5() -> None:
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


def test_restart_sets_each_timer_once__T_F6() -> None:
    cluster = Cluster(4)
    for _ in range(3):
        cluster.submit(0)
        cluster.settle()
    cluster.crash(1)
    cluster.restart(1)
    assert list(cluster.machines[1].deadlines) == [TimerKind.STATUS]
    assert cluster.machines[1].decided == [], "and executes nothing again"


# T-I: resources


def test_votes_for_all_slots_by_one_member_are_bounded__T_I1() -> None:
    one = backup()
    for sequence in range(1, 5_000):
        number = SequenceNumber(sequence)
        one.hear(2, Prepare(View(0), number, CHAIN), Commit(View(0), number, CHAIN), BlockVote(number, CHAIN))
    assert len(one.state.log.slots) == one.settings.log_size
    assert len(one.state.block_votes) == one.settings.log_size


def test_many_digests_by_one_member_are_one_vote__T_I1() -> None:
    one = backup()
    for value in range(500):
        digest = Digest(value.to_bytes(32, "big"))
        one.hear(2, Prepare(View(0), ONE, digest), Commit(View(0), ONE, digest), BlockVote(ONE, digest))
    slot = one.state.log.slot(ONE)
    assert len(slot.prepares.masks) == len(slot.commits.masks) == len(one.state.block_votes[ONE].masks) == 1


def test_one_timer_for_each_purpose__T_I6() -> None:
    one = One(0, proposal_bytes_max=10**9)
    for number in range(1, 30):
        one.hold(batch(0, number))
    assert set(one.state.timers) == {TimerKind.STATUS, TimerKind.LINGER}
    assert len(one.state.log.slots) == 1, "one proposal is open, the rest lingers under one timer"


# T-J: clients, as far as a replica knows them


def test_a_batch_that_comes_from_everybody_runs_once__T_J1() -> None:
    cluster = Cluster(4)
    cluster.submit(2)
    for frame in [each for each in cluster.wire]:
        cluster.deliver(frame, keep=True)
        cluster.deliver(frame, keep=True)
    cluster.tick(4)
    assert [len(each.disk.executed) for each in cluster.machines] == [1] * 4


def test_gaps_wait_and_old_numbers_are_nothing__T_J3() -> None:
    one = One(0)
    one.hold(batch(2, 2))
    assert one.said(PrePrepare) == []
    one.hold(batch(2, 1))
    (said,) = one.said(PrePrepare)
    assert isinstance(said, PrePrepare)
    assert said.proposal.batches == (batch(2, 1), batch(2, 2))
    one.hold(batch(2, 1, b"again"))
    assert one.said(PrePrepare) == []


def test_no_batch_runs_twice_though_two_open_proposals_name_it__T_J4() -> None:
    """Only a faulty primary does that; the second time it is a no-op, at everybody alike."""
    cluster = Cluster(4, liars=[0])
    cluster.submit(1)
    cluster.twists[0] = lambda frame: [
        lie_about(
            frame,
            *(
                each
                for item in frame.content.items
                for each in ([item, change(item, sequence=SequenceNumber(2))] if isinstance(item, PrePrepare) else [item])
            ),
        )
        if isinstance(frame.content, Bundle)
        else frame
    ]
    cluster.tick(3)
    again = pre_prepare(2, batch(1, 1), timestamp_ms=cluster.machines[1].replica.state.log.slot(ONE).pre_prepare.proposal.timestamp_ms)
    for machine in cluster.honest:
        machine.receive(sealed(0, commit(again)).bundle)
        cluster.turn(machine.id)
    cluster.tick(3)
    assert cluster.heights()[1:] == [2, 2, 2]
    assert [len(each.disk.executed) for each in cluster.honest] == [1, 1, 1]
