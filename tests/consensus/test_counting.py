"""consensus.counting: the quick way of a vote ends where the usual way does."""

import msgspec
import pytest

from consensus.bundle import OpenBundle
from consensus.counting import count, tally_of
from consensus.events import Event, Received
from consensus.messages import BlockVote, Commit, Item, Prepare
from consensus.replica import Replica
from consensus.types import Epoch, ReplicaId, SequenceNumber, View
from tests.consensus.chaos import run_chaos
from tests.consensus.makers import batch, block_vote, commit, header, pre_prepare, prepare, sealed
from tests.consensus.one import One

SEVEN = 7
FIRST = pre_prepare(1, batch(2, 1))


RUNS = ((1, 4, ()), (2, 4, (2,)), (3, 7, ()), (4, 7, (0, 5)), (5, 7, (1,)))
"""Seed, members and liars."""


def test_a_vote_counted_the_quick_way_leaves_the_replica_as_the_usual_way_does(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = Replica.step
    counted: set[type] = set()

    def both(self: Replica, event: Event, wall_ms: int) -> None:
        state = self.state
        tally = tally_of(state, event.bundle.bundle) if isinstance(event, Received) else None
        if tally is None or not isinstance(event, Received):
            usual(self, event, wall_ms)
            return
        votes, masks, state.moved = dict(tally.votes), dict(tally.masks), False
        count(tally, event.bundle)
        quickly = repr(state), self.asks
        tally.votes, tally.masks = votes, masks
        usual(self, event, wall_ms)
        assert (repr(state), self.asks) == quickly
        counted.add(type(event.bundle.bundle.items[0]))

    monkeypatch.setattr(Replica, "step", both)
    for seed, n, liars in RUNS:
        run_chaos(seed, n=n, liars=liars, steps=400)
    assert counted == {Prepare, Commit, BlockVote}


def heard(*said: tuple[int, Item]) -> One:
    """Backup 1 of seven, who accepted a proposal and heard these."""
    one = One(1, SEVEN)
    one.accept(FIRST)
    for sender, item in said:
        one.hear(sender, item)
    return one


def of(sender: int, *items: Item) -> OpenBundle:
    return sealed(sender, *items)


def test_between_the_first_vote_and_the_last_one_needed_a_vote_is_merely_counted() -> None:
    one = heard((2, prepare(FIRST)))
    (slot,) = one.state.log.slots.values()
    assert tally_of(one.state, of(3, prepare(FIRST)).bundle) is slot.prepares
    one.hear(3, prepare(FIRST))
    assert slot.digest is not None
    assert slot.prepares.count(slot.digest) == one.settings.committee.prepares_needed - 1
    assert tally_of(one.state, of(4, prepare(FIRST)).bundle) is None


@pytest.mark.parametrize(
    ("why", "bundle"),
    [
        ("the primary says no PREPARE", of(0, prepare(FIRST))),
        ("a sender votes once", of(2, prepare(FIRST))),
        ("it is no vote", of(3, FIRST)),
        ("there are two", of(3, prepare(FIRST), commit(FIRST))),
        ("it is of another view", of(3, msgspec.structs.replace(prepare(FIRST), view=View(1)))),
        ("nothing is known of its number", of(3, msgspec.structs.replace(prepare(FIRST), sequence=SequenceNumber(9)))),
        ("it is the first for its block", of(3, block_vote(header()))),
    ],
)
def test_anything_else_takes_the_usual_way(why: str, bundle: OpenBundle) -> None:
    one = heard((2, prepare(FIRST)))
    assert tally_of(one.state, of(3, prepare(FIRST)).bundle) is not None
    assert tally_of(one.state, bundle.bundle) is None, why


def test_nobody_but_members_of_this_epoch_is_counted_and_nothing_by_who_halted() -> None:
    one = heard((2, prepare(FIRST)))
    good = of(3, prepare(FIRST)).bundle
    assert tally_of(one.state, msgspec.structs.replace(good, sender=ReplicaId(SEVEN))) is None
    assert tally_of(one.state, msgspec.structs.replace(good, epoch=Epoch(1))) is None
    one.state.halted = True
    assert tally_of(one.state, good) is None
