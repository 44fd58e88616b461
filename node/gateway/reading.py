"""Reading one member's ledger, blocks and transactions, as the gateway shows them.

Reads are served from this member's own state and disk and ask no peer. Whoever must not trust one member asks for the
certificate, which proves itself.
"""

from functools import lru_cache

from canonical.encoding import Malformed, Reader
from canonical.hashing import Digest
from ledger.charter import Charter
from ledger.envelope import Envelope
from ledger.ledger import Ledger
from ledger.receipts import Receipt, Status
from node.batch import BATCH_BYTES_MAX, Batch
from node.certificate_file import certificate_file
from node.driver import Driver
from node.gateway.records import (
    AccountReply,
    SeriesReply,
    TokenReply,
    WorkReply,
    account_reply,
    series_reply,
    token_reply,
    work_reply,
)
from node.gateway.types import (
    BlockReply,
    CanTransferReply,
    TransactionReply,
    TransactionStatus,
    receipt_reply,
    refusal_reply,
)
from node.restored import StoredReceipt
from node.storage.reads import StorageReader

BLOCKS_KEPT_MAX = 8
"""Blocks whose receipts are kept after reading: some megabytes at full load."""


class Reading:
    """Everything a client can look up at one member; nothing here changes anything."""

    def __init__(self, driver: Driver, reader: StorageReader, *, charter: Charter) -> None:
        """Read what `driver` drives and what lies on its disk."""
        self._driver = driver
        self._reader = reader
        self._charter = charter
        self._batches = Reader(Batch, size_max=BATCH_BYTES_MAX)
        # A block's receipts are read as one; whoever asks for one transaction often asks for its neighbours next.
        self._receipts = lru_cache(maxsize=BLOCKS_KEPT_MAX)(reader.receipts)

    @property
    def _ledger(self) -> Ledger:
        return self._driver.core.ledger

    def is_final(self, transaction: Digest) -> bool:
        """Whether the transaction stands in a certified block."""
        place = self._reader.place(transaction)
        return place is not None and place[0] <= self._driver.certified

    def transaction(self, transaction: Digest) -> TransactionReply:
        """What became of a transaction."""
        place = self._reader.place(transaction)
        name = transaction.hex()
        if place is None:
            is_pending = self._driver.core.is_pending(transaction)
            return TransactionReply(name, TransactionStatus.PENDING if is_pending else TransactionStatus.UNKNOWN)
        height, position = place
        if height > self._driver.certified:
            return TransactionReply(name, TransactionStatus.PENDING)
        receipt = self._receipts(height)[position]
        return TransactionReply(
            name, TransactionStatus.FINAL, receipt=receipt_reply(receipt), height=height, position=position
        )

    def certificate(self, transaction: Digest) -> bytes | None:
        """The file that proves a final transaction; None where it is not final here."""
        stored = self._reader.receipt(transaction)
        certified = None if stored is None else stored.block.certified()
        if stored is None or certified is None:
            return None
        envelope, index = self._envelope_at(stored)
        return certificate_file(
            self._charter,
            certified,
            envelope,
            index,
            block_ids=[receipt.transaction for receipt in stored.receipts],
            receipts=stored.receipts,
            position=stored.position,
        )

    def _envelope_at(self, stored: StoredReceipt) -> tuple[Envelope, int]:
        """The envelope in which the transaction at a position of a block was signed, and its place there."""
        index = stored.position
        for payload in self._reader.payloads(stored.block.header.height):
            batch = self._batches.read(payload)
            assert not isinstance(batch, Malformed), "what was executed is well-formed"
            for envelope in batch.envelopes:
                if index < len(envelope.transactions):
                    return envelope, index
                index -= len(envelope.transactions)
        raise AssertionError("a block's transactions are those of its batches, in order")

    @property
    def base(self) -> int:
        """There is no block at or below it here."""
        return self._driver.base

    def block(self, height: int) -> BlockReply | None:
        """A block as executed here, final or not."""
        stored = self._reader.block(height)
        if stored is None:
            return None
        header, receipts = stored.header, self._receipts(height)
        voters = self._charter.voters()
        return BlockReply(
            height=height,
            digest=stored.digest.hex(),
            parent=header.parent.hex(),
            proposal=header.proposal.hex(),
            timestamp_ms=header.timestamp_ms,
            transactions_root=header.transactions_root.hex(),
            receipts_root=header.receipts_root.hex(),
            state_root=header.state_root.hex(),
            compliance_root=header.compliance_root.hex(),
            final=stored.votes is not None,
            certified_by=tuple(voters[vote.sender].id for vote in stored.votes or ()),
            transactions=tuple(receipt.transaction.hex() for receipt in receipts),
            refused=count_refused(receipts),
        )

    def token(self, token: str) -> TokenReply | None:
        """One edition."""
        ledger = self._ledger
        record = ledger.token(token)
        return None if record is None else token_reply(ledger, token, record)

    def can_transfer(self, token: str, to: str, *, now_ms: int) -> CanTransferReply | None:
        """Whether the token's owner could give it to `to` at `now_ms`; None where there is no such token."""
        ledger = self._ledger
        record = ledger.token(token)
        if record is None:
            return None
        refusals = ledger.can_transfer(token, record.owner, to, now_ms)
        return CanTransferReply(not refusals, tuple(map(refusal_reply, refusals)))

    def series(self, series: str) -> SeriesReply | None:
        """A series of editions."""
        ledger = self._ledger
        record = ledger.series(series)
        return None if record is None else series_reply(ledger, series, record)

    def work(self, work: str) -> WorkReply | None:
        """A registered work."""
        ledger = self._ledger
        record = ledger.work(work)
        return None if record is None else work_reply(ledger, work, record)

    def account(self, account: str) -> AccountReply | None:
        """An account."""
        ledger = self._ledger
        record = ledger.account(account)
        return None if record is None else account_reply(ledger, account, record)


def count_refused(receipts: tuple[Receipt, ...]) -> int:
    """How many of a block's transactions took no effect."""
    return sum(receipt.status is Status.REFUSED for receipt in receipts)
