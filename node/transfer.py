"""Taking over the ledger after a stable checkpoint, part by part, from several members at once. Lines S1-S6.

A member that is far behind asks those that are ahead for the META-DATA of their latest checkpoint: a header that a
quorum certified, and the roots of the parts of its state, which must fold up to the header's state root. Then it asks
each of them for other parts. A part is checked on arrival, against its root; whoever sent one that is wrong, or a list
that does not fold up, is asked no more for a long time. Whoever is slow is asked again, and others
for the same. When the others move on to a later checkpoint the transfer follows: parts whose root is still the same are
kept. Nothing waits for it: blocks go on being taken over, and if they are quicker the transfer is dropped.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge

from consensus.messages import FETCH_PARTS_MAX, CheckpointProof, Data, Fetch, MetaData
from consensus.types import Digest, ReplicaId, SequenceNumber
from ledger.snapshot import fold, is_part

SNAPSHOT_BEHIND = 512
"""So many blocks behind a member asks for the state, and not for the blocks alone: four times the log."""

BAN_TICKS = 400
"""Status intervals for which whoever sent what proves nothing is not asked again: 50 seconds by default."""

PATIENCE_TICKS = 8
"""Status intervals after which what was asked for and did not come is asked for again."""

Entries = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Complete:
    """A whole state."""

    checkpoint: CheckpointProof
    parts: tuple[Entries, ...] = field(repr=False)
    """Each by rising key."""

    def entries(self) -> Iterator[tuple[bytes, bytes]]:
        """All entries by rising key, one at a time: in this order a database takes them best."""
        return merge(*self.parts)


@dataclass(slots=True)
class Asked:
    """What one member was asked for, and has not answered."""

    parts: tuple[int, ...]
    """Empty for META-DATA."""
    tick: int


@dataclass(slots=True)
class Transfer:
    """One member's way to a later state. At most one FETCH is out to each of the others."""

    is_stable: Callable[[CheckpointProof], bool]
    """Whether a quorum certified the header, and its height is a checkpoint's."""
    target: CheckpointProof | None = None
    roots: dict[int, Digest] = field(default_factory=dict)
    """The root of each part of the target's state."""
    parts: dict[int, Entries] = field(default_factory=dict)
    """Those that are here and right."""
    asked: dict[ReplicaId, Asked] = field(default_factory=dict)
    banned: dict[ReplicaId, int] = field(default_factory=dict)
    """Who sent what proves nothing, and when."""
    tick: int = 0

    def on_tick(
        self, *, executed: SequenceNumber, stable: dict[ReplicaId, SequenceNumber]
    ) -> list[tuple[ReplicaId, Fetch]]:
        """Begin, go on or give up; `stable` is what the others say of their last stable checkpoints."""
        self.tick += 1
        self.banned = {peer: tick for peer, tick in self.banned.items() if tick + BAN_TICKS > self.tick}
        if self.target is not None and self.target.header.height <= executed:
            self.drop()
        for peer in [each for each, asked in self.asked.items() if asked.tick + PATIENCE_TICKS <= self.tick]:
            del self.asked[peer]
        return self.ask(self.helpers(executed=executed, stable=stable))

    def rest(self) -> None:
        """A status interval is over in which nothing is to be asked for."""
        self.tick += 1

    def helpers(self, *, executed: SequenceNumber, stable: dict[ReplicaId, SequenceNumber]) -> list[ReplicaId]:
        """Who can help: those far ahead by their own word, and, once there is a target, all who reached it.

        By their own: a liar who speaks of block 2^62 is asked himself, and makes nobody ask the others.
        """
        needed = executed + SNAPSHOT_BEHIND + 1 if self.target is None else self.target.header.height
        return [peer for peer, height in sorted(stable.items()) if height >= needed]

    def ask(self, peers: Iterable[ReplicaId]) -> list[tuple[ReplicaId, Fetch]]:
        """One FETCH for each that nothing is out to: for META-DATA first, then for parts nobody else is asked for."""
        fetches: list[tuple[ReplicaId, Fetch]] = []
        for peer in peers:
            if peer in self.asked or peer in self.banned:
                continue
            if self.target is None:
                parts: tuple[int, ...] = ()
                height = SequenceNumber(0)
            else:
                height = self.target.header.height
                out = {part for asked in self.asked.values() for part in asked.parts}
                missing = [part for part in self.roots if part not in self.parts]
                # What is out to a slow member is asked for twice in the end, rather than waited for.
                parts = tuple([part for part in missing if part not in out] or missing)[:FETCH_PARTS_MAX]
                if not parts:
                    break
            self.asked[peer] = Asked(parts, self.tick)
            fetches.append((peer, Fetch(height, parts)))
        return fetches

    def on_meta_data(self, sender: ReplicaId, message: MetaData) -> str | None:
        """S3: make it the target if it is later; return why its sender is banned, if he is."""
        if sender in self.banned or sender not in self.asked:
            return None
        height = message.checkpoint.header.height
        if self.target is not None and height <= self.target.header.height:
            # Another checkpoint than the target's is all it can serve: leave it alone until it would be asked again.
            self.asked[sender] = Asked((), self.tick)
            return None
        del self.asked[sender]
        roots = {each.part: each.root for each in message.roots}
        if not self.is_stable(message.checkpoint):
            return self.ban(sender, "a checkpoint that no quorum certified")
        is_sorted = list(roots) == sorted(roots) and len(roots) == len(message.roots)
        if not is_sorted or fold(roots) != message.checkpoint.header.state_root:
            return self.ban(sender, "a list of parts that does not fold up to the state root")
        self.parts = {part: held for part, held in self.parts.items() if roots.get(part) == self.roots[part]}
        self.target, self.roots = message.checkpoint, roots
        return None

    def on_data(self, sender: ReplicaId, message: Data) -> str | None:
        """S4: keep the parts that are right; return why its sender is banned, if he is."""
        asked = self.asked.get(sender)
        if self.target is None or sender in self.banned or asked is None or not asked.parts:
            return None
        if message.height != self.target.header.height:
            return None
        del self.asked[sender]
        for each in message.parts:
            if each.part not in asked.parts or each.part in self.parts:
                continue
            entries = tuple((entry.key, entry.value) for entry in each.entries)
            if not is_part(each.part, entries, self.roots[each.part]):
                return self.ban(sender, "a part that is not the state's")
            self.parts[each.part] = entries
        return None

    def complete(self) -> Complete | None:
        """The whole state, once every part is here; the transfer is then over."""
        if self.target is None or len(self.parts) < len(self.roots):
            return None
        found = Complete(self.target, tuple(self.parts.values()))
        self.drop()
        return found

    def ban(self, sender: ReplicaId, why: str) -> str:
        """Ask him no more for a long time."""
        self.asked.pop(sender, None)
        self.banned[sender] = self.tick
        return why

    def drop(self) -> None:
        """Forget all but the bans: it is over, or no longer needed."""
        self.target = None
        self.roots, self.parts, self.asked = {}, {}, {}
