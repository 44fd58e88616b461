"""Somebody who reaches the bus but is in no charter can neither change anything nor make a member grow."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from canonical.hashing import Digest
from ledger.operations.accounts import Claim, RegisterAccount
from network.embedded import EmbeddedBroker
from node.client import Client
from node.home.keys import KeyPair
from scenarios.consortium import LiveConsortium
from tests.network.mosquitto import Mosquitto, require_mosquitto
from tests.scenarios.outsider import Outsider

MEMORY_BYTES_MAX = 400 << 20
"""What a member may take under attack: its bounded queues (64 MiB inbound), Python, and what it took before."""


@pytest.fixture(params=["embedded", "mosquitto"])
async def bus(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EmbeddedBroker | Mosquitto]:
    """Both brokers, one after the other."""
    if request.param == "mosquitto":
        require_mosquitto()
    broker = Mosquitto(tmp_path) if request.param == "mosquitto" else EmbeddedBroker()
    await broker.start()
    yield broker
    await broker.stop()


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_an_outsider_changes_nothing_and_costs_bounded_memory(
    bus: EmbeddedBroker | Mosquitto, tmp_path: Path
) -> None:
    founded_ms = time.time_ns() // 1_000_000
    async with LiveConsortium(tmp_path / "run", members=4, founded_ms=founded_ms, buses=(bus.url,)) as consortium:
        outsider = Outsider(bus.url, chain=consortium.chain, members=list(consortium.members))
        try:
            await outsider.listen()
            sent = await register(consortium, first=0, count=8)
            await outsider.hear()
            attack = [
                *outsider.garbage(60_000),
                *outsider.hostile_lengths(5_000),
                *outsider.replays(15_000),
                *outsider.replays_elsewhere(5_000),
                *outsider.forgeries(10_000),
                *outsider.altered(5_000),
                *outsider.huge(6),
            ]
            outsider.random.shuffle(attack)
            saying = asyncio.create_task(outsider.say(attack))
            sent += await register(consortium, first=8, count=8)
            await saying
            sent += await register(consortium, first=16, count=8)
        finally:
            outsider.close()
        for member in consortium.members.values():
            assert member.pid is not None
            assert psutil.Process(member.pid).memory_info().rss < MEMORY_BYTES_MAX, member.member
        chains = [await chain_of(member.url) for member in consortium.members.values() if member.url]
        assert consortium.restarts == 0
    shortest = min(map(len, chains))
    assert all(chain[:shortest] == chains[0][:shortest] for chain in chains)
    on_chain = [each for _, transactions in max(chains, key=len) for each in transactions]
    assert sorted(on_chain) == sorted(sent), "what the members' clients sent, each once, and nothing else"


async def register(consortium: LiveConsortium, *, first: int, count: int) -> list[str]:
    """Open accounts at all platforms and wait until they are final; return the transactions' ids."""
    done: list[str] = []
    for place in range(first, first + count):
        platform = consortium.platforms()[place % 3]
        wallet = consortium.wallet(platform)
        key = KeyPair.from_seed(place.to_bytes(32, "big")).public_key
        person = Digest(place.to_bytes(32, "big"))
        envelope = wallet.seal(RegisterAccount(f"{platform}.p{place}", person, key, (Claim.REAL_NAME,)))
        async with Client(consortium.urls(platform)) as client:
            replies = await client.finalise(envelope, timeout_ms=60_000)
        assert replies[0].receipt is not None
        assert replies[0].receipt.status == "accepted"
        done.append(replies[0].id)
    return done


async def chain_of(url: str) -> list[tuple[str, tuple[str, ...]]]:
    """Every block a member has: its digest and its transactions."""
    async with Client((url,)) as client:
        height = (await client.status()).executed
        blocks = [await client.block(each) for each in range(1, height + 1)]
    return [(block.digest, block.transactions) for block in blocks]
