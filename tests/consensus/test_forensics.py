"""forensics.py: a fork names everybody who made it, and nothing else names anybody."""

import pytest

from consensus.evidence import is_evidence
from consensus.forensics import culprits
from consensus.messages import CertifiedBlock, Equivocation
from consensus.quorum import Committee
from tests.consensus.makers import CHAIN, EPOCH, certified, header, proposal, verify

CONTENT = proposal()


def block(mark: bytes, senders: tuple[int, ...], height: int = 5) -> CertifiedBlock:
    return certified(header(height, mark=mark), CONTENT, senders)


def blamed(first: CertifiedBlock, second: CertifiedBlock, n: int = 4) -> tuple[Equivocation, ...]:
    return culprits(first, second, chain=CHAIN, committee=Committee(n), verify=verify)


def test_two_certified_blocks_at_one_height_name_who_voted_for_both__e5() -> None:
    proofs = blamed(block(b"a", (0, 1, 2)), block(b"b", (1, 2, 3)))
    assert [each.first_vote.sender for each in proofs] == [1, 2]


def test_each_name_is_a_proof_that_convicts_before_anybody__e2() -> None:
    for proof in blamed(block(b"a", (0, 1, 2)), block(b"b", (1, 2, 3))):
        assert is_evidence(proof, chain=CHAIN, epoch=EPOCH, committee=Committee(4), verify=verify)


@pytest.mark.parametrize("n", range(1, 20))
def test_a_fork_names_f_plus_one_members_at_least(n: int) -> None:
    committee = Committee(n)
    lowest, highest = range(committee.quorum), range(n - committee.quorum, n)
    assert len(blamed(block(b"a", tuple(lowest)), block(b"b", tuple(highest)), n)) >= committee.weak_quorum


def test_the_same_block_twice_is_no_fork_and_names_nobody() -> None:
    assert blamed(block(b"a", (0, 1, 2)), block(b"a", (1, 2, 3))) == ()


def test_blocks_of_two_heights_are_no_fork() -> None:
    assert blamed(block(b"a", (0, 1, 2)), block(b"b", (0, 1, 2), height=6)) == ()


def test_a_block_without_its_certificate_blames_nobody() -> None:
    assert blamed(block(b"a", (0, 1, 2)), block(b"b", (1, 2))) == ()
    assert blamed(block(b"a", (0, 1)), block(b"b", (0, 1, 2))) == ()


def test_votes_for_another_block_blame_nobody() -> None:
    forged = CertifiedBlock(header(5, mark=b"c"), CONTENT, block(b"b", (0, 1, 2)).votes)
    assert blamed(block(b"a", (0, 1, 2)), forged) == ()
