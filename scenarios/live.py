"""The live world: real processes of this machine, a real bus, real disks; SIGKILL, SIGSTOP and lost folders.

The plan is the same as in virtual time. What needs a hand inside a member (links, lies, clocks) can not be done from
outside, so plans that ask for it are skipped with that reason.
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import httpx
import msgspec

from canonical.hashing import Digest
from canonical.signing import PublicKey, Sign
from ledger.envelope import transaction_ids
from ledger.invariants import violations
from ledger.ledger import Ledger
from network.policy import LinkPolicy
from node.client import Client, ClientFault
from node.errors import NodeFault
from node.home.home import DATABASE_FILE, KEY_FILE, read_member_keys
from node.home.institutions import voters
from node.simulation.chance import stream
from node.storage.reads import StorageReader
from scenarios.consortium import LiveConsortium
from scenarios.load import Clients
from scenarios.plan import Capability, Load
from scenarios.world import Findings, Happening, Look, MemberLook, SeenBlock, Story, Undo

LOOK_EVERY_S = 0.05
"""How often members are asked where they are."""

ANSWER_TIMEOUT_S = 1.0
"""A member that does not say where it is within this time is not seen as up."""

FINAL_TIMEOUT_MS = 60_000
"""How long a client waits for its transaction; longer than any fault of the library lasts."""

UNDER_WAY_MAX = 500
"""Transactions that wait at once; more are not sent and counted, so that a standstill stays bounded."""


class Standing(msgspec.Struct, frozen=True):
    """What is read of a member's `/v1/explain`; other fields are not looked at."""

    view: int
    active: bool
    executed: int
    certified: int


