"""A member's process: puts core, disk, bus and gateway together, runs them, and takes them apart in order.

    start   home and keys; the database's lock; the audit of every row; the core as the disk remembers it; bus; gateway
    ready   one JSON line on standard output: the gateway answers. The bus may still be connecting: a broker that is
            away is tried again for ever, and said once
    stop    the turn at hand ends; clients that wait are told `pending`; gateway and bus close; the database closes

SIGINT and SIGTERM stop it, within two seconds. So does the end of the parent, where one is to be watched.
"""

import asyncio
import contextlib
import gc
import importlib
import json
import os
import random
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from canonical.signing import PublicKey
from consensus.messages import NONCE_BYTES
from ledger.charter import chain_id
from ledger.ledger import Ledger
from network.bus import Bus, LinkState, LinkStatus
from network.buses import Buses
from network.errors import BusFault
from network.url import parse_bus_url
from node.audit.database import audit, refuse_if_edited
from node.clock import Clock
from node.commanded import Casting, Commanded
from node.core import Core
from node.driver import Driver
from node.errors import DatabaseEdited, NodeFault
from node.gateway.application import gateway
from node.gateway.server import GatewayServer
from node.gateway.service import Service
from node.gateway.spoken import SpokenService
from node.home.home import Home, open_home
from node.home.keys import MemberKeys, verify_signature
from node.home.mark import Mark
from node.home.running import forget_gateway, tell_gateway
from node.identity import Identity, Knobs
from node.lifeline import end_with_parent
from node.logs import Log, open_log
from node.recording.frames import BYTES_MAX as RECORDING_BYTES_MAX
from node.recording.recorded_core import RecordedCore
from node.recording.recorder import Recorder, RecordingEnd
from node.restored import Restored
from node.storage.faulty import FaultyStorage
from node.storage.writer import Storage
from node.trace import Trace

EXIT_CLEAN = 0
EXIT_FAULT = 1
"""The world refused something; the log's last line says what, what was kept, and what to do."""
EXIT_HALTED = 3
"""The node had computed another block than a quorum and had stopped taking part."""
EXIT_BROKEN = 70
"""A fault of this program (sysexits.h, EX_SOFTWARE): the node stopped rather than go on in an impossible state."""


@dataclass(frozen=True, slots=True)
class NodeOptions:
    """What `quorate node` is told; None leaves what member.json says."""

    home: Path
    passphrase: bytes | None
    """Opens the key file; None where that was made with --insecure-dev."""
    buses: tuple[str, ...] | None = None
    gateway: tuple[str, int] | None = None
    """Host and port; port 0 takes a free one."""
    with_parent: bool = False
    """End when the parent does."""
    trace: bool = True
    """Write trace.jsonl."""
    scenario_key: PublicKey | None = None
    """Whose commands it obeys, for a story; None for a node that listens to nobody."""
    record: Path | None = None
    """Record all that goes into the core to this file."""
    record_bytes_max: int = RECORDING_BYTES_MAX
    """The recording ends at this size; the node goes on."""


