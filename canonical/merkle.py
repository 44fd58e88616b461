"""The Merkle tree of RFC 6962 section 2.1, with inclusion proofs checked as in RFC 9162 section 2.1.3.2.

Leaves and inner nodes are hashed under different prefixes, so that no inner node can be passed off as a leaf. A tree of
n leaves splits at the largest power of two below n; nothing is padded or duplicated, so the root fixes n as well when n
is signed beside it, as it is wherever this project signs a root.
"""

from collections.abc import Sequence
from hashlib import sha256

from canonical.hashing import ZERO_DIGEST, Digest

LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"
PATH_LENGTH_MAX = 32
"""Deeper than any tree here (2^32 leaves); a longer path is refused unread."""


def leaf_hash(data: bytes) -> Digest:
    """Hash one leaf's content."""
    return Digest(sha256(LEAF_PREFIX + data).digest())


def node_hash(left: bytes, right: bytes) -> Digest:
    """Hash two children into their parent."""
    return Digest(sha256(NODE_PREFIX + left + right).digest())


def merkle_root(leaves: Sequence[bytes]) -> Digest:
    """Return the root over the *contents* of the leaves; of none, `ZERO_DIGEST`."""
    return root_of_hashes([sha256(LEAF_PREFIX + leaf).digest() for leaf in leaves])


def root_of_hashes(hashes: Sequence[bytes]) -> Digest:
    """Return the root over leaf hashes that are already known.

    Pairing level by level and letting an odd last node rise unpaired gives the same tree as RFC 6962's recursive split.
    """
    if not hashes:
        return ZERO_DIGEST
    level: list[bytes] = list(hashes)
    while len(level) > 1:
        level = _parents(level)
    return Digest(level[0])


def merkle_path(hashes: Sequence[Digest], index: int) -> tuple[Digest, ...]:
    """Return the sibling hashes from leaf `index` up to the root, lowest first; 0 <= index < len(hashes)."""
    if not 0 <= index < len(hashes):
        raise IndexError(f"leaf {index} of a tree of {len(hashes)}")
    path: list[Digest] = []
    level: list[bytes] = list(hashes)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(Digest(level[sibling]))
        level = _parents(level)
        index >>= 1
    return tuple(path)


def root_from_path(leaf: bytes, *, index: int, count: int, path: Sequence[bytes]) -> Digest | None:
    """Return the root that leaf hash `leaf` leads to at `index` of `count` leaves; None where the path is misshapen."""
    if not 0 <= index < count or len(path) > PATH_LENGTH_MAX:
        return None
    node, last, position = Digest(leaf), count - 1, index
    for sibling in path:
        if len(sibling) != 32 or last == 0:
            return None
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while position and not position & 1:
                position >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        position >>= 1
        last >>= 1
    return node if last == 0 else None


def _parents(level: list[bytes]) -> list[bytes]:
    # `node_hash`, written out: a block has twice as many nodes as transactions, and calls would cost as much again.
    above = [sha256(NODE_PREFIX + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
    if len(level) & 1:
        above.append(level[-1])
    return above
