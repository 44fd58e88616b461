"""Serving the ledger after a stable checkpoint to members that are far behind. Line S2.

A snapshot is made when somebody asks for one, from the ledger as it stands and what the blocks since replaced. It costs
as much as there is state, a second of work for 100,000 entries, so it is made in slices between which the member does
everything else; whoever asks meanwhile gets the one before, or nothing, and asks again. It is kept and served for as
long as anybody asks for it, and another is made at most every `SNAPSHOT_TICKS` and every `SNAPSHOT_BLOCKS` blocks. What
is said in an answer is bounded in bytes, and what one member is answered in a status interval in number.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from consensus.messages import CheckpointProof, Data, Fetch, MetaData, PartRoot, StateEntry, StatePart
from consensus.types import ReplicaId
from ledger.snapshot import Making, Snapshot

DATA_BYTES_MAX = 128 << 10
"""Entries in one DATA: with the rest of a bundle still within what closes one."""

FETCHES_A_TICK_MAX = 64
"""FETCHes of one member that are answered in a status interval: 8 MiB, as two statuses bring in blocks."""

SNAPSHOT_BLOCKS = 128
"""Blocks between one snapshot and the next. So whoever asks without need costs a member one snapshot in so many blocks,
and the parts that are served stay for whoever does need them."""

SNAPSHOT_TICKS = 40
"""Status intervals between one snapshot and the next at least: five seconds by default."""

SLICE_STEPS_MAX = 2_000
"""Steps of making a snapshot in one turn, each half an entry: some 8 ms of work, less than a proposal takes to fill."""


@dataclass(slots=True)
class Server:
    """What one member serves of its state."""

    begin: Callable[[int], Making | None]
    """Begins to put together the state after a block, if it can still be told."""
    served: Snapshot | None = None
    checkpoint: CheckpointProof | None = None
    """That of `served`."""
    making: Making | None = None
    """The next one, while it is made."""
    making_of: CheckpointProof | None = None
    """The checkpoint of that."""
    begun_at: int = 0
    """The tick at which the last one was begun."""
    rests_until: int = 0
    """No other is begun before this tick."""
    answered: dict[ReplicaId, tuple[int, int]] = field(default_factory=dict)
    """For each member the last tick in which it was answered, and how often."""

    def answer(
        self, sender: ReplicaId, fetch: Fetch, *, stable: CheckpointProof | None, tick: int
    ) -> MetaData | Data | None:
        """What a member gets for its FETCH: parts of the checkpoint it names, or what is served instead, or nothing."""
        last, count = self.answered.get(sender, (tick, 0))
        count = count + 1 if last == tick else 1
        if count > FETCHES_A_TICK_MAX:
            return None
        self.answered[sender] = (tick, count)
        served = self.served
        if served is None or fetch.height == 0 or fetch.height > served.height:
            self._renew(stable, tick=tick)
            served = self.served
        if served is None or self.checkpoint is None:
            return None
        if not fetch.parts or fetch.height != served.height:
            return MetaData(self.checkpoint, tuple(PartRoot(part, root) for part, root in served.roots.items()))
        parts: list[StatePart] = []
        size_bytes = 0
        for part in fetch.parts:
            entries = served.parts.get(part, ())
            size_bytes += sum(len(key) + len(value) + 8 for key, value in entries)
            if parts and size_bytes > DATA_BYTES_MAX:
                break
            parts.append(StatePart(part, tuple(StateEntry(key, value) for key, value in entries)))
        return Data(fetch.height, tuple(parts))

    def work(self, *, tick: int) -> None:
        """Do one slice of the snapshot that is being made; when it is whole it is served.

        Then the member rests from making any: `SNAPSHOT_TICKS`, or as long as this one took. So whoever asks without
        need, again and again, costs it a quarter of a core, however large the state is.
        """
        assert self.making is not None, "there is work only where something is made"
        made = self.making.work(SLICE_STEPS_MAX)
        if made is not None:
            self.served, self.checkpoint = made, self.making_of
            self.making = self.making_of = None
            self.rests_until = tick + max(SNAPSHOT_TICKS, tick - self.begun_at)

    def _renew(self, stable: CheckpointProof | None, *, tick: int) -> None:
        """Begin with the last stable checkpoint, if that is another one and the last was not made just now."""
        if self.making is not None or stable is None or tick < self.rests_until:
            return
        if self.served is not None and stable.header.height < self.served.height + SNAPSHOT_BLOCKS:
            return
        self.making, self.making_of, self.begun_at = self.begin(stable.header.height), stable, tick
        if self.making is not None:
            self.work(tick=tick)
        else:
            self.rests_until = tick + SNAPSHOT_TICKS
