"""The ledger's rows lead to the state root of the last block; or else the chain is run again to see which does not."""

from collections.abc import Callable, Iterator

from canonical.encoding import Reader
from consensus.messages import BlockHeader
from ledger.charter import Charter
from ledger.commitment import Commitment
from ledger.execute import AuthoredBatch
from ledger.ledger import Ledger
from node.audit.context import AuditContext
from node.batch import BATCH_BYTES_MAX, Batch
from node.judge import judge_of
from node.register import Register
from node.storage.columns import HEADER, PROPOSAL

_BATCHES = Reader(Batch, size_max=BATCH_BYTES_MAX)


def audit_state(
    context: AuditContext,
    charter: Charter,
    tip: BlockHeader | None,
    *,
    commitment: Callable[[], Commitment] | None = None,
) -> Ledger | None:
    """Find rows of `state` that were edited, inserted or removed; return the ledger if there are none.

    One root stands for all rows, so a wrong one does not say which row it was. Then, and only then, every block is
    executed again from genesis, which costs as much as it did the first time.
    """
    try:
        ledger = _restore(context, charter, tip, commitment)
        root = Ledger.genesis(charter).state_root if tip is None else tip.state_root
        if ledger.state_root == root:
            return ledger
        what = "the rows do not lead to the state root of the last block"
    except ValueError as error:
        what = f"a row is no entry of the ledger ({error})"
    if any(context.findings.has(table) for table in ("blocks", "batches", "payloads")):
        context.findings.add("state", "", "value", f"{what}; the blocks that could tell which are damaged too")
        return None
    if context.base is not None:
        context.findings.add("state", "", "value", f"{what}; there are no blocks from the beginning to run again")
        return None
    replayed = _replay(context, charter)
    if replayed is not None:
        _compare(context, replayed)
        if not context.findings.has("state"):
            context.findings.add("state", "", "value", what)
    return None


def _restore(
    context: AuditContext,
    charter: Charter,
    tip: BlockHeader | None,
    commitment: Callable[[], Commitment] | None,
) -> Ledger:
    height, timestamp_ms = (0, charter.founded_ms) if tip is None else (tip.height, tip.timestamp_ms)
    return Ledger.restore(charter, _entries(context), height=height, timestamp_ms=timestamp_ms, commitment=commitment)


def _entries(context: AuditContext) -> Iterator[tuple[bytes, bytes]]:
    return context.connection.execute("SELECT key, value FROM state ORDER BY key")


def _replay(context: AuditContext, charter: Charter) -> Ledger | None:
    """Execute every block again; None, with a finding, where this ledger comes to another root than the chain did."""
    ledger = Ledger.genesis(charter)
    ledger.appoint(judge_of(Register.of(charter), context.verify))
    for height, header_bytes, proposal_bytes in context.connection.execute(
        "SELECT height, header, proposal FROM blocks ORDER BY height"
    ):
        header, proposal = HEADER.decode(header_bytes), PROPOSAL.decode(proposal_bytes)
        batches: list[AuthoredBatch] = []
        for named in proposal.batches:
            row = context.connection.execute(
                "SELECT payload FROM batches JOIN payloads USING(batch) WHERE digest = ? AND height = ?",
                (named.digest, height),
            ).fetchone()
            batch = None if row is None else _BATCHES.read(row[0])
            if isinstance(batch, Batch):
                batches.append(AuthoredBatch(batch.author, batch.number, batch.envelopes))
        result = ledger.execute(height, header.timestamp_ms, batches)
        if result.state_root != header.state_root:
            what = "this version of the ledger executes the block to another state root; was it written by another one?"
            context.findings.add("blocks", f"height={height}", "header", what)
            return None
    return ledger


def _compare(context: AuditContext, replayed: Ledger) -> None:
    findings = context.findings
    expected = dict(replayed.entries())
    for key, value in _entries(context):
        true_value = expected.pop(key, None)
        if true_value is None:
            findings.add("state", _row(key), "", "no block made this entry")
        elif true_value != value:
            findings.add("state", _row(key), "value", "the chain led to another value")
    for key in expected:
        findings.add("state", _row(key), "", "the row is missing")


def _row(key: bytes) -> str:
    return f"key={key.decode('utf-8', 'backslashreplace')}"
