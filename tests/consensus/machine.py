"""One member of the test cluster: a replica, a disk that can lose what was not synced, and a driver that can crash.

The driver keeps the contract of `Ready`: what may leave at once leaves, then records reach the disk in one piece, then
the votes that waited for them leave. Before each of these steps it tells its world, which may kill it right there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from consensus.bundle import BUNDLE_ITEMS_MAX, Bundle, open_bundle, seal
from consensus.effects import (
    Decided,
    Halt,
    MuteRecord,
    Outgoing,
    PreparedRecord,
    PushBatches,
    PushBlocks,
    Ready,
    Rejected,
    ViewRecord,
    VoteRecord,
)
from consensus.events import BatchStored, HandOver, Received, TimerFired, TimerKind
from consensus.guard import SignGuard
from consensus.invariants import decided_in_order, executed_once
from consensus.messages import (
    NONCE_BYTES,
    BatchReference,
    BlockVote,
    CertifiedBlock,
    Commit,
    Equivocation,
    Item,
    NewView,
    Prepare,
    PrePrepare,
    ViewChange,
)
from consensus.replica import Replica
from consensus.settings import Settings
from consensus.state import Mute
from consensus.types import BatchNumber, ReplicaId, SequenceNumber, View
from tests.consensus.disk import Disk, Ledger, Payload
from tests.consensus.makers import CHAIN, batch, sign_as, verify

VOTES = (PrePrepare, Prepare, Commit, BlockVote)

STATEMENTS = (ViewChange, NewView)

PUSHED_BLOCKS_MAX = 32
"""As the real driver, which stops at some megabytes."""


class Broken(AssertionError):
    """An invariant does not hold."""


class Crashed(Exception):
    """The machine lost power between two steps of its driver."""


@dataclass(frozen=True)
class Frame:
    sender: int
    to: int
    content: Bundle | Payload


class Machine:
    """A replica with its driver. `send(frame)`, `step()` and `now()` belong to the world it lives in."""

    def __init__(
        self,
        settings: Settings,
        *,
        send: Callable[[Frame], None],
        step: Callable[[int], None],
        now: Callable[[], int],
    ) -> None:
        self.settings, self.id = settings, int(settings.replica)
        self.send_frame, self.step, self.now = send, step, now
        empty = Ledger(settings.chain, tuple(BatchNumber(0) for _ in settings.committee.replicas()))
        self.disk = Disk(empty)
        self.is_up = False
        self.mark: View | None = None
        """The mark beside its keys: the latest view it bound itself in; outlives the disk."""
        self.lives = 0
        self.was_wiped = False
        self.is_slow = False
        """Whether it executes what was decided in a turn only in the next one."""
        self.skew_ms = 0
        """How far its wall clock is ahead; its timers do not follow it."""
        self.boot()

    def boot(self) -> None:
        """Forget everything but the disk, and begin."""
        self.lives += 1
        if self.disk.mute is not None:
            nonce = self.lives.to_bytes(NONCE_BYTES, "big")
            self.disk.mute = replace(self.disk.mute, nonce=nonce, told={})
        self.replica = Replica(self.settings, verify=verify, remembered=self.disk.remembered())
        self.guard = SignGuard()
        self.guard.raise_floor(self.disk.stable)
        for said in (*self.disk.votes, *self.disk.statements):
            if not self.guard.admit(said):
                raise Broken("I2: the disk holds two votes for one slot")
        self.ledger = self.disk.ledger
        self.handed_out = SequenceNumber(len(self.disk.headers))
        self.deadlines: dict[TimerKind, tuple[int, int]] = {}
        self.gated: list[Outgoing] = []
        self.own_payloads: list[Payload] = []
        self.writes: list[Callable[[Disk], None]] = []
        self.decided: list[Decided] = []
        """In this life, in the order in which they were handed out."""
        self.undone: list[Decided] = []
        """Decisions that wait for execution: until the next turn, where this machine is slow."""
        self.rejected: list[Rejected] = []
        self.halt: Halt | None = None
        self.evidence: list[Equivocation] = []
        self.is_up = True
        for payload in self.disk.payloads.values():
            if payload.reference.number > self.ledger.last[payload.reference.author]:
                self.replica.hold(payload.reference)

    def crash(self) -> None:
        self.is_up = False

    def wipe(self) -> None:
        """Lose the disk, and nothing else."""
        self.crash()
        self.was_wiped = True
        self.disk = Disk(Ledger(self.settings.chain, tuple(BatchNumber(0) for _ in self.settings.committee.replicas())))
        if self.mark is not None:
            self.disk.mute = Mute(bytes(NONCE_BYTES), self.mark)

    # Input: none of these performs anything before `turn`

    def submit(self, content: bytes = b"", size_bytes: int = 1_000) -> BatchReference:
        """A batch of this member's own."""
        held_up_to = self.replica.state.requests.streams[self.id].held_up_to
        reference = batch(self.id, held_up_to + 1, content, size_bytes)
        payload = Payload(reference, sign_as(self.id)(reference.digest))
        self.own_payloads.append(payload)
        self.store(payload)
        return reference

    def store(self, payload: Payload) -> None:
        own = payload.reference.author == self.id
        self.writes.append(lambda disk: disk.store_payload(payload, own=own))
        self.replica.step(BatchStored(payload.reference), wall_ms=self.now() + self.skew_ms)

    def receive(self, content: Bundle | Payload) -> None:
        if isinstance(content, Payload):
            named = content.reference
            if verify(named.author, named.digest, content.signature) and self.replica.wants_batch(
                named.author, named.number, named.digest, named.size_bytes
            ):
                self.store(content)
        elif self.replica.wants(content):
            opened = open_bundle(content, chain=self.settings.chain, verify=verify)
            if opened is not None:
                self.replica.step(Received(opened), wall_ms=self.now() + self.skew_ms)

    def fire(self, kind: TimerKind) -> None:
        _, generation = self.deadlines.pop(kind)
        self.replica.step(TimerFired(kind, generation), wall_ms=self.now() + self.skew_ms)

    def hand_over(self) -> None:
        self.replica.step(HandOver(), wall_ms=self.now() + self.skew_ms)

    # Output

    def turn(self) -> None:
        """Perform what the replica asks for until it asks for nothing."""
        self._execute_all()
        while True:
            ready = self._collect()
            self.rejected += ready.rejected
            self.halt = self.halt or ready.halt
            self.evidence += ready.evidence
            for each in self._frames(ready.send):
                self._leave(each)
            if not self.writes and not ready.timers and not ready.pushes and not ready.send and not self.gated:
                return
            writes, self.writes = self.writes, []
            self.step(self.id)
            self.disk.commit(writes)
            self.step(self.id)
            for payload in self.own_payloads:
                for to in self.settings.committee.replicas():
                    if to != self.id:
                        self._leave(Frame(self.id, to, payload))
            self.own_payloads = []
            self._release()
            for timer in ready.timers:
                self.deadlines[TimerKind(timer.kind)] = (self.now() + timer.after_ms, timer.generation)
            for push in ready.pushes:
                self._push(push)

    def _collect(self) -> Ready:
        """Carry effects over, executing decisions until there are none; returns all of them as one."""
        whole = Ready()
        while True:
            ready = self.replica.take()
            for record in ready.records:
                match record:
                    case VoteRecord(vote):
                        self.writes.append(lambda disk, vote=vote: disk.store_vote(vote))  # type: ignore[misc]
                    case PreparedRecord(certificate):
                        sequence = certificate.pre_prepare.sequence
                        self.writes.append(
                            lambda disk, sequence=sequence, certificate=certificate: disk.prepared.__setitem__(  # type: ignore[misc]
                                sequence, certificate
                            )
                        )
                    case ViewRecord(view, statement):
                        self.writes.append(
                            lambda disk, view=view, statement=statement: disk.store_view(view, statement)  # type: ignore[misc]
                        )
                    case MuteRecord(until):
                        self.writes.append(lambda disk, until=until: disk.store_mute(until))  # type: ignore[misc]
            if ready.send_after or self.own_payloads:
                self.mark = max(self.mark or View(0), self.replica.state.view)
            self.gated += ready.send_after
            for block in ready.certified:
                height, votes = block.header.height, block.votes
                self.writes.append(
                    lambda disk, height=height, votes=votes: disk.certificates.__setitem__(height, votes)  # type: ignore[misc]
                )
            if ready.stable is not None:
                self.writes.append(lambda disk, stable=ready.stable: disk.stabilise(stable))  # type: ignore[misc]
            whole.send += ready.send
            whole.timers += ready.timers
            whole.pushes += ready.pushes
            whole.rejected += ready.rejected
            whole.halt = whole.halt or ready.halt
            whole.evidence += ready.evidence
            for decided in ready.decided:
                found = decided_in_order(self.handed_out, decided.sequence)
                if found:
                    raise Broken(found)
                self.handed_out = decided.sequence
                self.decided.append(decided)
                self.undone.append(decided)
            if self.is_slow or not self.undone:
                return whole
            self._execute_all()

    def _execute_all(self) -> None:
        undone, self.undone = self.undone, []
        for decided in undone:
            self._execute(decided)

    def _execute(self, decided: Decided) -> None:
        state = self.replica.state
        last = list(self.ledger.last)
        ledger, event = self.ledger.execute(decided, settings=self.settings, parent=state.executed_digest)
        for each in event.batches:
            found = executed_once(last[each.author], each)
            if found:
                raise Broken(found)
            last[each.author] = each.number
            assert each.digest in state.requests.held, "only a batch that is here is executed"
        self.replica.step(event, wall_ms=self.now() + self.skew_ms)
        if state.halted:
            return
        self.ledger = ledger
        self.writes.append(lambda disk: disk.store_block(event, decided.proposal, ledger))

    def _release(self) -> None:
        """The turn's records are on disk: votes may leave, unless a stable checkpoint has settled them meanwhile."""
        gated, self.gated = self.gated, []
        stable = self.replica.state.stable
        leaving = [each for each in gated if not isinstance(each.item, VOTES) or each.item.sequence > stable]
        for each in leaving:
            assert isinstance(each.item, VOTES + STATEMENTS)
            if not self.guard.admit(each.item):
                raise Broken(f"I2: the guard refuses {each.item}")
        self.guard.raise_floor(stable)
        for frame in self._frames(leaving):
            self._leave(frame)

    def _frames(self, outgoing: list[Outgoing]) -> list[Frame]:
        receivers: dict[ReplicaId | None, list[Item]] = {}
        for each in outgoing:
            receivers.setdefault(each.to, []).append(each.item)
        frames: list[Frame] = []
        for to, items in receivers.items():
            for first in range(0, len(items), BUNDLE_ITEMS_MAX):
                part = items[first : first + BUNDLE_ITEMS_MAX]
                opened = seal(
                    part,
                    chain=self.settings.chain,
                    epoch=self.settings.epoch,
                    sender=self.settings.replica,
                    sign=sign_as(self.id),
                )
                if to is None:
                    self.replica.step(Received(opened), wall_ms=self.now() + self.skew_ms)
                    others = [each for each in self.settings.committee.replicas() if each != self.id]
                    frames += [Frame(self.id, each, opened.bundle) for each in others]
                else:
                    frames.append(Frame(self.id, to, opened.bundle))
        return frames

    def _push(self, push: PushBlocks | PushBatches) -> None:
        if isinstance(push, PushBatches):
            for name in push.digests:
                if name in self.disk.payloads:
                    self._leave(Frame(self.id, push.to, self.disk.payloads[name]))
            return
        last = min(push.last, push.first + PUSHED_BLOCKS_MAX - 1)
        blocks: list[Outgoing] = []
        for height in map(SequenceNumber, range(push.first, last + 1)):
            content = self.disk.proposals[height]
            blocks.append(
                Outgoing(CertifiedBlock(self.disk.headers[height], content, self.disk.certificates[height]), to=push.to)
            )
            for each in content.batches:
                if each.digest not in self.disk.payloads:
                    # Left out as it would leave a gap: it never ran, and nobody needs it.
                    continue
                self._leave(Frame(self.id, push.to, self.disk.payloads[each.digest]))
        for frame in self._frames(blocks):
            self._leave(frame)

    def _leave(self, frame: Frame) -> None:
        self.step(self.id)
        self.send_frame(frame)


def lie_about(frame: Frame, *items: Item, sender: int | None = None, key: int | None = None) -> Frame:
    """The same frame with other items, sealed by whoever lies; or under another's name, or with another's key."""
    assert isinstance(frame.content, Bundle)
    name = frame.sender if sender is None else sender
    opened = seal(
        items,
        chain=CHAIN,
        epoch=frame.content.epoch,
        sender=ReplicaId(name),
        sign=sign_as(frame.sender if key is None else key),
    )
    return replace(frame, content=opened.bundle)
