"""Members' ends of a bus, and an outsider, as the tests hold them."""

import asyncio
from collections.abc import Sequence
from random import Random

from canonical.hashing import Digest
from network.bus import Bus, BusLimits, Inbound, LinkStatus
from network.buses import Buses
from network.frames import publish_header
from network.url import parse_bus_url

CHAIN = Digest(bytes(range(32)))
MEMBERS = ("ant", "jd", "ncta", "tencent")
CONFORMS: type[Bus] = Buses
PATIENCE_S = 20
"""How long a test waits for what should come at once."""


class End:
    """One member's bus, with everything that was drained from it."""

    def __init__(self, member: str, urls: Sequence[str], *, limits: BusLimits | None = None):
        self.ready = asyncio.Event()
        self.changed = asyncio.Event()
        self.changes: list[LinkStatus] = []
        self.messages: list[Inbound] = []
        self.bus = Buses(
            [parse_bus_url(url) for url in urls],
            chain=CHAIN,
            member=member,
            members=MEMBERS,
            wake=self.ready.set,
            random=Random(7),
            limits=limits,
            on_change=self._on_change,
        )

    def _on_change(self, status):
        self.changes.append(status)
        self.changed.set()

    async def __aenter__(self):
        self.bus.start()
        return self

    async def __aexit__(self, *_):
        await self.bus.close()

    async def connected(self):
        await asyncio.wait_for(self.bus.connected(), PATIENCE_S)

    async def state(self, state, bus=0):
        async with asyncio.timeout(PATIENCE_S):
            while self.bus.links()[bus].state is not state:
                self.changed.clear()
                await self.changed.wait()
        return self.bus.links()[bus]

    async def until(self, holds):
        """Drain until `holds(messages)`."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds(self.messages):
                await self.ready.wait()
                self.ready.clear()
                self.messages += self.bus.drain()
        return self.messages

    async def take(self, count):
        return await self.until(lambda messages: len(messages) >= count)


async def all_connected(*ends):
    await asyncio.gather(*(end.connected() for end in ends))


class Outsider:
    """Anybody who can reach the broker: no key, no charter, MQTT 3.1.1 by hand."""

    def __init__(self, port: int, *, name: str = "outsider"):
        self.port = port
        self.name = name.encode()

    async def __aenter__(self):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = b"\x00\x04MQTT\x04\x02\x00\x3c" + len(self.name).to_bytes(2, "big") + self.name
        self.writer.write(bytes((0x10, len(body))) + body)
        answer = await asyncio.wait_for(self.reader.readexactly(4), PATIENCE_S)
        assert answer == b"\x20\x02\x00\x00"
        return self

    async def __aexit__(self, *_):
        self.writer.transport.abort()

    async def publish(self, topic: str, payload: bytes, *, flags: int = 0):
        packet = bytearray(publish_header(topic.encode(), len(payload), properties=False))
        packet[0] |= flags
        self.writer.write(bytes(packet) + payload)
        await self.writer.drain()

    async def subscribe(self, topic: str):
        name = topic.encode()
        body = b"\x00\x01" + len(name).to_bytes(2, "big") + name + b"\x00"
        self.writer.write(bytes((0x82, len(body))) + body)
        return await asyncio.wait_for(self.reader.readexactly(5), PATIENCE_S)

    async def pinged(self):
        """Wait until the broker has read everything that was sent before."""
        self.writer.write(b"\xc0\x00")
        return await asyncio.wait_for(self.reader.readexactly(2), PATIENCE_S)

    async def ended(self):
        """Wait until the broker has closed the connection."""
        try:
            return await asyncio.wait_for(self.reader.read(), PATIENCE_S)
        except ConnectionError:
            return b""
