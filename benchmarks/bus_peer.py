"""One peer of the bus benchmark: ``python -m benchmarks.bus_peer <path> <name> <bus url>``; obeys standard input."""

import asyncio
import importlib
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random
from typing import Protocol

import aiomqtt
import msgspec

from benchmarks.bus_cases import PEERS, Answer, Kind, Measured, Order, Path, Ready
from canonical.hashing import Digest
from network.bus import Channel
from network.buses import Buses
from network.url import BusUrl, parse_bus_url

WARM_UP_SHARE = 0.2
"""Of a case with a rate: sent, and left out of the latencies."""

GRACE_S = 2.0
"""How long a peer waits, after its last message, for those of others; what comes later counts as lost."""

_HEAD = struct.Struct("<IIQ")
"""Number of the case, number of the message, when its burst was handed over in monotonic nanoseconds."""

Deliver = Callable[[bytes], None]


class End(Protocol):
    """A peer's end of the bus."""

    async def open(self) -> None:
        """Connect and subscribe to all others."""

    async def send(self, payloads: Sequence[bytes]) -> None:
        """Publish to all others."""

    async def close(self) -> None:
        """Disconnect."""


class OurEnd:
    """By way of network/."""

    def __init__(self, name: str, url: BusUrl, deliver: Deliver) -> None:
        """Publish as `name`."""
        self._deliver = deliver
        self._awake = asyncio.Event()
        self._bus = Buses(
            [url], chain=Digest(bytes(32)), member=name, members=PEERS, wake=self._awake.set, random=Random(1)
        )
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect, and drain as the driver of a node does."""
        self._bus.start()
        await self._bus.connected()
        self._task = asyncio.create_task(self._drain())

    async def send(self, payloads: Sequence[bytes]) -> None:
        """Queue them; they leave in one piece at the end of this turn of the loop."""
        for payload in payloads:
            self._bus.publish(Channel.VOTES, payload)

    async def _drain(self) -> None:
        while True:
            await self._awake.wait()
            self._awake.clear()
            for message in self._bus.drain():
                self._deliver(message.payload)

    async def close(self) -> None:
        """Disconnect."""
        if self._task is not None:
            self._task.cancel()
        await self._bus.close()


class AiomqttEnd:
    """By way of aiomqtt alone, at QoS 0, without Nagle's delay."""

    def __init__(self, name: str, url: BusUrl, deliver: Deliver) -> None:
        """Publish as `name`."""
        self._deliver = deliver
        self._topic = f"benchmark/{name}"
        self._others = [(f"benchmark/{other}", 0) for other in PEERS if other != name]
        self._client = aiomqtt.Client(
            url.host,
            url.port,
            username=url.username,
            password=url.password,
            identifier=f"benchmark-{name}",
            protocol=aiomqtt.ProtocolVersion.V311,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect."""
        await self._client.__aenter__()
        await self._client.subscribe(self._others)
        self._task = asyncio.create_task(self._iterate())

    async def send(self, payloads: Sequence[bytes]) -> None:
        """Publish one after the other."""
        for payload in payloads:
            await self._client.publish(self._topic, payload)

    async def _iterate(self) -> None:
        async for message in self._client.messages:
            assert isinstance(message.payload, bytes), "nothing but bytes is published"
            self._deliver(message.payload)

    async def close(self) -> None:
        """Disconnect."""
        if self._task is not None:
            self._task.cancel()
        await self._client.__aexit__(None, None, None)


class Peer:
    """Measures the cases it is told to."""

    def __init__(self) -> None:
        """Nothing is measured yet."""
        self._number = 0
        self._received = 0
        self._expected = 0
        self._of_round: Counter[int] = Counter()
        self._warm_up = 0
        """Messages below this number are left out of the latencies."""
        self._latencies_us: list[int] = []
        self._changed = asyncio.Event()

    def deliver(self, payload: bytes) -> None:
        """Take a message in."""
        number, message, sent_ns = _HEAD.unpack_from(payload)
        if number != self._number:
            return
        self._received += 1
        self._of_round[message] += 1
        if message >= self._warm_up:
            self._latencies_us.append((time.monotonic_ns() - sent_ns) // 1_000)
        self._changed.set()

    async def measure(self, end: End, order: Order, *, place: int) -> Measured:
        """Measure one case; `place` of the peer among all keeps their clocks from ticking together."""
        self._number, self._received, self._latencies_us = order.number, 0, []
        self._of_round.clear()
        cpu_ns = time.process_time_ns()
        if order.case.kind is Kind.ROUNDS:
            self._warm_up = 0
            await _sleep_until(order.begin_ns)
            rounds = sent = await self._rounds(end, order)
            lags_us: list[int] = []
            self._expected = self._received
        else:
            rounds = 0
            sent = _planned(order)
            self._warm_up = int(WARM_UP_SHARE * sent)
            self._expected = sent * (len(PEERS) - 1)
            lags_us = await self._pace(end, order, place)
            await self._until(lambda: self._received >= self._expected, time.monotonic_ns() + int(GRACE_S * 1e9))
        return Measured(
            rounds=rounds,
            sent=sent,
            received=self._received,
            expected=self._expected,
            cpu_us=(time.process_time_ns() - cpu_ns) // 1_000,
            latencies_us=self._latencies_us,
            lags_us=lags_us,
        )

    async def _rounds(self, end: End, order: Order) -> int:
        end_ns = order.begin_ns + int(order.seconds * 1e9)
        done = 0
        while time.monotonic_ns() < end_ns:
            await end.send([_payload(order, done, time.monotonic_ns())])
            if not await self._until(lambda awaited=done: self._of_round[awaited] >= len(PEERS) - 1, end_ns):  # type: ignore[misc]
                break
            done += 1
        return done

    async def _pace(self, end: End, order: Order, place: int) -> list[int]:
        case = order.case
        spacing_ns = case.burst * 1_000_000_000 // case.rate
        first_ns = order.begin_ns + spacing_ns * place // len(PEERS)
        lags_us = []
        for burst in range(_planned(order) // case.burst):
            due_ns = first_ns + burst * spacing_ns
            await _sleep_until(due_ns)
            now_ns = time.monotonic_ns()
            lags_us.append((now_ns - due_ns) // 1_000)
            await end.send([_payload(order, burst * case.burst + each, now_ns) for each in range(case.burst)])
        return lags_us

    async def _until(self, holds: Callable[[], bool], end_ns: int) -> bool:
        """Wait until `holds` or `end_ns`; return whether it holds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, (end_ns - time.monotonic_ns()) / 1e9)):
                while not holds():
                    self._changed.clear()
                    await self._changed.wait()
        return holds()


