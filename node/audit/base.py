"""Where a database begins that took a ledger over whole: its trust is the certificate, as that of every block is."""

import sqlite3
from collections.abc import Sequence

from canonical.hashing import Digest
from canonical.signing import PublicKey, Signature, VerifySignature
from consensus.certificate import is_block_certificate
from consensus.messages import header_digest
from consensus.quorum import Committee
from consensus.types import ReplicaId
from node.audit.context import Base, read_column
from node.audit.findings import Findings
from node.storage.columns import BATCH_NUMBERS, CERTIFICATE, HEADER, base_seal
from node.storage.meta import Meta


def audit_base(
    connection: sqlite3.Connection,
    findings: Findings,
    meta: Meta,
    *,
    chain: Digest,
    keys: Sequence[PublicKey],
    verify: VerifySignature,
) -> Base | None:
    """Find an edited, inserted or removed row of `base`; return it if there is one and it stands."""
    rows = connection.execute("SELECT height, header, votes, executed, seal FROM base ORDER BY height").fetchall()
    for height, *_ in rows:
        if height != meta.base:
            findings.add("base", f"height={height}", "height", f"this database begins at {meta.base}")
    if meta.base and not any(height == meta.base for height, *_ in rows):
        findings.add("base", f"height={meta.base}", "", "the row is missing: a ledger was taken over at this height")
    if findings.has("base") or not rows:
        return None
    ((height, header_bytes, votes_bytes, executed_bytes, seal),) = rows
    row, committee = f"height={height}", Committee(len(keys))

    def is_signed_by(sender: ReplicaId, content: bytes, signature: Signature) -> bool:
        return sender in committee and verify(keys[sender], content, signature)

    header = read_column(HEADER, header_bytes)
    votes = read_column(CERTIFICATE, votes_bytes)
    executed = read_column(BATCH_NUMBERS, executed_bytes)
    if header is None or header.height != height:
        findings.add("base", row, "header", "it is not the header of that height")
    elif votes is None or not is_block_certificate(
        header, votes, chain=chain, committee=committee, verify=is_signed_by
    ):
        findings.add("base", row, "votes", "they do not prove the header")
    if executed is None or len(executed) != committee.size or seal != base_seal(height, executed):
        findings.add("base", row, "executed", "row and seal do not belong together: one of them was edited")
    if findings.has("base") or header is None or executed is None:
        return None
    return Base(header, header_digest(header, chain=chain), executed)
