"""What lies in each BLOB column: canonical MessagePack of the wire types, digested as it lies there."""

from dataclasses import dataclass

import msgspec

from canonical.encoding import encode
from canonical.hashing import Digest, Domain, digest
from consensus.messages import (
    BlockHeader,
    BlockVote,
    CertificateVote,
    Commit,
    Prepare,
    PreparedCertificate,
    PrePrepare,
    Proposal,
    ViewChange,
    ViewStatement,
    Vote,
    proposal_digest,
)
from consensus.types import BatchNumber, Epoch, SequenceNumber, View, VotePhase
from ledger.receipts import ComplianceEntry, Receipt

HEADER = msgspec.msgpack.Decoder(BlockHeader)
PROPOSAL = msgspec.msgpack.Decoder(Proposal)
CERTIFICATE = msgspec.msgpack.Decoder(tuple[CertificateVote, ...])
BATCH_NUMBERS = msgspec.msgpack.Decoder(tuple[BatchNumber, ...])
RECEIPTS = msgspec.msgpack.Decoder(tuple[Receipt, ...])
COMPLIANCE = msgspec.msgpack.Decoder(tuple[ComplianceEntry, ...])
VOTE = msgspec.msgpack.Decoder(Vote)
STATEMENT = msgspec.msgpack.Decoder(ViewStatement)
PREPARED = msgspec.msgpack.Decoder(PreparedCertificate)

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What the decoders above raise for bytes that are no such thing: in a database of ours, only after a hand edit."""


@dataclass(frozen=True, slots=True)
class VoteRow:
    """A row of `votes` without its link."""

    lsn: int
    """Its place in the order of casting, from 1."""
    phase: VotePhase
    view: View | None
    """None for a block vote, which belongs to no view."""
    sequence: SequenceNumber
    digest: Digest
    item: bytes
    """The vote as it is said."""


def vote_row(lsn: int, vote: Vote, *, chain: Digest, epoch: Epoch) -> VoteRow:
    """The row that records `vote`."""
    item = encode(vote)
    match vote:
        case PrePrepare(view, sequence, proposal):
            named = proposal_digest(proposal, chain=chain, epoch=epoch, sequence=sequence)
            return VoteRow(lsn, VotePhase.PRE_PREPARE, view, sequence, named, item)
        case Prepare(view, sequence, named):
            return VoteRow(lsn, VotePhase.PREPARE, view, sequence, named, item)
        case Commit(view, sequence, named):
            return VoteRow(lsn, VotePhase.COMMIT, view, sequence, named, item)
        case BlockVote(sequence, named):
            return VoteRow(lsn, VotePhase.BLOCK, None, sequence, named, item)


def first_link(*, chain: Digest, member: int) -> Digest:
    """What the first vote of a member is chained to."""
    return digest(Domain.RECORD, chain, encode(member))


def vote_link(previous: Digest, row: VoteRow) -> Digest:
    """Chain a row to the one before, so that a row edited, inserted or removed breaks the chain where it stands."""
    return digest(Domain.RECORD, previous, encode((row.lsn, row.phase, row.view, row.sequence, row.digest, row.item)))


def statement_tag(statement: ViewStatement) -> str:
    """What kind of statement it is, in the protocol's words."""
    return "view-change" if isinstance(statement, ViewChange) else "new-view"


def statement_seal(tag: str, view: int, item: bytes) -> Digest:
    """Digest of a row of `statements`."""
    return digest(Domain.RECORD, encode((tag, view, item)))


def base_seal(height: int, executed: tuple[BatchNumber, ...]) -> Digest:
    """Digest of what nobody signed in the row of `base`."""
    return digest(Domain.RECORD, encode((height, executed)))


def meta_seal(name: str, value: str) -> Digest:
    """Digest of a row of `meta`."""
    return digest(Domain.RECORD, encode((name, value)))
