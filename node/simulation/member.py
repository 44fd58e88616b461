"""One member in virtual time: its core, disk, clock and timers, and the turn of node/driver.py in simulated steps.

A turn takes in all that arrived, publishes what may leave, waits for the disk, and only then says `durable`. Nothing
else happens to the core between its writes and their sync, as in a process; what arrives meanwhile waits. A member that
is killed while the disk works has that turn on disk whole or not at all.
"""

from functools import partial
from random import Random

from canonical.signing import Sign, Signature
from consensus.effects import SetTimer
from consensus.explain import Explanation, with_times
from consensus.messages import NONCE_BYTES
from consensus.types import ReplicaId, View
from ledger.charter import chain_id
from ledger.envelope import Envelope
from ledger.ledger import Ledger
from network.bus import Channel
from node.admission import Admission, Known, Refused, Unavailable
from node.core import RETRY_AFTER_MS, Core
from node.effects import CoreReady
from node.identity import Identity
from node.restored import LostDisk
from node.simulation.disk import Disk
from node.simulation.keyring import Toil
from node.simulation.pushing import frames_of
from node.simulation.surroundings import Said, Surroundings, Wrapper

SYNC_US = 1_000
"""What a sync takes on an ordinary disk; up to twice as much."""

TURN_US = 100
"""What a turn costs beside signatures."""

ARRIVED_MAX = 20_000
"""Frames that wait for a member that is paused or busy; more are lost and counted."""


