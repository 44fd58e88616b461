"""A ledger in the making, from all its entries: so much work at a time as its owner has time for.

It comes to what `Ledger.restore` comes to. That takes eight seconds for two million entries, in which a node would hear
nobody; here the work lies in steps of some microseconds, and whoever asks for a thousand of them has the rest of the
time for everything else. Nobody sees the ledger before it is whole.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from ledger.charter import Charter
from ledger.indexes import Indexes
from ledger.ledger import Ledger
from ledger.state import State


class Restoring:
    """The ledger after one block, while it is restored.

    Each entry is a step when it is read and indexed and another when it is committed to; then each owner whose tokens
    are sorted is one.
    """

    def __init__(
        self, charter: Charter, entries: Iterable[tuple[bytes, bytes]], *, height: int, timestamp_ms: int
    ) -> None:
        """Begin; `entries` are drawn as the work goes on: all of the ledger's, in any order, each once."""
        self.height = height
        """The block after which the ledger stands."""
        self.steps = 0
        """Done so far."""
        self._charter = charter
        self._timestamp_ms = timestamp_ms
        self._state = State()
        self._indexes = Indexes()
        self._work = self._make(entries)

    def work(self, steps_max: int) -> Ledger | None:
        """Go on for so many steps; return the ledger when it is whole.

        Raises: ValueError naming the first entry that is none, as `Ledger.restore` does.
        """
        done = sum(1 for _ in islice(self._work, steps_max))
        self.steps += done
        if done == steps_max:
            return None
        return Ledger(
            self._charter,
            self._state,
            height=self.height,
            timestamp_ms=self._timestamp_ms,
            indexes=self._indexes,
        )

    def _make(self, entries: Iterable[tuple[bytes, bytes]]) -> Iterator[None]:
        yield from self._state.loading(entries, see_token=self._indexes.see)
        yield from self._indexes.holdings.sorting()
