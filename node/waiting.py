"""Clients that wait: for their envelope to be on disk, then for it to be final.

An envelope is packed into one batch and executed in one block as a whole, so the id of its first transaction stands for
all of it. Two envelopes of one account may begin with the same transaction; `Placed.holds` tells them apart. Whoever
gives up waiting changes nothing: the envelope goes its way.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from canonical.hashing import Digest
from consensus.messages import BlockHeader
from ledger.receipts import Receipt
from node.admission import Admission, Admitted, Known, Unavailable

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


@dataclass(slots=True)
class Undurable:
    """An admitted envelope whose batch is not on disk yet."""

    ids: tuple[Digest, ...]
    asking: list[tuple[Submission, int, Admission]] = field(default_factory=list)
    """Who is answered once it is: whoever handed it in, and whoever handed in the same bytes since."""


class UndurableEnvelopes:
    """Admitted envelopes on their way into a batch."""

    def __init__(self) -> None:
        """Start with none."""
        self._by_first: dict[Digest, list[Undurable]] = {}

    def admit(self, ids: tuple[Digest, ...]) -> None:
        """Note an envelope that was admitted now."""
        if self._find(ids) is None:
            self._by_first.setdefault(ids[0], []).append(Undurable(ids))

    def ask(self, submission: Submission, index: int, admission: Admitted | Known) -> bool:
        """Answer `submission` later; False where nothing of it is on its way, so that it can be answered now."""
        envelope = self._find(admission.ids)
        if envelope is None:
            return False
        envelope.asking.append((submission, index, admission))
        return True

    def settle(self, transactions: Sequence[Digest]) -> None:
        """Batches with these transactions, in order, are on disk: answer who asked for them.

        Among them may be what was on disk before, in a batch that was overtaken; nobody waits for that.
        """
        for place, first in enumerate(transactions):
            for envelope in self._by_first.pop(first, ()):
                if tuple(transactions[place : place + len(envelope.ids)]) == envelope.ids:
                    for submission, index, admission in envelope.asking:
                        submission.answer(index, admission)
                else:
                    self._by_first.setdefault(first, []).append(envelope)

    def end(self, answer: Unavailable) -> None:
        """Answer everybody who asked: the node stops, and what is not on disk is gone with it."""
        for envelopes in self._by_first.values():
            for envelope in envelopes:
                for submission, index, _ in envelope.asking:
                    submission.answer(index, answer)
        self._by_first.clear()

    def _find(self, ids: tuple[Digest, ...]) -> Undurable | None:
        return next((each for each in self._by_first.get(ids[0], ()) if each.ids == ids), None)


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

    def holds(self, ids: tuple[Digest, ...]) -> bool:
        """Whether the whole envelope stands here, and not another one that begins with the same transaction."""
        receipts = self.block.receipts[self.position : self.position + len(ids)]
        return tuple(receipt.transaction for receipt in receipts) == ids


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
