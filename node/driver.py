"""The turn: everything that arrived meanwhile goes into the core, everything it asks for is done, in its order.

    drain the bus, the clients' envelopes and the timers that ran out
    repeat until the core asks for nothing:
        publish what may leave at once
        put its writes on disk, in one transaction with one sync, if a vote or an own batch waits for them
        tell the core so; what waited leaves with the next round
    answer the clients whose envelopes are now on disk or final

A turn takes in a bounded number of each kind of input, so that neither a flooded bus nor a busy gateway starves the
other or the timers. What it does not take in waits for the next turn, which follows at once. Under load turns grow, and
with them what one sync and one signature pay for.

The driver runs in one thread and nothing in a turn awaits. So nobody sees the core between its writes and their sync.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from canonical.hashing import Digest
from consensus.effects import Halt, PushBatches, PushBlocks, SetTimer
from consensus.explain import Explanation, with_times
from consensus.types import View
from ledger.envelope import Envelope
from network.bus import Bus, Channel
from node.admission import Admission, Admitted, Known, Refused, Unavailable
from node.core import Core
from node.effects import CoreReady
from node.logs import Log
from node.storage.reads import StorageReader
from node.storage.writer import Storage
from node.trace import Trace
from node.trace_lines import trace_lines
from node.waiting import FinalBlock, FinalityWaits, Submission, UndurableEnvelopes
from node.writes import Write

INBOUND_PER_TURN = 512
"""Messages of the bus a turn takes in: some milliseconds of signature checks."""

ENVELOPES_PER_TURN = 200
"""Clients' envelopes a turn takes in: 10 ms of signature checks."""

PUSH_BYTES_MAX = 4 << 20
"""Payload sent for one repair: a fraction of what waits for a broker at most; the rest is asked for again."""

ROUNDS_PER_TURN = 8
"""Rounds of take and perform in a turn. Three settle a committee; a member alone would empty its pool."""

ENVELOPES_QUEUED_MAX = 20_000
"""Clients' envelopes that may wait for a turn: two seconds of work. More is `Unavailable` at once."""

PUT_OFF_MS = 50
"""How long writes that nothing waits for may stay in memory: others' batches, and certificates. A crash that loses them
loses nothing that the peers do not push again."""

WRITES_PUT_OFF_MAX = 256
"""With more they are written at once."""

RETRY_AFTER_MS = 1_000
"""What a client is told who was turned away here: until then half the queue has been worked off."""


