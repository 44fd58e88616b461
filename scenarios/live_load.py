"""Clients of a live story: transactions that are due are sent, whatever became of those before, and waited for."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from ledger.envelope import Envelope
from node.client import Client, ClientFault
from scenarios.load import Clients
from scenarios.plan import Load

FINAL_TIMEOUT_MS = 60_000
"""How long a client waits for its transaction; longer than any fault of the library lasts."""

UNDER_WAY_MAX = 200
"""Transactions that wait at one gateway; more are not sent and counted, so that a standstill stays bounded."""


class LiveLoad:
    """Sends to the gateways at `urls`, by number of the member."""

    def __init__(self, clients: Clients, urls: Sequence[str], *, told_final: Callable[[int, Envelope], None]) -> None:
        """Be silent. `told_final(gateway, envelope)` is called for what a gateway says is final."""
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
            task = asyncio.create_task(self._finalise(gateway))
            waiting.add(task)
            task.add_done_callback(waiting.discard)

    async def _finalise(self, gateway: int) -> None:
        envelope = self._clients.envelope()
        with suppress(ClientFault):
            await self._gateways[gateway].finalise(envelope, timeout_ms=FINAL_TIMEOUT_MS)
            self._told_final(gateway, envelope)
