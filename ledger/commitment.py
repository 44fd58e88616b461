"""The state root: an authenticated map from keys to values, kept up to date at the cost of what changed.

It is a path-compressed binary trie over SHA-256 of the keys. Where all keys below a place agree on their first d bits
and part at bit d (counted from the most significant, from 0), there is one branch of depth d; where there is one key, a
leaf:

    leaf   = SHA-256(0x00 | SHA-256(key) | SHA-256(value))
    branch = SHA-256(0x01 | d, 2 bytes | the d common bits as a big-endian number, 32 bytes | left | right)

The shape follows from the set of keys alone, so the same entries give the same root however they came to be. The common
bits are in the hash, so a branch that leads elsewhere proves that a key is absent. Common bits and depth fit into the
second SHA-256 block, which two child hashes would begin anyhow: absence proofs cost nothing.

The trie itself is in `ledger/trie.py`; here are the bytes that are hashed, and the proofs.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import chain, pairwise
from typing import Annotated

import msgspec

from canonical.hashing import ZERO_DIGEST, Digest
from ledger.trie import BITS, HEAD_BYTES, HEADS, LEAF_BYTES, NOTHING, Trie, leaf_hash


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


def branch_hash(depth: int, prefix: int, left: bytes, right: bytes) -> bytes:
    """Hash a branch over its children's hashes."""
    return sha256((HEADS[depth] | prefix).to_bytes(HEAD_BYTES, "big") + left + right).digest()


class Commitment:
    """Keys and values under one root. Mutable; owned by one ledger."""

    __slots__ = ("_trie",)

    def __init__(self) -> None:
        """Commit to the empty state."""
        self._trie = Trie()

    @property
    def root(self) -> Digest:
        """The hash that stands for all entries; of none, `ZERO_DIGEST`."""
        return ZERO_DIGEST if self._trie.root == NOTHING else Digest(self._trie.root_hash)

    def update(self, changes: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Set each key to its value or, for None, remove it if it is there; each key at most once."""
        leaves: list[bytes] = []
        for key, value in changes:
            if value is None:
                self._trie.remove(_number(_key_hash(key)))
            else:
                leaves.append(sha256(key).digest() + sha256(value).digest())
        leaves.sort()
        self._trie.put(leaves)

    def fill(self, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Commit an empty map to `entries`, in any order, each key once: `update` for more than one wants to sort.

        They are sorted by the first byte of their keys' hashes as they come, and one heap after the other.
        """
        for _ in self.filling(entries):
            pass

    def filling(self, entries: Iterable[tuple[bytes, bytes]]) -> Iterator[None]:
        """Do what `fill` does in steps, two for each entry; it is empty until the last one."""
        heaps = [bytearray() for _ in range(256)]
        for key, value in entries:
            key_hash = sha256(key).digest()
            heaps[key_hash[0]] += key_hash + sha256(value).digest()
            yield
        yield from self._trie.building(chain.from_iterable(map(_sorted_leaves, heaps)))

    def pack(self) -> Iterator[bytes | memoryview]:
        """What another process needs to have this commitment, just filled, in pieces."""
        return self._trie.pack()

    @staticmethod
    def unpack(pieces: Iterator[bytes | memoryview]) -> "Commitment":
        """The commitment that was packed."""
        commitment = Commitment()
        commitment._trie = Trie.unpack(pieces)
        return commitment

    def prove(self, key: bytes) -> StateProof:
        """Prove what `verify_proof` then checks: the value of `key`, or that it has none."""
        trie, key_hash = self._trie, _key_hash(key)
        number = _number(key_hash)
        steps: list[Step] = []
        node = trie.root
        while node >= 0:
            depth, head = trie.depth(node), trie.head(node)
            if number >> (BITS - depth) != _number(head[-32:]):
                left, right = Digest(trie.child_hash(node, 0)), Digest(trie.child_hash(node, 1))
                return StateProof(tuple(steps), OtherBranch(depth, Digest(head[-32:]), left, right))
            side = number >> (BITS - 1 - depth) & 1
            steps.append(Step(depth, Digest(trie.child_hash(node, side ^ 1))))
            node = trie.child(node, side)
        leaf = b"" if node == NOTHING else trie.leaf(node)
        if node == NOTHING or leaf[:32] == key_hash:
            return StateProof(tuple(steps), None)
        return StateProof(tuple(steps), OtherLeaf(Digest(leaf[:32]), Digest(leaf[32:])))


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


def _sorted_leaves(heap: bytearray) -> list[bytes]:
    """The leaves in a heap in their order; the heap is empty after."""
    leaves = sorted(bytes(heap[at : at + LEAF_BYTES]) for at in range(0, len(heap), LEAF_BYTES))
    heap.clear()
    return leaves


def _number(key_hash: bytes) -> int:
    return int.from_bytes(key_hash, "big")
