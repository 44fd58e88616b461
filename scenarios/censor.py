"""Censors: members that take in everything but what one client sent, or everything but one transaction.

What they say is honest. A lie of omission cannot be proved, since a message may always have been lost; what gives a
censor away is that the oldest thing everybody else knows of is not ordered while it leads (T2 in PROTOCOL.md).
"""

from dataclasses import dataclass, field

from canonical.encoding import Malformed, Reader
from canonical.hashing import Digest
from ledger.envelope import transaction_ids
from node.batch import BATCH_BYTES_MAX, Batch

CENSOR_CLIENT = "censor-client"
CENSOR_TRANSACTION = "censor-transaction"

CENSORSHIPS = {
    CENSOR_CLIENT: "Orders nothing of one client: the first whose envelope another gateway sends it.",
    CENSOR_TRANSACTION: "Orders everything but one transaction: the first that another gateway sends it.",
}
"""What may be censored by content, and what that is."""


@dataclass(slots=True)
class Censor:
    """One member's ears."""

    way: str
    """One of `CENSORSHIPS`."""
    chain: Digest
    victim: str | Digest | None = None
    """The account, or the transaction's id; None until the first comes by."""
    refused: int = 0
    """Frames that it did not take in."""
    _batches: Reader[Batch] = field(default_factory=lambda: Reader(Batch, size_max=BATCH_BYTES_MAX))

    def lets_in(self, payload: bytes) -> bool:
        """Whether it takes a frame in: any but a batch with what it censors, by whatever way that comes."""
        batch = self._batches.read(payload)
        if isinstance(batch, Malformed):
            return True
        named: list[str | Digest] = []
        for envelope in batch.envelopes:
            if self.way == CENSOR_CLIENT:
                named.append(envelope.account)
            else:
                named.extend(transaction_ids(envelope, chain=self.chain))
        if self.victim is None:
            self.victim = named[0]
        self.refused += self.victim in named
        return self.victim not in named
