"""Proofs made of votes: who said what, checkable by anybody who knows the committee.

A certificate is a tuple of votes that all say the same thing, so it stores that thing once and, for each voter, only
where in which bundle he said it. Checking one counts *distinct members*, never messages (T-B6, T-B7).
"""

from collections.abc import Sequence
from itertools import pairwise

from canonical.encoding import encode
from canonical.merkle import leaf_hash, root_from_path
from consensus.bundle import Verify, signed_bytes
from consensus.messages import (
    BlockHeader,
    BlockVote,
    CertificateVote,
    Prepare,
    PreparedCertificate,
    ViewStatement,
    Vote,
    header_digest,
    proposal_digest,
)
from consensus.quorum import Committee
from consensus.types import Digest, Epoch


def is_said_by(
    statement: Vote | ViewStatement,
    vote: CertificateVote,
    *,
    chain: Digest,
    epoch: Epoch,
    committee: Committee,
    verify: Verify,
) -> bool:
    """Whether `vote` proves that its sender, a member, said `statement`."""
    if vote.sender not in committee:
        return False
    root = root_from_path(leaf_hash(encode(statement)), index=vote.index, count=vote.count, path=vote.path)
    if root is None:
        return False
    content = signed_bytes(chain=chain, epoch=epoch, sender=vote.sender, count=vote.count, root=root)
    return verify(vote.sender, content, vote.signature)


def is_block_certificate(
    header: BlockHeader,
    votes: Sequence[CertificateVote],
    *,
    chain: Digest,
    committee: Committee,
    verify: Verify,
) -> bool:
    """Whether `votes` prove the block final: BLOCK-VOTEs for `header` by a quorum, each member once, ascending.

    A quorum of block votes holds f+1 honest members that executed the block, and an honest member executes only what is
    committed-local; so the block is final in whatever view the reader is.
    """
    if len(votes) < committee.quorum:
        return False
    return _voted_for(header, votes, chain=chain, committee=committee, verify=verify)


def is_vouched_for(
    header: BlockHeader,
    votes: Sequence[CertificateVote],
    *,
    chain: Digest,
    committee: Committee,
    verify: Verify,
) -> bool:
    """Whether `votes` prove the block decided: BLOCK-VOTEs for `header` by f+1, each member once, ascending.

    One of them is honest and executed it, so its proposal is committed-local and no other ever will be. That is enough
    to execute it, and no certificate: an outsider asks for a quorum.
    """
    if len(votes) < committee.weak_quorum:
        return False
    return _voted_for(header, votes, chain=chain, committee=committee, verify=verify)


def _voted_for(
    header: BlockHeader, votes: Sequence[CertificateVote], *, chain: Digest, committee: Committee, verify: Verify
) -> bool:
    if any(a.sender >= b.sender for a, b in pairwise(votes)):
        return False
    statement = BlockVote(header.height, header_digest(header, chain=chain))
    return all(
        is_said_by(statement, vote, chain=chain, epoch=header.epoch, committee=committee, verify=verify)
        for vote in votes
    )


def is_prepared_certificate(
    certificate: PreparedCertificate, *, chain: Digest, epoch: Epoch, committee: Committee, verify: Verify
) -> bool:
    """Whether prepared(m, v, n) held at somebody (§4.2): the primary's PRE-PREPARE, and PREPAREs of q-1 backups for it.

    Digest, view and number of the PREPAREs are computed from the PRE-PREPARE, never read beside it (T-A7, T-D5).
    """
    said = certificate.pre_prepare
    primary = committee.primary(said.view)
    senders = [vote.sender for vote in certificate.prepares]
    if certificate.primary.sender != primary or primary in senders:
        return False
    if len(senders) < committee.prepares_needed or any(a >= b for a, b in pairwise(senders)):
        return False
    digest = proposal_digest(said.proposal, chain=chain, epoch=epoch, sequence=said.sequence)
    prepare = Prepare(said.view, said.sequence, digest)
    return is_said_by(said, certificate.primary, chain=chain, epoch=epoch, committee=committee, verify=verify) and all(
        is_said_by(prepare, vote, chain=chain, epoch=epoch, committee=committee, verify=verify)
        for vote in certificate.prepares
    )
