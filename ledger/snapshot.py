"""The state at a checkpoint in parts, each of which anybody can check alone against the state root.

The commitment (ledger/commitment.py) is a trie over the hashes of the keys, and its shape follows from the keys alone.
Cut at depth `PART_BITS` it falls into parts: the entries whose key hashes begin with the same bits. What stands at the
top of a part has the same hash in the whole trie as in a trie of that part's entries only, since a branch's hash names
its depth and its common bits. So the roots of the parts fold up to the state root, and a part is right if its own root
is the one in that list. Whoever has a certified header needs to believe nobody: neither for the list nor for any part.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise

from canonical.hashing import ZERO_DIGEST, Digest
from ledger.commitment import Commitment, branch_hash

PART_BITS = 12
"""4,096 parts: a list of their roots has 150 kB at most, and a state of 1 GiB has parts of 256 KiB, one frame each."""

PARTS = 1 << PART_BITS

Entries = Sequence[tuple[bytes, bytes]]
"""State entries, key and value, by rising key."""


def part_of(key: bytes) -> int:
    """The part that an entry belongs to: the first bits of its key's hash."""
    return int.from_bytes(sha256(key).digest()[:2], "big") >> (16 - PART_BITS)


def root_of_part(entries: Entries) -> Digest:
    """What stands for the entries of one part; each key once."""
    commitment = Commitment()
    commitment.update(entries)
    return commitment.root


def fold(roots: Mapping[int, Digest]) -> Digest:
    """The state root that the roots of all parts lead to, empty ones left out."""
    level: dict[int, bytes] = dict(roots)
    for depth in reversed(range(PART_BITS)):
        above: dict[int, bytes] = {}
        for place in sorted(level):
            prefix = place >> 1
            left = above.get(prefix)
            above[prefix] = level[place] if left is None else branch_hash(depth, prefix, left, level[place])
        level = above
    return Digest(level[0]) if level else ZERO_DIGEST


def is_part(index: int, entries: Entries, root: Digest) -> bool:
    """Whether `entries` are all of part `index` under the root that the list gives it. Never raises."""
    keys = [key for key, _ in entries]
    return (
        bool(keys)
        and all(a < b for a, b in pairwise(keys))
        and all(part_of(key) == index for key in keys)
        and root_of_part(entries) == root
    )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state after one block, in parts."""

    height: int
    roots: dict[int, Digest]
    """The root of each part that has entries, by rising index."""
    parts: dict[int, tuple[tuple[bytes, bytes], ...]] = field(repr=False)
    """Their entries, by rising key."""

    @staticmethod
    def of(height: int, entries: Iterable[tuple[bytes, bytes]]) -> "Snapshot":
        """Sort all entries of the state into parts. Costs as much as there is state: about a second for 100,000."""
        return Making(height, entries).finish()

    @property
    def state_root(self) -> Digest:
        """What the header of its block names."""
        return fold(self.roots)


class Making:
    """A snapshot in the making: so much work at a time as its owner has time for, with the same bytes in the end.

    Each entry is a step when it is sorted into its part and another when the root of its part is made; what leads back
    to the entry's value at that height is one, too.
    """

    def __init__(self, height: int, entries: Iterable[tuple[bytes, bytes] | None]) -> None:
        """Begin; `entries` are drawn as the work goes on, and None is a step that led to none."""
        self.height = height
        self.steps = 0
        """Done so far."""
        self._roots: dict[int, Digest] = {}
        self._parts: dict[int, tuple[tuple[bytes, bytes], ...]] = {}
        self._work = self._make(entries)

    def work(self, steps_max: int) -> Snapshot | None:
        """Go on for so many steps, and to the end of a part; return the snapshot when it is made."""
        until = self.steps + steps_max
        while self.steps < until:
            if next(self._work, DONE) is DONE:
                return Snapshot(self.height, self._roots, self._parts)
        return None

    def finish(self) -> Snapshot:
        """Do all the rest at once."""
        while (made := self.work(1 << 30)) is None:
            pass
        return made

    def _make(self, entries: Iterable[tuple[bytes, bytes] | None]) -> Iterator[None]:
        unsorted: dict[int, list[tuple[bytes, bytes]]] = {}
        for entry in entries:
            if entry is not None:
                unsorted.setdefault(part_of(entry[0]), []).append(entry)
            self.steps += 1
            yield
        for index in sorted(unsorted):
            part = tuple(sorted(unsorted.pop(index)))
            self._parts[index], self._roots[index] = part, root_of_part(part)
            self.steps += len(part)
            yield


DONE = object()
"""What stands for the end of the work."""
