"""view_change.py: what a VIEW-CHANGE must prove and where it leads (V2 to V6)."""

import msgspec
import pytest

from canonical.signing import Signature
from consensus.effects import Reason, ViewRecord
from consensus.events import TimerKind
from consensus.messages import (
    NewView,
    Suspect,
    SuspectReason,
    ViewChange,
)
from consensus.types import ReplicaId, View
from tests.consensus.makers import (
    batch,
    checkpoint,
    pre_prepare,
    prepare,
    prepared_for,
    view_change,
)
from tests.consensus.one import One, enter_view_1

FAR = 2**62
FIRST = pre_prepare(1, batch())
ONE = prepared_for(FIRST, (1, 2))


def complaint(view: int = 0, reason: SuspectReason = SuspectReason.NO_PROGRESS) -> Suspect:
    return Suspect(View(view), reason)


def test_the_new_view_timer_waits_for_a_quorum_of_view_changes__t_d10() -> None:
    one = One(2)
    one.hear(0, view_change(1))
    one.hear(3, view_change(1))
    assert one.where == (1, False), "joined at f+1; its own is the third"
    assert TimerKind.NEW_VIEW in one.state.timers
    alone = One(2, holds_back=True)
    alone.hear(0, view_change(1))
    alone.hear(3, view_change(1))
    assert alone.where == (1, False)
    assert TimerKind.NEW_VIEW not in alone.state.timers


def test_f_plus_1_are_joined_at_once_and_f_are_not__t_d9() -> None:
    one = One(1, 7)
    for sender in (3, 4):
        one.hear(sender, view_change(5))
    assert one.where == (0, True)
    one.hear(6, view_change(2))
    assert one.where == (2, False), "where f+1 of them are at least"


def test_a_view_of_2_to_the_62_from_one_member_or_from_f_moves_nobody__t_d8() -> None:
    one = One(1, 7)
    for sender in (3, 4):
        one.hear(sender, view_change(FAR))
        one.hear(sender, view_change(FAR + sender))
    assert one.where == (0, True)
    assert max(len(known) for known in one.state.view_changes.values()) <= 2
    for sender in (0, 2, 5):
        one.hear(sender, view_change(1))
    assert one.state.view == 1, "and the honest ones are heard all the same"


def test_the_same_view_change_twice_counts_once_and_leads_to_nothing() -> None:
    one = One(2, 7)
    for _ in range(5):
        one.hear(3, view_change(1))
    assert one.reasons() == [Reason.STALE]
    assert one.where == (0, True)


def test_another_view_change_of_the_same_sender_is_refused() -> None:
    one = One(2, 7)
    one.hear(3, view_change(1))
    one.hear(3, view_change(1, prepared_for(FIRST, (1, 2, 3, 4), primary=0)))
    assert one.reasons() == [Reason.CONFLICT]


LATER = pre_prepare(2, batch(0, 2))
BAD: dict[str, ViewChange] = {
    "too few prepares": view_change(1, prepared_for(FIRST, (1,))),
    "one backup twice": view_change(1, prepared_for(FIRST, (2, 2))),
    "backups out of order": view_change(1, prepared_for(FIRST, (2, 1))),
    "the primary's own prepare": view_change(1, prepared_for(FIRST, (0, 2))),
    "a stranger's prepare": view_change(1, prepared_for(FIRST, (1, 9))),
    "another member as primary": view_change(1, prepared_for(FIRST, (1, 2), primary=3)),
    "prepared in the view asked for": view_change(1, prepared_for(pre_prepare(1, batch(), view=1), (0, 2))),
    "one number twice": view_change(1, ONE, ONE),
    "numbers out of order": view_change(1, prepared_for(LATER, (1, 2)), ONE),
    "at or below its checkpoint": view_change(1, ONE, proof=checkpoint(4)),
    "above its window": view_change(1, prepared_for(pre_prepare(17, batch()), (1, 2))),
    "checkpoint signed by too few": view_change(1, proof=checkpoint(4, (0, 1))),
    "checkpoint signed by one thrice": view_change(1, proof=checkpoint(4, (1, 1, 1))),
    "no multiple of k": view_change(1, proof=checkpoint(5)),
    "a good entry and a bad one": view_change(1, ONE, prepared_for(LATER, (1,))),
    "votes for another proposal": view_change(
        1, msgspec.structs.replace(ONE, prepares=prepared_for(LATER, (1, 2)).prepares)
    ),
    "prepares of another view": view_change(
        2,
        msgspec.structs.replace(
            prepared_for(pre_prepare(1, batch(), view=1), (0, 2)), prepares=prepared_for(FIRST, (2, 3)).prepares
        ),
    ),
    "a forged signature": view_change(
        1,
        msgspec.structs.replace(ONE, primary=msgspec.structs.replace(ONE.primary, signature=Signature(bytes(64)))),
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_view_change_with_one_unproved_claim_is_refused_whole_and_harms_no_other__t_b7__t_d5__t_d13(
    what: str,
) -> None:
    one = One(1)
    one.hear(3, BAD[what])
    assert one.reasons() == [Reason.BAD_CERTIFICATE]
    assert one.where == (0, True)
    one.hear(3, view_change(1, ONE))
    one.hear(2, view_change(1, ONE))
    assert one.said(NewView), "with the good ones of 2 and 3, and its own, primary 1 opens its view"


@pytest.mark.parametrize(("stable", "sequence"), [(0, 1), (0, 16), (4, 5), (4, 20)])
def test_a_proved_view_change_is_accepted_up_to_the_edges_of_its_window(stable: int, sequence: int) -> None:
    one = One(1)
    proof = checkpoint(stable) if stable else None
    one.hear(3, view_change(1, prepared_for(pre_prepare(sequence, batch()), (1, 2)), proof=proof))
    assert one.reasons() == []


def test_view_changes_of_the_past_do_not_move_a_view_back__t_d7() -> None:
    one = One(2)
    enter_view_1(one)
    one.hear(3, view_change(1))
    assert one.reasons() == [Reason.WRONG_VIEW], "the view is open"
    for sender in (0, 1, 3):
        one.hear(sender, view_change(2))
    assert one.state.view == 2
    for sender in (0, 1, 3):
        one.hear(sender, view_change(1))
        assert one.reasons() == [Reason.WRONG_VIEW]
    assert one.state.view == 2


def test_whoever_leaves_says_so_once_and_to_the_disk_first() -> None:
    one = One(2, holds_back=True)
    for sender in (0, 3):
        one.hear(sender, complaint())
    (record,) = one.ready.records
    (said,) = one.ready.send_after
    assert record == ViewRecord(View(1), said.item)  # type: ignore[arg-type]
    assert one.said(ViewChange) == [view_change(1)]


def test_p_shows_what_prepared_in_an_earlier_view_until_it_is_settled() -> None:
    one = One(3)
    one.accept(FIRST)
    one.hear(1, prepare(FIRST))
    for view in (1, 2, 3):
        for sender in (0, 1):
            one.hear(sender, view_change(view))
        said = one.state.view_changes[ReplicaId(3)][View(view)].message
        assert [each.pre_prepare for each in said.prepared] == [FIRST], view
