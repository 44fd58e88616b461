"""What a member does for clients, free of HTTP: takes envelopes in, waits until they are final, tells of blocks.

Looking things up is `reading`'s, how the member is doing is `figures`'.
"""

import asyncio

from canonical.hashing import Digest
from ledger.charter import Charter, chain_id
from ledger.envelope import transaction_ids
from network.bus import Bus
from node.admission import Admission, Known, Refused, Unavailable
from node.charter_file import charter_to_json
from node.driver import Driver
from node.figures import Figures
from node.gateway_events import BlockEvents
from node.gateway_types import (
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
from node.reading import Reading, count_refused
from node.storage_reads import StorageReader
from node.waiting import FinalBlock, Placed


class Service:
    """One member's face towards clients."""

    def __init__(self, driver: Driver, reader: StorageReader, bus: Bus, *, charter: Charter, member: str) -> None:
        """Serve what `driver` drives and `reader` reads; hears of each final block from now on."""
        self.charter_file = charter_to_json(charter)
        """The charter as verifiers are given it."""
        self.events = BlockEvents()
        self.reading = Reading(driver, reader, charter=charter)
        self.figures = Figures(driver, bus, self.events, charter=charter, member=member)
        self._driver = driver
        self._chain = chain_id(charter)
        driver.on_final = self._on_final

    async def submit(self, envelopes: Envelopes, *, wait_ms: int | None) -> SubmitReply:
        """Hand envelopes in and answer when what was admitted is on disk, or final if `wait_ms` is given.

        After `wait_ms` the answer is `pending` for what is not final yet.
        """
        ids = [transaction_ids(envelope, chain=self._chain) for envelope in envelopes]
        placed: dict[Digest, Placed] = {}
        if wait_ms is None:
            admissions = await self._driver.submit(envelopes)
        else:
            admissions, placed = await self._submit_and_wait(envelopes, ids, wait_ms=wait_ms)
        return SubmitReply(
            tuple(
                self._envelope_reply(its_ids, admission, placed.get(its_ids[0]), wait=wait_ms is not None)
                for its_ids, admission in zip(ids, admissions, strict=True)
            )
        )

    async def _submit_and_wait(
        self, envelopes: Envelopes, ids: list[tuple[Digest, ...]], *, wait_ms: int
    ) -> tuple[list[Admission], dict[Digest, Placed]]:
        """Hand envelopes in and wait until all that is taken in is final, or the time is over.

        The waits begin before the envelopes are handed in: with many envelopes the first may be final before the last
        is on disk, and who begins to wait then would have to read them all back from there.
        """
        waits = self._driver.waits
        futures: dict[Digest, asyncio.Future[Placed]] = {}
        for first in dict.fromkeys(its_ids[0] for its_ids in ids):
            if (future := waits.wait(first)) is not None:
                futures[first] = future
        try:
            admissions = await self._driver.submit(envelopes)
            for its_ids, admission in zip(ids, admissions, strict=True):
                if self._is_settled(its_ids[0], admission) and (future := futures.get(its_ids[0])) is not None:
                    waits.give_up(its_ids[0], future)
                    if not future.done():
                        del futures[its_ids[0]]
            if futures:
                await asyncio.wait(futures.values(), timeout=wait_ms / 1000)
        finally:
            for first, future in futures.items():
                waits.give_up(first, future)
        return admissions, {first: future.result() for first, future in futures.items() if _came(future)}

    def _is_settled(self, first: Digest, admission: Admission) -> bool:
        """Whether there is nothing to wait for: not taken in, or final long ago."""
        if isinstance(admission, Known):
            return self.reading.is_final(first)
        return isinstance(admission, Refused | Unavailable)

    def _envelope_reply(
        self, ids: tuple[Digest, ...], admission: Admission, placed: Placed | None, *, wait: bool
    ) -> EnvelopeReply:
        match admission:
            case Refused(_, refusals):
                return EnvelopeReply(
                    tuple(
                        TransactionReply(each.hex(), TransactionStatus.REFUSED, tuple(map(refusal_reply, why)))
                        for each, why in zip(ids, refusals, strict=True)
                    )
                )
            case Unavailable(reason, retry_after_ms):
                return EnvelopeReply(
                    tuple(TransactionReply(each.hex(), TransactionStatus.UNAVAILABLE) for each in ids),
                    Unavailability(reason, retry_after_ms),
                )
            case _ if placed is not None:
                return EnvelopeReply(tuple(self._placed_reply(ids, placed)))
            case _ if wait:
                return EnvelopeReply(tuple(self._taken_reply(each) for each in ids))
            case _:
                return EnvelopeReply(tuple(TransactionReply(each.hex(), TransactionStatus.PENDING) for each in ids))

    def _placed_reply(self, ids: tuple[Digest, ...], placed: Placed) -> list[TransactionReply]:
        """An envelope's transactions stand side by side in one block."""
        receipts = placed.block.receipts[placed.position : placed.position + len(ids)]
        height = placed.block.header.height
        assert [receipt.transaction for receipt in receipts] == list(ids), "an envelope is executed as a whole"
        return [
            TransactionReply(
                each.hex(),
                TransactionStatus.FINAL,
                receipt=receipt_reply(receipt),
                height=height,
                position=placed.position + offset,
            )
            for offset, (each, receipt) in enumerate(zip(ids, receipts, strict=True))
        ]

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


def _came(future: asyncio.Future[Placed]) -> bool:
    return future.done() and not future.cancelled()
