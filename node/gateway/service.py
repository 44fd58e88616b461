"""What a member does for clients, free of HTTP: takes envelopes in, waits until they are final, tells of blocks.

Looking things up is `reading`'s, how the member is doing is `figures`'.
"""

import asyncio
from collections.abc import Iterator, Sequence

from canonical.hashing import Digest
from ledger.charter import Charter, chain_id
from ledger.envelope import transaction_ids
from ledger.receipts import Refusal
from network.bus import Bus
from node.admission import Admission, Admitted, Known, Refused, Unavailable
from node.driver import Driver
from node.gateway.events import BlockEvents
from node.gateway.figures import Figures
from node.gateway.queries.asking import Asking
from node.gateway.reading import Reading, count_refused
from node.gateway.types import (
    BlockEvent,
    EnvelopeReply,
    Envelopes,
    SubmitReply,
    TransactionReply,
    TransactionStatus,
    Unavailability,
    receipt_reply,
    refusal_reply,
)
from node.home.charter_file import charter_to_json
from node.statement_file import Kind
from node.storage.reads import StorageReader
from node.waiting import FinalBlock, Placed

DISK_WAIT_MS = 2_000
"""How long a client is kept waiting for its envelopes to be on disk; usually some milliseconds. Much longer only while
the chain stands still and as many own batches as may be are under way."""


class Service:
    """One member's face towards clients."""

    def __init__(self, driver: Driver, reader: StorageReader, bus: Bus, *, charter: Charter, member: str) -> None:
        """Serve what `driver` drives and `reader` reads; hears of each final block from now on."""
        self.charter_file = charter_to_json(charter)
        """The charter as verifiers are given it."""
        self.events = BlockEvents()
        self.reading = Reading(driver, reader, charter=charter)
        self.asking = Asking(driver, reader)
        self.figures = Figures(driver, bus, self.events, charter=charter, member=member)
        self._driver = driver
        self._chain = chain_id(charter)
        driver.on_final = self._on_final
        driver.has_listeners = lambda: self.events.listeners > 0

    async def submit(self, envelopes: Envelopes, *, wait_ms: int | None) -> SubmitReply:
        """Hand envelopes in and answer when what was admitted is on disk, or final if `wait_ms` is given.

        After `wait_ms` the answer is `pending` for what is not final yet, and `queued` for what is not even on disk.
        """
        ids = [transaction_ids(envelope, chain=self._chain) for envelope in envelopes]
        if wait_ms is None:
            admissions = await self._hand_in(envelopes)
            placed: dict[Digest, Placed] = {}
        else:
            admissions, placed = await self._submit_and_wait(envelopes, [each[0] for each in ids], wait_ms=wait_ms)
        return SubmitReply(
            tuple(
                self._envelope_reply(its_ids, admission, placed.get(its_ids[0]), wait=wait_ms is not None)
                for its_ids, admission in zip(ids, admissions, strict=True)
            )
        )

    def certificate(self, transaction: Digest) -> bytes | None:
        """The file that proves a final transaction; None where it is not final here."""
        return self.reading.certificate(transaction)

    def statement(self, kind: Kind, subject: str, height: int | None) -> bytes:
        """The file that proves what the state says of `subject`.

        Raises: RequestRefused saying why there is none.
        """
        return self.asking.statement(kind, subject, height, chain=self._chain)

    @property
    def height(self) -> int:
        """That of the last block that is final here."""
        return self._driver.certified

    async def _submit_and_wait(
        self, envelopes: Envelopes, firsts: list[Digest], *, wait_ms: int
    ) -> tuple[Sequence[Admission | None], dict[Digest, Placed]]:
        """Hand envelopes in and wait for finality; return where those are that became final meanwhile.

        Waiting begins before they are handed in: under load some are final before the last of them is on disk.
        """
        waits = self._driver.waits
        futures = {first: future for first in dict.fromkeys(firsts) if (future := waits.wait(first)) is not None}
        try:
            admissions = await self._hand_in(envelopes)
            taken = [
                futures[first]
                for first, admission in zip(firsts, admissions, strict=True)
                if first in futures and self._may_become_final(first, admission)
            ]
            if taken:
                await asyncio.wait(taken, timeout=wait_ms / 1000)
        finally:
            for first, future in futures.items():
                waits.give_up(first, future)
        return admissions, {first: future.result() for first, future in futures.items() if _came(future)}

    async def _hand_in(self, envelopes: Envelopes) -> Sequence[Admission | None]:
        """Hand envelopes in and wait for the disk, but not without end: None for each if that takes too long."""
        answers = self._driver.submit(envelopes)
        await asyncio.wait({answers}, timeout=DISK_WAIT_MS / 1000)
        return answers.result() if answers.done() else [None] * len(envelopes)

    def _may_become_final(self, first: Digest, admission: Admission | None) -> bool:
        """Whether there is anything to wait for: it was taken in, and was not final before."""
        match admission:
            case Admitted():
                return True
            case Known():
                return not self.reading.is_final(first)
            case _:
                return False

    def _envelope_reply(
        self, ids: tuple[Digest, ...], admission: Admission | None, placed: Placed | None, *, wait: bool
    ) -> EnvelopeReply:
        match admission:
            case None:
                return EnvelopeReply(tuple(TransactionReply(each.hex(), TransactionStatus.QUEUED) for each in ids))
            case Refused(_, refusals):
                return EnvelopeReply(tuple(map(self._refused_reply, ids, refusals)))
            case Unavailable(reason, retry_after_ms):
                return EnvelopeReply(
                    tuple(TransactionReply(each.hex(), TransactionStatus.UNAVAILABLE) for each in ids),
                    Unavailability(reason, retry_after_ms),
                )
            case _ if placed is not None and placed.holds(ids):
                return EnvelopeReply(tuple(_placed_reply(ids, placed)))
            case _ if wait:
                return EnvelopeReply(tuple(map(self._taken_reply, ids)))
            case _:
                return EnvelopeReply(tuple(TransactionReply(each.hex(), TransactionStatus.PENDING) for each in ids))

    def _refused_reply(self, transaction: Digest, refusals: tuple[Refusal, ...]) -> TransactionReply:
        """A refused transaction; one that was executed in another envelope is refused only because of that."""
        reply = self.reading.transaction(transaction)
        if reply.status is TransactionStatus.UNKNOWN:
            return TransactionReply(reply.id, TransactionStatus.REFUSED, tuple(map(refusal_reply, refusals)))
        return reply

    def _taken_reply(self, transaction: Digest) -> TransactionReply:
        """A transaction that was taken in: final, or pending."""
        reply = self.reading.transaction(transaction)
        if reply.status is TransactionStatus.UNKNOWN:
            return TransactionReply(reply.id, TransactionStatus.PENDING)
        return reply

    def _on_final(self, block: FinalBlock) -> None:
        refused = count_refused(block.receipts)
        self.figures.on_final(block)
        self.events.publish(
            BlockEvent(
                block.header.height,
                block.header.state_root.hex(),
                block.header.timestamp_ms,
                len(block.receipts),
                len(block.receipts) - refused,
                refused,
            )
        )


def _placed_reply(ids: tuple[Digest, ...], placed: Placed) -> Iterator[TransactionReply]:
    """An envelope's transactions, which stand side by side in one block."""
    for position, each in enumerate(ids, start=placed.position):
        yield TransactionReply(
            each.hex(),
            TransactionStatus.FINAL,
            receipt=receipt_reply(placed.block.receipts[position]),
            height=placed.block.header.height,
            position=position,
        )


def _came(future: asyncio.Future[Placed]) -> bool:
    return future.done() and not future.cancelled()
