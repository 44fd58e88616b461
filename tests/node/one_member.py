"""One member with a real core, ledger, disk and gateway, in this process; its bus is silent.

Where it votes alone everything becomes final; as one of four voters nothing does, for want of the others' votes.
"""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
from litestar import Litestar

from canonical.hashing import Digest
from ledger.charter import Charter, chain_id
from ledger.ledger import Ledger
from ledger.operations.accounts import Claim, RegisterAccount
from ledger.operations.works import RegisterWork
from network.bus import BusCounters, Channel, Inbound, LinkStatus
from node.client import Client
from node.clock import machine_ms
from node.core import Core
from node.driver import Driver
from node.gateway.application import gateway
from node.gateway.service import Service
from node.home.charter_file import charter_to_json
from node.home.home import new_consortium, open_home, read_member_keys
from node.home.keys import KeyPair, MemberKeys, verify_signature
from node.identity import Identity, Knobs
from node.logs import open_log
from node.storage.writer import Storage
from node.trace import Trace
from node.wallet import Wallet

PERSON_KEYS = KeyPair.from_seed(b"p" * 32)
CLAIMS = (Claim.REAL_NAME, Claim.OVER_14, Claim.OVER_18)


class SilentBus:
    """Delivers nothing; remembers what was published."""

    def __init__(self) -> None:
        self.published: list[tuple[Channel, bytes, str | None]] = []
        self.counters = BusCounters()

    def start(self) -> None: ...

    def publish(self, channel: Channel, payload: bytes, *, to: str | None = None) -> None:
        self.published.append((channel, payload, to))

    def drain(self, *, count_max: int = 1_024, bytes_max: int = 8 << 20) -> list[Inbound]:
        return []

    def links(self) -> tuple[LinkStatus, ...]:
        return ()

    async def close(self) -> None: ...


@dataclass
class OneMember:
    charter: Charter
    keys: dict[str, MemberKeys]
    driver: Driver
    service: Service
    application: Litestar
    http: httpx.AsyncClient
    client: Client
    storage: Storage
    trace: Path
    log: io.StringIO

    @property
    def chain(self) -> Digest:
        return chain_id(self.charter)

    def operator(self, member: str) -> Wallet:
        return Wallet(member, self.keys[member].operator, chain=self.chain)

    def person(self, name: str) -> Wallet:
        return Wallet(f"ant.{name}", PERSON_KEYS, chain=self.chain)


def work(name: str = "landscape", content: bytes = b"\1" * 32) -> RegisterWork:
    return RegisterWork(name, "Landscape", "unknown", "Hunan Museum", "catalogue 7", Digest(content), "C-7", ("ant",))


def person_account(name: str) -> RegisterAccount:
    commitment = Digest(name.encode().ljust(32, b"."))
    return RegisterAccount(f"ant.{name}", commitment, PERSON_KEYS.public_key, CLAIMS)


@contextlib.asynccontextmanager
async def one_member(folder: Path, *, votes_alone: bool = True) -> AsyncIterator[OneMember]:
    """Run `ant`'s node in a consortium of four, of which it alone is up; a second time, go on in the same folder."""
    root = folder / "consortium"
    if not root.exists():
        made = new_consortium(root, members=4, passphrase=None, founded_ms=1_700_000_000_000, gateway_port_first=0)
        if votes_alone:
            others = [msgspec.structs.replace(each, votes=False) for each in made.members[1:]]
            alone = msgspec.structs.replace(made, members=(made.members[0], *others))
            (root / "ant" / "charter.json").write_bytes(charter_to_json(alone))
    home = open_home(root / "ant")
    charter = home.charter
    keys = {each.id: read_member_keys(root / each.id / "keys.json", each, passphrase=None) for each in charter.members}
    genesis = Ledger.genesis(charter)
    storage = Storage(home.database, chain=chain_id(charter), member=home.replica, genesis=genesis.entries)
    restored = storage.load()
    ledger = genesis
    if restored.tip is not None:
        tip = restored.tip
        ledger = Ledger.restore(charter, restored.entries, height=tip.height, timestamp_ms=tip.timestamp_ms)
    core = Core(
        Identity(charter, "ant", keys["ant"].node.sign, verify_signature),
        ledger=ledger,
        knobs=Knobs(),
        restored=restored,
    )
    log, bus, reader, trace = io.StringIO(), SilentBus(), storage.reader(), Trace(home.trace)
    driver = Driver(
        core,
        storage,
        reader,
        bus,
        certified=core.explain().certified,
        base=0,
        clock_ms=machine_ms,
        mark=lambda view: None,
        trace=trace,
        log=open_log(log, member="ant"),
    )
    service = Service(driver, reader, bus, charter=charter, member="ant")
    application = gateway(service, open_log(log, member="ant"))
    turning = asyncio.create_task(driver.run())
    transport = httpx.ASGITransport(cast(Any, application), raise_app_exceptions=False)
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://gateway") as http,
        Client(["http://gateway"], transport=transport) as client,
    ):
        try:
            yield OneMember(charter, keys, driver, service, application, http, client, storage, home.trace, log)
        finally:
            driver.stop()
            await turning
            trace.close()
            reader.close()
            storage.close()
