"""Putting a ledger together that was taken over, in slices between which the member does everything else. Line S6.

Two million entries are eight seconds of work and a few more of writing. Done at once they made a member deaf that had
just caught up: its peers would miss it, and as the next primary it would lose its view. So the entries are loaded,
hashed and set aside on disk a slice at a time, beside the ledger that stands, which goes on being asked and executing
blocks. The slice that ends the work hands the new one out, whole, and only then the old one goes. A crash before that
finds the old ledger and nothing else: what lies aside is thrown away at the next start.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from consensus.messages import CheckpointProof
from ledger.charter import Charter
from ledger.ledger import Ledger
from ledger.restoring import Restoring
from node.transfer import Complete
from node.writes import StoreEntries

SLICE_STEPS_MAX = 1_000
"""Steps of a restoration in one turn, each half an entry or less: some 4 ms of work, and 2 ms until it is on disk."""


@dataclass(frozen=True, slots=True)
class WholeLedger:
    """A ledger that is ready to take the place of the one that stands."""

    checkpoint: CheckpointProof
    ledger: Ledger
    entries: int
    """So many were set aside."""


@dataclass(slots=True)
class Installing:
    """One ledger on its way in."""

    checkpoint: CheckpointProof
    entries: int = 0
    """Drawn so far."""
    _restoring: Restoring = field(init=False)
    _slice: list[tuple[bytes, bytes]] = field(default_factory=list)

    @classmethod
    def of(cls, complete: Complete, charter: Charter) -> "Installing":
        """Begin with all parts of a state."""
        header = complete.checkpoint.header
        installing = cls(complete.checkpoint)
        installing._restoring = Restoring(
            charter, installing._drawn(complete), height=header.height, timestamp_ms=header.timestamp_ms
        )
        return installing

    def work(self) -> WholeLedger | None:
        """Do one slice; return the ledger when it is whole."""
        ledger = self._restoring.work(SLICE_STEPS_MAX)
        if ledger is None:
            return None
        assert ledger.state_root == self.checkpoint.header.state_root, "S4: every part was checked against its root"
        return WholeLedger(self.checkpoint, ledger, self.entries)

    def take_entries(self) -> StoreEntries | None:
        """What the last slice drew, to be set aside on disk; None where it drew nothing."""
        drawn, self._slice = tuple(self._slice), []
        return StoreEntries(self.checkpoint.header.height, drawn) if drawn else None

    def _drawn(self, complete: Complete) -> Iterator[tuple[bytes, bytes]]:
        for entry in complete.entries():
            self.entries += 1
            self._slice.append(entry)
            yield entry
