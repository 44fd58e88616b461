"""Bugs that other systems had, each as a test under its id in our catalogue of cases (T-A to T-J).

Cases about one module stand with it (`grep -r t_b6 tests`); here are those of a whole replica or committee.
"""

from typing import Any

import msgspec
import pytest

from canonical.encoding import Malformed, Reader, encode
from canonical.hashing import Digest
from consensus.bundle import Bundle
from consensus.effects import Reason
from consensus.events import TimerKind
from consensus.messages import (
    BatchReference,
    BlockVote,
    Commit,
    Item,
    Prepare,
    PrePrepare,
    Status,
    Suspect,
    SuspectReason,
    proposal_digest,
)
from consensus.normal_case import is_prepared
from consensus.types import Epoch, SequenceNumber, View
from tests.consensus.cluster import Cluster
from tests.consensus.liar import Equivocator, altering
from tests.consensus.machine import Frame
from tests.consensus.makers import (
    CHAIN,
    EPOCH,
    START_MS,
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


# T-A: encoding and authentication


def test_items_of_another_epoch_change_nothing__t_a2() -> None:
    one = backup()
    one.open(sealed(0, FIRST, epoch=Epoch(1)))
    assert one.reasons() == [Reason.WRONG_EPOCH]
    assert not one.replica.wants(sealed(0, FIRST, epoch=Epoch(1)).bundle)


def test_a_tag_that_belongs_to_another_body_is_malformed__t_a3() -> None:
    reader = Reader(Bundle, size_max=1 << 16)
    data = encode(sealed(1, BlockVote(ONE, CHAIN)).bundle)
    assert not isinstance(reader.read(data), Malformed)
    assert isinstance(reader.read(data.replace(b"\xaablock-vote", b"\xa6commit")), Malformed)
    assert isinstance(reader.read(data.replace(b"block-vote", b"block-wote")), Malformed)


def test_every_part_of_a_proposal_is_in_its_digest__t_a6() -> None:
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
def test_a_stranger_is_a_reason_and_no_exception__t_a9(sender: int) -> None:
    one = backup()
    one.open(sealed(sender, FIRST))
    assert one.reasons() == [Reason.NOT_MEMBER]
    assert not one.replica.wants(sealed(sender, FIRST).bundle)
    assert not one.replica.wants_batch(type(batch().author)(sender), batch().number, OTHER, 1)


def test_a_proposal_by_a_strange_author_is_refused__t_a9() -> None:
    one = backup()
    one.hear(0, pre_prepare(1, batch(4)))
    assert one.reasons() == [Reason.BAD_PROPOSAL]


# T-B: counting


def test_duplicates_count_once_and_do_not_block__t_b1() -> None:
    one = backup()
    one.accept(FIRST)
    for _ in range(3):
        one.hear(2, commit(FIRST))
    one.hear(3, commit(FIRST))
    assert one.ready.decided == []
    one.hear(0, commit(FIRST))
    assert len(one.ready.decided) == 1


def test_prepare_of_the_primary_is_ignored__t_b2() -> None:
    one = backup()
    one.accept(FIRST)
    one.hear(0, prepare(FIRST))
    assert one.reasons() == [Reason.FROM_PRIMARY]
    assert one.said(Commit) == []


def test_votes_of_different_views_are_not_summed__t_b3() -> None:
    one = backup()
    one.accept(FIRST)
    one.hear(2, change(commit(FIRST), view=View(1)))
    one.hear(3, commit(FIRST))
    one.hear(0, commit(FIRST))
    assert one.ready.decided == []


def test_first_vote_of_a_sender_stands__t_b4() -> None:
    one = backup()
    one.accept(FIRST)
    one.hear(2, change(prepare(FIRST), digest=OTHER))
    one.hear(2, prepare(FIRST))
    assert one.reasons() == [Reason.STALE]
    assert not is_prepared(one.state, one.state.log.slot(ONE))


ORDERS = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]


@pytest.mark.parametrize("order", ORDERS)
def test_phases_may_arrive_in_any_order__t_b5(order: tuple[int, int, int]) -> None:
    one = backup()
    one.hold(batch())
    decided = []
    phases: list[list[tuple[int, Item]]] = [
        [(0, FIRST)],
        [(2, prepare(FIRST)), (3, prepare(FIRST))],
        [(each, commit(FIRST)) for each in (0, 2, 3)],
    ]
    for phase in order:
        for sender, message in phases[phase]:
            one.hear(sender, message)
            decided += one.ready.decided
    assert len(decided) == 1


def test_a_bad_item_does_not_spoil_its_bundle__t_b9() -> None:
    one = backup()
    one.accept(FIRST)
    one.hear(
        2, change(commit(FIRST), view=View(9)), prepare(FIRST), change(prepare(FIRST), sequence=SequenceNumber(99))
    )
    assert one.reasons() == [Reason.WRONG_VIEW, Reason.OUT_OF_WINDOW]
    assert one.said(Commit) == [commit(FIRST)]


