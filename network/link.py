"""The link to one broker: keeps a connection up, and keeps what is to be said meanwhile."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from random import Random

from network.bus import BusCounters, BusLimits, DropReason, LinkState, LinkStatus
from network.errors import LinkLost
from network.mqtt import Connection
from network.outbox import Outbox
from network.url import BusUrl, Protocol

BACK_OFF_FIRST_S = 0.05
BACK_OFF_MAX_S = 2.0
STEADY_S = 2.0
"""A connection that lasted so long makes the next attempt start from the shortest back-off."""
FLUSH_BYTES = 256 << 10
"""Handed to the socket in one piece; the rest stays where it is bounded and counted."""
CLOSE_FLUSH_S = 0.5
"""How long a shutdown waits for the socket to take what is queued."""

Deliver = Callable[[int, bytes, bytes], None]
"""deliver(bus, topic, payload)."""


class Link:
    """One broker, for as long as the node runs."""

    def __init__(
        self,
        bus: int,
        url: BusUrl,
        *,
        member: str,
        topics: tuple[str, ...],
        limits: BusLimits,
        counters: BusCounters,
        random: Random,
        deliver: Deliver,
        on_change: Callable[[LinkStatus], None],
    ) -> None:
        """Prepare the link to bus number `bus`.

        Raises: BadBusUrl where its file of certificates can not be read.
        """
        self._bus = bus
        self._url = url
        self._topics = topics
        self._limits = limits
        self._counters = counters
        self._random = random
        self._deliver = deliver
        self._on_change = on_change
        self._tls_context = url.tls_context()
        # Two processes with one identifier would take the connection from each other for ever.
        self._identifier = f"quorate-{member}-{secrets.token_hex(6)}"
        self._outbox = Outbox(limits=limits, counters=counters)
        self._connection: Connection | None = None
        self._flush_scheduled = False
        self._drained = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._protocol = url.protocol or Protocol.V5
        self._connections = 0
        self._closing = False
        self.status = self._status(LinkState.CONNECTING, "")

    def start(self) -> None:
        """Begin to connect."""
        assert self._task is None, "a link is started once"
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"bus-{self._bus}")

    def publish(self, topic: bytes, payload: bytes) -> None:
        """Queue a message; everything queued in one turn of the loop leaves together after it."""
        self._outbox.put(topic, payload)
        if not self._flush_scheduled and self._connection is not None:
            self._flush_scheduled = True
            asyncio.get_running_loop().call_soon(self._flush)

    async def close(self) -> None:
        """Send what is queued if the broker takes it at once; disconnect; end."""
        if self._connection is not None and (self._outbox or self._waiting()):
            self._drained.clear()
            self._flush()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._drained.wait(), CLOSE_FLUSH_S)
        self._closing = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._change(LinkState.CLOSED, "this node closed it")

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        failures = 0
        while not self._closing:
            connection = self._new_connection()
            started = loop.time()
            try:
                reason = await self._hold(connection)
            except LinkLost as error:
                reason = str(error)
                self._try_other_protocol()
            failures = 0 if loop.time() - started > STEADY_S and self._connection is connection else failures + 1
            self._connection = None
            self._drained.set()
            self._change(LinkState.WAITING, reason)
            await asyncio.sleep(self._back_off(failures))

    async def _hold(self, connection: Connection) -> str:
        """Connect, and return why the connection ended."""
        await connection.open(self._topics)
        try:
            if self._closing:
                # Until Python 3.12 `asyncio.wait_for` forgets that it was cancelled if the answer came at that moment.
                return "this node closed it"
            self._connections += 1
            self._connection = connection
            self._change(LinkState.CONNECTED, "")
            self._flush()
            return await connection.lost()
        finally:
            await connection.shut()

    def _back_off(self, failures: int) -> float:
        ceiling = min(BACK_OFF_MAX_S, BACK_OFF_FIRST_S * (1 << min(failures, 10)))
        return ceiling * self._random.uniform(0.5, 1.0)

    def _try_other_protocol(self) -> None:
        """After a refusal, try the other version, unless one is prescribed or already worked."""
        if self._url.protocol is None and not self._connections:
            self._protocol = Protocol.V311 if self._protocol is Protocol.V5 else Protocol.V5

    def _new_connection(self) -> Connection:
        return Connection(
            self._url,
            identifier=self._identifier,
            protocol=self._protocol,
            tls_context=self._tls_context,
            payload_bytes_max=self._limits.payload_bytes_max,
            deliver=self._on_message,
            on_drained=self._flush,
            on_drop=self._on_drop,
        )

    def _flush(self) -> None:
        """Hand the socket its next piece, if it took the last."""
        self._flush_scheduled = False
        connection = self._connection
        if connection is None or self._waiting():
            return
        if messages := self._outbox.take(FLUSH_BYTES):
            connection.send(messages)
        if self._waiting():
            return
        if self._outbox:
            self._flush_scheduled = True
            asyncio.get_running_loop().call_soon(self._flush)
        else:
            self._drained.set()

    def _waiting(self) -> bool:
        """Whether the socket still holds back a part of the last piece; `_flush` is called when it does not."""
        return self._connection is not None and self._connection.unsent > 0

    def _on_message(self, topic: bytes, payload: bytes) -> None:
        self._deliver(self._bus, topic, payload)

    def _on_drop(self, reason: DropReason, count: int) -> None:
        self._counters.dropped[reason] += count

    def _status(self, state: LinkState, reason: str) -> LinkStatus:
        return LinkStatus(self._bus, str(self._url), state, self._protocol, self._connections, reason)

    def _change(self, state: LinkState, reason: str) -> None:
        """Tell the observer once for a change: a hundred attempts that fail alike are one piece of news."""
        known = self.status
        self.status = self._status(state, reason)
        if (state, reason) != (known.state, known.reason):
            self._on_change(self.status)
