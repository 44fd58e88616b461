"""What the rules were asked in each block and what they refused, out of a member's database, and its proof.

Nothing here rests on the member. A header is believed if a quorum of the charter's voters signed it, or if the header
above, which is believed, names it as its parent. A report is believed if it leads to the compliance root in its header;
what it says was refused is counted again in the receipts, which lead to the header's receipt root.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from canonical.encoding import encode
from canonical.hashing import Digest
from canonical.merkle import merkle_root
from canonical.signing import PublicKey, Signature, VerifySignature
from consensus.certificate import is_block_certificate
from consensus.messages import BlockHeader, header_digest
from consensus.quorum import Committee
from consensus.types import ReplicaId
from ledger.charter import Charter, chain_id
from ledger.epochs import EPOCH_RULE_IDS
from ledger.receipts import ComplianceEntry, Receipt, compliance_root
from node.audit.context import read_column
from node.audit.findings import Finding, Findings
from node.errors import StorageFailed
from node.storage.columns import CERTIFICATE, COMPLIANCE, HEADER, RECEIPTS
from node.storage.faults import reading
from node.storage.schema import BUSY_TIMEOUT_MS

_ROWS = (
    "SELECT blocks.height, header, compliance, receipts, votes FROM blocks"
    " LEFT JOIN certificates ON certificates.height = blocks.height"
    " WHERE blocks.height BETWEEN ? AND ? ORDER BY blocks.height DESC"
)


@dataclass(frozen=True, slots=True)
class BlockCompliance:
    """One block's report, which leads to a header that a quorum stands for."""

    height: int
    timestamp_ms: int
    entries: tuple[ComplianceEntry, ...]
    transactions: int
    signers: int
    """Members whose votes on this very block are here; 0 where a later block vouches for it."""


@dataclass(frozen=True, slots=True)
class ComplianceAudit:
    """A range of blocks."""

    first: int
    """Of the range, as asked for or as far as the database goes."""
    last: int
    blocks: tuple[BlockCompliance, ...]
    """Those that are proved, in order."""
    findings: tuple[Finding, ...]
    """What keeps other blocks of the range from being proved; the first hundred."""
    count: int
    """All findings."""
    begins: int
    """The first block that this database can have: blocks below came as a whole ledger."""
    uncertified: int
    """Blocks above the last certified one: executed, and not certified here yet."""

    def totals(self) -> dict[str, tuple[int, int]]:
        """Checked and refused by rule, over the proved blocks, in the order in which reports first name the rules."""
        found: dict[str, tuple[int, int]] = {}
        for block in self.blocks:
            for entry in block.entries:
                checked, refused = found.get(entry.rule, (0, 0))
                found[entry.rule] = (checked + entry.checked, refused + entry.refused)
        return found


def audit_compliance(
    path: Path, *, charter: Charter, first: int | None, last: int | None, verify: VerifySignature
) -> ComplianceAudit:
    """Read and prove the reports of the blocks from `first` to `last`; None: from the first, to the last certified one.

    Raises: StorageFailed where the file cannot be read at all, or is no member's database.
    """
    with reading(path):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        try:
            connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            connection.execute("BEGIN")
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'blocks'").fetchone() is None:
                raise StorageFailed(f"{path}: this is no member's database: it has no blocks table.")
            return _Audit(connection, charter, verify).run(first, last)
        finally:
            connection.close()


