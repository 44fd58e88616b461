"""The audit at every start: everything in the database must follow from the chain before its owner votes again.

What others signed is checked by their signatures (blocks by their certificates, batches by their authors); what follows
from that is computed again (roots, the index of transactions, the ledger); and what only this member knows (its votes,
its counts) is chained and sealed. One hand edit is one finding that names table, row and column. Cost is linear in what
the database holds; a block with its certificate takes a fraction of a millisecond, most of it for signatures. Beside a
large ledger a second process hashes the state meanwhile (node/audit/beside.py).

What no audit of one database can see is an older copy of the whole file.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from canonical.signing import VerifySignature
from consensus.messages import BlockHeader
from consensus.types import Epoch, ReplicaId
from ledger.charter import Charter, chain_id
from ledger.commitment import Commitment
from ledger.ledger import Ledger
from node.audit.base import audit_base
from node.audit.batches import ExpectedBatches
from node.audit.beside import committing
from node.audit.blocks import audit_blocks
from node.audit.context import AuditContext
from node.audit.findings import Finding, Findings
from node.audit.meta import audit_file, audit_meta
from node.audit.state import audit_state
from node.audit.transactions import ExpectedTransactions
from node.audit.votes import audit_prepared, audit_statements, audit_votes
from node.errors import DatabaseEdited
from node.home.keys import verify_signature
from node.storage.faults import reading
from node.storage.schema import BUSY_TIMEOUT_MS

TEMPORARY_CACHE_KIB = 16 * 1024
"""Page cache of the tables that an audit makes for itself: ids come in no order, and SQLite's own 2 MiB are too few for
200,000 of them. What does not fit goes to a file."""

FINDINGS_SHOWN_MAX = 10
"""A refusal to start names so many rows and counts the others."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit came to."""

    findings: tuple[Finding, ...]
    """The first of them; empty if all is well."""
    count: int
    """All of them."""
    ledger: Ledger | None
    """The ledger after the last block, ready to go on; None if something was found."""


def audit(
    path: Path,
    *,
    charter: Charter,
    member: ReplicaId,
    epoch: Epoch = Epoch(0),
    verify: VerifySignature = verify_signature,
) -> Audited:
    """Check every row of the database at `path`, which belongs to voter `member`. Changes nothing.

    Raises: StorageFailed where the file cannot be read at all.
    """
    findings = Findings()
    ledger: Ledger | None = None
    with reading(path):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        connection.text_factory = _text
        try:
            connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            connection.execute(f"PRAGMA temp.cache_size=-{TEMPORARY_CACHE_KIB}")
            connection.execute("BEGIN")
            with committing(path) as commitment:
                ledger = _audit(connection, findings, charter, member, epoch, verify, commitment)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise
            findings.add("the file", "", "", f"its pages are damaged: {error}")
        finally:
            connection.close()
    return Audited(tuple(findings.kept), findings.count, None if findings.count else ledger)


def refuse_if_edited(path: Path, audited: Audited) -> None:
    """Stop a node whose database does not follow from the chain.

    Raises: DatabaseEdited naming the rows and the way back.
    """
    if not audited.count:
        return
    rows = [str(finding) for finding in audited.findings[:FINDINGS_SHOWN_MAX]]
    if audited.count > len(rows):
        rows.append(f"and {audited.count - len(rows)} more")
    raise DatabaseEdited(
        f"{path}: the database was altered by something else than this node; it does not vote on top of that.",
        rows=rows,
        advice="Nothing was changed. What to do: move the file away and start again; the member then takes every block"
        " over from its peers, checked by their certificates, and votes again once it is past everything that it may"
        " have signed. One member at a time: until then it counts among the f that may fail.",
    )


def _audit(
    connection: sqlite3.Connection,
    findings: Findings,
    charter: Charter,
    member: ReplicaId,
    epoch: Epoch,
    verify: VerifySignature,
    commitment: Callable[[], Commitment] | None,
) -> Ledger | None:
    audit_file(connection, findings)
    if findings.count:
        return None
    chain = chain_id(charter)
    meta = audit_meta(connection, findings, chain=chain, member=member)
    if meta is None:
        return None
    keys = [voter.node_key for voter in charter.voters()]
    base = audit_base(connection, findings, meta, chain=chain, keys=keys, verify=verify)
    if findings.has("base"):
        return None
    context = AuditContext(connection, chain, epoch, member, keys, verify, meta, base, findings)
    voted = audit_votes(context)
    audit_prepared(context)
    audit_statements(context)
    batches, transactions = ExpectedBatches(context), ExpectedTransactions(context)
    tip: BlockHeader | None = None if base is None else base.header
    for block in audit_blocks(context, voted):
        batches.add(block)
        transactions.add(block)
        tip = block.header
    batches.compare()
    transactions.compare()
    return audit_state(context, charter, tip, commitment=commitment) if tip is not None or not meta.executed else None


def _text(content: bytes) -> str:
    """Text as far as it is any: an edit can leave bytes that are not UTF-8."""
    return content.decode("utf-8", "backslashreplace")
