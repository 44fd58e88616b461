"""Members as real processes, started the way a user starts them: `quorate node --home ...`."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from ledger.charter import Charter, chain_id
from network.embedded import EmbeddedBroker
from node.client import Client
from node.home.home import RECORDING_FILE, new_consortium, read_member_keys
from node.wallet import Wallet

ROOT = Path(__file__).resolve().parents[2]

PATIENCE_SECONDS = 60
"""Far above what anything here takes on a busy machine."""


@dataclass
class NodeProcess:
    """One member's process; the same object over its restarts."""

    home: Path
    bus: str
    process: asyncio.subprocess.Process | None = None
    gateway: str = ""
    arguments: tuple[str, ...] = ()
    """Of each start."""
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.home / "node.log"

    async def start(self, *arguments: str) -> dict[str, object] | None:
        """Start it; return its ready line, or None if it ended instead."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                *(
                    "-m",
                    "quorate",
                    "node",
                    "--home",
                    str(self.home),
                    "--bus",
                    self.bus,
                    "--gateway",
                    "127.0.0.1:0",
                    "--with-parent",
                ),
                *self.arguments,
                *arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
            )
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = await self.process.stdout.readline()
        if not line:
            return None
        ready: dict[str, object] = json.loads(line)
        self.gateway = str(ready["gateway"])
        return ready

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()

    def terminate(self) -> None:
        assert self.process is not None
        self.process.terminate()

    async def ended(self, *, seconds: float = PATIENCE_SECONDS) -> int:
        """Wait for its end; return its exit code."""
        assert self.process is not None
        async with asyncio.timeout(seconds):
            code = await self.process.wait()
        assert self.process.stdin is not None
        self.process.stdin.close()
        return code

    async def clear_away(self) -> None:
        """Leave nothing behind, however the test went."""
        if self.process is not None:
            if self.process.returncode is None:
                self.process.kill()
            await self.ended()


@dataclass
class Consortium:
    root: Path
    charter: Charter
    broker: EmbeddedBroker
    nodes: list[NodeProcess]

    def wallet(self, member: str) -> Wallet:
        found = self.charter.member(member)
        assert found is not None
        keys = read_member_keys(self.root / member / "keys.json", found, passphrase=None)
        return Wallet(member, keys.operator, chain=chain_id(self.charter))

    def client(self, first: int = 0) -> Client:
        """A client of every gateway, beginning with that of one."""
        urls = [node.gateway for node in self.nodes]
        return Client(urls[first:] + urls[:first])


def found(root: Path) -> Charter:
    return new_consortium(root, members=4, passphrase=None, founded_ms=1_700_000_000_000, gateway_port_first=0)


@contextlib.asynccontextmanager
async def four_members(folder: Path, *, recorded: bool = False) -> AsyncIterator[Consortium]:
    """Four members over the embedded broker, all ready."""
    charter = found(folder / "consortium")
    async with EmbeddedBroker() as broker:
        nodes = [NodeProcess(folder / "consortium" / each.id, broker.url) for each in charter.voters()]
        for node in nodes if recorded else ():
            node.arguments = ("--record", str(node.home / RECORDING_FILE))
        try:
            ready = await asyncio.gather(*(node.start() for node in nodes))
            assert all(ready), [node.log.read_text() for node in nodes]
            yield Consortium(folder / "consortium", charter, broker, nodes)
        finally:
            for node in nodes:
                await node.clear_away()


async def reach(node: NodeProcess, height: int) -> None:
    """Return when everything up to `height` is final at one member."""
    async with asyncio.timeout(PATIENCE_SECONDS), Client([node.gateway]) as client:
        stream = client.events()
        coming = asyncio.ensure_future(anext(stream))
        while (await client.status()).certified < height:
            await asyncio.wait({coming}, timeout=0.5)
            if coming.done():
                coming = asyncio.ensure_future(anext(stream))
        coming.cancel()
        with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
            await coming
        await stream.aclose()


async def same_chain(nodes: list[NodeProcess], height: int) -> None:
    """Assert that all members have the same final block at `height`, and it alone, with everything below it."""
    seen = set()
    for node in nodes:
        await reach(node, height)
        async with Client([node.gateway]) as client:
            block = await client.block(height)
            assert block.final
            seen.add(block.digest)
    assert len(seen) == 1
