"""What this member's gateway admitted and nobody has executed yet.

The pool is derived: an envelope is in it from admission until a block executes it, and nothing is ever "marked as
sealed" (the class of bug behind transactions lost or doubled over leader changes). It is bounded in transactions and
in bytes; a full pool refuses new envelopes and says when to come back, it never drops an old one.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from canonical.hashing import Digest
from ledger.envelope import Envelope
from node.batch import BATCH_ENVELOPES_MAX

POOL_TRANSACTIONS_MAX = 50_000
"""Ten seconds of the `signed` workload's target; above it clients are told to wait."""

POOL_BYTES_MAX = 32 << 20
"""32 MiB of encoded envelopes."""


@dataclass(slots=True)
class Pool:
    """Envelopes waiting for a batch, and the ids of all that is not executed."""

    waiting: deque[tuple[Envelope, tuple[Digest, ...], int]] = field(default_factory=deque)
    """Envelope, ids of its transactions, encoded bytes; oldest first."""
    waiting_bytes: int = 0
    pending: dict[Digest, None] = field(default_factory=dict)
    """Ids of all transactions admitted here and not executed, batched or not, in the order of admission."""

    def has_room_for(self, *, transactions: int, size_bytes: int) -> bool:
        """Whether so much more may be admitted."""
        return (
            len(self.pending) + transactions <= POOL_TRANSACTIONS_MAX
            and self.waiting_bytes + size_bytes <= POOL_BYTES_MAX
        )

    def admit(self, envelope: Envelope, ids: tuple[Digest, ...], *, size_bytes: int) -> None:
        """Put an envelope last in the queue."""
        self.waiting.append((envelope, ids, size_bytes))
        self.waiting_bytes += size_bytes
        self.expect(ids)

    def expect(self, ids: Iterable[Digest]) -> None:
        """Note transactions as pending: admitted just now, or found in an own batch on disk after a restart."""
        for transaction in ids:
            self.pending[transaction] = None

    def pack(self, *, size_bytes_max: int) -> tuple[tuple[Envelope, ...], tuple[Digest, ...]]:
        """Take the oldest envelopes, at least one, that fit in `size_bytes_max`; return them and their ids."""
        assert self.waiting, "an empty pool has nothing to pack"
        envelopes: list[Envelope] = []
        ids: list[Digest] = []
        size_bytes = 0
        while self.waiting and len(envelopes) < BATCH_ENVELOPES_MAX:
            envelope, its_ids, its_bytes = self.waiting[0]
            if envelopes and size_bytes + its_bytes > size_bytes_max:
                break
            self.waiting.popleft()
            envelopes.append(envelope)
            ids.extend(its_ids)
            size_bytes += its_bytes
        self.waiting_bytes -= size_bytes
        return tuple(envelopes), tuple(ids)

    def execute(self, ids: Iterable[Digest]) -> None:
        """Forget what a block executed, whoever had batched it."""
        for transaction in ids:
            self.pending.pop(transaction, None)
