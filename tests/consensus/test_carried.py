"""carried.py: O is computed from V alone, by everybody alike, in whatever order V comes (T-D1 to T-D4, T-D25)."""

from itertools import permutations

from consensus.carried import NOTHING_CARRIED, compute_carried_over
from consensus.messages import NULL_PROPOSAL
from tests.consensus.makers import batch, checkpoint, pre_prepare, prepared_for, view_change

ONE = prepared_for(pre_prepare(1, batch(0, 1)), (1, 2))
THREE = prepared_for(pre_prepare(3, batch(0, 2)), (1, 2))
THREE_LATER = prepared_for(pre_prepare(3, batch(2, 1), view=1), (0, 2))
NINE = prepared_for(pre_prepare(9, batch(3, 1), view=2), (0, 1))


def test_nothing_prepared_carries_nothing() -> None:
    assert compute_carried_over([view_change(1)] * 3) == NOTHING_CARRIED


def test_holes_are_filled_with_null_requests_and_nothing_follows_the_last__t_d3() -> None:
    carried = compute_carried_over([view_change(2, ONE), view_change(2, THREE), view_change(2)])
    assert list(carried.proposals) == [1, 2, 3]
    assert carried.proposals[ONE.pre_prepare.sequence] == ONE.pre_prepare.proposal
    assert [carried.proposals[n] for n in carried.proposals][1] == NULL_PROPOSAL
    assert carried.high == 3


def test_the_highest_view_wins_in_whatever_order_v_comes__t_d2__t_d25() -> None:
    found = {
        tuple(compute_carried_over(order).proposals.values())
        for order in permutations([view_change(2, THREE), view_change(2, THREE_LATER), view_change(2, ONE)])
    }
    assert found == {(ONE.pre_prepare.proposal, NULL_PROPOSAL, THREE_LATER.pre_prepare.proposal)}


def test_the_latest_checkpoint_wins_and_what_it_settles_is_not_carried__t_d4() -> None:
    behind = view_change(3, ONE, THREE)
    ahead = view_change(3, NINE, proof=checkpoint(8))
    for order in permutations([behind, ahead, view_change(3, proof=checkpoint(4))]):
        carried = compute_carried_over(order)
        assert (carried.low, carried.high, list(carried.proposals)) == (8, 9, [9])


def test_a_checkpoint_above_everything_prepared_carries_nothing_over__t_d4() -> None:
    carried = compute_carried_over([view_change(1, ONE, THREE), view_change(1, proof=checkpoint(8)), view_change(1)])
    assert (carried.low, carried.high, carried.proposals) == (8, 8, {})