class _Audit:
    """One run over one database, from the top down, since a block is vouched for by those above it."""

    def __init__(self, connection: sqlite3.Connection, charter: Charter, verify: VerifySignature) -> None:
        self._connection = connection
        self._chain = chain_id(charter)
        self._keys: Sequence[PublicKey] = [voter.node_key for voter in charter.voters()]
        self._verify = verify
        self._findings = Findings()

    def run(self, first: int | None, last: int | None) -> ComplianceAudit:
        lowest, highest = self._number("SELECT min(height) FROM blocks"), self._number("SELECT max(height) FROM blocks")
        certified = self._number("SELECT max(height) FROM certificates")
        begins = max(1, lowest)
        first = begins if first is None else first
        last = certified if last is None else last
        if first < begins:
            self._absent(first, min(begins - 1, last), last, f"not here: this database begins at block {begins}")
        if last > highest:
            self._absent(max(first, highest + 1), last, last, f"not here: this database ends with block {highest}")
        blocks = sorted(self._proved(max(first, begins), min(last, highest)), key=lambda block: block.height)
        kept = tuple(self._findings.kept)
        return ComplianceAudit(first, last, tuple(blocks), kept, self._findings.count, begins, highest - certified)

    def _proved(self, first: int, last: int) -> Iterator[BlockCompliance]:
        """Blocks that hold, from the last to the first; what lies above `last` is read as far as it takes to vouch."""
        if first > last:
            return
        voucher = self._number("SELECT min(height) FROM certificates WHERE height >= ?", last) or last
        parent: Digest | None = None
        expected = voucher
        for height, header_bytes, compliance, receipts, votes in self._connection.execute(_ROWS, (first, voucher)):
            if height < expected:
                self._absent(height + 1, expected, last, "missing, though blocks above are here")
                parent = None
            expected = height - 1
            header, signers = self._believed(height, header_bytes, votes, parent, last)
            parent = None if header is None else header.parent
            if header is not None and height <= last:
                block = self._block(header, compliance, receipts, signers)
                if block is not None:
                    yield block
        if expected >= first:
            self._absent(first, expected, last, "missing, though blocks above are here")

    def _believed(
        self, height: int, header_bytes: bytes, votes_bytes: bytes | None, parent: Digest | None, last: int
    ) -> tuple[BlockHeader | None, int]:
        """The header if it is to be believed, and how many signatures on it are here."""
        header = read_column(HEADER, header_bytes)
        if header is None or header.height != height:
            self._say(height, last, "header", "it is not the header of that height")
            return None, 0
        if votes_bytes is not None:
            votes = read_column(CERTIFICATE, votes_bytes)
            committee = Committee(len(self._keys))
            if votes is not None and is_block_certificate(
                header, votes, chain=self._chain, committee=committee, verify=self._is_signed_by
            ):
                return header, len(votes)
        if parent is not None and header_digest(header, chain=self._chain) == parent:
            return header, 0
        what = (
            "no quorum signed it" if votes_bytes is not None else "it is not certified, and no certified block names it"
        )
        self._say(height, last, "header", what)
        return None, 0

    def _block(
        self, header: BlockHeader, compliance_bytes: bytes, receipts_bytes: bytes, signers: int
    ) -> BlockCompliance | None:
        row = f"height={header.height}"
        entries = read_column(COMPLIANCE, compliance_bytes)
        if entries is None or compliance_root(entries) != header.compliance_root:
            self._findings.add("blocks", row, "compliance", "it does not lead to the header's compliance root")
            return None
        receipts = read_column(RECEIPTS, receipts_bytes)
        if receipts is None or merkle_root([encode(each) for each in receipts]) != header.receipts_root:
            self._findings.add("blocks", row, "receipts", "they do not lead to the header's receipt root")
            return None
        counted = refusals_by_rule(receipts)
        said = {entry.rule: entry.refused for entry in about_transactions(entries) if entry.refused}
        if counted != said:
            what = f"the receipts tell of the refusals {sorted(counted.items())}, the report of {sorted(said.items())}"
            self._findings.add("blocks", row, "compliance", what)
            return None
        return BlockCompliance(header.height, header.timestamp_ms, entries, len(receipts), signers)

    def _say(self, height: int, last: int, column: str, what: str) -> None:
        """Note a fault; one above the range is only the reason for what is said of the range."""
        if height <= last:
            self._findings.add("blocks", f"height={height}", column, what)

    def _absent(self, lowest: int, highest: int, last: int, what: str) -> None:
        """Note blocks that are not here, however many, as one fault; those above the range are none."""
        highest = min(highest, last)
        if lowest == highest:
            self._findings.add("blocks", f"height={lowest}", "", what)
        elif lowest < highest:
            self._findings.add("blocks", f"height={lowest}..{highest}", "", what)

    def _number(self, query: str, *arguments: int) -> int:
        (found,) = self._connection.execute(query, arguments).fetchone()
        return 0 if found is None else int(found)

    def _is_signed_by(self, sender: ReplicaId, content: bytes, signature: Signature) -> bool:
        return sender < len(self._keys) and self._verify(self._keys[sender], content, signature)


def about_transactions(entries: tuple[ComplianceEntry, ...]) -> tuple[ComplianceEntry, ...]:
    """A report without what the rules at an epoch's end added to it, which no receipt tells of."""
    added = len(EPOCH_RULE_IDS)
    return entries[:-added] if tuple(entry.rule for entry in entries[-added:]) == EPOCH_RULE_IDS else entries


def refusals_by_rule(receipts: Sequence[Receipt]) -> dict[str, int]:
    """How many transactions each rule refused, as their receipts tell it; a rule counts once for a transaction."""
    counted: Counter[str] = Counter()
    for receipt in receipts:
        counted.update({refusal.rule for refusal in receipt.refusals})
    return dict(counted)
