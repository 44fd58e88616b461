"""Rows of the ledger's state under a header's state root, written a second time from docs/CERTIFICATE.md.

The state is a path-compressed binary trie over SHA-256 of the keys. A row proves that a key has a value, or none.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

from quorate.verifier.json import read_array, read_fields, read_hexadecimal, read_integer, read_text, refuse

BITS = 256
KEY = re.compile(r"[a-z0-9._/-]{1,256}")
"""A table and a row, as the ledger writes names: nothing that JSON would escape."""
EMPTY_ROOT = bytes(32)


@dataclass(frozen=True, slots=True)
class OtherFile:
    """What stands where an absent key would be."""

    depth: int | None
    """Of a branch; None for a leaf."""
    parts: tuple[bytes, ...]
    """Of a leaf: key hash, value hash. Of a branch: its common bits as a number of 32 bytes, left hash, right hash."""


@dataclass(frozen=True, slots=True)
class RowFile:
    """One row as it stands in the file."""

    key: str
    value: bytes | None
    """Canonical MessagePack of the record; None says that there is no such row."""
    steps: tuple[tuple[int, bytes], ...]
    """From the root down: each branch's depth, and the hash of the side not taken."""
    other: OtherFile | None


def read_row(value: Any, where: str) -> RowFile:
    """Read a row.

    Raises: UnreadableError naming the field.
    """
    fields = read_fields(value, where, "key", "value", "steps", "other")
    key = read_text(fields["key"], f"{where}.key", KEY)
    steps = read_array(fields["steps"], f"{where}.steps")
    if len(steps) > BITS:
        refuse(f"{where}.steps", f"has more than {BITS} steps")
    return RowFile(
        key=key,
        value=None if fields["value"] is None else read_hexadecimal(fields["value"], f"{where}.value"),
        steps=tuple(_step(each, f"{where}.steps[{i}]") for i, each in enumerate(steps)),
        other=_other(fields["other"], f"{where}.other"),
    )


def root_of_row(row: RowFile) -> bytes | None:
    """The state root under which the row would be as it says; None where it contradicts itself."""
    key_hash = sha256(row.key.encode()).digest()
    number = int.from_bytes(key_hash, "big")
    depths = [depth for depth, _ in row.steps]
    if any(above >= below for above, below in pairwise(depths)):
        return None
    if row.value is None and row.other is None:
        return None if row.steps else EMPTY_ROOT
    node = _bottom(row, key_hash, settled=depths[-1] + 1 if depths else 0)
    if node is None:
        return None
    for depth, sibling in reversed(row.steps):
        on_the_right = number >> (BITS - 1 - depth) & 1
        left, right = (sibling, node) if on_the_right else (node, sibling)
        node = branch_hash(depth, number >> (BITS - depth), left, right)
    return node


def _bottom(row: RowFile, key_hash: bytes, *, settled: int) -> bytes | None:
    """The hash of what stands below the last step, which shares the key's first `settled` bits."""
    number = int.from_bytes(key_hash, "big")
    if row.value is not None:
        return None if row.other is not None else leaf_hash(key_hash, sha256(row.value).digest())
    assert row.other is not None, "an empty state was looked at before"
    if row.other.depth is None:
        other_key, other_value = row.other.parts
        parts_later = not (int.from_bytes(other_key, "big") ^ number) >> (BITS - settled)
        return leaf_hash(other_key, other_value) if other_key != key_hash and parts_later else None
    depth, (prefix_bytes, left, right) = row.other.depth, row.other.parts
    prefix = int.from_bytes(prefix_bytes, "big")
    if depth < settled or prefix >> depth:
        return None
    difference = prefix ^ number >> (BITS - depth)
    # The branch's keys part from the absent key above the branch, and not above the last step.
    if difference == 0 or difference >> (depth - settled):
        return None
    return branch_hash(depth, prefix, left, right)


def leaf_hash(key_hash: bytes, value_hash: bytes) -> bytes:
    """Hash a leaf of the state."""
    return sha256(b"\x00" + key_hash + value_hash).digest()


def branch_hash(depth: int, prefix: int, left: bytes, right: bytes) -> bytes:
    """Hash a branch whose keys agree on the `depth` bits `prefix` and part at the next."""
    return sha256(b"\x01" + depth.to_bytes(2, "big") + prefix.to_bytes(32, "big") + left + right).digest()


def _step(value: Any, where: str) -> tuple[int, bytes]:
    fields = read_fields(value, where, "depth", "sibling")
    return _depth(fields["depth"], f"{where}.depth"), read_hexadecimal(fields["sibling"], f"{where}.sibling", 32)


def _other(value: Any, where: str) -> OtherFile | None:
    if value is None:
        return None
    fields = read_fields(value, where, "kind", "depth", "parts")
    kind = read_text(fields["kind"], f"{where}.kind")
    parts = tuple(
        read_hexadecimal(each, f"{where}.parts[{i}]", 32)
        for i, each in enumerate(read_array(fields["parts"], f"{where}.parts"))
    )
    if kind == "leaf" and fields["depth"] is None and len(parts) == 2:
        return OtherFile(None, parts)
    if kind == "branch" and len(parts) == 3:
        return OtherFile(_depth(fields["depth"], f"{where}.depth"), parts)
    return refuse(where, "is neither a leaf of two parts nor a branch of a depth and three")


def _depth(value: Any, where: str) -> int:
    depth = read_integer(value, where)
    if depth >= BITS:
        refuse(where, f"is not below {BITS}")
    return depth
