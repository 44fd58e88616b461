"""An outsider: reaches the bus, holds no key of the charter, and has time."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from random import Random
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from canonical.encoding import encode
from canonical.hashing import Digest
from consensus.bundle import seal
from consensus.messages import BlockVote, Commit, Prepare, PrePrepare, Proposal, Status
from consensus.types import BatchNumber, Epoch, ReplicaId, SequenceNumber, View
from network.bus import Channel
from network.topics import topic_of
from network.url import parse_bus_url
from node.home.keys import KeyPair

OVERHEARD_MAX = 50


class Outsider:
    """Listens to everything, then says what it likes on whose topic it likes."""

    def __init__(self, url: str, *, chain: Digest, members: list[str], seed: int = 0) -> None:
        bus = parse_bus_url(url)
        self.random = Random(seed)
        self.keys = KeyPair.from_seed(b"outsider".ljust(32))
        self.chain = chain
        self.members = members
        self.overheard: dict[str, list[bytes]] = defaultdict(list)
        self._heard = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="outsider")
        self._client.max_queued_messages_set(0)
        self._client.on_message = self._on_message
        self._connected = asyncio.Event()
        self._client.on_subscribe = self._on_subscribe
        self._client.connect(bus.host, bus.port)
        self._client.subscribe([(str(topic_of(chain, each, channel)), 0) for each in members for channel in Channel])
        self._client.loop_start()

    def _on_subscribe(self, *_: Any) -> None:
        self._loop.call_soon_threadsafe(self._connected.set)

    def _on_message(self, _client: Any, _userdata: Any, message: Any) -> None:
        kept = self.overheard[message.topic]
        if len(kept) < OVERHEARD_MAX:
            kept.append(message.payload)
            votes = [self.overheard[str(topic_of(self.chain, each, Channel.VOTES))] for each in self.members]
            if all(len(each) > 2 for each in votes):
                self._loop.call_soon_threadsafe(self._heard.set)

    async def listen(self) -> None:
        """Wait until it is subscribed."""
        async with asyncio.timeout(20):
            await self._connected.wait()

    async def hear(self) -> None:
        """Wait until some votes of every member were overheard."""
        async with asyncio.timeout(30):
            await self._heard.wait()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    async def say(self, payloads: list[tuple[str, bytes]]) -> None:
        """Publish and wait until the last one has left."""
        last = None
        for place, (topic, payload) in enumerate(payloads):
            last = self._client.publish(topic, payload)
            if place % 500 == 499:
                await asyncio.to_thread(last.wait_for_publish, 60)
        if last is not None:
            await asyncio.to_thread(last.wait_for_publish, 60)

    def topics(self) -> list[str]:
        return [str(topic_of(self.chain, each, channel)) for each in self.members for channel in Channel]

    def anywhere(self, make: Callable[[], bytes], count: int) -> list[tuple[str, bytes]]:
        topics = self.topics()
        return [(self.random.choice(topics), make()) for _ in range(count)]

    # What it says

    def garbage(self, count: int) -> list[tuple[str, bytes]]:
        return self.anywhere(lambda: self.random.randbytes(self.random.choice((0, 1, 7, 64, 900))), count)

    def huge(self, count: int) -> list[tuple[str, bytes]]:
        return self.anywhere(lambda: bytes(10_000_000), count)

    def hostile_lengths(self, count: int) -> list[tuple[str, bytes]]:
        shapes = (
            b"\xdd\xff\xff\xff\xff",
            b"\x91" * 2_000,
            b"\x95\xa6bundle\x00\x00\xdd\x7f\xff\xff\xff",
            b"\xc6\xff\xff\xff\xff",
        )
        return self.anywhere(lambda: self.random.choice(shapes), count)

    def replays(self, count: int) -> list[tuple[str, bytes]]:
        heard = [(topic, payload) for topic, payloads in sorted(self.overheard.items()) for payload in payloads]
        return [self.random.choice(heard) for _ in range(count)]

    def replays_elsewhere(self, count: int) -> list[tuple[str, bytes]]:
        return [(self.random.choice(self.topics()), payload) for _, payload in self.replays(count)]

    def forgeries(self, count: int) -> list[tuple[str, bytes]]:
        """Bundles in a member's name under the outsider's own signature: votes, proposals, statuses."""
        return [self._forgery() for _ in range(count)]

    def _forgery(self) -> tuple[str, bytes]:
        sender = self.random.randrange(len(self.members))
        sequence = SequenceNumber(self.random.randrange(1, 100))
        digest = Digest(self.random.randbytes(32))
        none = tuple(BatchNumber(0) for _ in self.members)
        item = self.random.choice(
            (
                PrePrepare(View(0), sequence, Proposal((), 0)),
                Prepare(View(0), sequence, digest),
                Commit(View(0), sequence, digest),
                BlockVote(sequence, digest),
                Status(
                    2**60,
                    View(0),
                    True,
                    False,
                    b"",
                    sequence,
                    sequence,
                    sequence,
                    ReplicaId(0),
                    (),
                    (),
                    none,
                    (digest,),
                ),
            )
        )
        sealed = seal([item], chain=self.chain, epoch=Epoch(0), sender=ReplicaId(sender), sign=self.keys.sign)
        return str(topic_of(self.chain, self.members[sender], Channel.VOTES)), encode(sealed.bundle)

    def altered(self, count: int) -> list[tuple[str, bytes]]:
        """Real frames with one byte changed."""
        return [(topic, self._altered(payload)) for topic, payload in self.replays(count) if payload]

    def _altered(self, payload: bytes) -> bytes:
        place = self.random.randrange(len(payload))
        return payload[:place] + bytes([payload[place] ^ (1 << self.random.randrange(8))]) + payload[place + 1 :]