def _planned(order: Order) -> int:
    """How many messages each peer sends in a case with a rate: whole bursts."""
    return max(1, int(order.case.rate * order.seconds) // order.case.burst) * order.case.burst


def _payload(order: Order, message: int, now_ns: int) -> bytes:
    return _HEAD.pack(order.number, message, now_ns).ljust(order.case.payload_bytes, b"\xa5")


async def _sleep_until(moment_ns: int) -> None:
    # A timer may come a little early, which is neither here nor there; a moment that has passed is not waited for.
    await asyncio.sleep(max(0, moment_ns - time.monotonic_ns()) / 1e9)


def say(answer: Answer) -> None:
    """Answer the runner."""
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


def new_end(path: Path, name: str, url: BusUrl, deliver: Deliver) -> End:
    """The end that `path` asks for."""
    return OurEnd(name, url, deliver) if path is Path.OURS else AiomqttEnd(name, url, deliver)


async def serve(path: Path, name: str, url: BusUrl) -> None:
    """Obey until standard input ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    peer = Peer()
    end = new_end(path, name, url, peer.deliver)
    await end.open()
    say(Ready())
    read = msgspec.json.Decoder(Order)
    while line := await reader.readline():
        say(await peer.measure(end, read.decode(line), place=PEERS.index(name)))
    await end.close()


def main() -> None:
    """Be one peer."""
    path, name, url = sys.argv[1:]
    with suppress(ImportError):
        importlib.import_module("uvloop").install()
    asyncio.run(serve(Path(path), name, parse_bus_url(url)))


if __name__ == "__main__":
    main()