# T-C: the normal case


@pytest.mark.parametrize("others", [{1}, {2, 3}, {3}, {1, 2, 3}])
def test_equivocating_primary_prepares_one_digest_at_most__t_c1(others: set[int]) -> None:
    cluster = Cluster(4, liars=[0])
    Equivocator(cluster, 0, others)
    for _ in range(3):
        cluster.submit(0)
        cluster.tick(2)
    committed = {digest for known in cluster.decided.values() for digest in known.values()}
    assert len(committed) == len(cluster.decided)


def test_pre_prepare_whose_sequence_was_changed_for_one_replica__t_c2() -> None:
    """ByzzFuzz: the primary's PRE-PREPARE goes to one replica with another sequence number."""
    cluster = Cluster(4, liars=[0])

    def shift(frame: Frame, item: Item) -> list[Item]:
        if frame.to == 2 and isinstance(item, PrePrepare):
            return [change(item, sequence=SequenceNumber(item.sequence + 1))]
        return [item]

    cluster.twists[0] = altering(shift)
    for _ in range(3):
        cluster.submit(0)
        cluster.tick(3)
    assert max(cluster.heights()[1:]) >= 2, "the other three are a quorum"


def test_victim_of_equivocation_learns_the_decision__t_c5() -> None:
    """Backup 3 was shown another proposal; once the others' blocks are final it takes them over."""
    cluster = Cluster(4, liars=[0])
    Equivocator(cluster, 0, {3})
    cluster.submit(0)
    cluster.tick(8)
    assert cluster.heights() == [1] * 4
    assert cluster.certified()[1:] == [1] * 3


def test_a_primary_accepts_its_own_proposal_though_its_clock_was_set_back_meanwhile__t_c6() -> None:
    """1. It proposes. 2. Its clock goes back an hour while the disk writes. 3. Its PRE-PREPARE returns to it."""
    one = One(0, holds_back=True)
    one.hold(batch())
    (said,) = one.said(PrePrepare)
    one.wall_ms -= 3_600_000
    one.hear(0, said)
    assert one.reasons() == []
    assert one.state.log.slot(ONE).pre_prepare == said


def test_a_primary_whose_own_proposal_waits_complains_like_anybody_and_goes_on__t_c6() -> None:
    """A complaint of the primary is no hand-over: it may be the one whose link is bad."""
    one = One(0)
    one.hold(batch())
    one.fire(TimerKind.PROGRESS)
    assert one.said(Suspect) == [Suspect(View(0), SuspectReason.NO_PROGRESS)]
    assert one.where == (0, True)
    backup_of_it = backup()
    backup_of_it.hear(0, Suspect(View(0), SuspectReason.NO_PROGRESS))
    assert backup_of_it.where == (0, True)
    (message,) = [slot.own_pre_prepare for slot in one.state.log.slots.values()]
    assert message is not None
    for sender in (1, 2):
        one.hear(sender, prepare(message), commit(message))
    assert len(one.ready.decided) == 1


@pytest.mark.parametrize("sequence", [17, 18, 2**62, 2**63 - 1])
def test_votes_beyond_the_window_leave_nothing_behind__t_c7(sequence: int) -> None:
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


def test_a_refused_proposal_is_not_asked_for_again__t_c9() -> None:
    one = backup()
    one.hear(0, change(FIRST, proposal=proposal(batch(0, 2), batch(0, 1))))
    assert one.reasons() == [Reason.BAD_PROPOSAL]
    one.fire()
    (said,) = one.said(Status)
    assert isinstance(said, Status)
    assert (said.missing, said.asked) == ((), None)


def test_same_pre_prepare_twice_leads_to_one_prepare__t_c10() -> None:
    one = One(1, holds_back=True)
    one.hold(batch())
    one.hear(0, FIRST, FIRST)
    assert one.said(Prepare) == [prepare(FIRST)]
    one.hear(0, FIRST)
    assert one.said(Prepare) == []
    assert one.reasons() == [Reason.STALE]


def test_a_sequence_is_decided_once_though_votes_keep_coming__t_c12() -> None:
    one = backup()
    one.accept(FIRST)
    decided = 0
    for sender in (0, 2, 3, 0, 2, 3):
        one.hear(sender, commit(FIRST), prepare(FIRST))
        decided += len(one.ready.decided)
    assert decided == 1


def test_a_decision_that_names_another_height_is_refused__t_c13() -> None:
    """A final block whose header names the proposal of height 1 is none of height 2, though a quorum signed it."""
    one = backup()
    one.hold(batch())
    ordered = proposal_digest(FIRST.proposal, chain=CHAIN, epoch=EPOCH, sequence=ONE)
    other = change(one.header(FIRST.proposal), height=SequenceNumber(2), proposal=ordered)
    one.hear(3, certified(other, FIRST.proposal, (0, 2, 3)))
    assert one.reasons() == [Reason.BAD_CERTIFICATE]
    assert one.state.log.slots == {}


