"""Clients of a live story: transactions that are due are sent, whatever became of those before, and waited for."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence

from canonical.hashing import Digest
from consensus.quorum import Committee
from ledger.envelope import Envelope
from ledger.receipts import Event, Receipt, Refusal
from node.client import Client, ClientFault, Refused
from node.gateway.types import ReceiptReply
from scenarios.certificates import Examiner
from scenarios.heard import Heard
from scenarios.history import Value
from scenarios.load import Clients
from scenarios.plan import Load
from scenarios.shop import NO_OWNER, Order, Reading

FINAL_TIMEOUT_MS = 60_000
"""How long a client waits for its transaction; longer than any fault of the library lasts."""

READ_TIMEOUT_S = 5.0
"""How long a reader waits for a quorum of equal answers; without one it was told nothing."""

UNDER_WAY_MAX = 200
"""Transactions that wait at one gateway; more are not sent and counted, so that a standstill stays bounded."""


class LiveLoad:
    """Sends to the gateways at `urls`, by number of the member."""

    def __init__(
        self,
        clients: Clients,
        urls: Sequence[str],
        *,
        told_final: Callable[[int, Envelope], None],
        examiner: Examiner,
    ) -> None:
        """Be silent. `told_final(gateway, envelope)` is called for what a gateway says is final."""
        self.heard = Heard(examiner)
        self.false: set[int] = set()
        """Members whose gateways lie now."""
        self.asks_for_proofs = False
        """Whether clients believe proofs only: from the moment when any gateway begins to lie."""
        self.not_sent = 0
        """Transactions that were due while `UNDER_WAY_MAX` waited at their gateway."""
        self._clients = clients
        self._told_final = told_final
        self._gateways = [Client([url]) for url in urls]
        self._under_way: list[set[asyncio.Task[None]]] = [set() for _ in urls]
        self._sender: asyncio.Task[None] | None = None

    async def send(self, load: Load | None, gateways: Sequence[int]) -> None:
        """Send from now on to these gateways in turn, or nothing more."""
        if self._sender is not None:
            self._sender.cancel()
            await asyncio.gather(self._sender, return_exceptions=True)
            self._sender = None
        if load is not None and gateways:
            self._sender = asyncio.create_task(self._send(load, tuple(gateways)), name="load")

    async def close(self) -> None:
        """Send and wait no more."""
        await self.send(None, ())
        waiting = [task for tasks in self._under_way for task in tasks]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for each in self._gateways:
            await each.close()

    async def _send(self, load: Load, gateways: Sequence[int]) -> None:
        due = time.monotonic()
        while True:
            due += self._clients.pause_ms(load) / 1_000
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            gateway = gateways[(self._clients.sent + self.not_sent) % len(gateways)]
            waiting = self._under_way[gateway]
            if len(waiting) >= UNDER_WAY_MAX:
                self.not_sent += 1
                continue
            wish = self._clients.visit(load.kind, _now_us())
            asked = self._read(wish) if isinstance(wish, Reading) else self._finalise(gateway, wish)
            task = asyncio.create_task(asked)
            waiting.add(task)
            task.add_done_callback(waiting.discard)

    async def _finalise(self, gateway: int, order: Order, *, asked: int = 1) -> None:
        """Hand an order in, and again at the next gateway where the answer cannot be believed, once at each."""
        envelope = order.envelope
        try:
            replies = await self._gateways[gateway].finalise(envelope, timeout_ms=FINAL_TIMEOUT_MS)
        except Refused as refused:
            codes = frozenset(each.code for reply in refused.replies for each in reply.refusals)
            # Who used up the nonce was this very order, taken in before: then nobody knows what became of it.
            if "E_NONCE" not in codes:
                self._clients.shop.not_taken(order, codes)
        except ClientFault:
            # Taken in at the first attempt, perhaps: its operation stays without an answer.
            return
        else:
            receipts = tuple(receipt_of(each.receipt) for each in replies if each.receipt is not None)
            if self.asks_for_proofs:
                receipts = await self._proven(gateway, order)
                if not receipts:
                    if asked < len(self._gateways):
                        await self._finalise((gateway + 1) % len(self._gateways), order, asked=asked + 1)
                    return
            self._told_final(gateway, envelope)
            if len(receipts) == len(order.ids):
                self._clients.shop.final(order, receipts, _now_us())

    async def _proven(self, gateway: int, order: Order) -> tuple[Receipt, ...]:
        """The receipts of an order that a gateway calls final, as far as it can prove them all; else none."""
        if gateway in self.false:
            self.heard.false.add(gateway)
        receipts: list[Receipt] = []
        for transaction in order.ids:
            try:
                proof = await self._gateways[gateway].certificate(transaction)
            except ClientFault:
                return ()
            receipt = self.heard.answer(gateway, transaction, proof)
            if receipt is None:
                return ()
            receipts.append(receipt)
        return tuple(receipts)

    async def _read(self, reading: Reading) -> None:
        """Ask every gateway; the answer counts when a quorum has given it."""
        operation = reading.operation
        asked = [asyncio.create_task(self._value_at(each, operation.key)) for each in self._gateways]
        said: Counter[Value] = Counter()
        try:
            for answer in asyncio.as_completed(asked, timeout=READ_TIMEOUT_S):
                value = await answer
                if value is None:
                    continue
                said[value] += 1
                if said[value] >= Committee(len(self._gateways)).quorum:
                    operation.answer, operation.answered_us = value, _now_us()
                    self._clients.history.ask(operation)
                    return
        except TimeoutError:
            return
        finally:
            for each in asked:
                each.cancel()
            await asyncio.gather(*asked, return_exceptions=True)

    async def _value_at(self, gateway: Client, key: str) -> Value | None:
        is_series = key in self._clients.history.caps
        try:
            return (await gateway.series(key)).issued if is_series else (await gateway.token(key)).owner
        except Refused:
            return 0 if is_series else NO_OWNER
        except ClientFault:
            return None


def receipt_of(reply: ReceiptReply) -> Receipt:
    """A receipt as the ledger wrote it, as far as clients look at it."""
    refusals = tuple(Refusal(each.code, each.rule, each.tenet, each.message, (), None) for each in reply.refusals)
    events = tuple(Event(each.name, tuple(each.params.items())) for each in reply.events)
    return Receipt(Digest(bytes.fromhex(reply.transaction)), reply.status, refusals, events)


def _now_us() -> int:
    return time.monotonic_ns() // 1_000
