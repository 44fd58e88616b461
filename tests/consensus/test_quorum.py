"""quorum.py: the arithmetic, for every committee up to 60."""

from itertools import combinations

import pytest

from consensus.quorum import Committee
from consensus.types import MEMBERS_MAX, View

SIZES = range(1, 61)


@pytest.mark.parametrize("n", SIZES)
def test_any_two_quorums_share_an_honest_member(n: int) -> None:
    committee = Committee(n)
    shared_at_least = 2 * committee.quorum - n
    assert shared_at_least >= committee.faults_max + 1


@pytest.mark.parametrize("n", SIZES)
def test_a_quorum_is_reachable_with_f_silent(n: int) -> None:
    committee = Committee(n)
    assert n - committee.faults_max >= committee.quorum


@pytest.mark.parametrize("n", SIZES)
def test_no_smaller_quorum_would_do(n: int) -> None:
    committee = Committee(n)
    assert 2 * (committee.quorum - 1) - n < committee.faults_max + 1


@pytest.mark.parametrize("n", SIZES)
def test_f_is_the_most_that_n_tolerates__osdi99_4(n: int) -> None:
    f = Committee(n).faults_max
    assert 3 * f + 1 <= n < 3 * (f + 1) + 1
    assert Committee(n).weak_quorum == f + 1
    assert Committee(n).prepares_needed == Committee(n).quorum - 1


@pytest.mark.parametrize("n", range(1, 8))
def test_quorums_counted_out_one_by_one(n: int) -> None:
    """By enumeration and not by formula: however f members lie, two quorums share one that does not."""
    committee = Committee(n)
    quorums = [set(each) for each in combinations(range(n), committee.quorum)]
    for liars in combinations(range(n), committee.faults_max):
        assert all((one & other) - set(liars) for one in quorums for other in quorums)


def test_known_sizes__t_b8() -> None:
    known = {1: 1, 2: 2, 3: 2, 4: 3, 5: 4, 6: 4, 7: 5, 8: 6, 9: 6, 10: 7, 11: 8, 12: 8, 13: 9}
    assert {n: Committee(n).quorum for n in known} == known


def test_the_familiar_formula_is_unsafe_at_six() -> None:
    f = Committee(6).faults_max
    assert 2 * (2 * f + 1) - 6 <= 0, "two sets of 2f+1 need not meet"
    assert Committee(6).quorum == 4


def test_primaries_take_turns() -> None:
    assert [Committee(4).primary(View(v)) for v in range(6)] == [0, 1, 2, 3, 0, 1]
    assert Committee(3).primary(View(2**63 - 1)) == (2**63 - 1) % 3


@pytest.mark.parametrize("size", [0, -1, MEMBERS_MAX + 1])
def test_absurd_committees_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="committee size"):
        Committee(size)


def test_membership() -> None:
    committee = Committee(4)
    assert [each for each in (-1, 0, 3, 4, 2**40) if each in committee] == [0, 3]
    assert "0" not in committee
    assert list(committee.replicas()) == [0, 1, 2, 3]