def test_a_decision_of_another_parent_halts_who_would_have_to_follow_it__t_c13() -> None:
    """A quorum of liars only can make one: whoever executed something else below it stops, and says so."""
    one = backup()
    one.hold(batch())
    foreign = change(one.header(FIRST.proposal), parent=OTHER)
    one.hear(3, certified(foreign, FIRST.proposal, (0, 2, 3)))
    one.execute(FIRST.proposal)
    assert one.ready.halt is not None
    assert one.said(BlockVote) == []
    assert one.state.executed == 0


TIMES = [
    (START_MS - 1, [Reason.BAD_TIMESTAMP]),
    (START_MS, []),
    (START_MS + 15_000, []),
    (START_MS + 15_001, [Reason.BAD_TIMESTAMP]),
    (2**63 - 1, [Reason.BAD_TIMESTAMP]),
]


@pytest.mark.parametrize(("timestamp_ms", "reasons"), TIMES)
def test_time_neither_runs_back_nor_far_ahead__t_c14(timestamp_ms: int, reasons: list[Reason]) -> None:
    one = backup()
    one.accept(FIRST)
    one.hear(0, pre_prepare(2, batch(0, 2), timestamp_ms=timestamp_ms))
    assert one.reasons() == reasons


def test_a_clock_that_was_slow_accepts_the_proposal_later__t_c14() -> None:
    cluster = Cluster(4)
    machine = cluster.machines[2]
    machine.skew_ms = -16_000
    cluster.submit(0)
    cluster.settle()
    assert cluster.heights()[:2] == [1, 1]
    assert machine.replica.state.log.slot(ONE).pre_prepare is None
    machine.skew_ms = 0
    cluster.ticks_until(lambda: cluster.certified() == [1] * 4, most=5)


def test_an_old_proposal_may_still_be_finished_after_an_outage__t_c14() -> None:
    cluster = Cluster(4)
    cluster.submit(0)
    cluster.drop()
    cluster.now_ms += 10 * 3_600_000
    cluster.ticks_until(lambda: cluster.certified() == [1] * 4, most=5)


BAD_PROPOSALS: list[tuple[BatchReference, ...]] = [
    (),
    (batch(0, 1), batch(0, 1)),
    (batch(0, 2), batch(0, 1)),
    (batch(0, 1), batch(1, 1, size_bytes=10_000)),
    tuple(batch(0, number) for number in range(1, 12)),
]


@pytest.mark.parametrize("batches", BAD_PROPOSALS)
def test_proposals_that_break_their_bounds_are_refused__t_c15(batches: tuple[BatchReference, ...]) -> None:
    one = backup()
    one.hear(0, change(FIRST, proposal=change(proposal(), batches=batches)))
    assert one.reasons() == [Reason.BAD_PROPOSAL]
    assert one.state.log.slot(ONE).accepted is None


@pytest.mark.parametrize(("field", "value"), [("author", 2), ("number", 2), ("count", 9), ("size_bytes", 9)])
def test_a_batch_counts_only_under_its_own_name__t_a7(field: str, value: int) -> None:
    """A faulty primary that named a batch as another author's made members execute what they would order again."""
    one = backup()
    one.hold(batch(0, 1))
    one.hear(0, pre_prepare(1, change(batch(0, 1), **{field: value})))
    assert one.said(Prepare) == []
    for sender in (0, 2, 3):
        one.hear(sender, commit(pre_prepare(1, change(batch(0, 1), **{field: value}))))
        assert [each.batches for each in one.ready.decided] in ([], [()])
    one.fire()
    (said,) = one.said(Status)
    assert isinstance(said, Status)
    assert said.missing == (), "nobody has it under that name"


def test_what_was_executed_is_not_ordered_again__t_c15() -> None:
    cluster = Cluster(4)
    cluster.submit(0)
    cluster.settle()
    machine = cluster.machines[1]
    machine.receive(sealed(0, pre_prepare(2, batch(0, 1), timestamp_ms=cluster.now_ms)).bundle)
    machine.turn()
    assert machine.rejected[-1].reason is Reason.BAD_PROPOSAL


def test_a_large_batch_may_go_alone__t_c15() -> None:
    one = backup()
    one.accept(pre_prepare(1, batch(0, 1, size_bytes=10**9)))
    assert one.said(Prepare)


def test_votes_alone_decide_nothing__t_c16() -> None:
    one = backup()
    for sender in (0, 2, 3):
        one.hear(sender, commit(FIRST))
    assert one.ready.decided == [], "nobody proposed it here"
    one.accept(pre_prepare(1, batch(3)))
    assert one.ready.decided == [], "and the first proposal does not stand in for it"
