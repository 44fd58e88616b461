"""certificate.py: a block certificate proves one block, and nothing else passes for one."""

from collections.abc import Iterator

import msgspec
import pytest

from canonical.encoding import Malformed, Reader, encode
from canonical.hashing import Digest
from canonical.signing import Signature
from consensus.certificate import is_block_certificate, is_said_by
from consensus.messages import BlockHeader, CertificateVote, CertifiedBlock, Commit
from consensus.quorum import Committee
from consensus.types import Epoch, ReplicaId, SequenceNumber, View
from tests.consensus.makers import CHAIN, EPOCH, certified, header, proposal, sealed, verify, votes_for

BLOCK = header(5)


def holds(block: BlockHeader, votes: tuple[CertificateVote, ...], n: int = 4, chain: Digest = CHAIN) -> bool:
    return is_block_certificate(block, votes, chain=chain, committee=Committee(n), verify=verify)


def test_a_quorum_proves_the_block() -> None:
    assert holds(BLOCK, votes_for(BLOCK, (0, 1, 2)))
    assert holds(BLOCK, votes_for(BLOCK, (1, 2, 3)))
    assert holds(BLOCK, votes_for(BLOCK, (0, 1, 2, 3)))
    assert holds(BLOCK, votes_for(BLOCK, (0,)), n=1)


@pytest.mark.parametrize("n", range(2, 14))
def test_one_vote_less_than_a_quorum_does_not(n: int) -> None:
    quorum = Committee(n).quorum
    assert holds(BLOCK, votes_for(BLOCK, range(quorum)), n)
    assert not holds(BLOCK, votes_for(BLOCK, range(quorum - 1)), n)


def test_no_votes_prove_nothing() -> None:
    assert not holds(BLOCK, (), n=1)


def test_a_member_who_signs_twice_counts_once__t_b6() -> None:
    assert not holds(BLOCK, votes_for(BLOCK, (0, 1, 1)))
    assert not holds(BLOCK, votes_for(BLOCK, (2, 2, 2)))


def test_order_is_ascending() -> None:
    assert not holds(BLOCK, votes_for(BLOCK, (0, 2, 1)))


def test_non_members_do_not_count__t_b7_a9() -> None:
    assert not holds(BLOCK, votes_for(BLOCK, (0, 1, 4)))
    assert not holds(BLOCK, votes_for(BLOCK, (0, 1, 1023)))


def test_one_bad_vote_among_a_quorum_is_noticed__t_b9() -> None:
    good = votes_for(BLOCK, (0, 1, 2))
    bad = msgspec.structs.replace(good[1], signature=Signature(bytes(64)))
    assert not holds(BLOCK, (good[0], bad, good[2]))


def test_votes_for_another_block_do_not_count() -> None:
    other = header(5, mark=b"other")
    assert not holds(BLOCK, (*votes_for(BLOCK, (0, 1)), *votes_for(other, (2,))))


def test_another_chain_or_epoch_is_noticed__t_a2() -> None:
    assert not holds(BLOCK, votes_for(BLOCK, (0, 1, 2)), chain=Digest(bytes(32)))
    assert not holds(msgspec.structs.replace(BLOCK, epoch=Epoch(1)), votes_for(BLOCK, (0, 1, 2)))


@pytest.mark.parametrize("field", BlockHeader.__struct_fields__)
def test_every_field_of_the_header_is_proved(field: str) -> None:
    value = getattr(BLOCK, field)
    other = bytes(31) + b"x" if isinstance(value, bytes) else value + 1
    assert not holds(msgspec.structs.replace(BLOCK, **{field: other}), votes_for(BLOCK, (0, 1, 2)))


def altered_votes(vote: CertificateVote) -> Iterator[CertificateVote]:
    change = msgspec.structs.replace
    yield change(vote, sender=ReplicaId(3))
    yield change(vote, index=vote.index + 1)
    yield change(vote, index=0)
    yield change(vote, count=vote.count + 1)
    yield change(vote, count=vote.count - 1)
    yield change(vote, path=vote.path[:-1])
    yield change(vote, path=(*vote.path, CHAIN))
    yield change(vote, path=vote.path[::-1])
    yield change(vote, path=())
    yield change(vote, index=2**62)
    yield change(vote, count=2**62)


def test_every_field_of_a_vote_is_proved__t_a12() -> None:
    good = votes_for(BLOCK, (0, 1, 2))
    for altered in altered_votes(good[2]):
        assert not holds(BLOCK, (*good[:2], altered)), altered


def test_every_byte_of_a_certified_block_matters() -> None:
    """Whatever byte is flipped, it does not decode or does not prove: all but the proposal, which the header names."""
    content = proposal()
    block = certified(header(1, content=content), content)
    data = encode(block)
    reader = Reader(CertifiedBlock, size_max=1 << 16)
    proposal_bytes = encode(content)
    skipped = range(data.index(proposal_bytes), data.index(proposal_bytes) + len(proposal_bytes))
    for position in range(len(data)):
        if position in skipped:
            continue
        for bit in (0, 7):
            flipped = data[:position] + bytes([data[position] ^ 1 << bit]) + data[position + 1 :]
            read = reader.read(flipped)
            assert isinstance(read, Malformed) or not holds(read.header, read.votes), position


def test_a_vote_proves_only_its_own_phase_and_place() -> None:
    said = Commit(View(0), SequenceNumber(3), CHAIN)
    vote = sealed(1, said).signed_items()[0].certificate_vote()

    def proves(statement: Commit) -> bool:
        return is_said_by(statement, vote, chain=CHAIN, epoch=EPOCH, committee=Committee(4), verify=verify)

    assert proves(said)
    assert not proves(Commit(View(1), SequenceNumber(3), CHAIN))
    assert not proves(Commit(View(0), SequenceNumber(4), CHAIN))
    assert not proves(Commit(View(0), SequenceNumber(3), Digest(bytes(32))))


def test_long_paths_are_refused_unread__t_a8() -> None:
    good = votes_for(BLOCK, (0, 1, 2))
    long = msgspec.structs.replace(good[2], path=(CHAIN,) * 10_000)
    assert not holds(BLOCK, (*good[:2], long))
