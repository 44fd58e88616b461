"""view_change.py: what a NEW-VIEW opens, and what it cannot do (V7 to V10)."""

import msgspec
import pytest

from consensus.effects import Reason
from consensus.events import TimerKind
from consensus.messages import (
    NULL_PROPOSAL,
    NewView,
    Prepare,
    PrePrepare,
    Status,
    ViewChange,
)
from consensus.types import View
from tests.consensus.makers import (
    batch,
    checkpoint,
    forwarded,
    new_view,
    pre_prepare,
    prepare,
    prepared_for,
    view_change,
)
from tests.consensus.one import One, enter_view_1

FAR = 2**62
FIRST = pre_prepare(1, batch())
ONE = prepared_for(FIRST, (1, 2))


UNPROVED = view_change(1, prepared_for(FIRST, (1,)))


def test_the_primary_names_a_quorum_and_the_latest_checkpoints_first() -> None:
    one = One(1)
    one.hear(2, view_change(1))
    one.hear(3, view_change(1, proof=checkpoint(8)))
    (said,) = one.said(NewView)
    assert isinstance(said, NewView)
    assert [each.sender for each in said.view_changes] == [1, 2, 3]
    assert one.where == (1, True)
    assert one.state.carried.low == 8


@pytest.mark.parametrize("sender", [0, 2, 3])
def test_a_new_view_from_another_than_its_primary_moves_nobody__t_d6(sender: int) -> None:
    one = One(2)
    said = [(each, view_change(1)) for each in (0, 1, 3)]
    one.hear(sender, new_view(1, *said))
    assert one.reasons() in ([Reason.NOT_PRIMARY], [Reason.NOT_PRIMARY, Reason.NOT_PRIMARY])
    assert one.where == (0, True)
    assert one.said(ViewChange) == []


def test_a_new_view_of_the_past_is_nothing__t_d6__t_d7() -> None:
    one = One(2)
    enter_view_1(one)
    one.hear(1, new_view(1, *[(each, view_change(1)) for each in (0, 1, 3)]))
    assert one.reasons() == [Reason.WRONG_VIEW]
    assert one.where == (1, True)
    assert one.said(ViewChange) == []


SAID = [(each, view_change(1)) for each in (0, 1, 3)]


@pytest.mark.parametrize("chosen", [SAID[:2], SAID[:1] * 3, SAID[::-1], [*SAID[:2], (9, view_change(1))]])
def test_a_new_view_that_names_no_quorum_is_a_reason_to_go_on__t_b6(chosen: list[tuple[int, ViewChange]]) -> None:
    one = One(2)
    one.hear(1, new_view(1, *chosen))
    assert one.where == (0, True), "but not before its view is this replica's"
    for sender in (0, 3):
        one.hear(sender, view_change(1))
    one.hear(1, new_view(1, *chosen))
    assert one.where == (2, False)


def test_a_new_view_waits_for_the_view_changes_it_names__t_d12() -> None:
    one = One(2)
    for sender, message in SAID[:2]:
        one.hear(sender, message)
    one.hear(1, new_view(1, *SAID))
    assert one.where == (1, False)
    assert TimerKind.NEW_VIEW in one.state.timers, "and not for ever"
    one.hear(0, forwarded(*SAID[2]))
    assert one.where == (1, True)


def test_a_new_view_that_comes_before_the_view_changes_it_names_opens_its_view_when_they_come__t_d26() -> None:
    one = One(2)
    one.hear(1, new_view(1, *SAID))
    assert one.reasons() == []
    assert one.where == (0, True)
    for sender, message in SAID:
        one.hear(sender, message)
    assert one.where == (1, True)


def test_one_that_never_comes_ends_in_the_next_view__t_d13() -> None:
    one = One(2)
    for sender, message in SAID[:2]:
        one.hear(sender, message)
    one.hear(1, new_view(1, *SAID[:2], (3, UNPROVED)))
    one.hear(3, UNPROVED)
    assert one.reasons() == [Reason.BAD_CERTIFICATE]
    assert one.where == (1, False)
    one.fire(TimerKind.NEW_VIEW)
    assert one.where == (2, False)


