"""status.py: loss is repaired, by exactly what is missing, and nobody can make others send without end."""

from typing import Any

import msgspec
import pytest

from consensus.effects import PushBatches, PushBlocks, Reason
from consensus.events import TimerFired, TimerKind
from consensus.messages import STATUS_SLOTS_MAX, BlockVote, Commit, Prepare, PrePrepare, SlotStatus, Status
from consensus.state import SILENCE_TICKS, STATUSES_A_TICK_MAX
from consensus.status import mask_of, replicas_in
from consensus.types import BatchNumber, ReplicaId, SequenceNumber, View
from tests.consensus.cluster import Cluster
from tests.consensus.makers import START_MS, batch, block_vote, commit, header, pre_prepare, prepare, sealed
from tests.consensus.one import One

HEARD_MS = START_MS


def status(number: int = HEARD_MS, **fields: object) -> Status:
    none = SequenceNumber(0)
    empty = Status(number, View(0), True, False, b"", none, none, none, None, (), (), (BatchNumber(0),) * 4, ())
    return msgspec.structs.replace(empty, **fields)


def prepared_backup(**sizes: Any) -> tuple[One, PrePrepare]:
    """Backup 1 that accepted sequence 1 and is prepared; its votes have aged."""
    one = One(1, **sizes)
    message = pre_prepare(1, batch())
    one.accept(message)
    one.hear(2, prepare(message))
    one.fire()
    one.fire()
    return one, message


def test_receiver_pushes_its_own_votes_that_the_sender_lacks() -> None:
    one, message = prepared_backup()
    one.hear(3, status())
    assert one.said(Prepare) == [prepare(message)]
    assert one.said(Commit) == [commit(message)]
    assert {each.to for each in one.ready.send} == {3}


def test_receiver_pushes_nothing_of_others() -> None:
    one, _ = prepared_backup()
    one.hear(3, status())
    assert one.said(PrePrepare) == []
    assert len(one.ready.send) == 2


def test_receiver_pushes_no_vote_that_the_sender_holds() -> None:
    one, message = prepared_backup()
    held = SlotStatus(SequenceNumber(1), True, mask_of(1 << 1), mask_of(0))
    one.hear(3, status(slots=(held,)))
    assert [each.item for each in one.ready.send] == [commit(message)]
    held = SlotStatus(SequenceNumber(1), True, mask_of(1 << 1), mask_of(1 << 1))
    one.hear(3, status(HEARD_MS + 1, slots=(held,)))
    assert one.ready.send == []


def test_receiver_pushes_nothing_young() -> None:
    one = One(1)
    message = pre_prepare(1, batch())
    one.accept(message)
    for expected in (0, 0, 1):
        one.hear(3, status(one.state.tick + HEARD_MS))
        assert len(one.ready.send) == expected
        one.fire()


def test_receiver_pushes_no_votes_outside_the_senders_window() -> None:
    one = One(1, in_flight=8)
    for sequence in range(1, 9):
        one.accept(pre_prepare(sequence, batch(0, sequence)))
    one.fire()
    one.fire()
    one.state.log.size = 100
    far = pre_prepare(20, batch(0, 20))
    one.accept(far)
    one.fire()
    one.fire()
    one.hear(3, status())
    assert [each.sequence for each in one.said(Prepare) if isinstance(each, Prepare)] == list(range(1, 9))


def test_primary_pushes_its_pre_prepare() -> None:
    one = One(0)
    one.hold(batch())
    one.fire()
    one.fire()
    one.hear(3, status())
    assert len(one.said(PrePrepare)) == 1


def executed_backup() -> One:
    """Backup 1 that executed block 1 with its own vote only."""
    one = One(1)
    message = pre_prepare(1, batch())
    one.accept(message)
    for sender in (0, 2):
        one.hear(sender, commit(message), *([prepare(message)] if sender else []))
    assert [each.sequence for each in one.ready.decided] == [1]
    one.execute(message.proposal)
    one.fire()
    one.fire()
    return one


def test_block_votes_are_pushed_while_neither_side_has_a_certificate() -> None:
    one = executed_backup()
    one.hear(3, status())
    assert len(one.said(BlockVote)) == 1
    one.hear(2, status(certified=1, executed=1))
    assert one.said(BlockVote) == []


