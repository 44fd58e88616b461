"""state_transfer.py: a replica goes on from a state that was taken over as if it had executed every block of it."""

import pytest

from consensus.effects import PushBlocks
from consensus.events import Installed
from consensus.invariants import broken
from consensus.messages import Data, Fetch, header_digest
from consensus.types import BatchNumber, SequenceNumber
from tests.consensus.makers import CHAIN, batch, checkpoint, pre_prepare, prepare, sealed
from tests.consensus.one import One

RAN = (BatchNumber(5), BatchNumber(0), BatchNumber(0), BatchNumber(0))


def installed(one: One, height: int = 8) -> None:
    one.step(Installed(checkpoint(height), RAN))


def test_all_marks_stand_at_the_checkpoint_and_the_window_above_it() -> None:
    one = One(1)
    installed(one)
    state = one.state
    assert (state.stable, state.certified, state.executed, state.decided) == (8, 8, 8, 8)
    assert state.executed_digest == header_digest(checkpoint(8).header, chain=CHAIN)
    assert state.checkpoint == checkpoint(8)
    assert one.ready.stable == 8
    assert broken(state) == []


def test_what_was_open_below_is_forgotten_and_what_is_above_goes_on() -> None:
    one = One(1)
    for sequence in (3, 9):
        one.accept(pre_prepare(sequence, batch(0, sequence)))
    installed(one)
    assert list(one.state.log.slots) == [9]
    message = pre_prepare(9, batch(0, 9))
    for sender in (2, 3):
        one.hear(sender, prepare(message))
    assert one.state.log.slots[SequenceNumber(9)].own_commit is not None


def test_batches_that_ran_elsewhere_do_not_run_again() -> None:
    one = One(1)
    one.hold(batch(0, 5), batch(0, 6), batch(0, 8))
    installed(one)
    stream = one.state.requests.streams[0]
    assert (stream.executed, stream.decided, stream.held_up_to, sorted(stream.arrived)) == (5, 5, 6, [6, 8])
    assert [each.number for each in one.state.requests.held.values()] == [6, 8]
    assert not one.replica.wants_batch(batch().author, BatchNumber(5), batch(0, 5).digest, size_bytes=1_000)


@pytest.mark.parametrize("height", [7, 0])
def test_only_a_checkpoint_above_what_is_executed_is_installed(height: int) -> None:
    with pytest.raises(AssertionError, match=r"I[36]: "):
        installed(One(1), height)


def test_the_next_blocks_are_asked_for_and_served_from_there() -> None:
    one = One(1)
    installed(one)
    one.fire()
    assert one.state.certified_at_last_tick == 8
    assert not [push for push in one.ready.pushes if isinstance(push, PushBlocks)]


def test_what_is_about_the_state_is_handed_on_and_changes_nothing() -> None:
    one = One(1)
    fetch = Fetch(SequenceNumber(0), ())
    assert one.replica.wants(sealed(2, fetch).bundle)
    one.hear(2, fetch)
    assert [(each.sender, each.item) for each in one.ready.transfers] == [(2, fetch)]
    one.hear(1, fetch)
    assert one.ready.transfers == [], "its own is nothing"
    installed(one)
    assert not one.replica.wants(sealed(2, Data(SequenceNumber(8), ())).bundle)
    assert one.replica.wants(sealed(2, Data(SequenceNumber(12), ())).bundle)
