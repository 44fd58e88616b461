"""The three ways up to a root: an index in a tree of known size, sides in one of unknown size, and the state's trie."""

import hashlib
from dataclasses import dataclass
from itertools import pairwise

EMPTY_STATE = bytes(32)
"""The root of a state without rows."""


def sha256(*parts: bytes) -> bytes:
    """SHA-256 of `parts`, joined."""
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(content: bytes) -> bytes:
    """The hash of a leaf [RFC 6962 §2.1]."""
    return sha256(b"\0", content)


def parent(left: bytes, right: bytes) -> bytes:
    """The hash of two children [RFC 6962 §2.1]."""
    return sha256(b"\1", left, right)


def root_at(index: int, count: int, start: bytes, path: tuple[bytes, ...]) -> bytes | None:
    """The root over `count` leaves of which `start` is number `index`; None where `path` is none of such a leaf."""
    if index >= count:
        return None
    if count == 1:
        return None if path else start
    if not path:
        return None
    half = 1 << ((count - 1).bit_length() - 1)
    below, top = path[:-1], path[-1]
    if index < half:
        left = root_at(index, half, start, below)
        return None if left is None else parent(left, top)
    right = root_at(index - half, count - half, start, below)
    return None if right is None else parent(top, right)


def root_by_sides(sides: str, start: bytes, path: tuple[bytes, ...]) -> bytes | None:
    """The root above `start`, with a sibling of `path` at each of `sides`; None where they are not as many."""
    if len(sides) != len(path):
        return None
    found = start
    for side, sibling in zip(sides, path, strict=True):
        found = parent(sibling, found) if side == "l" else parent(found, sibling)
    return found


@dataclass(frozen=True, slots=True)
class Other:
    """What stands in the trie where an absent key would be."""

    depth: int | None
    """Of a branch the bit at which the keys below it part; None of a leaf."""

    parts: tuple[bytes, ...]
    """Of a leaf the hash of its key and of its value; of a branch its common bits, its left and its right."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the state, or the lack of it, and the way from there to the state root."""

    key: str
    """ASCII."""

    value: bytes | None
    """The record in canonical MessagePack; None: there is no such row."""

    steps: tuple[tuple[int, bytes], ...]
    """The branches from the root down: a depth, and the hash of the side not taken."""

    other: Other | None
    """What is there in the row's stead."""


def state_root(row: Row) -> bytes | None:
    """The state root that `row` leads to; None where it contradicts itself."""
    key = sha256(row.key.encode())
    depths = [depth for depth, _ in row.steps]
    if any(lower <= upper for upper, lower in pairwise(depths)):
        return None
    found = _bottom(row, key, below=depths[-1] + 1 if depths else 0)
    if found is None:
        return None
    for depth, sibling in reversed(row.steps):
        right = _bits(key, depth + 1) & 1
        sides = (sibling, found) if right else (found, sibling)
        found = _branch(depth, _bits(key, depth), *sides)
    return found


def _bottom(row: Row, key: bytes, below: int) -> bytes | None:
    """The hash where the steps end, `below` being the first bit that they say nothing of; None for a contradiction."""
    if row.value is not None:
        return None if row.other is not None else sha256(b"\0", key, sha256(row.value))
    if row.other is None:
        return EMPTY_STATE if not row.steps else None
    if row.other.depth is None:
        if row.other.parts[0] == key or _parting(row.other.parts[0], key) < below:
            return None
        return sha256(b"\0", *row.other.parts)
    depth, common = row.other.depth, int.from_bytes(row.other.parts[0])
    if depth < below or common >> depth:
        return None
    if common == _bits(key, depth) or common >> (depth - below) != _bits(key, below):
        return None
    return _branch(depth, common, *row.other.parts[1:])


def _branch(depth: int, common: int, left: bytes, right: bytes) -> bytes:
    """The hash of a branch over two sides, whose keys share `common` bits up to `depth`."""
    return sha256(b"\1", depth.to_bytes(2), common.to_bytes(32), left, right)


def _bits(key: bytes, count: int) -> int:
    """The first `count` bits of `key`, as a number."""
    return int.from_bytes(key) >> (256 - count)


def _parting(one: bytes, another: bytes) -> int:
    """The first bit at which two different hashes part, from the most significant, from 0."""
    return 256 - (int.from_bytes(one) ^ int.from_bytes(another)).bit_length()