def certified_backup() -> One:
    one = executed_backup()
    mine = one.state.blocks[SequenceNumber(1)].own_vote
    assert mine is not None
    one.hear(2, mine)
    one.hear(3, mine)
    assert one.state.certified == 1
    return one


def test_blocks_are_pushed_by_the_one_who_is_asked_and_nobody_else() -> None:
    one = certified_backup()
    one.hear(3, status(asked=2))
    assert one.ready.pushes == []
    one.hear(3, status(HEARD_MS + 1, asked=1))
    assert one.ready.pushes[0] == PushBlocks(ReplicaId(3), SequenceNumber(1), SequenceNumber(1))
    assert [each for each in one.ready.send if isinstance(each.item, BlockVote)] == []


def test_own_batches_are_pushed_and_others_only_when_asked() -> None:
    one = One(1)
    one.hold(batch(1, 1), batch(2, 1))
    one.fire()
    one.fire()
    one.hear(3, status())
    assert one.ready.pushes == [PushBatches(ReplicaId(3), (batch(1, 1).digest,))]
    one.hear(3, status(HEARD_MS + 1, batches=(0, 1, 0, 0), asked=1))
    assert one.ready.pushes == [PushBatches(ReplicaId(3), (batch(2, 1).digest,))]


def test_a_batch_named_as_missing_is_pushed_even_if_it_is_executed_here() -> None:
    one = certified_backup()
    one.hear(3, status(asked=1, missing=(batch().digest,), batches=(0, 0, 0, 0)))
    assert PushBatches(ReplicaId(3), (batch().digest,)) in one.ready.pushes


def test_old_status_makes_nobody_send_anything() -> None:
    one, _ = prepared_backup()
    one.hear(3, status(HEARD_MS + 5))
    for number in (HEARD_MS + 5, HEARD_MS + 4, 0):
        one.fire()
        one.hear(3, status(number))
        assert one.reasons() == [Reason.STALE]
        assert one.ready.send == []


def test_statuses_of_one_sender_are_answered_twice_a_tick_at_most__t_i2() -> None:
    one, _ = prepared_backup()
    answered = 0
    for number in range(1_000):
        one.hear(3, status(HEARD_MS + number))
        answered += bool(one.ready.send)
    assert answered == STATUSES_A_TICK_MAX
    assert not one.replica.wants(sealed(3, status(HEARD_MS + 5_000)).bundle)
    one.fire()
    one.hear(3, status(HEARD_MS + 6_000))
    assert one.ready.send
    one.hear(2, status(HEARD_MS))
    assert one.ready.send, "one sender's flood costs another nothing"


def test_one_status_leads_to_a_bounded_answer__t_i2() -> None:
    """At most three votes for each slot of the log, one for each block, and 256 batches."""
    one = One(1, interval=8, in_flight=8)
    for number in range(1, 33):
        one.accept(pre_prepare(number, batch(0, number)))
        one.hold(batch(1, number))
        one.hear(2, prepare(pre_prepare(number, batch(0, number))))
    one.fire()
    one.fire()
    one.hear(3, status(asked=1, missing=tuple(batch(9, number).digest for number in range(STATUS_SLOTS_MAX))))
    assert 2 * 32 == len(one.ready.send) <= 3 * one.settings.log_size
    (push,) = one.ready.pushes
    assert isinstance(push, PushBatches)
    assert len(push.digests) == STATUS_SLOTS_MAX


def test_a_member_whose_clock_was_set_back_is_heard_again_after_a_while() -> None:
    one, _ = prepared_backup()
    one.hear(3, status(HEARD_MS + 3_600_000))
    for _ in range(SILENCE_TICKS):
        one.hear(3, status(HEARD_MS))
        assert one.reasons() == [Reason.STALE]
        one.fire()
    one.hear(3, status(HEARD_MS))
    assert one.ready.send
    one.fire()
    one.hear(3, status(HEARD_MS + 1))
    assert one.reasons() == [Reason.STALE], "or an outsider could repeat one old status after another"


def test_own_status_numbers_rise_though_the_clock_does_not() -> None:
    one = One(1)
    numbers = []
    for wall_ms in (START_MS, START_MS, START_MS - 5_000, START_MS + 9):
        one.wall_ms = wall_ms
        one.fire()
        numbers += [each.number for each in one.said(Status) if isinstance(each, Status)]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == START_MS + 9


