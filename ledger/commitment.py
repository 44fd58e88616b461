"""The state root: an authenticated map from keys to values, kept up to date at the cost of what changed.

It is a path-compressed binary trie over SHA-256 of the keys. Where all keys below a place agree on their first d bits
and part at bit d (counted from the most significant, from 0), there is one branch of depth d; where there is one key, a
leaf:

    leaf   = SHA-256(0x00 | SHA-256(key) | SHA-256(value))
    branch = SHA-256(0x01 | d, 2 bytes | the d common bits as a big-endian number, 32 bytes | left | right)

The shape follows from the set of keys alone, so the same entries give the same root however they came to be. The common
bits are in the hash, so a branch that leads elsewhere proves that a key is absent. Common bits and depth fit into the
second SHA-256 block, which two child hashes would begin anyhow: absence proofs cost nothing.

`update` takes a block's changes sorted and walks down once, so that a branch above many changes is hashed once.
"""

from bisect import bisect_left
from collections.abc import Iterable
from hashlib import sha256
from itertools import pairwise
from typing import Annotated

import msgspec

from canonical.hashing import ZERO_DIGEST, Digest

LEAF_PREFIX = b"\x00"
BITS = 256
"""Depth no branch reaches: keys that agree on all bits are the same key."""

_HEADS = tuple(0x01 << BITS + 16 | depth << BITS for depth in range(BITS))
"""What a branch's hash begins with, as numbers of 35 bytes to which the common bits are added: 0x01, depth, bits."""


class Branch(msgspec.Struct, gc=False):
    """Two subtries that part at bit `depth`. Without cycles, hence out of the garbage collector's sight (gc=False)."""

    depth: int
    """0 to 255."""
    prefix: int
    """The `depth` leading bits of every key below."""
    left: "Node"
    """Keys whose bit `depth` is 0."""
    right: "Node"
    """Keys whose bit `depth` is 1."""
    hash: bytes


Node = Branch | bytes
"""A branch, or a leaf as 64 bytes: SHA-256 of the key and of the value. Its own hash is made when it is asked for."""


