"""invariants.py: each says what is wrong where something is, and nothing where nothing is."""

from canonical.hashing import Digest
from consensus import invariants
from consensus.log import Slot
from consensus.messages import Commit, Prepare
from consensus.types import BatchNumber, ReplicaId, SequenceNumber, View
from tests.consensus.cluster import Cluster
from tests.consensus.makers import CHAIN, batch, commit, header, pre_prepare, prepare
from tests.consensus.one import One

OTHER = Digest(bytes(32))
ONE = SequenceNumber(1)
FIRST = pre_prepare(1, batch())


def test_i1_and_i9_name_the_replicas_that_differ() -> None:
    same, differ = {ReplicaId(0): CHAIN, ReplicaId(2): CHAIN}, {ReplicaId(0): CHAIN, ReplicaId(2): OTHER}
    assert invariants.agreement(ONE, same) is None
    assert invariants.same_header(ONE, {}) is None
    assert "replica 2 00000000" in (invariants.agreement(ONE, differ) or "")
    assert (invariants.same_header(ONE, differ) or "").startswith("I9")


def test_i2_finds_a_second_digest_for_a_slot_only() -> None:
    vote = prepare(FIRST)
    assert invariants.no_contradiction(vote, vote) is None
    assert invariants.no_contradiction(vote, Prepare(View(0), ONE, OTHER)) is not None
    for unrelated in (
        Commit(View(0), ONE, OTHER),
        Prepare(View(1), ONE, OTHER),
        Prepare(View(0), SequenceNumber(2), OTHER),
    ):
        assert invariants.no_contradiction(vote, unrelated) is None


def test_i3_finds_gaps_and_repeats() -> None:
    found = [invariants.decided_in_order(SequenceNumber(4), SequenceNumber(n)) is None for n in (3, 4, 5, 6)]
    assert found == [False, False, True, False]


def test_i4_wants_the_certificate_of_that_view() -> None:
    cluster = Cluster(4)
    cluster.submit(0)
    cluster.settle()
    disk = cluster.machines[1].disk
    vote = next(each for each in disk.votes if isinstance(each, Commit))
    assert invariants.commit_is_prepared(vote, disk.prepared) is None
    assert invariants.commit_is_prepared(vote, {}) is not None
    assert invariants.commit_is_prepared(Commit(View(1), ONE, vote.digest), disk.prepared) is not None


def test_i5_wants_the_record() -> None:
    assert invariants.vote_is_durable(prepare(FIRST), {}) is not None


def test_i6_finds_marks_out_of_order() -> None:
    for mark in ("certified", "executed", "decided"):
        state = One(1).state
        assert invariants.marks_are_ordered(state) is None
        setattr(state, mark, 3)
        expected = mark == "decided"
        assert (invariants.marks_are_ordered(state) is None) is expected, mark


def test_i6_wants_stable_to_be_the_last_multiple_of_k() -> None:
    state = One(1).state
    state.certified = state.executed = state.decided = SequenceNumber(4)
    assert "multiple of K" in (invariants.marks_are_ordered(state) or "")
    state.log.low = SequenceNumber(4)
    assert invariants.marks_are_ordered(state) is None


def test_i7_views_may_stand_or_rise() -> None:
    assert [invariants.view_never_falls(View(2), View(v)) is None for v in (1, 2, 3)] == [False, True, True]


def test_i12_finds_what_grows_without_end() -> None:
    state = One(1).state
    assert invariants.broken(state) == []
    far = SequenceNumber(10_000)
    state.log.slots[far] = Slot(far)
    assert [each[:3] for each in invariants.broken(state)] == ["I12"]


def test_i14_wants_the_next_number() -> None:
    found = [invariants.executed_once(BatchNumber(3), batch(0, n)) is None for n in (2, 3, 4, 9)]
    assert found == [False, False, True, False]


def test_i16_finds_two_prepared_digests_long_before_anything_is_decided() -> None:
    states = []
    for replica, message in ((1, FIRST), (2, pre_prepare(1, batch(2)))):
        one = One(replica)
        one.accept(message)
        one.hear(3, prepare(message))
        states.append(one.state)
    assert invariants.prepared_agree(ONE, states[:1]) is None
    assert "I16" in (invariants.prepared_agree(ONE, states) or "")


def test_i17_follows_the_parents() -> None:
    first = header(1)
    assert invariants.is_linked(None, first, chain=CHAIN) is None
    assert invariants.is_linked(None, first, chain=OTHER) is not None
    assert "another parent" in (invariants.is_linked(first, header(2), chain=CHAIN) or "")


def test_commit_helper_and_votes_agree() -> None:
    """The makers build what a replica would say, or every test above would compare lies."""
    one = One(1)
    one.accept(FIRST)
    one.hear(2, prepare(FIRST))
    assert one.said(Commit) == [commit(FIRST)]
