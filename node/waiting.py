"""Clients that wait: for their envelope to be on disk, then for it to be final.

An envelope is packed into one batch and executed in one block as a whole, so the id of its first transaction stands for
all of it. Whoever gives up waiting changes nothing: the envelope goes its way.
"""

import asyncio
from dataclasses import dataclass, field

from canonical.hashing import Digest
from consensus.messages import BlockHeader
from ledger.receipts import Receipt
from node.admission import Admission

WAITING_MAX = 50_000
"""Clients' envelopes that may wait to become final; more is answered `pending` at once."""


@dataclass(slots=True)
class Submission:
    """A client's request, until each of its envelopes has its answer."""

    done: asyncio.Future[list[Admission]]
    """Resolved when whatever was admitted is on disk."""
    answers: list[Admission | None]
    """In the order of the envelopes."""
    missing: int = field(init=False)

    def __post_init__(self) -> None:
        """Count what is to be answered."""
        self.missing = len(self.answers)

    def answer(self, index: int, admission: Admission) -> None:
        """Give one envelope's answer; the last one answers the client."""
        assert self.answers[index] is None, "an envelope is answered once"
        self.answers[index] = admission
        self.missing -= 1
        if not self.missing and not self.done.done():
            self.done.set_result([answer for answer in self.answers if answer is not None])


@dataclass(frozen=True, slots=True)
class FinalBlock:
    """What clients are told of a block."""

    header: BlockHeader
    receipts: tuple[Receipt, ...] = field(repr=False)
    """In the order of its transactions."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an envelope's first transaction ended up, for good."""

    block: FinalBlock
    position: int


class FinalityWaits:
    """Who waits for which transaction to be final."""

    def __init__(self, *, waiting_max: int = WAITING_MAX) -> None:
        """Start with nobody waiting."""
        self.refused = 0
        """Clients who were not let wait because too many did."""
        self._waiting: dict[Digest, list[asyncio.Future[Placed]]] = {}
        self._count = 0
        self._waiting_max = waiting_max

    def __len__(self) -> int:
        """How many wait."""
        return self._count

    def wait(self, first: Digest) -> asyncio.Future[Placed] | None:
        """Return what is resolved once the transaction `first` is final, or None where too many wait already.

        It is cancelled when the node stops. Call `give_up` when it is no longer wanted.
        """
        if self._count >= self._waiting_max:
            self.refused += 1
            return None
        future: asyncio.Future[Placed] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(first, []).append(future)
        self._count += 1
        return future

    def give_up(self, first: Digest, future: asyncio.Future[Placed]) -> None:
        """Forget one who no longer waits."""
        futures = self._waiting.get(first, [])
        if future in futures:
            futures.remove(future)
            self._count -= 1
            if not futures:
                del self._waiting[first]

    def settle(self, block: FinalBlock) -> None:
        """The block is final: tell everybody who waits for a transaction in it."""
        if not self._waiting:
            return
        for position, receipt in enumerate(block.receipts):
            for future in self._waiting.pop(receipt.transaction, ()):
                self._count -= 1
                if not future.done():
                    future.set_result(Placed(block, position))

    def end(self) -> None:
        """Wake everybody with nothing: the node stops, and what they wait for stays pending."""
        for futures in self._waiting.values():
            for future in futures:
                future.cancel()
        self._waiting.clear()
        self._count = 0