class Step(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One branch on the way from the root to where a key is or would be."""

    depth: Annotated[int, msgspec.Meta(ge=0, lt=BITS)]
    sibling: Digest
    """The hash of the side not taken."""


class OtherLeaf(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag="leaf"):
    """What stands where the absent key would be: another key."""

    key_hash: Digest
    value_hash: Digest


class OtherBranch(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag="branch"):
    """What stands where the absent key would be: a branch whose keys part from it earlier."""

    depth: Annotated[int, msgspec.Meta(ge=1, lt=BITS)]
    prefix: Digest
    """The common bits as a big-endian number."""
    left: Digest
    right: Digest


class StateProof(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """That a key has a certain value, or none, under a state root."""

    steps: Annotated[tuple[Step, ...], msgspec.Meta(max_length=BITS)]
    """From the root down."""
    other: OtherLeaf | OtherBranch | None
    """None proves presence, or absence from an empty state."""


def leaf_hash(leaf: bytes) -> bytes:
    """Hash a leaf given as key hash and value hash."""
    return sha256(LEAF_PREFIX + leaf).digest()


def branch_hash(depth: int, prefix: int, left: bytes, right: bytes) -> bytes:
    """Hash a branch over its children's hashes."""
    return sha256((_HEADS[depth] | prefix).to_bytes(35, "big") + left + right).digest()


class Commitment:
    """The trie. Mutable; owned by one ledger."""

    __slots__ = ("_root",)

    def __init__(self) -> None:
        """Commit to the empty state."""
        self._root: Node | None = None

    @property
    def root(self) -> Digest:
        """The hash that stands for all entries; of none, `ZERO_DIGEST`."""
        return ZERO_DIGEST if self._root is None else Digest(_hash_of(self._root))

    def update(self, changes: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Set each key to its value or, for None, remove it if it is there; each key at most once."""
        pairs = sorted((_key_hash(key), value) for key, value in changes)
        keys = [int.from_bytes(key, "big") for key, _ in pairs]
        assert all(a != b for a, b in pairwise(keys)), "a key changes once in one update"
        leaves = [None if value is None else key + sha256(value).digest() for key, value in pairs]
        self._root = _update(self._root, keys, leaves, 0, len(keys))

    def prove(self, key: bytes) -> StateProof:
        """Prove what `verify_proof` then checks: the value of `key`, or that it has none."""
        key_hash = _key_hash(key)
        number = int.from_bytes(key_hash, "big")
        steps: list[Step] = []
        node = self._root
        while isinstance(node, Branch):
            if number >> (BITS - node.depth) != node.prefix:
                prefix = Digest(node.prefix.to_bytes(32, "big"))
                other = OtherBranch(node.depth, prefix, Digest(_hash_of(node.left)), Digest(_hash_of(node.right)))
                return StateProof(tuple(steps), other)
            on_the_right = number >> (BITS - 1 - node.depth) & 1
            steps.append(Step(node.depth, Digest(_hash_of(node.left if on_the_right else node.right))))
            node = node.right if on_the_right else node.left
        if node is None or node[:32] == key_hash:
            return StateProof(tuple(steps), None)
        return StateProof(tuple(steps), OtherLeaf(Digest(node[:32]), Digest(node[32:])))


def verify_proof(root: Digest, key: bytes, value: bytes | None, proof: StateProof) -> bool:
    """Whether `proof` shows that under `root` the key has this value, or, for None, that it has none. Never raises."""
    key_hash = _key_hash(key)
    number = int.from_bytes(key_hash, "big")
    depths = [step.depth for step in proof.steps]
    if any(a >= b for a, b in pairwise(depths)):
        return False
    # So many leading bits everything below the last step shares with the key.
    settled = depths[-1] + 1 if depths else 0
    other = proof.other
    if value is not None:
        if other is not None:
            return False
        found = leaf_hash(key_hash + sha256(value).digest())
    elif isinstance(other, OtherLeaf):
        elsewhere = int.from_bytes(other.key_hash, "big")
        if other.key_hash == key_hash or (elsewhere ^ number) >> (BITS - settled):
            return False
        found = leaf_hash(other.key_hash + other.value_hash)
    elif isinstance(other, OtherBranch):
        prefix = int.from_bytes(other.prefix, "big")
        if other.depth < settled or prefix >> other.depth:
            return False
        difference = prefix ^ number >> (BITS - other.depth)
        if difference == 0 or difference >> (other.depth - settled):
            return False
        found = branch_hash(other.depth, prefix, other.left, other.right)
    else:
        return not proof.steps and root == ZERO_DIGEST
    for step in reversed(proof.steps):
        prefix = number >> (BITS - step.depth)
        if number >> (BITS - 1 - step.depth) & 1:
            found = branch_hash(step.depth, prefix, step.sibling, found)
        else:
            found = branch_hash(step.depth, prefix, found, step.sibling)
    return found == root


def _key_hash(key: bytes) -> bytes:
    return sha256(key).digest()


def _hash_of(node: Node) -> bytes:
    return node.hash if isinstance(node, Branch) else leaf_hash(node)


def _join(depth: int, prefix: int, left: Node | None, right: Node | None) -> Node | None:
    """A branch over what is left of two sides; a side alone needs none."""
    if left is None:
        return right
    if right is None:
        return left
    return Branch(depth, prefix, left, right, branch_hash(depth, prefix, _hash_of(left), _hash_of(right)))


def _update(node: Node | None, keys: list[int], leaves: list[bytes | None], low: int, high: int) -> Node | None:
    """Apply changes low..high-1 below `node` and return what stands there then. Depth of recursion: at most BITS."""
    if low == high:
        return node
    if node is None:
        return _build(keys, leaves, low, high)
    if high - low == 1:
        leaf = leaves[low]
        if leaf is not None:
            return _set_one(node, keys[low], leaf)
    if not isinstance(node, Branch):
        return _update_leaf(node, keys, leaves, low, high)
    depth, prefix = node.depth, node.prefix
    shift = BITS - depth
    first, last = keys[low] >> shift, keys[high - 1] >> shift
    if first == prefix == last:
        middle = bisect_left(keys, (prefix << 1 | 1) << (shift - 1), low, high)
        left = _update(node.left, keys, leaves, low, middle)
        right = _update(node.right, keys, leaves, middle, high)
        if left is None or right is None:
            return _join(depth, prefix, left, right)
        node.left, node.right = left, right
        node.hash = branch_hash(depth, prefix, _hash_of(left), _hash_of(right))
        return node
    # Some changes are not below this branch: it moves under a new one, at the first bit where any parts from it.
    excess = max((first ^ prefix).bit_length(), (last ^ prefix).bit_length())
    fork = depth - excess
    common = prefix >> excess
    middle = bisect_left(keys, (common << 1 | 1) << (BITS - 1 - fork), low, high)
    if prefix >> (excess - 1) & 1:
        above, below = _build(keys, leaves, low, middle), _update(node, keys, leaves, middle, high)
        return _join(fork, common, above, below)
    below, above = _update(node, keys, leaves, low, middle), _build(keys, leaves, middle, high)
    return _join(fork, common, below, above)


def _set_one(node: Node, key: int, leaf: bytes) -> Node:
    """`_update` for one key that gets a value: most of the way down there is one change left, and a loop is quicker."""
    path: list[Branch] = []
    while type(node) is Branch:
        shift = BITS - node.depth
        if key >> shift != node.prefix:
            break
        path.append(node)
        node = node.right if key >> (shift - 1) & 1 else node.left
    found = _set_beside(node, key, leaf)
    for branch in reversed(path):
        if key >> (BITS - 1 - branch.depth) & 1:
            branch.right = found
        else:
            branch.left = found
        left, right = branch.left, branch.right
        left_hash = left.hash if type(left) is Branch else leaf_hash(left)  # type: ignore[arg-type]
        right_hash = right.hash if type(right) is Branch else leaf_hash(right)  # type: ignore[arg-type]
        head = (_HEADS[branch.depth] | branch.prefix).to_bytes(35, "big")
        branch.hash = sha256(head + left_hash + right_hash).digest()
        found = branch
    return found


def _set_beside(node: Node, key: int, leaf: bytes) -> Node:
    """Put a leaf in the place of `node`, which is the same key or parts from it here."""
    if isinstance(node, Branch):
        difference = key >> (BITS - node.depth) ^ node.prefix
        depth = node.depth - difference.bit_length()
    elif node[:32] == leaf[:32]:
        return leaf
    else:
        depth = BITS - (key ^ int.from_bytes(node[:32], "big")).bit_length()
    left, right = (node, leaf) if key >> (BITS - 1 - depth) & 1 else (leaf, node)
    prefix = key >> (BITS - depth)
    return Branch(depth, prefix, left, right, branch_hash(depth, prefix, _hash_of(left), _hash_of(right)))


def _update_leaf(node: bytes, keys: list[int], leaves: list[bytes | None], low: int, high: int) -> Node | None:
    """Apply changes where one key stands: it is one of them, or stands beside them."""
    key = int.from_bytes(node[:32], "big")
    place = bisect_left(keys, key, low, high)
    if place < high and keys[place] == key:
        return _build(keys, leaves, low, high)
    beside = [*keys[low:place], key, *keys[place:high]]
    return _build(beside, [*leaves[low:place], node, *leaves[place:high]], 0, len(beside))


def _build(keys: list[int], leaves: list[bytes | None], low: int, high: int) -> Node | None:
    """A trie of changes low..high-1 alone; removals remove nothing here."""
    if high - low <= 1:
        return leaves[low] if high > low else None
    shift = (keys[low] ^ keys[high - 1]).bit_length()
    common = keys[low] >> shift
    middle = bisect_left(keys, (common << 1 | 1) << (shift - 1), low, high)
    left, right = _build(keys, leaves, low, middle), _build(keys, leaves, middle, high)
    return _join(BITS - shift, common, left, right)
