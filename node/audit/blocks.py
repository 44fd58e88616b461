"""Blocks: headers chained and certified, and everything else in the row what its header says.

A header stands if its witnesses agree: the digest beside it, the certificate, and what this member's own vote or the
block above calls it. Where they do not, the one that stands alone was edited.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from canonical.encoding import encode
from canonical.hashing import Digest
from canonical.merkle import merkle_root, root_of_hashes
from consensus.certificate import is_block_certificate
from consensus.messages import BlockHeader, CertificateVote, Proposal, header_digest, proposal_digest
from consensus.types import SequenceNumber
from ledger.receipts import Receipt, compliance_root
from node.audit.context import AuditContext, read_column
from node.storage.columns import CERTIFICATE, COMPLIANCE, HEADER, PROPOSAL, RECEIPTS

_ROWS = (
    "SELECT blocks.height, digest, header, proposal, compliance, receipts, votes"
    " FROM blocks LEFT JOIN certificates ON certificates.height = blocks.height ORDER BY blocks.height"
)


@dataclass(frozen=True, slots=True)
class AuditedBlock:
    """A block's row; what is None was edited or cannot be judged, and was reported."""

    height: int
    header: BlockHeader | None
    proposal: Proposal | None
    receipts: tuple[Receipt, ...] | None


@dataclass(frozen=True, slots=True)
class _Row:
    height: int
    digest: Digest
    header: bytes
    proposal: bytes
    compliance: bytes
    receipts: bytes
    votes: bytes | None

    @property
    def name(self) -> str:
        return f"height={self.height}"


def audit_blocks(context: AuditContext, voted: dict[SequenceNumber, Digest]) -> Iterator[AuditedBlock]:
    """Find edited, inserted and removed blocks and certificates; yield every height, each as far as it stands."""
    findings, meta = context.findings, context.meta
    base = context.base
    expected_height, parent = (1, context.chain) if base is None else (base.height + 1, base.digest)
    first = expected_height
    rows = (_Row(*values) for values in context.connection.execute(_ROWS))
    row = next(rows, None)
    while row is not None:
        following = next(rows, None)
        if row.height > meta.executed or row.height < first:
            findings.add("blocks", row.name, "", "a row that this node never wrote")
        else:
            if row.height > expected_height:
                yield from _missing(context, expected_height, row.height)
                parent = Digest(b"")
            header = _audit_header(context, row, parent, following, voted)
            yield _audit_content(context, row, header)
            expected_height = row.height + 1
            parent = Digest(b"") if header is None else header_digest(header, chain=context.chain)
        row = following
    yield from _missing(context, expected_height, meta.executed + 1)
    _audit_certificate_count(context)
    if meta.stable > meta.base + meta.certificates:
        findings.add("meta", "name=stable", "value", f"only {meta.certificates} blocks are certified")


def _audit_header(
    context: AuditContext,
    row: _Row,
    parent: Digest,
    following: _Row | None,
    voted: dict[SequenceNumber, Digest],
) -> BlockHeader | None:
    """Judge header, digest and certificate of a row; `parent` is empty where the block below does not stand."""
    findings = context.findings
    header = read_column(HEADER, row.header)
    if header is None:
        findings.add("blocks", row.name, "header", "it is no block header")
        return None
    computed = header_digest(header, chain=context.chain)
    votes = None if row.votes is None else read_column(CERTIFICATE, row.votes)
    is_certified = votes is not None and _proves(context, header, votes)
    witness = _witness(context, row, following, voted)
    if computed != row.digest:
        if is_certified or witness == computed:
            findings.add("blocks", row.name, "digest", f"the header's digest is {computed.hex()}")
            return header
        findings.add("blocks", row.name, "header", f"its digest is {computed.hex()}, not that of the row")
        return None
    if not is_certified and witness is not None and witness != computed:
        findings.add("blocks", row.name, "header", f"the block above, or this member's vote, names {witness.hex()}")
        return None
    if header.height != row.height:
        findings.add("blocks", row.name, "height", f"its header is that of height {header.height}")
        return None
    if row.votes is not None and not is_certified:
        what = "it is no certificate" if votes is None else "it does not prove the block"
        findings.add("certificates", row.name, "votes", what)
    if parent and header.parent != parent and not findings.has("blocks", f"height={row.height - 1}"):
        findings.add("blocks", row.name, "header", f"its parent is not the block below, {parent.hex()}")
        return None
    return header