def run_node(options: NodeOptions, *, stdout: TextIO, stderr: TextIO, casting: Casting | None = None) -> int:
    """Run a member's node until it is stopped; return its exit code. Blocks; call it from the main thread.

    `casting` knows the parts that a story may give it; without it such a command is refused.
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(Node(options, stdout=stdout, stderr=stderr, casting=casting).run())


class Node:
    """One run of one member's node."""

    def __init__(self, options: NodeOptions, *, stdout: TextIO, stderr: TextIO, casting: Casting | None = None) -> None:
        """Prepare; nothing is opened yet."""
        self._options = options
        self._casting = casting
        self._clock = Clock()
        self._stdout = stdout
        self._stderr = stderr
        self._log: Log = open_log(stderr, member=options.home.name)
        self._stop = asyncio.Event()
        self._bus_is_away: set[int] = set()
        self._commanded: Commanded | None = None

    async def run(self) -> int:
        """Start, serve until stopped, stop; return the exit code."""
        self._watch_for_the_end()
        async with contextlib.AsyncExitStack() as stack:
            try:
                return await self._serve(stack)
            except (NodeFault, BusFault) as fault:
                self._refuse(fault)
                return EXIT_FAULT
            except Exception as error:  # noqa: BLE001 whatever it is, the log must have it and the node must end
                self._log.critical("the node stops rather than go on in an impossible state", exc_info=error)
                return EXIT_BROKEN

    async def _serve(self, stack: contextlib.AsyncExitStack) -> int:
        home = open_home(self._options.home)
        keys = home.keys(passphrase=self._options.passphrase)
        self._log = open_log(self._stderr, member=home.member.id)
        # What is read makes many objects and no garbage in cycles: to look for some takes a twentieth of a start.
        gc.disable()
        try:
            driver, service, bus = self._assemble(home, keys, stack)
        finally:
            gc.enable()
        host, port = self._options.gateway or (home.settings.gateway_host, home.settings.gateway_port)
        server = GatewayServer(gateway(service, self._log), host=host, port=port)
        stack.push_async_callback(server.stop)
        stack.callback(service.events.close)
        server.start()
        stack.callback(forget_gateway, home.path)
        self._tell_gateway(home, server.url)
        bus.start()
        # What lives until the end need not be looked at by every collection from now on.
        gc.collect()
        gc.freeze()
        turning = asyncio.create_task(driver.run(), name="turns")
        ready = {"ready": True, "member": home.member.id, "gateway": server.url, "pid": os.getpid()}
        print(json.dumps(ready), file=self._stdout, flush=True)
        self._log.info("ready", gateway=server.url, height=driver.core.ledger.height, certified=driver.certified)
        stopping = asyncio.create_task(self._stop.wait(), name="stopping")
        await asyncio.wait({turning, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        driver.stop()
        await turning
        self._log.info("stopping", height=driver.core.ledger.height, certified=driver.certified)
        return EXIT_CLEAN if driver.halt is None else EXIT_HALTED

    def _assemble(self, home: Home, keys: MemberKeys, stack: contextlib.AsyncExitStack) -> tuple[Driver, Service, Bus]:
        """Open disk and bus and put the core between them; `stack` closes what is opened, last first."""
        charter = home.charter
        chain = chain_id(charter)
        mark = Mark(home.path, chain=chain)
        voted = mark.read()
        genesis = Ledger.genesis(charter).entries
        disk = Storage if self._options.scenario_key is None else FaultyStorage
        storage = disk(home.database, chain=chain, member=home.replica, genesis=genesis, lost=voted)
        stack.callback(storage.close)
        audited = audit(home.database, charter=charter, member=home.replica)
        refuse_if_edited(home.database, audited)
        assert audited.ledger is not None, "an audit without findings ends with the ledger"
        nonce = os.urandom(NONCE_BYTES)
        identity = Identity(charter, home.member.id, keys.node.sign, verify_signature, voted, nonce)
        core = _restore_core(home, identity, storage.load(), audited.ledger, self._recorder(stack))
        reader = storage.reader()
        stack.callback(reader.close)
        trace = Trace(home.trace if self._options.trace else None)
        stack.callback(trace.close)
        bus = self._end_of_bus(identity, home.settings.buses, storage, lambda: driver.wake())
        stack.push_async_callback(bus.close)
        driver = Driver(
            core,
            storage,
            reader,
            bus,
            certified=core.explain().certified,
            base=0 if (base := reader.base()) is None else base.header.height,
            clock_ms=self._clock.now_ms,
            mark=mark.write,
            trace=trace,
            log=self._log,
        )
        commanded, member = self._commanded, home.member.id
        if commanded is None:
            return driver, Service(driver, reader, bus, charter=charter, member=member), bus
        spoken = SpokenService(driver, reader, bus, charter=charter, member=member, tongue=lambda: commanded.part)
        return driver, spoken, bus

    def _tell_gateway(self, home: Home, url: str) -> None:
        """Let whoever has the home find the gateway; where that can not be written the node goes on without."""
        try:
            tell_gateway(home.path, url, pid=os.getpid())
        except OSError as error:
            self._log.warning("the home does not say where the gateway is", gateway=url, reason=error.strerror)

    def _recorder(self, stack: contextlib.AsyncExitStack) -> Recorder | None:
        """Begin the recording, if one is to be made.

        Raises: RecordingUnusable.
        """
        path = self._options.record
        if path is None:
            return None

        def on_end(why: RecordingEnd) -> None:
            self._log.warning("the recording ended, and the node goes on without", file=str(path), reason=why.value)

        recorder = Recorder(path, bytes_max=self._options.record_bytes_max, on_end=on_end)
        stack.callback(recorder.close)
        return recorder

    def _end_of_bus(self, identity: Identity, urls: Sequence[str], storage: Storage, wake: Callable[[], None]) -> Bus:
        """The member's end of its buses; where a story commands it, with that story's faults in it."""
        key = self._options.scenario_key
        bus = Buses(
            [parse_bus_url(url) for url in self._options.buses or urls],
            chain=chain_id(identity.charter),
            member=identity.member,
            members=[member.id for member in identity.charter.voters()],
            wake=wake,
            random=random.Random(),
            on_change=self._on_link_change,
            commanded=key is not None,
        )
        if key is None or not isinstance(storage, FaultyStorage):
            return bus
        self._log.warning("commanded: this node obeys a story's commands, and is no member to rely on")
        self._commanded = Commanded(
            identity, key=key, bus=bus, clock=self._clock, disk=storage, casting=self._casting, wake=wake
        )
        return self._commanded.bus

    def _refuse(self, fault: NodeFault | BusFault) -> None:
        """Say why the node cannot go on: in one line for the log, and at a terminal once more, as people read it."""
        name = type(fault).__name__
        if isinstance(fault, DatabaseEdited):
            self._log.critical("the node cannot go on", rows="; ".join(fault.rows), fault=name, text=fault.summary)
        else:
            self._log.critical("the node cannot go on", fault=name, text=str(fault))
        if self._stderr.isatty():
            print(f"Error: {fault}", file=self._stderr, flush=True)

    def _on_link_change(self, status: LinkStatus) -> None:
        """Say once per change how the connection to a broker is doing; a retry that fails again is no change."""
        if status.state is LinkState.CONNECTED:
            self._bus_is_away.discard(status.bus)
            self._log.info("bus connected", bus=status.bus, url=status.url, protocol=status.protocol)
        elif status.state is LinkState.WAITING and status.bus not in self._bus_is_away:
            self._bus_is_away.add(status.bus)
            self._log.warning(
                "bus away: nothing is lost, the node keeps trying", bus=status.bus, url=status.url, reason=status.reason
            )

    def _watch_for_the_end(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop.set)
        if self._options.with_parent:
            end_with_parent(lambda: _call(loop, self._stop.set))


def _restore_core(
    home: Home, identity: Identity, restored: Restored, ledger: Ledger, recorder: Recorder | None
) -> Core:
    """The core as its disk remembers it; `ledger` is that of the last block executed."""
    settings = home.settings
    knobs = Knobs(settings.block_interval_ms, settings.target_failover_ms, settings.batch_bytes_max)
    if recorder is None:
        return Core(identity, ledger=ledger, knobs=knobs, restored=restored)
    return RecordedCore(identity, ledger=ledger, knobs=knobs, restored=restored, recorder=recorder)


def _call(loop: asyncio.AbstractEventLoop, function: Callable[[], object]) -> None:
    """Call `function` in the loop's thread; the loop may be closed by now, when there is nothing left to stop."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(function)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The loop of uvloop where that is installed, else asyncio's own."""
    try:
        module = importlib.import_module("uvloop")
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = module.new_event_loop
    return factory
