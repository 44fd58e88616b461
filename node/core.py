"""One member without its machine: gateway pool, replica and ledger, composed and still pure.

Two drivers perform what it asks for, in virtual time and in a process. Both do the same thing in each turn: hand in
what arrived, `take`, send `outbound`, put `writes` on disk in one transaction, say `durable`, and take again until
nothing is asked for. A vote, and a batch of this member's own, leave only in the take after their `durable`: a member
that forgot either in a crash could contradict it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from canonical.encoding import encode
from canonical.hashing import Digest
from consensus.bundle import OpenBundle
from consensus.counting import count, tally_of
from consensus.effects import Decided, MuteRecord, Outgoing, PreparedRecord, ViewRecord, VoteRecord
from consensus.events import BatchStored, Executed, HandOver, Installed, Received, TimerFired, TimerKind
from consensus.explain import Explanation, explain
from consensus.guard import SignGuard
from consensus.messages import BatchReference, CertifiedBlock, ViewStatement, Vote
from consensus.mute import why_mute
from consensus.replica import Replica
from consensus.settings import Settings
from consensus.types import Epoch, ReplicaId
from ledger.envelope import Envelope, transaction_ids
from ledger.execute import AuthoredBatch
from ledger.ledger import Ledger
from network.bus import Channel
from node.admission import BAD_SIGNATURE, Admission, Admitted, Known, Refused, Unavailable
from node.effects import CoreReady, Outbound
from node.executed import block_of, header_of
from node.framing import Framer
from node.identity import Identity, Knobs
from node.inbound import Inbound
from node.judge import judge_of
from node.opening import BatchFrame, BundleFrame, FrameReader, OpenBatch, Read, Refusal
from node.packing import BATCH_LINGER, Packer
from node.register import NOBODY, Register
from node.remembering import last_batches, remembered_of
from node.restored import Restored
from node.rules_known import refuse_unknown_rules
from node.state_transfer import SLICE_KINDS, StateTransfer
from node.writes import (
    Stabilise,
    StoreBatch,
    StoreCertificate,
    StoreMute,
    StorePrepared,
    StoreSnapshot,
    StoreView,
    StoreVote,
)

RETRY_AFTER_MS = 500
"""What a client is told when the pool is full: about as long as a full pool takes to halve."""


class Core:
    """Composes pool, replica and ledger."""

    def __init__(
        self,
        identity: Identity,
        *,
        ledger: Ledger,
        knobs: Knobs,
        restored: Restored | None = None,
        decode: Read | None = None,
        register: Register | None = None,
    ) -> None:
        """Be born with the ledger as of genesis, or born again with the ledger as of `restored.tip`.

        Raises: RulesUnknown, here and whenever blocks are executed, for rules that this release does not have.

        Members that share a process may share `decode`, so that each frame is opened once for all, and the `register`.
        """
        register = register or Register.of(identity.charter)
        self.chain, self.voters = register.chain, register.voters
        self._judge = judge_of(register, identity.verify)
        refuse_unknown_rules(ledger)
        self.ledger = ledger
        ledger.appoint(self._judge)
        self.counters: Counter[str] = Counter()
        """How often something was refused, by `reason` or `member: reason`."""
        self._members = register.numbers
        self._self = self._members[identity.member]
        self._members_digest = register.digest
        self._epoch = Epoch(0)
        reader = FrameReader(self.chain, self._epoch, register.committee)
        self._inbound = Inbound(self.chain, register.keys, identity.verify, reader, decode or reader.read)
        self._framer = Framer(self.chain, self._epoch, self._self, identity.sign)
        self._guard = SignGuard()
        self._marked = identity.voted
        self._packer = Packer(
            self.chain, self._epoch, self._self, identity.sign, knobs.block_interval_ms, knobs.batch_bytes_max
        )
        self._pool = self._packer.pool
        self._batches: dict[Digest, OpenBatch] = {}
        self._now_ms = 0
        self._undurable: list[Outbound] = []
        self._gated: list[Outgoing] = []
        self._ready = CoreReady()
        self._stirred = True
        settings = Settings(
            chain=self.chain,
            epoch=self._epoch,
            committee=register.committee,
            replica=self._self,
            first_parent=self.chain,
            block_interval_ms=knobs.block_interval_ms,
            progress_timeout_ms=knobs.target_failover_ms,
            status_interval_ms=max(50, knobs.target_failover_ms // 4),
        )
        executed = last_batches(ledger, voters=len(self.voters))
        remembered = None if restored is None else remembered_of(restored, executed=executed, nonce=identity.nonce)
        self._verify_member = self._inbound.verify_member
        self.replica = Replica(settings, verify=self._verify_member, remembered=remembered)
        self._state = self.replica.state
        self._state_transfer = StateTransfer.of(
            self.replica.state, identity.charter, lambda height: self.ledger.begin_snapshot(height)
        )
        if restored is not None:
            self._restore(restored)

    # What happens to a member

    def receive(self, channel: Channel, member: str, payload: bytes, now_ms: int) -> None:
        """Take in a frame from `member`'s topic; what is wrong with it is counted and changes nothing."""
        self._now_ms = now_ms
        publisher = None if channel is Channel.INBOX else self._members.get(member, NOBODY)
        frame = self._inbound.decode(payload)
        if isinstance(frame, BundleFrame) and (publisher is None or publisher == frame.sender):
            sealed, replica = frame.sealed, self.replica
            tally = tally_of(self._state, sealed.bundle)
            if tally is None and not replica.wants(sealed.bundle):
                self._count(Refusal.USELESS, member)
                return
            opened = sealed.opened(self._verify_member)
            if opened is None:
                self._count(Refusal.BAD_SIGNATURE, member)
            elif tally is not None:
                count(tally, opened)
            else:
                replica.step(Received(opened), now_ms)
        elif isinstance(frame, BatchFrame) and (publisher is None or publisher == frame.sender):
            batch = self._inbound.open_batch(frame, self.replica.wants_batch)
            if isinstance(batch, Refusal):
                self._count(batch, member)
                if batch is Refusal.BAD_ENVELOPE:
                    self.replica.disgrace(frame.sender, frame.content())
            else:
                self._store_batch(batch)
        else:
            self._count(frame if isinstance(frame, Refusal) else Refusal.FORGED, member)

    def submit(self, envelope: Envelope, now_ms: int) -> Admission:
        """Judge a client's envelope: signature first, then every rule of the ledger as it stands."""
        self._now_ms = now_ms
        ids = transaction_ids(envelope, chain=self.chain)
        if all(transaction in self._pool.pending for transaction in ids):
            return Known(ids)
        if self.replica.state.halted:
            return Unavailable("this member halted: it computed another block than the quorum", RETRY_AFTER_MS)
        if self.replica.state.mute is not None:
            return Unavailable(f"this member is {why_mute(self.replica.state)}", RETRY_AFTER_MS)
        size_bytes = len(encode(envelope))
        if not self._pool.has_room_for(transactions=len(ids), size_bytes=size_bytes):
            return Unavailable("the pool of this gateway is full", RETRY_AFTER_MS)
        if not self._inbound.is_signed(envelope, ids):
            return Refused(ids, tuple((BAD_SIGNATURE,) for _ in ids))
        refusals = self.ledger.check(envelope, now_ms, ids=ids)
        if all(refusals):
            return Refused(ids, refusals)
        self._pool.admit(envelope, ids, size_bytes=size_bytes)
        self._stirred = True
        return Admitted(ids)

    def fire(self, kind: str, generation: int, now_ms: int) -> None:
        """A timer ran out."""
        self._now_ms = now_ms
        if kind == BATCH_LINGER:
            self._packer.fire(generation)
            self._stirred = True
        elif kind in SLICE_KINDS:
            self._state_transfer.fire(kind, generation)
            self._go_on_installing()
            self._stirred = True
        else:
            self.replica.step(TimerFired(TimerKind(kind), generation), wall_ms=now_ms)
            if kind == TimerKind.STATUS:
                self._send(self._state_transfer.on_tick())

    def hand_over(self, now_ms: int) -> None:
        """This member is about to stop: if it is the primary, the others move to the next view at once."""
        self._now_ms = now_ms
        self.replica.step(HandOver(), wall_ms=now_ms)

    # What a member asks for

    def take(self) -> CoreReady:
        """Hand out what is to be done now; empty when nothing is."""
        self._pack()
        while self.replica.asks:
            self._collect()
        self._ready.timers += self._state_transfer.take_timers()
        ready, self._ready = self._ready, CoreReady()
        # What was executed may let the gateway pack its next batch.
        self._stirred = bool(ready.executed)
        ready.binds = bool(self._gated or self._undurable)
        view = self.replica.state.view
        if ready.binds and (self._marked is None or view > self._marked):
            self._marked = ready.mark = view
        return ready

    def is_at_rest(self) -> bool:
        """Whether `take` would hand out nothing, since nothing follows from what happened after the last one."""
        return not (self._stirred or self.replica.asks)

    def durable(self, now_ms: int) -> None:
        """The writes of the last take are on disk: what waited for them leaves with the next take."""
        self._now_ms = now_ms
        self._stirred = self._stirred or bool(self._gated or self._undurable)
        gated, self._gated = self._gated, []
        binding: list[Outgoing] = []
        for outgoing in gated:
            said = outgoing.item
            assert isinstance(said, Vote | ViewStatement), "I5: only what binds its sender waits for the disk"
            if self._guard.settles(said):
                continue
            assert self._guard.admit(said), "I2: one digest for one slot"
            binding.append(outgoing)
        self._ready.outbound += self._undurable
        self._undurable = []
        if binding:
            self._send(binding)

    def seal_blocks(self, to: ReplicaId, blocks: Iterable[CertifiedBlock]) -> list[Outbound]:
        """Frame final blocks that a driver read from disk for one replica."""
        frames = self._framer.frames(Outgoing(block, to=to) for block in blocks)
        return [self._outbound(sealed, to) for _, sealed in frames]

    def member_of(self, replica: ReplicaId) -> str:
        """The id of the member that a replica number stands for."""
        return self.voters[replica].id

    def explain(self) -> Explanation:
        """Where the replica stands and what it waits for."""
        return explain(self.replica.state)

    @property
    def bans(self) -> Mapping[ReplicaId, int]:
        """How often each member sent a state that was none, and was asked no more for a while (S5)."""
        return self._state_transfer.bans

    @property
    def pool_size(self) -> int:
        """Transactions admitted here and not executed."""
        return len(self._pool.pending)

    def is_pending(self, transaction: Digest) -> bool:
        """Whether a transaction was admitted here and is not executed."""
        return transaction in self._pool.pending

    # Batches

    def _pack(self) -> None:
        if self.replica.state.mute is not None:
            return
        own = self.replica.state.requests.streams[self._self]
        while (batch := self._packer.pack(executed=own.executed, held_up_to=own.held_up_to)) is not None:
            self._ready.admitted += batch.ids
            self._undurable.append(Outbound(Channel.BATCHES, None, batch.payload))
            self._store_batch(batch)
        self._ready.timers += self._packer.take_timers()

    def _store_batch(self, batch: OpenBatch) -> None:
        self._stirred = True
        self._batches[batch.reference.digest] = batch
        self._ready.writes.append(StoreBatch(batch.reference, batch.payload))
        self.replica.step(BatchStored(batch.reference), wall_ms=self._now_ms)

    # Effects of the replica

    def _collect(self) -> None:
        """Carry the replica's effects over. It may ask for more after what was executed, or came back to it."""
        ready = self.replica.take()
        for record in ready.records:
            match record:
                case VoteRecord(vote):
                    self._ready.writes.append(StoreVote(vote))
                case PreparedRecord(certificate):
                    self._ready.writes.append(StorePrepared(certificate))
                case ViewRecord(view, statement):
                    self._ready.writes.append(StoreView(view, statement))
                case MuteRecord(until):
                    self._ready.writes.append(StoreMute(until))
        self._gated += ready.send_after
        self._ready.timers += ready.timers
        self._ready.pushes += ready.pushes
        for rejected in ready.rejected:
            self._count(rejected.reason, self.member_of(rejected.sender))
        for block in ready.certified:
            self._ready.writes.append(StoreCertificate(block.header.height, block.votes))
            self._ready.certified.append(block.header.height)
        if ready.stable is not None:
            self.ledger.forget_before(ready.stable)
            self._guard.raise_floor(ready.stable)
            self._ready.writes.append(Stabilise(ready.stable))
        self._ready.halt = self._ready.halt or ready.halt
        if ready.send:
            self._send(ready.send)
        for decided in ready.decided:
            self._execute(decided)
        for signed in ready.transfers:
            self._send(self._state_transfer.hear(signed))
        if ready.transfers:
            self._go_on_installing()

    def _go_on_installing(self) -> None:
        """Set aside what the last slice drew; once the ledger is whole, go on from it. What ran below ran elsewhere."""
        self._ready.writes += self._state_transfer.take_aside()
        whole = self._state_transfer.take_installed()
        if whole is None:
            return
        refuse_unknown_rules(whole.ledger)
        whole.ledger.appoint(self._judge)
        self.ledger = whole.ledger
        executed = last_batches(whole.ledger, voters=len(self.voters))
        self._ready.writes.append(StoreSnapshot(whole.checkpoint, whole.entries, executed))
        self._ready.installed = whole.checkpoint.header.height
        self.replica.step(Installed(whole.checkpoint, executed), wall_ms=self._now_ms)
        held = self.replica.state.requests.held
        for content in [each for each in self._batches if each not in held]:
            self._pool.execute(self._batches.pop(content).ids)

    def _execute(self, decided: Decided) -> None:
        """Run a decision on the ledger; its block is stored unless it turns out to differ from the quorum's."""
        fresh = decided.batches
        opened = [self._batches[each.digest] for each in fresh]
        batches = [
            AuthoredBatch(each.batch.author, each.batch.number, each.batch.envelopes, each.ids) for each in opened
        ]
        timestamp_ms = max(self.ledger.timestamp_ms, decided.proposal.timestamp_ms)
        refuse_unknown_rules(self.ledger)
        result = self.ledger.execute(decided.sequence, timestamp_ms, batches)
        header = header_of(
            result,
            decided,
            timestamp_ms=timestamp_ms,
            parent=self.replica.state.executed_digest,
            epoch=self._epoch,
            next_members=self._members_digest,
        )
        self.replica.step(Executed(header, fresh), wall_ms=self._now_ms)
        if self.replica.state.halted:
            return
        block = block_of(result, decided, header)
        self._ready.writes.append(block)
        self._ready.executed.append(block)
        self._pool.execute(result.transaction_ids)
        if fresh:
            self._forget_batches(fresh)

    def _forget_batches(self, executed: tuple[BatchReference, ...]) -> None:
        """Let go of what ran. An own batch that a later number overtook never will: its envelopes are packed anew."""
        held = self.replica.state.requests.held
        for batch in [each for content, each in self._batches.items() if content not in held]:
            del self._batches[batch.reference.digest]
            if batch.batch.author == self._self and batch.reference not in executed:
                self._packer.put_back(batch)

    # Frames

    def _send(self, outgoing: list[Outgoing]) -> None:
        """Sign what leaves, and let this replica's own votes come back to it."""
        for to, sealed in self._framer.frames(outgoing):
            self._ready.outbound.append(self._outbound(sealed, to))
            if to is None:
                self.replica.step(Received(sealed), wall_ms=self._now_ms)

    def _outbound(self, sealed: OpenBundle, to: ReplicaId | None) -> Outbound:
        channel, member = (Channel.VOTES, None) if to is None else (Channel.INBOX, self.member_of(to))
        return Outbound(channel, member, encode(sealed.bundle))

    # Restart

    def _restore(self, restored: Restored) -> None:
        self._guard.raise_floor(restored.stable)
        for said in (*restored.votes, *restored.statements):
            assert self._guard.admit(said), "I2: one digest for one slot"
        for payload in restored.batches:
            batch = self._inbound.reader.reopen(payload)
            self._batches[batch.reference.digest] = batch
            self.replica.hold(batch.reference)
            if batch.batch.author == self._self:
                self._pool.expect(batch.ids)

    def _count(self, reason: Refusal | object, member: str) -> None:
        self.counters[f"{member}: {reason}" if member in self._members else str(reason)] += 1
