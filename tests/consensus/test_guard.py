"""guard.py: one digest for one slot, whatever asks for the second."""

import pytest

from canonical.hashing import Digest
from consensus.guard import SignGuard
from consensus.messages import BlockVote, Commit, Prepare, Vote
from consensus.types import SequenceNumber, View
from tests.consensus.makers import CHAIN, batch, pre_prepare

OTHER = Digest(bytes(32))
ONE = SequenceNumber(1)


PAIRS: list[tuple[Vote, Vote]] = [
    (pre_prepare(1, batch(0, 1)), pre_prepare(1, batch(0, 2))),
    (Prepare(View(0), ONE, CHAIN), Prepare(View(0), ONE, OTHER)),
    (Commit(View(0), ONE, CHAIN), Commit(View(0), ONE, OTHER)),
    (BlockVote(ONE, CHAIN), BlockVote(ONE, OTHER)),
]


@pytest.mark.parametrize(("vote", "other"), PAIRS)
def test_a_second_digest_for_a_slot_is_refused(vote: Vote, other: Vote) -> None:
    guard = SignGuard()
    assert guard.admit(vote)
    assert not guard.admit(other)
    assert guard.admit(vote), "saying the same again is allowed"


def test_phases_views_and_sequences_do_not_disturb_each_other() -> None:
    guard = SignGuard()
    votes: list[Vote] = [vote for pair in PAIRS for vote in pair[:1]]
    votes += [Prepare(View(1), ONE, OTHER), Commit(View(1), ONE, OTHER), Prepare(View(0), SequenceNumber(2), OTHER)]
    assert all(guard.admit(vote) for vote in votes)


def test_a_block_is_the_same_in_every_view() -> None:
    guard = SignGuard()
    assert guard.admit(BlockVote(ONE, CHAIN))
    assert not guard.admit(BlockVote(ONE, OTHER))


def test_what_a_checkpoint_settled_is_never_signed_again() -> None:
    guard = SignGuard()
    for sequence in range(1, 9):
        assert guard.admit(Commit(View(0), SequenceNumber(sequence), CHAIN))
    guard.raise_floor(SequenceNumber(4))
    assert len(guard.signed) == 4
    for sequence in range(1, 5):
        assert not guard.admit(Commit(View(0), SequenceNumber(sequence), CHAIN))
    assert not guard.admit(Commit(View(0), SequenceNumber(5), OTHER))


def test_the_floor_never_falls() -> None:
    guard = SignGuard()
    guard.raise_floor(SequenceNumber(8))
    guard.raise_floor(SequenceNumber(4))
    assert guard.floor == 8
    assert not guard.admit(Commit(View(0), SequenceNumber(6), CHAIN))


def test_refused_votes_are_not_remembered() -> None:
    guard = SignGuard()
    guard.admit(Prepare(View(0), ONE, CHAIN))
    guard.admit(Prepare(View(0), ONE, OTHER))
    assert len(guard.signed) == 1
    assert guard.admit(Prepare(View(0), ONE, CHAIN))
