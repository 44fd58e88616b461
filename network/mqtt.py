"""One MQTT connection, over aiomqtt. Nothing of aiomqtt or paho is known outside this file and its `Wire`.

aiomqtt connects, authenticates, subscribes, pings and disconnects. Its way of sending and receiving a message costs a
lock, a task and several system calls each, so PUBLISH goes through the wire's other door. What
that is worth, and what it rests on, stands in docs/decisions/011-publish-passes-the-wire.md.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from network.bus import DropReason
from network.errors import LinkLost
from network.frames import PACKET_OVERHEAD_MAX, RETAIN_FLAG, publish_header, split_publish
from network.outbox import Outbound
from network.url import BusUrl, Protocol
from network.wire import Wire

KEEPALIVE_S = 10
"""A silent broker is given up after at most twice this."""
CONNECT_TIMEOUT_S = 1.5
"""For TCP and TLS, which run in a thread that can not be cancelled: bounds how long a shutdown waits."""
ANSWER_TIMEOUT_S = 3.0
"""For CONNACK and SUBACK. A broker that knows only 3.1.1 may answer a CONNECT of version 5 with silence."""
SUBSCRIBE_TOPICS_MAX = 256
"""Topics in one SUBSCRIBE: keeps the packet well below what brokers accept."""

REFUSED = 0x80
"""SUBACK codes from here on are refusals (MQTT 5, §3.9.3)."""

Deliver = Callable[[bytes, bytes], None]
"""deliver(topic, payload), called for each message that arrived."""

_silent = logging.getLogger("quorate.paho")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False
_silent.setLevel(logging.CRITICAL)


class Connection(aiomqtt.Client):
    """One connection, once: it is opened, lost or shut, and never opened again."""

    def __init__(
        self,
        url: BusUrl,
        *,
        identifier: str,
        protocol: Protocol,
        tls_context: ssl.SSLContext | None,
        payload_bytes_max: int,
        deliver: Deliver,
        on_drained: Callable[[], None],
        on_drop: Callable[[DropReason, int], None],
    ) -> None:
        """Prepare; nothing is sent yet. `on_drop(reason, count)` counts what arrived and went no further."""
        version5 = protocol is Protocol.V5
        self._version5 = version5
        self._packet_bytes_max = payload_bytes_max + PACKET_OVERHEAD_MAX
        properties = None
        if version5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.MaximumPacketSize = self._packet_bytes_max
        super().__init__(
            url.host,
            url.port,
            username=url.username,
            password=url.password,
            identifier=identifier,
            protocol=aiomqtt.ProtocolVersion.V5 if version5 else aiomqtt.ProtocolVersion.V311,
            clean_session=None if version5 else True,
            properties=properties,
            tls_context=tls_context,
            tls_insecure=url.insecure if tls_context else None,
            keepalive=KEEPALIVE_S,
            timeout=ANSWER_TIMEOUT_S,
            logger=_silent,
        )
        self._client.connect_timeout = CONNECT_TIMEOUT_S
        self._deliver = deliver
        self._on_drained = on_drained
        self._on_drop = on_drop
        self._oversized_counted = 0
        self._wire: Wire | None = None
        self._attached = asyncio.Event()
        """Set when the thread that connects has handed over the socket."""
        self._shut = False

    async def open(self, topics: Sequence[str]) -> None:
        """Connect and subscribe to `topics`.

        Raises: LinkLost with the broker's or the system's reason; `shut` has been called then.
        """
        entering = asyncio.ensure_future(self.__aenter__())
        try:
            await asyncio.shield(entering)
            for first in range(0, len(topics), SUBSCRIBE_TOPICS_MAX):
                await self._subscribe_all(topics[first : first + SUBSCRIBE_TOPICS_MAX])
        except (aiomqtt.MqttError, OSError, ValueError) as error:
            await self.shut()
            raise LinkLost(str(error) or type(error).__name__) from None
        except asyncio.CancelledError:
            # The thread that connects can not be stopped; what it opens must not outlive us.
            self._shut = True
            attached = asyncio.ensure_future(self._attached.wait())
            await asyncio.wait({entering, attached}, timeout=2 * CONNECT_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
            await self.shut()
            for task in (entering, attached):
                task.cancel()
            await asyncio.gather(entering, attached, return_exceptions=True)
            raise

    async def _subscribe_all(self, topics: Sequence[str]) -> None:
        if self._version5:
            # 2: the broker need not send what it retained; members retain nothing.
            options = SubscribeOptions(qos=0, retainHandling=2)
            answer = await self.subscribe([(topic, options) for topic in topics])
        else:
            answer = await self.subscribe([(topic, 0) for topic in topics])
        granted: list[int] = [code.value if isinstance(code, ReasonCode) else code for code in answer]
        for topic, code in zip(topics, granted, strict=False):
            if code >= REFUSED:
                raise aiomqtt.MqttError(f"the broker refuses the subscription to {topic} ({code})")

    async def lost(self) -> str:
        """Wait until the connection is gone; return why."""
        await asyncio.wait({self._disconnected})
        error = self._disconnected.exception()
        return str(error) if error else "the broker closed the connection"

    async def shut(self) -> None:
        """Disconnect, politely where that is possible at once; leaves neither socket nor task."""
        self._shut = True
        with suppress(OSError, ValueError):
            self._client.disconnect()
            self._client.loop_write()
        if self._wire is not None:
            self._wire.close()
        if self._misc_task is not None:
            self._misc_task.cancel()
            await asyncio.gather(self._misc_task, return_exceptions=True)
        for future in (self._connected, self._disconnected):
            if future.done() and not future.cancelled():
                future.exception()  # read, so that asyncio does not report it as forgotten

    @property
    def unsent(self) -> int:
        """Bytes that the socket has not taken yet; send no more before `on_drained`."""
        return self._wire.unsent if self._wire else 0

    def send(self, messages: Sequence[Outbound]) -> None:
        """Send `messages` in one piece: one system call for all that one turn says."""
        assert self._wire is not None, "send before open"
        parts = []
        for topic, payload in messages:
            parts.append(publish_header(topic, len(payload), properties=self._version5))
            parts.append(payload)
        self._wire.write(b"".join(parts))

    def _on_readable(self) -> None:
        wire = self._wire
        assert wire is not None
        data, spans = wire.read()
        for start, body, end in spans:
            if data[start] & RETAIN_FLAG:
                self._on_drop(DropReason.RETAINED, 1)
                continue
            split = split_publish(data, body, end, properties=self._version5)
            if split is None:
                self._on_drop(DropReason.MALFORMED, 1)
                continue
            topic, payload = split
            self._deliver(topic, data[payload:end])
        if wire.oversized != self._oversized_counted:
            self._on_drop(DropReason.INBOUND_OVERSIZED, wire.oversized - self._oversized_counted)
            self._oversized_counted = wire.oversized
        if wire.for_paho:
            self._let_paho_read(wire)

    def _let_paho_read(self, wire: Wire) -> None:
        try:
            while wire.for_paho and wire.fileno() >= 0:
                self._client.loop_read()
        except Exception as error:  # noqa: BLE001 - paho raises what it likes on a packet it can not read
            if not self._disconnected.done():
                self._disconnected.set_exception(error)

    # How paho reports its socket. `_on_socket_open` runs in the thread that connects, the others may.

    def _on_socket_open(self, client: Any, _userdata: Any, sock: Any) -> None:
        wire = Wire(sock, loop=self._loop, packet_bytes_max=self._packet_bytes_max, on_drained=self._on_drained)
        client._sock = wire  # noqa: SLF001 - paho has no other way to be given a socket; its websockets do the same
        self._wire = wire
        self._loop.call_soon_threadsafe(self._attach, wire)

    def _attach(self, wire: Wire) -> None:
        self._attached.set()
        if self._shut:
            wire.close()
            return
        self._loop.add_reader(wire.fileno(), self._on_readable)
        self._misc_task = self._loop.create_task(self._misc_loop())

    def _on_socket_close(self, *_: Any) -> None:
        """Leave the descriptor to `Wire.close`, which paho calls next."""

    def _on_socket_register_write(self, *_: Any) -> None:
        self._loop.call_soon_threadsafe(self._client.loop_write)

    def _on_socket_unregister_write(self, *_: Any) -> None:
        """There is nothing to undo: the wire takes everything at once."""
