"""The embedded broker: amqtt's sessions and subscriptions, with a forwarding path of its own for PUBLISH.

amqtt 0.12 starts a task for each message it reads and one for each it sends, and puts no bound on either: a subscriber
that stops reading holds every later message in memory, and the broker's queue has no end. Here a PUBLISH goes from the
publisher's socket straight to the subscribers' as the bytes it came in. A subscriber that can not keep up loses
messages (QoS 0 promises no more, and STATUS repairs it) and holds up nobody; a publisher that floods gets one read in
turn with the others. amqtt keeps the rest: CONNECT, authentication, take-over, SUBSCRIBE, DISCONNECT.

Unlike a general broker this one retains nothing and delivers everything at QoS 0: QoS 1 is acknowledged, QoS 2 refused.
"""

import asyncio
from contextlib import suppress

from amqtt.adapters import BufferReader, StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker, BrokerContext
from amqtt.errors import AMQTTError, MQTTError, NoDataError
from amqtt.mqtt import packet_class
from amqtt.mqtt.disconnect import DisconnectPacket
from amqtt.mqtt.packet import MQTTFixedHeader
from amqtt.mqtt.pingreq import PingReqPacket
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.mqtt.subscribe import SubscribePacket
from amqtt.mqtt.unsubscribe import UnsubscribePacket
from amqtt.plugins.manager import PluginManager
from amqtt.session import Session

from network.bus import PAYLOAD_BYTES_MAX
from network.frames import (
    PACKET_OVERHEAD_MAX,
    PUBLISH,
    QOS_MASK,
    TYPE_MASK,
    FrameReader,
    publish_header,
    split_publish,
)

PACKET_BYTES_MAX = PAYLOAD_BYTES_MAX + PACKET_OVERHEAD_MAX
"""A longer PUBLISH is stepped over as it streams in."""
READ_BYTES = 256 << 10
CONNECT_TIMEOUT_S = 10.0
"""Who has connected and does not say CONNECT is cut off: their place belongs to others."""
UNSENT_BYTES_MAX = 128 << 20
"""What all subscribers together may have waiting; each gets an equal share, and room for at least one packet."""
SUBSCRIPTIONS_MAX = 1_024
"""Filters of one session; more are refused in the SUBACK."""
PENDING_MAX = 64
"""SUBSCRIBE and UNSUBSCRIBE packets of one session that wait to be served; with more the connection ends."""
ROUTES_MAX = 4_096
"""Topics whose subscribers are remembered; with more, all are forgotten and looked up anew."""
REFUSED = 0x80
"""The SUBACK code of a refused filter (MQTT 3.1.1, §3.9.3)."""


class ChunkReader(StreamReaderAdapter):  # type: ignore[misc]
    """A stream that can also be read as it comes."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        """Read from `reader`."""
        super().__init__(reader)
        self._stream = reader

    async def chunk(self) -> bytes:
        """Return what has arrived, at least a byte; nothing at the end."""
        with suppress(ConnectionError):
            return await self._stream.read(READ_BYTES)
        return b""


class BoundedWriter(StreamWriterAdapter):  # type: ignore[misc]
    """A stream that never makes anybody wait for a subscriber that does not read."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        """Write to `writer`."""
        super().__init__(writer)
        self._transport = writer.transport

    def offer(self, frame: bytes, *, room: int) -> bool:
        """Send `frame` if no more than `room` bytes wait with it."""
        transport = self._transport
        if transport.is_closing() or transport.get_write_buffer_size() + len(frame) > room:
            return False
        transport.write(frame)
        return True

    async def drain(self) -> None:
        """Do not wait: `offer` bounds what waits, and amqtt's own packets are few and small."""

    async def close(self) -> None:
        """Close at once; what a subscriber has not read by now it will not get."""
        self.is_closed = True
        if self._transport.get_write_buffer_size():
            self._transport.abort()
        else:
            self._transport.close()


