"""What the holder of one member's key can make a replica check, keep and send: each bound of docs/BOUNDS.md, filled."""

import gc
from collections.abc import Callable

import pytest

from canonical.encoding import encode
from consensus.effects import PushBlocks, Reason
from consensus.invariants import broken
from consensus.messages import (
    BATCHES_IN_PROPOSAL_MAX,
    Forwarded,
    Prepare,
    PreparedCertificate,
    Status,
    Suspect,
    SuspectReason,
    ViewChange,
)
from consensus.state import PUSH_AGAIN_TICKS, STATUSES_A_TICK_MAX
from consensus.status import STATEMENTS_FORWARDED_MAX
from consensus.types import ReplicaId, SequenceNumber, View
from consensus.verified import VERIFIED_MAX, VerifiedOnce
from consensus.view_change import VIEW_CHANGES_A_TICK_MAX
from tests.consensus.makers import (
    batch,
    checkpoint,
    forwarded,
    new_view,
    pre_prepare,
    prepare,
    prepared_for,
    sealed,
    sign_as,
    verify,
    view_change,
)
from tests.consensus.one import One
from tests.consensus.test_status import status

SOME = [prepared_for(pre_prepare(number, batch(0, number)), (1, 2)) for number in range(1, 9)]
"""Eight certificates of three signatures each."""


def counting(one: One) -> Callable[[], int]:
    """How many signatures the replica has checked from now on, each time it is asked."""
    seen = [0]
    once = one.state.verify
    assert isinstance(once, VerifiedOnce)
    right = once._verify

    def count(sender: ReplicaId, content: bytes, signature: object) -> bool:
        seen[0] += 1
        return right(sender, content, signature)  # type: ignore[arg-type]

    once._verify = count
    return lambda: seen[0]


def fresh(view: int) -> PreparedCertificate:
    """A certificate whose PRE-PREPARE the liar, once primary of view 3, signed anew: nobody has seen it before."""
    return prepared_for(pre_prepare(1, batch(0, view), view=3), (1, 2), primary=3)


# VIEW-CHANGEs


def test_a_storm_of_view_changes_costs_a_few_checks_an_interval() -> None:
    one = One(1)
    checked = counting(one)
    for view in range(10, 1_010):
        one.hear(3, view_change(view, fresh(view)))
        assert not broken(one.state)
    assert checked() <= 3 * VIEW_CHANGES_A_TICK_MAX
    assert one.reasons() == [Reason.TOO_MANY]
    assert len(one.state.view_changes[ReplicaId(3)]) <= 2
    one.fire()
    one.hear(3, view_change(2_000, fresh(9)))
    assert one.reasons() == [], "the next interval is another one"


def test_a_view_change_for_an_earlier_view_than_asked_for_before_is_not_judged() -> None:
    one = One(1)
    one.hear(3, view_change(2**62))
    checked = counting(one)
    for view in range(2, 500):
        one.hear(3, view_change(view, fresh(view)))
        assert one.reasons() == [Reason.STALE]
    assert checked() == 0


def test_bad_view_changes_for_the_view_being_entered_do_not_keep_the_named_one_out() -> None:
    """Liar 3 floods replica 2 with VIEW-CHANGEs that prove nothing, before the NEW-VIEW names its good one."""
    one = One(2)
    good = view_change(1, SOME[0])
    for sender in (0, 1):
        one.hear(sender, view_change(1))
    for height in range(4, 80, 4):
        one.hear(3, view_change(1, proof=checkpoint(height, (0,))))
        one.hear(3, view_change(100 + height, proof=checkpoint(height, (0,))))
    one.hear(1, new_view(1, (0, view_change(1)), (1, view_change(1)), (3, good)))
    assert one.where == (1, False)
    one.hear(0, forwarded(3, good))
    assert one.where == (1, True)


def test_what_many_members_prove_alike_is_checked_once() -> None:
    one = One(6, 7)
    checked = counting(one)
    shown = [prepared_for(pre_prepare(number, batch(0, number)), (1, 2, 3, 4)) for number in range(1, 9)]
    for sender in range(2, 6):
        one.hear(sender, view_change(1, *shown))
    assert one.reasons() == []
    assert checked() == 8 * 5


