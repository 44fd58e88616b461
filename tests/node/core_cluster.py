"""Whole members in one thread: real cores, ledgers, signatures and SQLite files; the bus is a list, time is a number.

A test says what is delivered, lost or crashed. Nothing here waits.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from canonical.hashing import Digest
from consensus.effects import PushBatches, PushBlocks, SetTimer
from consensus.messages import NONCE_BYTES
from consensus.types import ReplicaId, View
from ledger.charter import Charter, chain_id
from ledger.envelope import Envelope
from ledger.ledger import Ledger
from network.bus import Channel
from node.admission import Admission
from node.core import Core
from node.effects import CoreReady, Outbound
from node.home.keys import KeyPair, verify_signature
from node.identity import Identity, Knobs
from node.storage.writer import Storage
from node.writes import StoreBlock

BYTES_PUSHED_MAX = 1 << 20


@dataclass
class CoreMember:
    """One member: what survives a crash, and what does not."""

    charter: Charter
    index: int
    keys: KeyPair
    path: Path
    storage: Storage = field(init=False)
    core: Core = field(init=False)
    timers: dict[str, tuple[int, SetTimer]] = field(default_factory=dict)
    turns: int = 0
    mark: View | None = None
    """The mark beside its keys."""
    lives: int = 0

    def __post_init__(self) -> None:
        self.start()

    @property
    def id(self) -> str:
        return self.charter.voters()[self.index].id

    def start(self) -> None:
        """Be born, or born again from the disk."""
        genesis = Ledger.genesis(self.charter)
        self.storage = Storage(
            self.path,
            chain=chain_id(self.charter),
            member=ReplicaId(self.index),
            genesis=genesis.entries,
            lost=self.mark,
        )
        restored = self.storage.load()
        tip = restored.tip
        ledger = genesis
        if tip is not None:
            ledger = Ledger.restore(self.charter, restored.entries, height=tip.height, timestamp_ms=tip.timestamp_ms)
        self.lives += 1
        nonce = self.lives.to_bytes(NONCE_BYTES, "big")
        identity = Identity(self.charter, self.id, self.keys.sign, verify_signature, self.mark, nonce)
        self.core = Core(identity, ledger=ledger, knobs=Knobs(), restored=restored)
        self.timers = {}

    def crash(self) -> None:
        """Lose everything that is not on disk."""
        self.storage.close()


class CoreCluster:
    """Members on a bus that a test controls."""

    def __init__(self, charter: Charter, keys: list[KeyPair], directory: Path, *, seed: int = 0) -> None:
        self.random = Random(seed)
        self.now_ms = charter.founded_ms + 1_000
        self.members = [CoreMember(charter, index, key, directory / f"{index}.db") for index, key in enumerate(keys)]
        self.ids = {member.id: member for member in self.members}
        self.down: set[str] = set()
        self.wire: list[tuple[str, Channel, str, bytes]] = []
        self.loses: Callable[[str, str, bytes], bool] = lambda source, target, payload: False
        self.acknowledged: list[Digest] = []
        self.blocks: dict[str, list[StoreBlock]] = {member.id: [] for member in self.members}
        for member in self.members:
            self.perform(member)

    def submit(self, member: CoreMember, envelope: Envelope) -> Admission:
        """Hand an envelope to a member's gateway."""
        admission = member.core.submit(envelope, self.now_ms)
        self.perform(member)
        return admission

    def perform(self, member: CoreMember) -> None:
        """Do what a member asks for until it asks for nothing."""
        for _ in range(1_000):
            ready = member.core.take()
            if not self._perform(member, ready):
                return
        raise AssertionError(f"{member.id} never comes to rest")

    def _perform(self, member: CoreMember, ready: CoreReady) -> bool:
        for outbound in ready.outbound:
            self._publish(member, outbound)
        if ready.mark is not None:
            member.mark = ready.mark
        if ready.writes:
            member.storage.commit(ready.writes)
            member.core.durable(self.now_ms)
        self.acknowledged += ready.admitted
        for timer in ready.timers:
            member.timers[timer.kind] = (self.now_ms + timer.after_ms, timer)
        for push in ready.pushes:
            self._push(member, push)
        self.blocks[member.id] += ready.executed
        return bool(ready.outbound or ready.writes or ready.pushes)

    def _push(self, member: CoreMember, push: PushBlocks | PushBatches) -> None:
        with member.storage.reader() as reader:
            if isinstance(push, PushBatches):
                payloads = [payload for digest in push.digests if (payload := reader.batch(digest)) is not None]
            else:
                pushed = list(reader.blocks_to_push(push.first, push.last, bytes_max=BYTES_PUSHED_MAX))
                for outbound in member.core.seal_blocks(push.to, [each.certified for each in pushed]):
                    self._publish(member, outbound)
                payloads = [payload for each in pushed for payload in each.payloads]
        for payload in payloads:
            self._publish(member, Outbound(Channel.INBOX, member.core.member_of(push.to), payload))

    def _publish(self, source: CoreMember, outbound: Outbound) -> None:
        targets = [outbound.to] if outbound.to is not None else [each for each in self.ids if each != source.id]
        for target in targets:
            topic = target if outbound.channel is Channel.INBOX else source.id
            if not self.loses(source.id, target, outbound.payload):
                self.wire.append((target, outbound.channel, topic, outbound.payload))

    def deliver_one(self) -> bool:
        """Deliver one frame, chosen by the seed; False when the bus is empty."""
        if not self.wire:
            return False
        place = self.random.randrange(len(self.wire))
        target, channel, topic, payload = self.wire.pop(place)
        if target not in self.down:
            member = self.ids[target]
            member.core.receive(channel, topic, payload, self.now_ms)
            self.perform(member)
        return True

    def settle(self) -> None:
        """Deliver everything there is, without letting time pass."""
        while self.deliver_one():
            pass

    def pass_time(self, ms: int) -> None:
        """Let the timers of the next `ms` fire in order, and deliver what they cause."""
        end = self.now_ms + ms
        while True:
            due = [
                (at, member.id, kind)
                for member in self.members
                if member.id not in self.down
                for kind, (at, _) in member.timers.items()
                if at <= end
            ]
            if not due:
                break
            at, name, kind = min(due)
            self.now_ms = max(self.now_ms, at)
            member = self.ids[name]
            _, timer = member.timers.pop(kind)
            member.core.fire(timer.kind, timer.generation, self.now_ms)
            self.perform(member)
            self.settle()
        self.now_ms = end

    def crash(self, member: CoreMember) -> None:
        """Kill a member."""
        member.crash()
        self.down.add(member.id)

    def restart(self, member: CoreMember) -> None:
        """Start a killed member again from its disk."""
        member.start()
        self.down.discard(member.id)
        self.perform(member)

    def close(self) -> None:
        for member in self.members:
            if member.id not in self.down:
                member.storage.close()