class SimulatedMember:
    """One member of a simulated consortium."""

    # More than thirty attributes in a dictionary would be looked up by name, each time.
    __slots__ = (
        "_accused",
        "_agenda",
        "_around",
        "_arrived",
        "_born_ms",
        "_busy",
        "_chance",
        "_due_us",
        "_fired",
        "_free_us",
        "_key",
        "_peers",
        "_stops",
        "_tears",
        "_timers",
        "_toil",
        "_unsynced",
        "core",
        "disk",
        "disk_is_full",
        "drift_ppm",
        "id",
        "index",
        "lives",
        "lost",
        "mark",
        "offset_ms",
        "paused",
        "sync_us",
        "up",
        "wiped",
        "wrapper",
    )

    def __init__(self, index: int, surroundings: Surroundings, chance: Random) -> None:
        """Be born with an empty disk."""
        self.index = index
        """Its number as a replica."""
        self.id = surroundings.charter.voters()[index].id
        self.up = False
        """Whether its process runs; a paused one does."""
        self.paused = False
        self.wrapper: Wrapper | None = None
        self.lives = 0
        """How often it was started."""
        self.lost = 0
        """Frames that found `ARRIVED_MAX` others waiting."""
        self.wiped = False
        """Whether it ever lost its disk."""
        self.mark: View | None = None
        """The mark beside its keys, which outlives its disk."""
        self.core: Core
        self.sync_us = SYNC_US
        self.disk_is_full = False
        """Whether the next write finds no room, and ends the process."""
        self.offset_ms = 0
        self.drift_ppm = 0
        self._around = surroundings
        self._agenda = surroundings.agenda
        self._born_ms = surroundings.charter.founded_ms + 1_000
        self._chance = chance
        self._key = surroundings.keyring.key(f"node {self.id}")
        self._toil = Toil(surroundings.keyring, self._key)
        self._peers = [each.id for each in surroundings.charter.voters() if each.id != self.id]
        self._arrived: list[tuple[Channel, str, bytes]] = []
        self._fired: list[SetTimer] = []
        self._timers: dict[str, SetTimer] = {}
        self._due_us: dict[str, int] = {}
        self._busy = False
        self._free_us = 0
        self._unsynced: CoreReady | None = None
        self._tears = False
        self._stops = False
        self._accused: set[ReplicaId] = set()
        self._format()

    # What an operator, or the world, does to a member

    def start(self) -> None:
        """Start its process with what is on its disk; nothing where it runs."""
        if self.up:
            return
        restored = self.disk.load()
        charter, tip = self._around.charter, restored.tip
        ledger = Ledger.genesis(charter)
        if tip is not None:
            ledger = Ledger.restore(charter, restored.entries, height=tip.height, timestamp_ms=tip.timestamp_ms)
        nonce = self._chance.randbytes(NONCE_BYTES) if self.wiped else None
        identity = Identity(charter, self.id, self._toil.sign, self._toil.verify, self.mark, nonce)
        self.up, self.paused, self.lives = True, False, self.lives + 1
        around = self._around
        self.core = Core(
            identity,
            ledger=ledger,
            knobs=around.knobs,
            restored=restored,
            decode=around.decode,
            register=around.register,
        )
        self._accused = set()
        self._toil.take()
        self._wake()

    def kill(self) -> None:
        """End its process at once: SIGKILL, or the power. A turn that waits for the disk is there whole or not."""
        if not self.up:
            return
        if self._unsynced is not None and self._chance.random() < 0.5:
            self._commit(self._unsynced)
        self.up = self.paused = self._busy = self._stops = False
        self._unsynced = None
        self.lives += 1
        self._arrived, self._fired, self._timers = [], [], {}

    def stop(self) -> None:
        """End its process as its operator does (SIGTERM): who leads says so first, and the turn at hand is the last."""
        if self.paused:
            self.kill()
        elif self.up:
            self._stops = True
            self.hand_over()

    def pause(self) -> None:
        """Stop its process without ending it (SIGSTOP); what arrives waits."""
        self.paused = self.up

    def resume(self) -> None:
        """Let it go on (SIGCONT)."""
        if self.paused:
            self.paused = False
            self._wake()

    def wipe(self) -> None:
        """Lose the disk, not the keys and the mark beside them. A running member is killed first."""
        self.kill()
        self.wiped = True
        self._format()

    def tear_next_write(self, tears: bool = True) -> None:
        """Kill it in the middle of its next sync, or do not after all."""
        self._tears = tears

    def set_clock(self, offset_ms: int = 0, drift_ppm: int = 0) -> None:
        """Set its clock so much ahead of the world's, and let it run so much too fast."""
        self.offset_ms, self.drift_ppm = offset_ms, drift_ppm

    def hand_over(self) -> None:
        """Tell it that it is about to be stopped."""
        if self.up and not self.paused:
            self.core.hand_over(self.wall_ms)
            self._wake()

    # What it is asked

    @property
    def wall_ms(self) -> int:
        """Unix milliseconds by this member's clock."""
        return self._wall_ms(self._agenda.now_us)

    @property
    def is_honest(self) -> bool:
        """Whether it says what its core says."""
        return self.wrapper is None

    @property
    def height(self) -> int:
        """The last block on its disk."""
        return self.disk.height

    def explain(self) -> Explanation:
        """Where its replica stands and what it waits for, and when its timers are due."""
        in_ms = {kind: max(0, due_us - self._agenda.now_us) // 1_000 for kind, due_us in self._due_us.items()}
        return with_times(self.core.explain(), in_ms, now_ms=self.wall_ms)

    def sign(self, content: bytes) -> Signature:
        """Sign with its node key: for whoever stands between it and the network."""
        return self._key.sign(content)

    def submit(self, envelope: Envelope) -> Admission:
        """Hand an envelope to its gateway."""
        if not self.up or self.paused:
            return Unavailable("this member is down", RETRY_AFTER_MS)
        admission = self.core.submit(envelope, self.wall_ms)
        if isinstance(admission, Refused) and all(map(self.disk.is_executed, admission.ids)):
            return Known(admission.ids)
        self._wake()
        return admission

    def arrive(self, channel: Channel, topic: str, payload: bytes) -> None:
        """A frame comes off the bus; a member that is down never sees it."""
        if not self.up:
            return
        agenda, now_us = self._agenda, self._agenda.now_us
        if not (self._busy or self.paused or self._free_us > now_us) and agenda.is_alone():
            # Nothing else waits, here or anywhere: this is the whole of a turn that would begin now.
            core = self.core
            core.receive(channel, topic, payload, self._wall_ms(now_us))
            if core.is_at_rest():
                self._rest(now_us)
            else:
                self._busy = True
                self._round()
        elif len(self._arrived) >= ARRIVED_MAX:
            self.lost += 1
        else:
            self._arrived.append((channel, topic, payload))
            self._wake()

    # The turn

    def _wake(self) -> None:
        if self._busy or self.paused or not self.up:
            return
        self._busy = True
        self._agenda.at(max(self._free_us, self._agenda.now_us), partial(self._turn, self.lives))

    def _turn(self, life: int) -> None:
        if life != self.lives:
            return
        if self.paused:
            self._busy = False
            return
        now_ms = self.wall_ms
        arrived, self._arrived = self._arrived, []
        fired, self._fired = self._fired, []
        for channel, topic, payload in arrived:
            self.core.receive(channel, topic, payload, now_ms)
        for timer in fired:
            self.core.fire(timer.kind, timer.generation, now_ms)
        if self.core.is_at_rest():
            self._busy = False
            self._rest(max(self._free_us, self._agenda.now_us))
        else:
            self._round()

    def _rest(self, began_us: int) -> None:
        """End a turn from which nothing follows; nobody need look at this member for it."""
        toil = self._toil
        self._free_us = began_us + toil.spent_us + TURN_US
        toil.spent_us = 0
        if self._stops:
            self.kill()

    def _round(self) -> None:
        """Take and perform until the core asks for nothing, or until the disk must be waited for."""
        agenda = self._agenda
        while True:
            self._free_us = max(self._free_us, agenda.now_us) + TURN_US
            if self.core.is_at_rest():
                self._free_us += self._toil.take()
                break
            ready = self.core.take()
            self._free_us += self._toil.take()
            for outbound in ready.outbound:
                self._publish(outbound.channel, outbound.to, outbound.payload)
            if ready.mark is not None:
                self.mark = ready.mark
            if ready.writes and self.disk_is_full:
                # As in a process: nothing of this turn is kept, and no vote of it has left.
                self.kill()
                return
            if ready.writes:
                self._unsynced = ready
                sync_us = self.sync_us + self._chance.randrange(self.sync_us + 1)
                if self._tears:
                    self._tears = False
                    agenda.at(self._free_us + sync_us // 2, partial(self._tear, self.lives))
                agenda.at(self._free_us + sync_us, partial(self._synced, self.lives))
                return
            self.core.durable(self.wall_ms)
            if not self._settle(ready):
                break
        self._busy = False
        if self._stops:
            self.kill()
        self._around.rested(self)
        if self._arrived or self._fired:
            self._wake()

    def _synced(self, life: int) -> None:
        if life != self.lives:
            return
        assert self._unsynced is not None, "a sync ends a turn that wrote"
        ready, self._unsynced = self._unsynced, None
        self._commit(ready)
        self.core.durable(self.wall_ms)
        self._settle(ready)
        self._round()

    def _tear(self, life: int) -> None:
        if life == self.lives:
            self.kill()

    def _commit(self, ready: CoreReady) -> None:
        self.disk.commit(ready.writes)
        for block in ready.executed:
            self._around.executed(self, block)

    def _settle(self, ready: CoreReady) -> bool:
        """Do what follows the writes; return whether the core may ask for more."""
        for timer in ready.timers:
            self._set(timer)
        for push in ready.pushes:
            for outbound in frames_of(push, core=self.core, disk=self.disk):
                self._publish(outbound.channel, outbound.to, outbound.payload)
        for transaction in ready.admitted:
            self._around.acknowledged(self, transaction)
        accused = self.core.replica.state.accused
        if len(accused) > len(self._accused):
            for replica in sorted(accused):
                if replica not in self._accused:
                    self._accused.add(replica)
                    self._around.accused(self, accused[replica])
        return bool(ready.outbound or ready.writes or ready.timers)

    def _set(self, timer: SetTimer) -> None:
        self._timers[timer.kind] = timer
        after_us = timer.after_ms * 1_000 * 1_000_000 // (1_000_000 + self.drift_ppm)
        agenda = self._agenda
        self._due_us[timer.kind] = agenda.now_us + after_us
        agenda.at(agenda.now_us + after_us, partial(self._ring, timer, self.lives))

    def _ring(self, timer: SetTimer, life: int) -> None:
        if life == self.lives and self._timers.get(timer.kind) is timer:
            del self._timers[timer.kind]
            self._fired.append(timer)
            self._wake()

    # Frames

    def _publish(self, channel: Channel, to: str | None, payload: bytes) -> None:
        if to is None and self.wrapper is None and self._around.broadcast is not None:
            self._around.broadcast(self.index, channel, payload, self._free_us)
            return
        for target in self._peers if to is None else (to,):
            said = Said(target, channel, payload)
            for each in (said,) if self.wrapper is None else self.wrapper.say(self, said):
                self._around.send(self.index, each, self._free_us)

    # Its means

    def _wall_ms(self, now_us: int) -> int:
        drifted_us = now_us * self.drift_ppm // 1_000_000 if self.drift_ppm else 0
        return self._born_ms + (now_us + drifted_us + self.offset_ms * 1_000) // 1_000

    def _format(self) -> None:
        charter = self._around.charter
        lost = None if self.mark is None else LostDisk(self.mark, None)
        self.disk = Disk(chain_id(charter), ReplicaId(self.index), lambda: Ledger.genesis(charter).entries(), lost)


__all__ = ["Said", "Sign", "SimulatedMember", "Surroundings", "Wrapper"]
