"""Reading a member's database beside its writer: batches and blocks for peers, receipts for clients.

A reader has a connection of its own. In WAL mode it sees the last committed turn, and neither side waits for the other.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from consensus.messages import CheckpointProof
from consensus.types import Digest, SequenceNumber, VotePhase
from ledger.receipts import ComplianceEntry, Receipt
from node.restored import PushedBlock, StoredBlock, StoredReceipt
from node.storage.columns import CERTIFICATE, COMPLIANCE, HEADER, PROPOSAL, RECEIPTS
from node.storage.faults import reading
from node.storage.schema import BUSY_TIMEOUT_MS

_BLOCK = (
    "SELECT blocks.header, blocks.digest, blocks.proposal, certificates.votes"
    " FROM blocks LEFT JOIN certificates ON certificates.height = blocks.height"
)

_BlockRow = tuple[bytes, bytes, bytes, bytes | None]


class StorageReader:
    """Reads what is committed. May be used from any one thread at a time; every method raises StorageFailed."""

    def __init__(self, path: Path) -> None:
        """Open `path` for reading only.

        Raises: StorageFailed when there is no such database.
        """
        self.path = path
        with reading(path):
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
            )
            self._connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")

    def __enter__(self) -> "StorageReader":
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection. Twice is once."""
        self._connection.close()

    def batch(self, digest: Digest) -> bytes | None:
        """The payload of a batch, executed or not, or None if it is not here."""
        with reading(self.path):
            row = self._connection.execute(
                "SELECT payload FROM payloads WHERE batch = (SELECT batch FROM batches WHERE digest = ?)", (digest,)
            ).fetchone()
        return None if row is None else row[0]

    def tip(self) -> StoredBlock | None:
        """The last block executed."""
        with reading(self.path):
            row = self._connection.execute(f"{_BLOCK} ORDER BY blocks.height DESC LIMIT 1").fetchone()
        return None if row is None else _stored_block(row)

    def base(self) -> CheckpointProof | None:
        """The checkpoint whose ledger was taken over whole, if one was: there is no block at or below it here."""
        with reading(self.path):
            row = self._connection.execute("SELECT header, votes FROM base").fetchone()
        return None if row is None else CheckpointProof(HEADER.decode(row[0]), CERTIFICATE.decode(row[1]))

    def block(self, height: int) -> StoredBlock | None:
        """The block at `height`, or None if it is not executed here."""
        with reading(self.path):
            row = self._connection.execute(f"{_BLOCK} WHERE blocks.height = ?", (height,)).fetchone()
        return None if row is None else _stored_block(row)

    def blocks(self, first: int, last: int) -> list[StoredBlock]:
        """The blocks from `first` to `last`, both included, as far as they are executed here."""
        with reading(self.path):
            rows = self._connection.execute(
                f"{_BLOCK} WHERE blocks.height BETWEEN ? AND ? ORDER BY blocks.height", (first, last)
            ).fetchall()
        return [_stored_block(row) for row in rows]

    def payloads(self, height: int) -> tuple[bytes, ...]:
        """The payloads of the batches executed in the block at `height`, in order; none if there is no such block."""
        block = self.block(height)
        return () if block is None else self._executed_payloads(block)

    def blocks_to_push(self, first: SequenceNumber, last: SequenceNumber, *, bytes_max: int) -> Iterator[PushedBlock]:
        """Final blocks from `first` to `last` with their payloads, in order, up to a gap in the certificates.

        Stops before `bytes_max` bytes of payload are exceeded, but yields one block at least if it is here. Each block
        is read when it is asked for.
        """
        spent = 0
        for height in range(first, last + 1):
            block = self.block(height)
            certified = None if block is None else block.certified()
            if block is None or certified is None:
                return
            payloads = self._executed_payloads(block)
            spent += sum(map(len, payloads))
            if height > first and spent > bytes_max:
                return
            yield PushedBlock(certified, payloads)

    def receipt(self, transaction: Digest) -> StoredReceipt | None:
        """What became of a transaction, or None if it was not executed here.

        One that was ordered more than once is shown where it was accepted, else where it first stood.
        """
        with reading(self.path):
            row = self._connection.execute(
                "SELECT height, position FROM transactions WHERE id = ?", (transaction,)
            ).fetchone()
            if row is None:
                return None
            height, position = row
            (receipts,) = self._connection.execute("SELECT receipts FROM blocks WHERE height = ?", (height,)).fetchone()
        block = self.block(height)
        assert block is not None, "a turn writes a block and its transactions together"
        return StoredReceipt(block, position, RECEIPTS.decode(receipts))

    def receipts(self, height: int) -> tuple[Receipt, ...]:
        """Every receipt of the block at `height`, in order; none if it is not executed here."""
        with reading(self.path):
            row = self._connection.execute("SELECT receipts FROM blocks WHERE height = ?", (height,)).fetchone()
        return () if row is None else RECEIPTS.decode(row[0])

    def compliance(self, height: int) -> tuple[ComplianceEntry, ...] | None:
        """The compliance report of the block at `height`, or None if it is not executed here."""
        with reading(self.path):
            row = self._connection.execute("SELECT compliance FROM blocks WHERE height = ?", (height,)).fetchone()
        return None if row is None else COMPLIANCE.decode(row[0])

    def heights_naming(self, name: bytes, both: tuple[bytes, bytes], *, first: int, last: int) -> list[int]:
        """Blocks from `first` to `last`, the latest first, whose receipts hold these bytes: `name`, or both others.

        A few may hold them by chance. Costs reading all their receipts.
        """
        with reading(self.path):
            rows = self._connection.execute(
                "SELECT height FROM blocks WHERE height BETWEEN ? AND ? AND"
                " (instr(receipts, ?) OR (instr(receipts, ?) AND instr(receipts, ?))) ORDER BY height DESC",
                (first, last, name, *both),
            ).fetchall()
        return [row[0] for row in rows]

    def place(self, transaction: Digest) -> tuple[int, int] | None:
        """Height and position of a transaction, as `receipt` has them; None if it was not executed here. Cheap."""
        with reading(self.path):
            row: tuple[int, int] | None = self._connection.execute(
                "SELECT height, position FROM transactions WHERE id = ?", (transaction,)
            ).fetchone()
        return row

    def is_executed(self, transaction: Digest) -> bool:
        """Whether the transaction has a receipt here; cheaper than reading it."""
        with reading(self.path):
            row = self._connection.execute("SELECT 1 FROM transactions WHERE id = ?", (transaction,)).fetchone()
        return row is not None

    def stable(self) -> int:
        """The last stable checkpoint; votes at or below it are kept no longer."""
        with reading(self.path):
            row = self._connection.execute("SELECT value FROM meta WHERE name = 'stable'").fetchone()
        return 0 if row is None else int(row[0])

    def block_votes(self) -> list[tuple[int, Digest]]:
        """Height and digest of each block that this member recorded its BLOCK-VOTE for, above the checkpoint."""
        with reading(self.path):
            return self._connection.execute(
                "SELECT sequence, digest FROM votes WHERE phase = ?", (VotePhase.BLOCK.value,)
            ).fetchall()

    def entries(self) -> Iterator[tuple[bytes, bytes]]:
        """The ledger's entries by key, as of the moment of asking; keep the iterator no longer than needed."""
        with reading(self.path):
            yield from self._connection.execute("SELECT key, value FROM state ORDER BY key")

    def _executed_payloads(self, block: StoredBlock) -> tuple[bytes, ...]:
        found: list[bytes] = []
        with reading(self.path):
            for batch in block.proposal.batches:
                row = self._connection.execute(
                    "SELECT payload FROM payloads WHERE batch ="
                    " (SELECT batch FROM batches WHERE digest = ? AND height = ?)",
                    (batch.digest, block.header.height),
                ).fetchone()
                if row is not None:
                    found.append(row[0])
        return tuple(found)


def _stored_block(row: _BlockRow) -> StoredBlock:
    header, digest, proposal, votes = row
    return StoredBlock(
        HEADER.decode(header),
        Digest(digest),
        PROPOSAL.decode(proposal),
        None if votes is None else CERTIFICATE.decode(votes),
    )
