"""Batches: each executed one here, unaltered, signed, and marked with the block that its proposal stands in.

What the blocks say is gathered in a temporary table, then compared with what lies on disk, each row once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from canonical.encoding import Reader, encode
from canonical.hashing import Digest, Domain, digest
from node.audit.blocks import AuditedBlock
from node.audit.context import AuditContext
from node.batch import BATCH_BYTES_MAX, Batch
from node.opening import BatchHead

_HEADS = Reader(BatchHead, size_max=BATCH_BYTES_MAX)
_BATCHES = Reader(Batch, size_max=BATCH_BYTES_MAX)

_COMPARED = (
    "SELECT batches.batch, batches.digest, batches.author, batches.number, batches.height, payload, expected.height"
    " FROM batches LEFT JOIN payloads ON payloads.batch = batches.batch"
    " LEFT JOIN temp.expected_batches AS expected ON expected.digest = batches.digest ORDER BY batches.batch"
)


@dataclass(frozen=True, slots=True)
class _Row:
    batch: int
    digest: Digest
    author: int
    number: int
    height: int | None
    payload: bytes | None
    expected_height: int | None

    @property
    def name(self) -> str:
        return f"digest={self.digest.hex()}"


class ExpectedBatches:
    """Gathers, block by block, which batches were executed where."""

    def __init__(self, context: AuditContext) -> None:
        """Begin with none."""
        self._context = context
        base = context.base
        self._executed = [0] * context.committee.size if base is None else [int(each) for each in base.executed]
        self._is_complete = True
        context.connection.execute(
            "CREATE TEMP TABLE expected_batches(digest BLOB PRIMARY KEY, author INTEGER, number INTEGER,"
            " height INTEGER) WITHOUT ROWID"
        )

    def add(self, block: AuditedBlock) -> None:
        """Note the batches that the block executed: those that come after their author's last (exactly once)."""
        if block.proposal is None:
            self._is_complete = False
            return
        for named in block.proposal.batches:
            if named.author < len(self._executed) and named.number > self._executed[named.author]:
                self._executed[named.author] = named.number
                self._context.connection.execute(
                    "INSERT OR IGNORE INTO temp.expected_batches(digest, author, number, height) VALUES(?, ?, ?, ?)",
                    (named.digest, named.author, named.number, block.height),
                )

    def compare(self) -> None:
        """Find batches and payloads that were edited, inserted or removed."""
        context, findings = self._context, self._context.findings
        renamed: set[bytes] = set()
        for values in context.connection.execute(_COMPARED):
            row = _Row(*values)
            true_digest = self._audit_row(row)
            if true_digest is not None and true_digest != row.digest:
                renamed.add(true_digest)
        for wanted, author, number, height in context.connection.execute(
            "SELECT digest, author, number, height FROM temp.expected_batches"
            " WHERE digest NOT IN (SELECT digest FROM batches)"
        ):
            if wanted not in renamed:
                what = f"batch {number} of member {author} is missing, which block {height} executed"
                findings.add("batches", f"digest={wanted.hex()}", "", what)
        for (batch,) in context.connection.execute(
            "SELECT batch FROM payloads WHERE batch NOT IN (SELECT batch FROM batches)"
        ):
            findings.add("payloads", f"batch={batch}", "", "a payload of no batch here")
        self._audit_counts()

    def _audit_row(self, row: _Row) -> Digest | None:
        """Judge a row; return the digest that its payload truly has, if anybody signed it."""
        findings = self._context.findings
        if row.payload is None:
            findings.add("payloads", f"batch={row.batch}", "", f"the payload of batch {row.digest.hex()} is missing")
            return None
        head = _HEADS.read(row.payload)
        if not isinstance(head, BatchHead):
            findings.add("payloads", f"batch={row.batch}", "payload", "it is no batch")
            return None
        true_digest = digest(
            Domain.BATCH,
            self._context.chain,
            encode((head.epoch, head.author, head.number)),
            bytes(head.envelopes),
        )
        if not self._context.is_signed_by(head.author, true_digest, head.signature):
            what = f"member {head.author} did not sign these bytes" + _named(row.digest, true_digest)
            findings.add("payloads", f"batch={row.batch}", "payload", what)
            return None
        if true_digest != row.digest:
            findings.add("batches", row.name, "digest", f"its payload has the digest {true_digest.hex()}")
            return true_digest
        for column, found, expected in (("author", row.author, head.author), ("number", row.number, head.number)):
            if found != expected:
                findings.add("batches", row.name, column, f"its payload says {expected}")
        if row.height != row.expected_height and (self._is_complete or row.expected_height is not None):
            executed = "no block" if row.expected_height is None else f"block {row.expected_height}"
            findings.add("batches", row.name, "height", f"{executed} executed it")
        elif row.height is None and not isinstance(_BATCHES.read(row.payload), Batch):
            findings.add("payloads", f"batch={row.batch}", "payload", "its envelopes are malformed")
        return true_digest

    def _audit_counts(self) -> None:
        """Find rows that were removed or inserted without leaving a trace in any block."""
        context, meta = self._context, self._context.meta
        if context.findings.has("batches") or context.findings.has("payloads") or context.findings.has("blocks"):
            return
        own, count = context.connection.execute(
            "SELECT max(CASE WHEN author = ? THEN number ELSE 0 END), count(*) FROM batches", (context.member,)
        ).fetchone()
        if (own or 0) != meta.own_batch:
            what = f"this member gave out numbers up to {meta.own_batch}, but its last batch here is {own or 0}"
            context.findings.add("batches", f"author={context.member}", "number", what)
        elif count != meta.batches:
            for row, what in self._unexpected(meta.batches - count):
                context.findings.add("batches", row, "", what)

    def _unexpected(self, missing: int) -> Iterator[tuple[str, str]]:
        """Name where pending batches are missing (or, for a negative number, too many) as well as can be known."""
        if missing < 0:
            yield "", f"{-missing} more than this node stored"
            return
        rows = self._context.connection.execute("SELECT author, number FROM batches ORDER BY author, number").fetchall()
        held = set(rows)
        for author, number in rows:
            if number > 1 and (author, number - 1) not in held and number - 1 > self._executed[author]:
                yield f"author={author}, number={number - 1}", "the row is missing: a batch waited here for execution"
                return
        yield "height=NULL", f"{missing} missing that waited here for execution"


def _named(stored: Digest, found: Digest) -> str:
    return "" if stored == found else f", whose digest is {found.hex()}"