class LiveWorld:
    """A plan's world on this machine."""

    name = "live"
    capabilities = frozenset({Capability.PAUSE, Capability.WIPE, Capability.BROKER})
    unseen_checks = frozenset({"evidence", "liars-named"})
    """A member's accusations stay inside it."""

    def __init__(self, members: int, directory: Path, *, seed: int) -> None:
        """Prepare a consortium of `members` in `directory`, which must not exist."""
        self.roles = tuple(str(each.role) for each in voters(members))
        self.story = Story()
        self.not_sent = 0
        """Transactions that were due while `UNDER_WAY_MAX` waited."""
        self._seed = seed
        self._consortium = LiveConsortium(directory, members=members, founded_ms=time.time_ns() // 1_000_000)
        self._ids = tuple(each.id for each in voters(members))
        self._down: set[int] = set()
        self._frozen: set[int] = set()
        self._wiped: set[int] = set()
        self._views: list[list[int]] = [[] for _ in range(members)]
        self._last = [MemberLook(False, 0, True, 0, 0)] * members
        self._told_final: set[Digest] = set()
        self._sender: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._began = time.monotonic()

    def id_of(self, member: int) -> str:
        """The member's id."""
        return self._ids[member]

    @property
    def _now_ms(self) -> float:
        return (time.monotonic() - self._began) * 1_000

    def _tell(self, member: int, what: str, text: str = "") -> None:
        self.story.add(Happening(self._now_ms, member, what, text))

    # Life

    async def open(self) -> None:
        """Bring everything up.

        Raises: ScenarioFault; nothing runs then.
        """
        await self._consortium.__aenter__()
        self._began = time.monotonic()
        self._http = httpx.AsyncClient(timeout=ANSWER_TIMEOUT_S, trust_env=False)
        self._clients = Clients(
            self._consortium.charter, self._key, stream(self._seed, "load"), nonce_first=time.time_ns() // 1_000_000
        )
        self._gateways = [Client([self._consortium.members[each].url]) for each in self._ids]

    def _key(self, name: str) -> tuple[PublicKey, Sign]:
        charter, directory = self._consortium.charter, self._consortium.directory
        member = charter.member(name)
        assert member is not None, "clients sign for members"
        keys = read_member_keys(directory / name / KEY_FILE, member, passphrase=None)
        return keys.operator.public_key, keys.operator.sign

    async def close(self) -> Findings:
        """Bring everything down, and read the disks."""
        await self.load(None, ())
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        for member in sorted(self._frozen):
            await self.resume(member)
        for each in self._gateways:
            await each.close()
        await self._http.aclose()
        await self._consortium.close()
        wrong: list[str] = []
        blocks: list[tuple[SeenBlock, ...]] = []
        for member in range(len(self._ids)):
            seen, says = self._read_disk(member)
            blocks.append(seen)
            wrong += says
        return Findings(
            honest=frozenset(range(len(self._ids))),
            blocks=tuple(blocks),
            violations=tuple(wrong),
            views=tuple(() if each in self._wiped else tuple(views) for each, views in enumerate(self._views)),
            acknowledged=frozenset(self._told_final),
        )

    def _read_disk(self, member: int) -> tuple[tuple[SeenBlock, ...], list[str]]:
        """A stopped member's blocks, and what is wrong with its ledger."""
        seen: list[SeenBlock] = []
        try:
            with StorageReader(self._database(member)) as reader:
                tip = reader.tip()
                if tip is None:
                    return (), []
                height = tip.header.height
                for block in reader.blocks(1, height):
                    receipts = reader.receipts(block.header.height)
                    header = block.header
                    seen.append(
                        SeenBlock(
                            header.height,
                            block.digest,
                            header.parent,
                            header.state_root,
                            header.timestamp_ms,
                            block.certified() is not None,
                            tuple(each.transaction for each in receipts),
                            tuple(each.status for each in receipts),
                        )
                    )
                charter = self._consortium.charter
                time_ms = tip.header.timestamp_ms
                ledger = Ledger.restore(charter, reader.entries(), height=height, timestamp_ms=time_ms)
        except NodeFault as fault:
            return tuple(seen), [f"{self.id_of(member)}: {fault}"]
        wrong = [f"{self.id_of(member)}: {each}" for each in violations(ledger.state)]
        if ledger.state_root != tip.header.state_root:
            wrong.append(f"{self.id_of(member)}: the ledger on disk is not that of its last block")
        return tuple(seen), wrong

    def _database(self, member: int) -> Path:
        return self._consortium.directory / self.id_of(member) / DATABASE_FILE

    # What is seen

    async def look(self) -> Look:
        """Ask all members where they are."""
        looks = await asyncio.gather(*map(self._look_at, range(len(self._ids))))
        return Look(round(self._now_ms), tuple(looks))

    async def _look_at(self, member: int) -> MemberLook:
        standing: Standing | None = None
        if member not in self._down | self._frozen:
            url = self._consortium.members[self.id_of(member)].url
            with suppress(httpx.HTTPError, msgspec.MsgspecError):
                answer = await self._http.get(f"{url}/v1/explain")
                standing = msgspec.json.decode(answer.content, type=Standing)
        last = self._last[member]
        if standing is None:
            return MemberLook(False, last.view, last.active, last.executed, last.certified)
        views = self._views[member]
        if not views or standing.view != views[-1]:
            views.append(standing.view)
            self._tell(member, "view", str(standing.view))
        for height in range(max(last.executed, standing.executed - 20) + 1, standing.executed + 1):
            self._tell(member, "block", str(height))
        self._last[member] = MemberLook(True, standing.view, standing.active, standing.executed, standing.certified)
        return self._last[member]

    async def wait(self, until: Callable[[Look], bool], *, within_ms: int) -> bool:
        """Let time pass, and look again and again.

        Raises: MemberFailed where a member could not be kept up.
        """
        deadline = time.monotonic() + within_ms / 1_000
        assert self._consortium.failed is not None, "the consortium was entered"
        while not until(await self.look()):
            if self._consortium.failed.done():
                self._consortium.failed.result()
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(LOOK_EVERY_S)
        return True

    # Verbs

    async def load(self, load: Load | None, gateways: Sequence[int]) -> None:
        """Clients send from now on, or fall silent."""
        if self._sender is not None:
            self._sender.cancel()
            await asyncio.gather(self._sender, return_exceptions=True)
            self._sender = None
        if load is not None and gateways:
            self._sender = asyncio.create_task(self._send(load, tuple(gateways)), name="load")

    async def _send(self, load: Load, gateways: Sequence[int]) -> None:
        due = time.monotonic()
        while True:
            due += self._clients.pause_ms(load) / 1_000
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if len(self._under_way) >= UNDER_WAY_MAX:
                self.not_sent += 1
                continue
            gateway = gateways[self._clients.sent % len(gateways)]
            task = asyncio.create_task(self._finalise(gateway))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _finalise(self, gateway: int) -> None:
        envelope = self._clients.envelope()
        with suppress(ClientFault):
            await self._gateways[gateway].finalise(envelope, timeout_ms=FINAL_TIMEOUT_MS)
            self._told_final.update(transaction_ids(envelope, chain=self._consortium.chain))

    async def kill(self, member: int) -> None:
        """SIGKILL."""
        self._down.add(member)
        self._tell(member, "killed")
        await self._consortium.kill(self.id_of(member))

    async def start(self, member: int) -> None:
        """Start the process again.

        Raises: MemberFailed.
        """
        await self._consortium.start(self.id_of(member))
        self._down.discard(member)
        self._tell(member, "started")

    async def pause(self, member: int) -> None:
        """SIGSTOP."""
        self._frozen.add(member)
        self._tell(member, "paused")
        self._signal(member, signal.SIGSTOP)

    async def resume(self, member: int) -> None:
        """SIGCONT."""
        self._frozen.discard(member)
        self._tell(member, "resumed")
        self._signal(member, signal.SIGCONT)

    def _signal(self, member: int, number: signal.Signals) -> None:
        pid = self._consortium.members[self.id_of(member)].pid
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    async def wipe(self, member: int) -> None:
        """Lose the database of a member that is down; its keys are kept elsewhere, as they should be."""
        assert member in self._down, "only the disk of a member that is down is lost"
        self._wiped.add(member)
        self._tell(member, "wiped")
        for path in self._database(member).parent.glob(f"{DATABASE_FILE}*"):
            path.unlink()
        self._last[member] = MemberLook(False, 0, True, 0, 0)

    async def stop_broker(self) -> Undo:
        """Kill the embedded broker; healing starts one at the same address."""
        broker = self._consortium.broker
        assert broker is not None, "this world brings a broker of its own"
        self._tell(-1, "killed", "broker")
        await broker.kill()

        async def heal() -> None:
            self._tell(-1, "started", "broker")
            await broker.start()

        return heal

    async def tear_next_write(self, member: int) -> None:
        """Not declared."""
        raise AssertionError(f"the live world can not tear a write of {member}")

    async def set_clock(self, member: int, *, offset_ms: int, drift_ppm: int) -> None:
        """Not declared."""
        raise AssertionError(f"the live world can not set the clock of {member} by {offset_ms} ms, {drift_ppm} ppm")

    async def links(self, policy: LinkPolicy) -> Undo:
        """Not declared."""
        raise AssertionError(f"the live world can not do {policy}")

    async def lie(self, member: int, way: str, *, to: Sequence[int]) -> Undo:
        """Not declared."""
        raise AssertionError(f"the live world can not make {member} lie by {way} to {to}")
