"""A whole consortium on this machine: charter, homes, bus, one process a member, and somebody who looks after them.

A member that ends although nobody here ended it (an outsider's `kill -9`, a crash) is started again, as an operator's
supervisor would; how often is bounded. So is the embedded broker. What is killed here on purpose stays dead until it is
started here.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from canonical.hashing import Digest
from canonical.signing import PublicKey, Sign
from ledger.charter import Charter, Role, chain_id
from network.embedded import EmbeddedBroker
from network.errors import BrokerFailed, BusFault
from network.url import BusUrl, parse_bus_url
from node.home.home import CHARTER_FILE, KEY_FILE, RECORDING_FILE, new_consortium, read_member_keys
from node.home.keys import KeyPair
from node.wallet import Wallet
from scenarios.errors import BusUnreachable, FolderUnusable, MemberCrashed, MemberFailed, MemberKilled
from scenarios.member_process import MemberProcess, Phase

RESTARTS_MAX = 5
"""Times that each member is started again unasked; then the consortium is called failed."""

BROKER = "broker"
"""What the broker is called beside the members; no institution has the name."""

CONNECT_TIMEOUT_S = 5.0
"""How long a broker may take to accept a connection when the story starts."""

Report = Callable[[str], None]
"""Tells whoever watches that something happened, in one sentence."""


class LiveConsortium:
    """An async context manager: on entry everything is up, on exit everything is gone."""

    def __init__(
        self,
        directory: Path,
        *,
        members: int,
        founded_ms: int,
        buses: Sequence[str] = (),
        parameters: Mapping[str, int] | None = None,
        node_arguments: tuple[str, ...] = (),
        new_life: Callable[[str], tuple[str, ...]] = lambda _: (),
        recorded: bool = False,
        report: Report = lambda _: None,
        on_unasked_end: Callable[[str, int], None] = lambda _member, _code: None,
    ) -> None:
        """Prepare a consortium of `members` voters in `directory`, which must not exist.

        Without `buses` an embedded broker is started. `node_arguments` are further options of every `quorate node`;
        `new_life` is asked for more each time that a member is started. `recorded` leaves a recording in each home.

        Raises: BadBusUrl.
        """
        self.directory = directory
        self.members: dict[str, MemberProcess] = {}
        """By id, in the order of their numbers as replicas."""
        self.failed: asyncio.Future[None] | None = None
        """Fails with MemberFailed or BrokerFailed when a member or the broker could not be kept up."""
        self._count = members
        self._founded_ms = founded_ms
        self._buses = tuple(buses)
        self._parsed = tuple(map(parse_bus_url, buses))
        self._parameters = dict(parameters or {})
        self._node_arguments = node_arguments
        self._new_life = new_life
        self._recorded = recorded
        self._report = report
        self._on_unasked_end = on_unasked_end
        self._broker: EmbeddedBroker | None = None
        self._charter: Charter | None = None
        self._watching: dict[str, asyncio.Task[None]] = {}
        """Who looks after each member that is up, and after the broker under the name `BROKER`."""
        self._restarts: Counter[str] = Counter()

    @property
    def charter(self) -> Charter:
        """Who founded the chain."""
        assert self._charter is not None, "the consortium was entered"
        return self._charter

    @property
    def is_founded(self) -> bool:
        """Whether `directory` is of our making."""
        return self._charter is not None

    @property
    def charter_file(self) -> Path:
        """All that a verifier is given."""
        return self.directory / CHARTER_FILE

    @property
    def chain(self) -> Digest:
        """The chain's id."""
        return chain_id(self.charter)

    @property
    def restarts(self) -> int:
        """Starts that nobody here had asked for."""
        return self._restarts.total()

    @property
    def buses(self) -> tuple[str, ...]:
        """URLs of the buses that members talk over."""
        return self._buses

    @property
    def broker(self) -> EmbeddedBroker | None:
        """The embedded broker; None where buses were given."""
        return self._broker

    def platforms(self) -> tuple[str, ...]:
        """Voting members that sell."""
        return tuple(each.id for each in self.charter.voters() if each.role is Role.PLATFORM)

    def urls(self, first: str | None = None) -> tuple[str, ...]:
        """Gateways of all members, that of `first` in front: where a client goes, and where it goes then."""
        ordered = sorted(self.members.values(), key=lambda member: member.member != first)
        return tuple(member.url for member in ordered if member.url)

    def operator_key(self, member: str) -> tuple[PublicKey, Sign]:
        """The key of a member's operator, for clients who sign for it."""
        keys = self._operator(member)
        return keys.public_key, keys.sign

    def wallet(self, member: str) -> Wallet:
        """A wallet with the operator key of a member, learners included."""
        return Wallet(member, self._operator(member), chain=self.chain)

    def _operator(self, member: str) -> KeyPair:
        chartered = self.charter.member(member)
        assert chartered is not None, f"{member} is a member"
        return read_member_keys(self.directory / member / KEY_FILE, chartered, passphrase=None).operator

    # Life

    async def __aenter__(self) -> Self:
        """Found the consortium and bring everything up.

        Raises: FolderUnusable, HomeUnusable, BusUnreachable, BrokerFailed or MemberFailed; nothing runs then.
        """
        self.failed = asyncio.get_running_loop().create_future()
        try:
            await self._reach_buses()
            self._report(f"Starting {self._count} nodes{'' if self._buses else ' and a broker'}...")
            if not self._buses:
                self._broker = EmbeddedBroker()
                await self.start_broker()
                self._buses = (self._broker.url,)
            self._found()
            started = await asyncio.gather(*(self.start(member) for member in self.members), return_exceptions=True)
            for outcome in started:
                if outcome is not None:
                    raise outcome
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything."""
        await self.close()

    def _found(self) -> None:
        try:
            self._charter = new_consortium(
                self.directory,
                members=self._count,
                passphrase=None,
                founded_ms=self._founded_ms,
                name="Quorate demonstration",
                parameters=self._parameters,
                buses=self._buses,
                gateway_port_first=0,
            )
        except OSError as error:
            raise FolderUnusable(
                f"{self.directory}: the run's folder cannot be made ({error.strerror}). Nothing was started."
                " What to do: give a folder that you may write with --directory DIR."
            ) from error
        for member in self._charter.voters():
            home = self.directory / member.id
            recording = ("--record", str(home / RECORDING_FILE)) if self._recorded else ()
            self.members[member.id] = MemberProcess(
                member.id,
                home,
                arguments=(*self._node_arguments, *recording),
                arguments_anew=partial(self._new_life, member.id),
            )

    async def _reach_buses(self) -> None:
        """Make sure that one of the buses given answers; members themselves would wait for it without end."""
        if not self._parsed:
            return
        reached = [await _answers(bus) for bus in self._parsed]
        for bus, answers in zip(self._parsed, reached, strict=True):
            if not answers and any(reached):
                self._report(f"The broker at {bus} does not answer; the others carry the messages.")
        if not any(reached):
            raise BusUnreachable(
                f"No broker answers at {' or '.join(map(str, self._parsed))}. Nothing was started. What to do: start"
                " the broker, correct --bus, or leave --bus out: then Quorate brings a broker of its own."
            )

    async def start(self, member: str) -> None:
        """Start a member that is down and look after it.

        Raises: MemberFailed.
        """
        process = self.members[member]
        await self._start(process)
        self._watching[member] = asyncio.create_task(self._look_after(process), name=f"look after {member}")

    async def start_broker(self) -> None:
        """Start the embedded broker and look after it.

        Raises: BrokerFailed, BrokerPortTaken.
        """
        broker = self._broker
        assert broker is not None, "buses that were given are not ours to start"
        await broker.start()
        self._watching[BROKER] = asyncio.create_task(self._look_after_broker(broker), name="look after the broker")

    async def kill_broker(self) -> None:
        """SIGKILL; it stays down until `start_broker`."""
        broker = self._broker
        assert broker is not None, "buses that were given are not ours to stop"
        await self._look_away(BROKER)
        await broker.kill()

    async def kill(self, member: str) -> None:
        """SIGKILL; it stays down until `start`."""
        await self._look_away(member)
        await self.members[member].kill()

    async def stop(self, member: str) -> None:
        """SIGTERM; it stays down until `start`."""
        await self._look_away(member)
        await self.members[member].stop()

    async def let_end(self, member: str, on_end: Callable[[], None]) -> None:
        """A fault of the story will end it: do not start it again then, and call `on_end` instead."""
        await self._look_away(member)
        process = self.members[member]

        async def until_ended() -> None:
            await process.ended()
            process.phase = Phase.KILLED
            on_end()

        self._watching[member] = asyncio.create_task(until_ended(), name=f"wait for the end of {member}")

    async def look_after(self, member: str) -> None:
        """Start it again from now on whenever it ends unasked; nothing where it has ended."""
        await self._look_away(member)
        process = self.members[member]
        if process.pid is not None:
            self._watching[member] = asyncio.create_task(self._look_after(process), name=f"look after {member}")

    async def stop_members(self) -> None:
        """Stop all members and leave the bus."""
        await asyncio.gather(*(self.stop(member) for member in self.members))

    async def close(self) -> None:
        """Stop all members, then the bus. Twice is once."""
        try:
            await self.stop_members()
        finally:
            await self._look_away(BROKER)
            if self._broker is not None:
                await self._broker.stop()
            if self.failed is not None and not self.failed.cancel() and not self.failed.cancelled():
                # Whoever waited for it was told; asking keeps the loop from complaining that nobody did.
                self.failed.exception()

    # Supervision

    async def _look_away(self, member: str) -> None:
        task = self._watching.pop(member, None)
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _look_after(self, process: MemberProcess) -> None:
        """Start the member again whenever it ends by itself."""
        assert self.failed is not None, "set on entry"
        try:
            while True:
                code = await process.ended()
                process.phase = Phase.KILLED
                self._on_unasked_end(process.member, code)
                how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
                # Who ends with 0 was told to, by somebody else than us.
                self._note_restart(process, how, MemberCrashed if code > 0 else MemberKilled)
                await self._start(process)
        except MemberFailed as error:
            if not self.failed.done():
                self.failed.set_exception(error)

    async def _look_after_broker(self, broker: EmbeddedBroker) -> None:
        """Start the broker again whenever it ends by itself; members keep what they have to say meanwhile."""
        assert self.failed is not None, "set on entry"
        try:
            while True:
                code = await broker.ended()
                how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
                self._restarts[BROKER] += 1
                if self._restarts[BROKER] > RESTARTS_MAX:
                    raise BrokerFailed(f"it {how}, after {RESTARTS_MAX} restarts, and is given up")
                self._report(f"The broker {how}, and not by us: it is started again.")
                await broker.stop()
                await broker.start()
        except BusFault as fault:
            if not self.failed.done():
                self.failed.set_exception(fault)

    async def _start(self, process: MemberProcess) -> None:
        """Start it, again if somebody outside kills it while it starts."""
        while True:
            try:
                return await process.start()
            except MemberKilled:
                self._note_restart(process, "was killed while it started", MemberKilled)

    def _note_restart(self, process: MemberProcess, how: str, failed: type[MemberFailed]) -> None:
        """Say that a member is started again unasked.

        Raises: `failed` when that was done too often.
        """
        self._restarts[process.member] += 1
        if self._restarts[process.member] > RESTARTS_MAX:
            raise failed(
                f"Member {process.member} {how}, after {RESTARTS_MAX} restarts, and is given up."
                f" What to do: read {process.log}."
            )
        self._report(f"{process.member} {how}, and not by us: it is started again.")


async def _answers(bus: BusUrl) -> bool:
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            _, writer = await asyncio.open_connection(bus.host, bus.port)
    except (OSError, TimeoutError, socket.gaierror):
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