def test_a_primary_that_says_two_new_views_for_one_view_has_lost_it() -> None:
    """The first names what nobody has, the second is good. Both are signed: the proof ends the view at once."""
    one = One(2)
    for sender, message in SAID:
        one.hear(sender, message)
        if sender == 1:
            one.hear(1, new_view(1, *SAID[:2], (3, UNPROVED)))
    assert one.where == (1, False)
    one.hear(1, new_view(1, *SAID))
    assert one.where == (2, False)
    assert [proof.first_vote.sender for proof in one.ready.evidence] == [1]


def test_a_new_view_for_2_to_the_62_puts_no_other_aside() -> None:
    """1. Liar 0, primary of view 4k as well, opens view 2^62 with VIEW-CHANGEs that nobody has.

    2. Primary 1 opens view 1. If one NEW-VIEW at a time could wait, replica 2 would never enter any view again.
    """
    one = One(2)
    one.hear(0, new_view(FAR, *[(each, view_change(FAR)) for each in (0, 1, 3)]))
    assert one.where == (0, True)
    enter_view_1(one)


def test_an_equivocating_view_change_is_replaced_by_the_one_that_is_named() -> None:
    """Liar 3 says one VIEW-CHANGE to primary 1 and another to replica 2; its status must show which it lacks."""
    one = One(2)
    for sender, message in SAID[:2]:
        one.hear(sender, message)
    one.hear(3, view_change(1, ONE))
    one.hear(1, new_view(1, *SAID))
    assert one.where == (1, False)
    one.fire()
    (status,) = one.said(Status)
    assert isinstance(status, Status)
    assert status.view_changes == b"\x07"
    one.hear(1, forwarded(*SAID[2]))
    assert one.where == (1, True)


def test_later_claims_of_a_liar_do_not_push_out_the_view_change_that_is_named() -> None:
    one = One(2)
    for view in (1, FAR, FAR + 1, FAR + 2):
        one.hear(3, view_change(view))
    for sender, message in SAID[:2]:
        one.hear(sender, message)
    one.hear(3, view_change(1))
    one.hear(1, new_view(1, *SAID))
    assert one.where == (1, True)


def test_forged_forwards_are_nothing() -> None:
    one = One(2)
    good = forwarded(3, view_change(1))
    one.hear(0, msgspec.structs.replace(good, vote=msgspec.structs.replace(good.vote, sender=1)))
    assert one.reasons() == [Reason.BAD_CERTIFICATE]
    one.hear(0, msgspec.structs.replace(good, statement=view_change(2)))
    assert one.reasons() == [Reason.BAD_CERTIFICATE]
    assert one.state.view_changes == {}


def carrying(*prepared: object) -> list[tuple[int, ViewChange]]:
    return [(0, view_change(1)), (1, view_change(1)), (3, view_change(1, *prepared))]  # type: ignore[arg-type]


def enter_carrying(one: One, said: list[tuple[int, ViewChange]]) -> None:
    for sender, message in said:
        one.hear(sender, message)
    one.hear(1, new_view(1, *said))
    assert one.where == (1, True)


CARRIED = [
    (pre_prepare(3, batch(0, 2), view=1), True),
    (pre_prepare(3, batch(0, 9), view=1), False),
    (pre_prepare(2, batch(0, 2), view=1), False),
    (pre_prepare(4, batch(0, 1), view=1), True),
]


@pytest.mark.parametrize(("message", "is_accepted"), CARRIED)
def test_a_carried_number_takes_what_o_gives_it_and_nothing_else__t_d1(message: PrePrepare, is_accepted: bool) -> None:
    one = One(2)
    enter_carrying(one, carrying(prepared_for(pre_prepare(3, batch(0, 2)), (1, 2))))
    one.hold(*message.proposal.batches)
    one.hear(1, message)
    assert (one.said(Prepare) == [prepare(message)]) is is_accepted