class Driver:
    """Drives one core with a bus, a disk, a clock and clients."""

    def __init__(
        self,
        core: Core,
        storage: Storage,
        reader: StorageReader,
        bus: Bus,
        *,
        certified: int,
        base: int,
        clock_ms: Callable[[], int],
        mark: Callable[[View], None],
        trace: Trace,
        log: Log,
    ) -> None:
        """Take over a core as restored; `certified` is the height up to which its disk holds certificates.

        `base` is the height of a ledger that was taken over whole, else 0.
        `mark` makes the mark beside the keys say a view, or raises StorageFailed.
        """
        self.core = core
        self.waits = FinalityWaits()
        self.certified = certified
        """Height up to which every block is final here."""
        self.base = base
        """There is no block at or below it here; 0 where every block is."""
        self.halt: Halt | None = None
        """Set once, when this node found itself in contradiction with a quorum."""
        self.turns = 0
        self.on_final: Callable[[FinalBlock], None] = _ignore
        """Called for each block that became final, in order."""
        self.has_listeners: Callable[[], bool] = _nobody
        """Whether anybody follows the final blocks."""
        self._storage = storage
        self._reader = reader
        self._bus = bus
        self._clock_ms = clock_ms
        self._mark = mark
        self._trace = trace
        self._log = log
        self._wake = asyncio.Event()
        self._stopping = False
        self._queued: deque[tuple[Submission, int, Envelope]] = deque()
        self._answered: list[tuple[Submission, int, Admission]] = []
        self._undurable = UndurableEnvelopes()
        self._on_disk: list[Digest] = []
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._fired: list[SetTimer] = []
        self._uncertified: dict[int, FinalBlock] = {}
        self._unwritten: list[Write] = []
        self._writing: asyncio.TimerHandle | None = None
        self._write_is_due = False

    # What calls in from outside the turn

    def wake(self) -> None:
        """Something arrived: let a turn begin soon."""
        self._wake.set()

    def submit(self, envelopes: tuple[Envelope, ...]) -> asyncio.Future[list[Admission]]:
        """Hand envelopes in; the future holds an answer for each when all that was admitted is on disk."""
        done: asyncio.Future[list[Admission]] = asyncio.get_running_loop().create_future()
        submission = Submission(done, [None] * len(envelopes))
        room = ENVELOPES_QUEUED_MAX - len(self._queued)
        for index, envelope in enumerate(envelopes):
            if index < room and not self._stopping:
                self._queued.append((submission, index, envelope))
            else:
                submission.answer(index, Unavailable("too many envelopes wait at this gateway", RETRY_AFTER_MS))
        self.wake()
        return done

    def explain(self) -> Explanation:
        """Where the replica stands and what it waits for, and when its timers are due."""
        now_s = asyncio.get_running_loop().time()
        in_ms = {kind: max(0, round((each.when() - now_s) * 1_000)) for kind, each in self._timers.items()}
        return with_times(self.core.explain(), in_ms, now_ms=self._clock_ms())

    def stop(self) -> None:
        """Let one more turn be the last; in it a primary hands over, so that nobody has to miss it first."""
        self._stopping = True
        self.wake()

    # The turn

    async def run(self) -> None:
        """Turn until `stop`.

        Raises: StorageFailed if a turn could not be put on disk; none of its votes has left, and the node must end.
        """
        self.wake()
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._stopping:
                self.core.hand_over(self._clock_ms())
                self.turn()
                break
            if self.turn():
                self.wake()
            # Lets the loop look at its sockets once, however busy this node is with itself.
            await asyncio.sleep(0)
        self._end()

    def turn(self) -> bool:
        """Do one turn; return whether work is left for the next. What is left on the bus wakes the driver by itself."""
        self.turns += 1
        now_ms = self._clock_ms()
        if self._write_is_due:
            self._write()
        self._take_in(now_ms)
        unsettled = True
        for _ in range(ROUNDS_PER_TURN):
            unsettled = self._perform(self.core.take(), now_ms)
            if not unsettled:
                break
        self._answer()
        return unsettled or bool(self._queued)

    def _take_in(self, now_ms: int) -> None:
        for inbound in self._bus.drain(count_max=INBOUND_PER_TURN):
            self.core.receive(inbound.channel, inbound.member, inbound.payload, now_ms)
        fired, self._fired = self._fired, []
        for timer in fired:
            self.core.fire(timer.kind, timer.generation, now_ms)
        for _ in range(min(ENVELOPES_PER_TURN, len(self._queued))):
            submission, index, envelope = self._queued.popleft()
            self._answered.append((submission, index, self._admit(envelope, now_ms)))

    def _admit(self, envelope: Envelope, now_ms: int) -> Admission:
        """Ask the core; what it refuses because it was executed long ago is known, and no refusal."""
        admission = self.core.submit(envelope, now_ms)
        if isinstance(admission, Admitted):
            self._undurable.admit(admission.ids)
        elif isinstance(admission, Refused) and all(map(self._reader.is_executed, admission.ids)):
            return Known(admission.ids)
        return admission

    def _perform(self, ready: CoreReady, now_ms: int) -> bool:
        """Do what the core asks for, in its order; return whether it may ask for more."""
        for outbound in ready.outbound:
            self._bus.publish(outbound.channel, outbound.payload, to=outbound.to)
        if ready.mark is not None:
            self._mark(ready.mark)
        self._unwritten += ready.writes
        if ready.binds or (ready.certified and self._somebody_listens()) or len(self._unwritten) > WRITES_PUT_OFF_MAX:
            self._write()
        elif self._unwritten and self._writing is None:
            self._writing = asyncio.get_running_loop().call_later(PUT_OFF_MS / 1000, self._on_write_due)
        if ready.binds:
            self.core.durable(now_ms)
        if ready.writes and self._trace.is_on:
            self._trace.write(trace_lines(ready, self.core.replica.state, now_ms=now_ms))
        for timer in ready.timers:
            self._start(timer)
        for push in ready.pushes:
            self._push(push)
        self._on_disk += ready.admitted
        for block in ready.executed:
            self._uncertified[block.header.height] = FinalBlock(block.header, block.receipts)
        if ready.installed is not None:
            self._on_installed(ready.installed, certified=ready.certified)
        for height in ready.certified:
            if height > self.base:
                self._on_certified(height)
        if ready.halt is not None:
            self._on_halt(ready.halt)
        return bool(ready.outbound or ready.writes or ready.timers)

    def _write(self) -> None:
        """Put everything that was put off on disk, in one transaction with one sync."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        self._write_is_due = False
        unwritten, self._unwritten = self._unwritten, []
        if unwritten:
            self._storage.commit(unwritten)

    def _on_write_due(self) -> None:
        """The next turn writes: there a disk that fails ends the node."""
        self._write_is_due = True
        self.wake()

    def _somebody_listens(self) -> bool:
        """Whether a client here is about to be told what is final, and may ask for the proof at once."""
        return len(self.waits) > 0 or self.has_listeners()

    def _answer(self) -> None:
        """Answer whoever asked this turn, except for what is not on disk yet: that answer follows with its batch."""
        answered, self._answered = self._answered, []
        for submission, index, admission in answered:
            if not (isinstance(admission, Admitted | Known) and self._undurable.ask(submission, index, admission)):
                submission.answer(index, admission)
        on_disk, self._on_disk = self._on_disk, []
        self._undurable.settle(on_disk)

    def _on_certified(self, height: int) -> None:
        """A block became final: tell those who wait for its transactions, and the event stream."""
        self.certified = max(self.certified, height)
        block = self._uncertified.pop(height, None) or self._executed_before(height)
        self.waits.settle(block)
        self.on_final(block)

    def _on_installed(self, height: int, *, certified: Sequence[int]) -> None:
        """The ledger was taken over whole: who waits for a block below learns nothing here, and asks another member.

        What became final in the same round, just before, is told from memory: the disk has it no more.
        """
        for below in [each for each in certified if each <= height and each in self._uncertified]:
            self._on_certified(below)
        self.certified = self.base = height
        for below in [each for each in self._uncertified if each <= height]:
            del self._uncertified[below]
        self._log.info("took the ledger over whole: too many blocks were missing", height=height)

    def _executed_before(self, height: int) -> FinalBlock:
        """A block executed before this node was restarted, and certified only now."""
        stored = self._reader.block(height)
        assert stored is not None, "only what is executed is certified"
        return FinalBlock(stored.header, self._reader.receipts(height))

    def _on_halt(self, halt: Halt) -> None:
        """This node computed another block than a quorum (T-E2): it says so and takes part no more."""
        self.halt = halt
        self._log.critical(
            "halted: this node computed another block than the quorum certified",
            height=halt.sequence,
            own=halt.own.hex(),
            certified=halt.certified.hex(),
            kept="everything up to the block before",
            cure="keep the home for inspection; move its database away and start again to catch up from the peers",
        )

    def _push(self, push: PushBlocks | PushBatches) -> None:
        """Send one member what it lacks, read from disk: payload first, so that a block finds what it names."""
        to = self.core.member_of(push.to)
        if isinstance(push, PushBatches):
            payloads = [payload for each in push.digests if (payload := self._reader.batch(each)) is not None]
            self._send_payloads(to, payloads, bytes_max=PUSH_BYTES_MAX)
            return
        blocks = []
        for block in self._reader.blocks_to_push(push.first, push.last, bytes_max=PUSH_BYTES_MAX):
            self._send_payloads(to, block.payloads, bytes_max=PUSH_BYTES_MAX)
            blocks.append(block.certified)
        for outbound in self.core.seal_blocks(push.to, blocks):
            self._bus.publish(outbound.channel, outbound.payload, to=outbound.to)

    def _send_payloads(self, to: str, payloads: Sequence[bytes], *, bytes_max: int) -> None:
        """Send batches, one at least, up to `bytes_max` of them; the rest is asked for again."""
        sent_bytes = 0
        for payload in payloads:
            sent_bytes += len(payload)
            if sent_bytes > bytes_max and sent_bytes > len(payload):
                return
            self._bus.publish(Channel.INBOX, payload, to=to)

    def _start(self, timer: SetTimer) -> None:
        """Start a timer in place of a running one of its kind."""
        running = self._timers.get(timer.kind)
        if running is not None:
            running.cancel()
        self._timers[timer.kind] = asyncio.get_running_loop().call_later(timer.after_ms / 1000, self._on_timer, timer)

    def _on_timer(self, timer: SetTimer) -> None:
        self._fired.append(timer)
        self.wake()

    def _end(self) -> None:
        """Answer everybody who still waits: what was not taken in may be sent elsewhere."""
        for timer in self._timers.values():
            timer.cancel()
        self._write()
        stopping = Unavailable("this node is stopping", RETRY_AFTER_MS)
        while self._queued:
            submission, index, _ = self._queued.popleft()
            submission.answer(index, stopping)
        self._undurable.end(stopping)
        self.waits.end()


def _ignore(_: FinalBlock) -> None:
    """Nobody listens yet."""


def _nobody() -> bool:
    """Nobody listens yet."""
    return False
