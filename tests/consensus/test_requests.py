"""requests.py: exactly once, in each author's order, no author before the others."""

from itertools import islice

import pytest

from consensus.requests import AUTHOR_BYTES_MAX, BATCHES_AHEAD_MAX, Requests, Stream
from consensus.types import BatchNumber, ReplicaId
from tests.consensus.makers import batch

NONE_ORDERED = [BatchNumber(0)] * 3


def requests(*references: tuple[int, int]) -> Requests:
    known = Requests([Stream() for _ in range(3)])
    for author, number in references:
        known.store(batch(author, number), tick=0)
    return known


def order(known: Requests, first: int = 0, ordered: list[BatchNumber] | None = None) -> list[tuple[int, int]]:
    found = known.unordered(ordered or NONE_ORDERED, first=ReplicaId(first))
    return [(each.author, each.number) for each in found]


def test_authors_take_turns() -> None:
    known = requests((0, 1), (0, 2), (0, 3), (1, 1), (2, 1), (2, 2))
    assert order(known) == [(0, 1), (1, 1), (2, 1), (0, 2), (2, 2), (0, 3)]
    assert order(known, first=2) == [(2, 1), (0, 1), (1, 1), (2, 2), (0, 2), (0, 3)]


def test_a_busy_gateway_does_not_crowd_out_a_quiet_one() -> None:
    known = requests(*((0, number) for number in range(1, 33)), (2, 1))
    assert (2, 1) in order(known)[:2]


def test_a_gap_stops_its_author_only() -> None:
    known = requests((0, 1), (0, 3), (1, 2), (2, 1))
    assert order(known) == [(0, 1), (2, 1)]
    known.store(batch(0, 2), tick=0)
    assert order(known) == [(0, 1), (2, 1), (0, 2), (0, 3)]


def test_what_open_proposals_order_is_not_ordered_again() -> None:
    known = requests((0, 1), (0, 2), (0, 3), (1, 1))
    assert order(known, ordered=[BatchNumber(2), BatchNumber(1), BatchNumber(0)]) == [(0, 3)]


def test_executed_once_and_all_below_never_again() -> None:
    known = requests((0, 1), (0, 2), (0, 3))
    known.execute([batch(0, 1), batch(0, 2)])
    assert known.is_executed(batch(0, 1))
    assert known.is_executed(batch(0, 2))
    assert order(known) == [(0, 3)]
    assert list(known.held.values()) == [batch(0, 3)]
    with pytest.raises(AssertionError, match="I14"):
        known.execute([batch(0, 2)])


def test_an_old_batch_that_arrives_late_is_not_ordered() -> None:
    known = requests((0, 1))
    known.execute([batch(0, 1)])
    known.store(batch(0, 1), tick=5)
    assert order(known) == []
    assert not known.streams[0].arrived


def test_execution_moves_the_mark_over_what_never_arrived() -> None:
    known = requests((1, 3))
    assert known.streams[1].held_up_to == 0
    known.execute([batch(1, 1), batch(1, 2)])
    assert known.streams[1].held_up_to == 3


def test_only_an_authors_next_batch_runs() -> None:
    known = requests()
    named = [batch(0, 1), batch(1, 2), batch(0, 2), batch(0, 4), batch(2, 1)]
    assert known.due(named) == (batch(0, 1), batch(0, 2), batch(2, 1))
    known.decide(known.due(named))
    assert known.due(named) == (), "nothing runs twice, though none of it is executed yet"
    assert known.due([batch(1, 1), batch(1, 2), batch(0, 3), batch(2, 1, b"other")]) == (
        batch(1, 1),
        batch(1, 2),
        batch(0, 3),
    )


def test_of_an_equivocating_author_the_first_to_come_is_ordered_and_both_are_held() -> None:
    known = requests((1, 1))
    other = batch(1, 1, b"other")
    known.store(other, tick=0)
    assert order(known) == [(1, 1)]
    assert known.streams[1].arrived[BatchNumber(1)] == batch(1, 1)
    assert known.is_available(other)
    known.execute([other])
    assert not known.held
    assert known.is_executed(batch(1, 1))


def test_an_author_has_a_bounded_claim__t_i1() -> None:
    known = requests()
    room = [
        number for number in range(100) if known.has_room_for(ReplicaId(0), BatchNumber(number), size_bytes=1, tick=0)
    ]
    assert room == list(range(1, BATCHES_AHEAD_MAX + 1))
    known.store(batch(0, 1), tick=0)
    assert not known.has_room_for(ReplicaId(0), BatchNumber(1), size_bytes=1, tick=0), "a second copy is not wanted"
    known.execute([batch(0, 1)])
    assert known.has_room_for(ReplicaId(0), BatchNumber(BATCHES_AHEAD_MAX + 1), size_bytes=1, tick=0)


def test_asking_for_few_costs_little() -> None:
    known = requests(*((author, number) for author in range(3) for number in range(1, 33)))
    first = list(islice(known.unordered(NONE_ORDERED, first=ReplicaId(1)), 2))
    assert [(each.author, each.number) for each in first] == [(1, 1), (2, 1)]


def test_a_batch_is_settled_some_ticks_after_it_came() -> None:
    known = Requests([Stream()])
    known.store(batch(0, 1), tick=5)
    assert [known.has_settled(batch(0, 1).digest, tick=tick) for tick in (4, 5, 6)] == [False, True, True]
    assert known.has_settled(batch(0, 9).digest, tick=0), "what is not held any more is on disk"


def test_an_author_s_waiting_bytes_are_bounded_and_each_author_has_his_own__t_i1() -> None:
    known = requests()
    half = AUTHOR_BYTES_MAX // 2
    known.store(batch(0, 1, size_bytes=half), tick=0)
    rest = AUTHOR_BYTES_MAX - half
    assert known.affords(ReplicaId(0), size_bytes=rest)
    assert not known.affords(ReplicaId(0), size_bytes=rest + 1)
    assert known.affords(ReplicaId(1), size_bytes=AUTHOR_BYTES_MAX)
    known.execute([batch(0, 1, size_bytes=half)])
    assert known.affords(ReplicaId(0), size_bytes=AUTHOR_BYTES_MAX)