def test_null_requests_of_o_are_prepared_without_being_judged__t_d3() -> None:
    one = One(2)
    enter_carrying(one, carrying(prepared_for(pre_prepare(3, batch(0, 2)), (1, 2))))
    hole = PrePrepare(View(1), pre_prepare(2).sequence, NULL_PROPOSAL)
    one.hear(1, hole)
    assert one.said(Prepare) == [prepare(hole)]
    beyond = msgspec.structs.replace(hole, sequence=4)
    one.hear(1, beyond)
    assert one.reasons() == [Reason.BAD_PROPOSAL], "an own proposal of nothing breaks its bounds"


def test_pre_prepares_that_come_before_their_new_view_are_judged_when_it_comes__t_d26() -> None:
    one = One(2)
    said = carrying(prepared_for(FIRST, (1, 2)))
    for sender, message in said:
        one.hear(sender, message)
    one.hold(batch())
    one.hear(1, replace_view(FIRST, 1))
    assert one.said(Prepare) == []
    one.hear(1, new_view(1, *said))
    assert one.said(Prepare) == [prepare(replace_view(FIRST, 1))]


def replace_view(message: PrePrepare, view: int) -> PrePrepare:
    return msgspec.structs.replace(message, view=view)


def test_the_new_primary_says_o_and_its_own_proposals_above_it__t_d1() -> None:
    one = One(1)
    one.hold(batch(0, 1), batch(0, 2))
    one.hear(2, view_change(1))
    one.hear(3, view_change(1, prepared_for(pre_prepare(2, batch(0, 1)), (1, 2))))
    said = [each for each in one.said(PrePrepare) if isinstance(each, PrePrepare)]
    assert [(each.sequence, each.view) for each in said] == [(1, 1), (2, 1)]
    assert [len(each.proposal.batches) for each in said] == [0, 1]
    one.fire(TimerKind.LINGER)
    (own,) = one.said(PrePrepare)
    assert isinstance(own, PrePrepare)
    assert (own.sequence, [each.number for each in own.proposal.batches]) == (3, [2])


def test_a_new_primary_that_lacks_the_checkpoint_orders_nothing_of_its_own__t_d14() -> None:
    one = One(1)
    one.hold(batch(2, 1))
    one.hear(2, view_change(1, proof=checkpoint(4)))
    one.hear(3, view_change(1))
    assert one.where == (1, True)
    assert one.state.carried.low == 4
    assert one.said(PrePrepare) == []


def test_in_flight_proposals_of_a_former_primary_are_forgotten__t_d17() -> None:
    one = One(0)
    one.hold(batch(2, 1))
    assert one.said(PrePrepare)
    said = [(each, view_change(1)) for each in (1, 2, 3)]
    for sender, message in said:
        one.hear(sender, message)
    one.hear(1, new_view(1, *said))
    assert one.where == (1, True)
    assert all(slot.own_pre_prepare is None and slot.accepted is None for slot in one.state.log.slots.values())
    assert TimerKind.LINGER not in one.state.timers
    again = replace_view(pre_prepare(1, batch(2, 1)), 1)
    one.hear(1, again)
    assert one.said(Prepare) == [prepare(again)]


def test_votes_of_another_view_are_not_counted() -> None:
    one = One(2)
    enter_view_1(one)
    message = replace_view(FIRST, 1)
    one.hold(batch())
    one.hear(1, message)
    one.hear(3, prepare(FIRST))
    one.hear(0, prepare(FIRST))
    assert one.reasons() == [Reason.WRONG_VIEW]
    assert one.state.log.slot(FIRST.sequence).own_commit is None
    one.hear(3, prepare(message))
    assert one.state.log.slot(FIRST.sequence).own_commit is not None
