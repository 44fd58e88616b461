"""A node that was started for a story: what it does when it is commanded, and the seam for what it can not do itself.

Links, clocks and disks are put wrong here. Parts that a member plays beside its own are `Casting`'s: a node knows none.
"""

from collections.abc import Callable
from random import Random
from typing import Protocol

from canonical.hashing import Digest
from canonical.signing import PublicKey
from ledger.charter import chain_id
from network.bus import Bus, Channel, DropReason
from network.commands import Acknowledgement, Command, CommandReader, Role, seal
from network.faulty import FaultyBus, Voice
from node.clock import Clock
from node.gateway.spoken import Tongue
from node.identity import Identity


class Part(Voice, Tongue, Protocol):
    """Who speaks for a member: on the bus, and to its clients."""


Casting = Callable[[Identity, Role, int], Part | None]
"""casting(identity, role, seed): who speaks for a member that plays a part; None for a part that nobody knows."""


class FaultyDisk(Protocol):
    """A disk that a story may put wrong (node/storage/faulty.py)."""

    sync_ms: int
    """How much longer each write takes."""

    def fill(self, is_full: bool) -> None:
        """Let no more fit on it, or again as much as there is room for."""


class Commanded:
    """Obeys one story's commands."""

    def __init__(
        self,
        identity: Identity,
        *,
        key: PublicKey,
        bus: Bus,
        clock: Clock,
        disk: FaultyDisk,
        casting: Casting | None,
        wake: Callable[[], None],
    ) -> None:
        """Obey the owner of `key`, between this member and `bus`."""
        charter = identity.charter
        self._identity = identity
        self._chain: Digest = chain_id(charter)
        self._wire = bus
        self._clock = clock
        self._disk = disk
        self._casting = casting
        self._reader = CommandReader(chain=self._chain, member=identity.member, key=key, verify=identity.verify)
        self._obeyed: Command | None = None
        self._refused = ""
        self.part: Part | None = None
        """Who speaks for the member now; None for itself."""
        self.bus = FaultyBus(
            bus,
            member=identity.member,
            members=[each.id for each in charter.voters()],
            wake=wake,
            on_command=self._on_command,
        )
        """What the member is to speak and hear through."""

    def _on_command(self, payload: bytes) -> None:
        """Obey a command and say so; the last one, said again, is only answered again."""
        command = self._reader.read(payload)
        if isinstance(command, DropReason):
            self.bus.counters.dropped[command] += 1
            return
        if self._obeyed is None or command.number > self._obeyed.number:
            self._refused = self._obey(command)
            self._obeyed = command
        told = Acknowledgement(self._chain, self._identity.member, command.number, self._refused)
        self._wire.publish(Channel.REPORT, seal(told, sign=self._identity.sign))

    def _obey(self, command: Command) -> str:
        """Make the world as the command says; return what can not be done, or nothing."""
        before, role = self._obeyed, command.role
        if before is None or before.role != role:
            part = None
            if role is not None:
                part = self._casting(self._identity, role, command.seed) if self._casting else None
                if part is None:
                    return f"nobody here knows how to play {role.way!r}"
            self.bus.voice = self.part = part
        self.bus.policies = command.policies
        if before is None or (before.offset_ms, before.drift_ppm) != (command.offset_ms, command.drift_ppm):
            self._clock.put(offset_ms=command.offset_ms, drift_ppm=command.drift_ppm)
        self._disk.sync_ms = command.sync_ms
        if before is None or before.disk_is_full != command.disk_is_full:
            self._disk.fill(command.disk_is_full)
        self.bus.open(Random(f"{command.seed}/links {self._identity.member}"))
        return ""
