"""log.py: distinct senders are counted, first votes win, and the window slides."""

import pytest

from canonical.hashing import Digest
from consensus.log import Log, Tally
from consensus.messages import Prepare
from consensus.types import SequenceNumber, View
from tests.consensus.makers import CHAIN, sealed

OTHER = Digest(bytes(32))


def vote(sender: int, digest: Digest = CHAIN):
    return sealed(sender, Prepare(View(0), SequenceNumber(1), digest)).signed_items()[0]


def test_a_sender_counts_once_whatever_he_says__t_b1() -> None:
    tally = Tally()
    assert tally.add(vote(1), CHAIN)
    assert not tally.add(vote(1), CHAIN)
    assert not tally.add(vote(1, OTHER), OTHER)
    assert (tally.count(CHAIN), tally.count(OTHER)) == (1, 0)


def test_digests_are_counted_apart__t_b4() -> None:
    tally = Tally()
    for sender, digest in ((3, OTHER), (0, CHAIN), (2, CHAIN)):
        tally.add(vote(sender, digest), digest)
    assert (tally.count(CHAIN), tally.count(OTHER)) == (2, 1)
    assert (tally.mask(CHAIN), tally.voters) == (0b101, 0b1101)


def test_proofs_come_by_ascending_sender() -> None:
    tally = Tally()
    for sender in (3, 0, 2):
        tally.add(vote(sender), CHAIN)
    tally.add(vote(1, OTHER), OTHER)
    assert [each.sender for each in tally.proofs(CHAIN)] == [0, 2, 3]


@pytest.mark.parametrize(("sequence", "covered"), [(0, False), (8, False), (9, True), (24, True), (25, False)])
def test_window_is_above_h_and_up_to_h_plus_l__osdi99_4_2(sequence: int, covered: bool) -> None:
    log = Log(16, low=SequenceNumber(8))
    assert log.covers(SequenceNumber(sequence)) is covered
    assert log.high == 24


def test_truncation_discards_at_and_below__osdi99_4_3() -> None:
    log = Log(16)
    for sequence in (3, 1, 5, 4):
        log.slot(SequenceNumber(sequence))
    log.truncate(SequenceNumber(4))
    assert list(log.slots) == [5]
    assert (log.low, log.high) == (4, 20)


def test_slots_are_walked_lowest_first() -> None:
    log = Log(16)
    for sequence in (7, 2, 5, 3):
        log.slot(SequenceNumber(sequence))
    assert [each.sequence for each in log.after(SequenceNumber(2))] == [3, 5, 7]
    assert log.slot(SequenceNumber(7)) is log.slots[SequenceNumber(7)]