def test_a_full_log_is_proved_judged_and_shown_by_all_for_the_price_of_one() -> None:
    """128 numbers, each of a proposal with 64 references: the longest VIEW-CHANGE there is at n = 4."""
    one = One(2, interval=32)
    checked = counting(one)
    names = [batch(0, number) for number in range(1, BATCHES_IN_PROPOSAL_MAX + 1)]
    numbers = range(1, one.settings.log_size + 1)
    full = view_change(1, *(prepared_for(pre_prepare(number, *names), (1, 2)) for number in numbers))
    assert len(encode(full)) > 1 << 18, "longer than a bundle of several items may be"
    for sender in (0, 1, 3):
        one.hear(sender, full)
        assert one.reasons() == []
    assert checked() == 3 * one.settings.log_size
    one.hear(1, new_view(1, (0, full), (1, full), (3, full)))
    assert one.where == (1, True)
    assert one.state.carried.high == one.settings.log_size


def test_good_signatures_are_remembered_up_to_a_bound_and_bad_ones_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consensus.verified.VERIFIED_MAX", 10)
    once = VerifiedOnce(verify)
    for each in range(100):
        content = b"%d" % each
        assert once(ReplicaId(1), content, sign_as(1)(content))
        assert not once(ReplicaId(2), content, sign_as(1)(content))
        assert len(once) <= 10
    assert VERIFIED_MAX > 10


# STATUS


def blocks_for(one: One, *asked: Status) -> int:
    """How often blocks are sent to replica 3 for these statuses."""
    count = 0
    for each in asked:
        one.hear(3, each)
        count += sum(isinstance(push, PushBlocks) for push in one.ready.pushes)
    return count


def asking(number: int, certified: int = 0) -> Status:
    return status(number, certified=SequenceNumber(certified), executed=SequenceNumber(certified), asked=ReplicaId(1))


def test_who_asks_for_all_blocks_again_and_again_gets_them_seldom() -> None:
    """A push is megabytes. Who reports progress gets the next ones at once; who asks for the same again waits."""
    one = One(1)
    one.state.certified = SequenceNumber(1_000)
    numbers = iter(range(1, 10_000))
    assert blocks_for(one, asking(next(numbers)), asking(next(numbers), 32)) == 1, "once in an interval"
    one.fire()
    assert blocks_for(one, asking(next(numbers), 32)) == 1
    sent = 0
    for _ in range(20 * PUSH_AGAIN_TICKS):
        one.fire()
        sent += blocks_for(one, asking(next(numbers), 32), asking(next(numbers)))
    assert sent == 20


def test_a_flood_of_statuses_is_answered_twice_an_interval() -> None:
    one = One(1)
    message = pre_prepare(1, batch())
    one.accept(message)
    one.fire()
    one.fire()
    answers = 0
    for number in range(1, 1_000):
        one.hear(3, status(number))
        answers += len(one.said(Prepare))
    assert answers == STATUSES_A_TICK_MAX


def test_one_status_is_answered_with_so_many_view_changes() -> None:
    one = One(15, 31)
    for sender in range(21):
        one.hear(sender, view_change(1))
    held = sum(View(1) in known for known in one.state.view_changes.values())
    assert held > 2 * STATEMENTS_FORWARDED_MAX
    one.hear(30, status(1, asked=ReplicaId(15), batches=(0,) * 31))
    assert len(one.said(Forwarded)) == STATEMENTS_FORWARDED_MAX


# What is kept


def test_a_vote_keeps_nothing_of_what_else_its_bundle_held() -> None:
    """Else each of a liar's 384 votes would keep half a megabyte of rubbish in memory."""
    one = One(1)
    rubbish = view_change(0, *SOME)
    one.hear(3, prepare(pre_prepare(1, batch())), rubbish)
    assert one.state.log.slot(SequenceNumber(1)).prepares.votes
    reached, found = [one.state.log], {id(one.state.log)}
    while reached:
        for each in gc.get_referents(reached.pop()):
            if id(each) not in found and not isinstance(each, type):
                found.add(id(each))
                reached.append(each)
                assert not isinstance(each, ViewChange)


def test_complaints_and_new_views_about_the_end_of_time_take_one_place_each() -> None:
    one = One(1)
    for view in range(2**61 // 4 * 4 + 3, 2**61 // 4 * 4 + 4_003, 4):
        one.hear(
            3, Suspect(View(view), SuspectReason.NO_PROGRESS), new_view(view, *((s, view_change(1)) for s in range(3)))
        )
        assert not broken(one.state)
    assert len(one.state.suspects) == len(one.state.pending_new_views) == 1
    assert one.where == (0, True)


def test_forged_forwards_cost_one_check_each_and_leave_nothing() -> None:
    one = One(1)
    checked = counting(one)
    vote = sealed(3, view_change(1)).signed_items()[0].certificate_vote()
    for view in range(2, 202):
        one.hear(3, Forwarded(view_change(view), vote))
    assert checked() == 200
    assert not any(one.state.view_changes.values())