def _proves(context: AuditContext, header: BlockHeader, votes: tuple[CertificateVote, ...]) -> bool:
    return is_block_certificate(
        header, votes, chain=context.chain, committee=context.committee, verify=context.is_signed_by
    )


def _witness(
    context: AuditContext, row: _Row, following: _Row | None, voted: dict[SequenceNumber, Digest]
) -> Digest | None:
    """What somebody else in this database calls the block: this member's own vote, or the block above."""
    own = voted.get(SequenceNumber(row.height))
    if own is not None:
        return own
    if following is not None and following.height == row.height + 1:
        above = read_column(HEADER, following.header)
        if above is not None and header_digest(above, chain=context.chain) == following.digest:
            return above.parent
    return None


def _audit_content(context: AuditContext, row: _Row, header: BlockHeader | None) -> AuditedBlock:
    """Judge the columns that a standing header commits to."""
    if header is None:
        return AuditedBlock(row.height, None, None, None)
    findings = context.findings
    proposal = read_column(PROPOSAL, row.proposal)
    if proposal is None or header.proposal != proposal_digest(
        proposal, chain=context.chain, epoch=header.epoch, sequence=header.height
    ):
        findings.add("blocks", row.name, "proposal", "it is not what the header names")
        proposal = None
    compliance = read_column(COMPLIANCE, row.compliance)
    if compliance is None or compliance_root(compliance) != header.compliance_root:
        findings.add("blocks", row.name, "compliance", "it does not lead to the header's compliance root")
    receipts = read_column(RECEIPTS, row.receipts)
    if receipts is None or merkle_root([encode(each) for each in receipts]) != header.receipts_root:
        findings.add("blocks", row.name, "receipts", "they do not lead to the header's receipt root")
        receipts = None
    elif root_of_hashes([each.transaction for each in receipts]) != header.transactions_root:
        findings.add("blocks", row.name, "header", "its transaction root is not that of its receipts")
    return AuditedBlock(row.height, header, proposal, receipts)


def _missing(context: AuditContext, first: int, end: int) -> Iterator[AuditedBlock]:
    for height in range(first, end):
        context.findings.add("blocks", f"height={height}", "", "the row is missing: an executed block was removed")
        yield AuditedBlock(height, None, None, None)


def _audit_certificate_count(context: AuditContext) -> None:
    """Name certificates without a block, and, where one is missing, the blocks that have none."""
    execute, findings = context.connection.execute, context.findings
    for (height,) in execute("SELECT height FROM certificates WHERE height NOT IN (SELECT height FROM blocks)"):
        if not findings.has("blocks", f"height={height}"):
            findings.add("certificates", f"height={height}", "", "a certificate of no block here")
    (count,) = execute("SELECT count(*) FROM certificates WHERE height IN (SELECT height FROM blocks)").fetchone()
    if count < context.meta.certificates:
        for (height,) in execute(
            "SELECT height FROM blocks WHERE height <= ? AND height NOT IN (SELECT height FROM certificates)",
            (context.meta.base + context.meta.certificates,),
        ):
            findings.add("certificates", f"height={height}", "", "the row is missing: the block had its certificate")
    if count != context.meta.certificates and not findings.has("certificates") and not findings.has("blocks"):
        findings.add("certificates", "", "", f"{count} rows where {context.meta.certificates} were written")
