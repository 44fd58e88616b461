"""Turns admitted envelopes into batches of this member: at once while none is out, else when one is full or has waited.

A gateway is PBFT's client: each of its batches has the next number, and at most `BATCHES_OUT_MAX` wait for execution.
"""

from dataclasses import dataclass, field

from canonical.encoding import encode
from canonical.hashing import Digest
from canonical.signing import Sign
from consensus.effects import SetTimer
from consensus.types import BatchNumber, Epoch, ReplicaId
from ledger.envelope import transaction_ids
from node.batch import reference, seal_batch
from node.opening import OpenBatch
from node.pool import Pool

BATCHES_OUT_MAX = 8
"""Own batches that may wait for execution; more envelopes wait in the pool, so that batches grow with the load."""

BATCH_LINGER = "batch-linger"
"""The kind of the one timer in here: the gateway waited long enough for a batch to fill up."""


@dataclass(slots=True)
class Packer:
    """The pool of one gateway, and the numbers of its batches."""

    chain: Digest
    epoch: Epoch
    author: ReplicaId
    sign: Sign
    block_interval_ms: int
    """How long a batch waits to fill up, for each that is out."""
    batch_bytes_max: int
    """A batch of this size is full."""
    pool: Pool = field(default_factory=Pool)
    timers: list[SetTimer] = field(default_factory=list)
    """Asked for since the core last took them."""
    _lingers: bool = False
    _linger_is_over: bool = False
    _generation: int = 0

    def pack(self, *, executed: BatchNumber, held_up_to: BatchNumber) -> OpenBatch | None:
        """The next batch, signed and numbered, if one is due.

        `executed` is the number of the last own batch that ran; all own ones up to `held_up_to` are here.
        """
        if not self.pool.waiting:
            return None
        # A member that lost its disk gave out numbers before, and learns of them from the others and the chain. One
        # that nobody has any more it must give out again, or none above it would ever run.
        number = BatchNumber(held_up_to + 1)
        out = held_up_to - executed
        is_full = self.pool.waiting_bytes >= self.batch_bytes_max
        if out >= BATCHES_OUT_MAX:
            return None
        if out and not is_full and not self._linger_is_over:
            self._linger(after_ms=self.block_interval_ms * out)
            return None
        self._stop_lingering()
        envelopes, ids = self.pool.pack(size_bytes_max=self.batch_bytes_max)
        batch, content = seal_batch(
            envelopes, chain=self.chain, epoch=self.epoch, author=self.author, number=number, sign=self.sign
        )
        payload = encode(batch)
        return OpenBatch(batch, reference(batch, digest=content, size_bytes=len(payload)), payload, ids)

    def put_back(self, batch: OpenBatch) -> None:
        """Let what is still pending of an own batch that never runs be packed anew."""
        for envelope in batch.batch.envelopes:
            ids = transaction_ids(envelope, chain=self.chain)
            if any(transaction in self.pool.pending for transaction in ids):
                self.pool.admit(envelope, ids, size_bytes=len(encode(envelope)))

    def fire(self, generation: int) -> None:
        """The timer ran out; one of an earlier generation is stale and nothing."""
        if generation == self._generation:
            self._linger_is_over = True

    def take_timers(self) -> list[SetTimer]:
        """Hand out the timers asked for."""
        timers, self.timers = self.timers, []
        return timers

    def _linger(self, *, after_ms: int) -> None:
        if not self._lingers:
            self._lingers = True
            self._generation += 1
            self.timers.append(SetTimer(BATCH_LINGER, self._generation, after_ms))

    def _stop_lingering(self) -> None:
        """What ran is stale from now on."""
        self._lingers = self._linger_is_over = False
        self._generation += 1


__all__ = ["BATCHES_OUT_MAX", "BATCH_LINGER", "Packer"]