class ForwardingBroker(Broker):  # type: ignore[misc]
    """An amqtt broker whose messages take the short way."""

    def __init__(
        self, host: str, port: int, *, connections_max: int, connect_timeout_s: float = CONNECT_TIMEOUT_S
    ) -> None:
        """Prepare to listen on `host` and `port` (0 for a free one), for anybody who can reach it."""
        self._connect_timeout_s = connect_timeout_s
        self._routes: dict[bytes, tuple[ForwardingHandler, ...]] = {}
        self.dropped_slow = 0
        """Copies that a slow subscriber did not get."""
        self.dropped_oversized = 0
        """PUBLISH packets that were too long."""
        super().__init__(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}", "max_connections": connections_max}},
                "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
            }
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._servers["default"].instance.sockets[0].getsockname()[1]
        return port

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        """Serve one connection."""
        try:
            await self._client_connected(listener_name, ChunkReader(reader), BoundedWriter(writer))
        finally:
            writer.transport.abort()

    async def _initialize_client_session(
        self, reader: ChunkReader, writer: BoundedWriter, remote_address: str, remote_port: int
    ) -> tuple["ForwardingHandler", Session]:
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                _, session = await super()._initialize_client_session(reader, writer, remote_address, remote_port)
        except TimeoutError:
            raise AMQTTError("no CONNECT in time") from None
        # Loopback only: a dead peer's socket closes, so nobody has to be timed out, and a stopped process may return.
        session.keep_alive = 0
        return ForwardingHandler(self, self.plugins_manager), session

    def forward(self, topic: bytes, frame: bytes) -> None:
        """Give `frame` to everybody who subscribed to `topic`."""
        handlers = self._routes.get(topic)
        if handlers is None:
            handlers = self._find_route(topic)
        room = max(PACKET_BYTES_MAX, UNSENT_BYTES_MAX // max(1, len(self._sessions)))
        for handler in handlers:
            if not handler.outlet.offer(frame, room=room):
                self.dropped_slow += 1

    def _find_route(self, topic: bytes) -> tuple["ForwardingHandler", ...]:
        name = topic.decode()
        handlers: dict[ForwardingHandler, None] = {}
        for topic_filter, subscribers in self._subscriptions.items():
            if self._matches(name, topic_filter):
                for session, _ in subscribers:
                    handler = self._get_handler(session)
                    if isinstance(handler, ForwardingHandler) and handler.is_live:
                        handlers[handler] = None
        if len(self._routes) >= ROUTES_MAX:
            self._routes.clear()
        self._routes[topic] = found = tuple(handlers)
        return found

    def forget_routes(self) -> None:
        """Look up every topic's subscribers anew: somebody came, went, or changed their mind."""
        self._routes.clear()

    async def add_subscription(self, subscription: tuple[str, int], session: Session) -> int:
        """Add a filter to `session`, within its bound; return what SUBACK says of it."""
        held = sum(any(s is session for s, _ in subscribers) for subscribers in self._subscriptions.values())
        if held >= SUBSCRIPTIONS_MAX:
            return REFUSED
        self.forget_routes()
        code: int = await super().add_subscription((subscription[0], 0), session)
        return code

    async def _delete_session(self, client_id: str) -> None:
        """Make room for a client of the same name; unlike amqtt, also end the old one's connection (§3.1.4)."""
        handler = self._sessions.get(client_id, (None, None))[1]
        await super()._delete_session(client_id)
        if handler is not None:
            await handler.handle_connection_closed()
            await handler.stop()

    def _del_subscription(self, a_filter: str, session: Session) -> int:
        self.forget_routes()
        deleted: int = super()._del_subscription(a_filter, session)
        return deleted

    async def _broadcast_message(
        self,
        session: Session | None,  # noqa: ARG002 - amqtt's signature
        topic: str | None,
        data: bytes | None,
        force_qos: int | None = None,  # noqa: ARG002 - amqtt's signature
    ) -> None:
        """Forward what amqtt itself has to say: a client's will."""
        if topic:
            payload, name = bytes(data or b""), topic.encode()
            self.forward(name, publish_header(name, len(payload), properties=False) + payload)


class ForwardingHandler(BrokerProtocolHandler):  # type: ignore[misc]
    """One client's connection."""

    def __init__(self, broker: ForwardingBroker, plugins: PluginManager[BrokerContext]) -> None:
        """Serve a client of `broker`; amqtt attaches the session."""
        super().__init__(plugins)
        self._broker = broker
        self.outlet: BoundedWriter
        self.is_live = False
        """Whether the client listens."""

    def attach(self, session: Session, reader: ChunkReader, writer: BoundedWriter) -> None:
        """Join the session with its streams."""
        super().attach(session, reader, writer)
        self.outlet = writer

    async def start(self) -> None:
        """Begin to serve."""
        self.is_live = True
        self._broker.forget_routes()
        await super().start()

    async def stop(self) -> None:
        """End the connection."""
        self.is_live = False
        self._broker.forget_routes()
        await super().stop()

    async def _reader_loop(self) -> None:
        """Read until the client leaves or says what is no MQTT."""
        self._reader_ready.set()
        frames = FrameReader(packet_bytes_max=PACKET_BYTES_MAX)
        with suppress(asyncio.CancelledError):
            await self._read_all(frames)
        await self.handle_connection_closed()
        self._reader_stopped.set()
        await self.stop()

    async def _read_all(self, frames: FrameReader) -> None:
        reader = self.reader
        while not frames.broken and (chunk := await reader.chunk()):
            counted = frames.oversized
            data, spans = frames.feed(chunk)
            self._broker.dropped_oversized += frames.oversized - counted
            for start, body, end in spans:
                if data[start] & TYPE_MASK == PUBLISH:
                    accepted = self._on_publish(data, start, body, end)
                else:
                    accepted = await self._on_control(data[start:end])
                if not accepted:
                    return

    def _on_publish(self, data: bytes, start: int, body: int, end: int) -> bool:
        """Forward a message; False ends the connection."""
        split = split_publish(data, body, end, properties=False)
        if split is None:
            return False
        topic, payload = split
        if not is_topic_name(topic):
            return False
        match data[start] & QOS_MASK:
            case 0:
                frame = data[start:end] if data[start] == PUBLISH else bytes((PUBLISH,)) + data[start + 1 : end]
            case 2:
                packet_id, payload = data[payload : payload + 2], payload + 2
                if payload > end or not self.outlet.offer(b"\x40\x02" + packet_id, room=PACKET_BYTES_MAX):
                    return False
                frame = publish_header(topic, end - payload, properties=False) + data[payload:end]
            case _:
                return False
        self._broker.forward(topic, frame)
        return True

    async def _on_control(self, packet: bytes) -> bool:
        """Serve a packet that is not a PUBLISH; False ends the connection."""
        try:
            source = BufferReader(packet)
            header = await MQTTFixedHeader.from_stream(source)
            message = await packet_class(header).from_stream(source, fixed_header=header)
        except (AMQTTError, MQTTError, NoDataError, ValueError, IndexError):
            return False
        match message:
            case PingReqPacket():
                return self.outlet.offer(b"\xd0\x00", room=PACKET_BYTES_MAX)
            case SubscribePacket() if message.payload.topics and self._pending_subscriptions.qsize() < PENDING_MAX:
                await self.handle_subscribe(message)
            case UnsubscribePacket() if self._pending_unsubscriptions.qsize() < PENDING_MAX:
                await self.handle_unsubscribe(message)
            case DisconnectPacket():
                await self.handle_disconnect(message)
                return False
            case _:
                return False
        return True


def is_topic_name(topic: bytes) -> bool:
    """Tell whether a message may be published on `topic`: text without wildcards, and not the broker's own (§4.7)."""
    if not topic or topic[0] == 0x24 or b"+" in topic or b"#" in topic or b"\0" in topic:
        return False
    try:
        topic.decode()
    except UnicodeDecodeError:
        return False
    return True