def test_status_with_batches_of_too_many_authors_is_refused() -> None:
    one = One(1)
    for batches in ((), (0,) * 5):
        one.hear(3, status(batches=batches))
        assert one.reasons() == [Reason.BAD_PROPOSAL]
    assert 3 not in one.state.peers


def test_nobody_is_asked_while_all_goes_well() -> None:
    cluster = Cluster(4)
    for each in range(12):
        cluster.submit(each % 4)
        cluster.tick()
        assert [machine.replica.state.asked_last for machine in cluster.machines] == [None] * 4


def test_nobody_asks_himself() -> None:
    one = One(1)
    one.hear(0, pre_prepare(1, batch()))
    one.fire()
    one.fire()
    assert one.state.asked_last is None


def test_who_is_stuck_asks_another_peer_each_time() -> None:
    one = One(1)
    for peer in (0, 2, 3):
        one.hear(peer, status(certified=5, executed=5))
    asked = []
    for _ in range(6):
        one.fire()
        asked.append(one.state.asked_last)
    assert asked == [0, 2, 3, 0, 2, 3]


def test_a_liar_who_claims_great_heights_is_not_the_only_one_asked__t_e10() -> None:
    one = One(1)
    one.hear(0, status(certified=2**62, executed=2**62))
    one.hear(2, status(certified=5, executed=5))
    asked = []
    for _ in range(4):
        one.fire()
        asked.append(one.state.asked_last)
    assert asked == [0, 2, 0, 2]


def test_status_says_what_is_held() -> None:
    one, _ = prepared_backup()
    one.hear(3, block_vote(header(1)))
    one.fire()
    (said,) = one.said(Status)
    assert isinstance(said, Status)
    (slot,) = said.slots
    assert (slot.sequence, slot.has_pre_prepare, replicas_in(slot.commits)) == (1, True, 1 << 1)
    assert replicas_in(slot.prepares) == 0b1111, "whoever said COMMIT needs no more PREPAREs"
    assert said.batches == (1, 0, 0, 0)
    assert said.missing == ()


def test_status_names_batches_that_a_proposal_waits_for() -> None:
    one = One(1)
    one.hear(0, pre_prepare(1, batch(2, 1)))
    one.fire()
    (said,) = one.said(Status)
    assert isinstance(said, Status)
    assert said.missing == (batch(2, 1).digest,)


def test_every_loss_is_repaired_once_and_not_by_everybody() -> None:
    """A COMMIT lost to one member costs one vote, from the one who said it."""
    cluster = Cluster(4)
    cluster.loss = lambda frame: frame.sender == 2 and frame.to == 3
    cluster.submit(0)
    cluster.settle()
    cluster.loss = lambda frame: False
    assert cluster.heights() == [1, 1, 1, 1], "three others are a quorum"
    before = cluster.sent
    cluster.tick(5)
    statuses = 5 * 4 * 3
    assert cluster.sent - before == statuses, "what is final everywhere is not sent again"


def test_statuses_of_an_idle_committee_lead_to_nothing() -> None:
    cluster = Cluster(7)
    for each in range(7):
        cluster.submit(each)
    cluster.tick(3)
    before = cluster.sent
    cluster.tick(10)
    assert cluster.sent - before == 10 * 7 * 6


@pytest.mark.parametrize("mask", [0, 1, 0b1000_0000, 0b1_0000_0000, (1 << 1024) - 1])
def test_masks_survive_the_wire_without_trailing_zeros(mask: int) -> None:
    assert replicas_in(mask_of(mask)) == mask
    assert not mask_of(mask).endswith(b"\0")


def test_stale_timer_is_nothing__t_d19() -> None:
    one = One(1)
    generation = one.state.timers[TimerKind.STATUS]
    one.fire()
    one.step(TimerFired(TimerKind.STATUS, generation))
    assert one.ready.send == []


def test_a_status_between_the_first_and_the_last_that_came_is_old() -> None:
    one = One(1)
    for number in (HEARD_MS, HEARD_MS + 5):
        one.hear(3, status(number))
        assert one.reasons() == []
        one.fire()
    one.hear(3, status(HEARD_MS + 3))
    assert one.reasons() == [Reason.STALE]
