"""A path-compressed binary trie in flat arrays: the shape and the hashes behind `ledger/commitment.py`.

A million entries make a million branches. As objects they took some 400 bytes each; here a branch is the 99 bytes that
its hash is taken of (so that hashing is one slice), two child numbers and its depth, and a leaf is 64 bytes: the hashes
of its key and its value. Branches are numbered from 0 up and leaves from -1 down, so that one number names either.

`put` takes leaves by rising key and draws the outline of what they change with one stack of places: the branches above
the last leaf, each with the side taken. Where the next key parts from the last one, everything on the stack below that
bit is finished, and only then is it hashed. So a branch above many changes is hashed once, and building a whole trie
from sorted keys needs no descent at all.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import chain, islice, pairwise
from struct import pack, unpack

BITS = 256
"""Depth no branch reaches: keys that agree on all bits are the same key."""

LEAF_PREFIX = b"\x00"
HEAD_BYTES = 35
HEADS = tuple(0x01 << BITS + 16 | depth << BITS for depth in range(BITS))
"""What a branch's image begins with, as numbers of 35 bytes to which the common bits are added: 0x01, depth, bits."""

IMAGE_BYTES = HEAD_BYTES + 64
"""Head, and the hashes of the left and of the right child."""

LEFT, RIGHT = HEAD_BYTES, HEAD_BYTES + 32
"""Where the children's hashes stand in an image."""

LEAF_BYTES = 64

PIECE_BYTES = 1 << 22
_HEADER = "=i4Q32s"
"""The root, the sizes of the four arrays, and the root's hash."""

NOTHING = -(1 << 31)
"""The number of no node: what stands at the top of an empty trie."""

RUN = 512
"""Leaves that a trie is built of at a time: what can be done to all of them at once takes a fraction less."""

_END: Sequence[bytes] = ()
"""The run after the last."""


def leaf_hash(leaf: bytes) -> bytes:
    """Hash a leaf given as key hash and value hash."""
    return sha256(LEAF_PREFIX + leaf).digest()


class Trie:
    """Leaves under hashed branches. Mutable; owned by one commitment."""

    __slots__ = ("_children", "_depths", "_free_branches", "_free_leaves", "_images", "_leaves", "root", "root_hash")

    def __init__(self) -> None:
        """Begin without leaves."""
        self.root = NOTHING
        """The node at the top."""
        self.root_hash = b""
        """Its hash; meaningless where there are no leaves."""
        self._images = bytearray()
        self._children = array("i")
        """Of each branch the left and the right child. A place in it is a branch and a side."""
        self._depths = bytearray()
        """Of each branch the bit at which its sides part."""
        self._leaves = bytearray()
        self._free_branches: list[int] = []
        self._free_leaves: list[int] = []

    def __len__(self) -> int:
        """How many leaves there are."""
        return len(self._leaves) // LEAF_BYTES - len(self._free_leaves)

    # Moving

    def pack(self) -> Iterator[bytes | memoryview]:
        """All there is to it, in pieces of at most `PIECE_BYTES` and in order, for `unpack`; none of it is copied."""
        content = [memoryview(each).cast("B") for each in (self._images, self._children, self._depths, self._leaves)]
        assert not self._free_branches, "only what was just built moves"
        yield pack(_HEADER, self.root, *map(len, content), self.root_hash)
        for each in content:
            for at in range(0, len(each), PIECE_BYTES):
                yield each[at : at + PIECE_BYTES]

    @staticmethod
    def unpack(pieces: Iterator[bytes | memoryview]) -> "Trie":
        """The trie that was packed. Takes so many pieces as there are of it, and holds one of them at a time."""
        trie = Trie()
        trie.root, images, children, depths, leaves, trie.root_hash = unpack(_HEADER, next(pieces))
        for content, size in (
            (trie._images, images),
            (packed := bytearray(), children),
            (trie._depths, depths),
            (trie._leaves, leaves),
        ):
            while len(content) < size:
                content.extend(next(pieces))
        trie._children.frombytes(packed)
        return trie

    # Reading

    def depth(self, branch: int) -> int:
        """The bit at which the sides of `branch` part."""
        return self._depths[branch]

    def child(self, branch: int, side: int) -> int:
        """What stands on one side of a branch; `side` is the key's bit, 0 or 1."""
        return self._children[branch << 1 | side]

    def head(self, branch: int) -> bytes:
        """The first 35 bytes of what a branch's hash is taken of: 0x01, its depth, its common bits."""
        at = branch * IMAGE_BYTES
        return bytes(self._images[at : at + HEAD_BYTES])

    def child_hash(self, branch: int, side: int) -> bytes:
        """The hash of what stands on one side of a branch."""
        at = branch * IMAGE_BYTES + (RIGHT if side else LEFT)
        return bytes(self._images[at : at + 32])

    def leaf(self, node: int) -> bytes:
        """The hashes of a leaf's key and value."""
        at = ~node * LEAF_BYTES
        return bytes(self._leaves[at : at + LEAF_BYTES])

    # Writing

    def put(self, leaves: Iterable[bytes]) -> None:
        """Set leaves, each 64 bytes, by strictly rising key."""
        children, depths, content = self._children, self._depths, self._leaves
        stack: list[int] = []
        last, last_bit = -1, BITS - 1
        for leaf in leaves:
            key = int.from_bytes(leaf[:32], "big")
            known = 0
            node = self.root
            if last >= 0:
                assert key > last, "a key changes once in one update"
                fork = BITS - (key ^ last).bit_length()
                if stack and depths[stack[-1] >> 1] > fork:
                    self._finish(stack, fork)
                if not stack or depths[stack[-1] >> 1] < fork:
                    # What the last key stands in agrees on more bits than that: this key parts from all of it here.
                    self._insert(stack, fork, key, leaf)
                    last = key
                    continue
                # The last key stood on the left side of this very branch.
                stack[-1] |= 1
                known, node = len(stack), children[stack[-1]]
            last = key
            while node >= 0:
                place = node << 1 | key >> last_bit - depths[node] & 1
                stack.append(place)
                node = children[place]
            if node == NOTHING:
                self.root = self._new_leaf(leaf)
                self._note(stack, leaf_hash(leaf))
                continue
            at = ~node * LEAF_BYTES
            found = content[at : at + 32]
            if leaf.startswith(found):
                content[at : at + LEAF_BYTES] = leaf
                self._note(stack, leaf_hash(leaf))
                continue
            fork = BITS - (key ^ int.from_bytes(found, "big")).bit_length()
            while len(stack) > known and depths[stack[-1] >> 1] > fork:
                stack.pop()
            self._insert(stack, fork, key, leaf)
        self._finish(stack, -1)

    def build(self, leaves: Iterable[bytes]) -> None:
        """Fill an empty trie with leaves, each 64 bytes, by strictly rising key.

        It comes to what `put` comes to, for half the work: where two neighbours part stands exactly one branch, and it
        is written once, when everything below it is.
        """
        for _ in self.building(leaves):
            pass

    def building(self, leaves: Iterable[bytes]) -> Iterator[None]:
        """Do what `build` does, a leaf a step; the trie is empty until the last one."""
        assert self.root == NOTHING, "what is built was empty"
        images, children, depths, content = bytearray(), array("i"), bytearray(), bytearray()
        waiting: list[tuple[int, int, bytes]] = [(-1, NOTHING, b"")]
        """Branches whose right side is not finished: depth, left child, its hash; the lowest last."""
        add_child, add_depth, wait, lowest = children.append, depths.append, waiting.append, -1
        node, found, leaf_count, branch_count = NOTHING, b"", 0, 0
        for run, following in pairwise(chain(_runs(iter(leaves)), (_END,))):
            content += b"".join(run)
            keys = [int.from_bytes(leaf[:32], "big") for leaf in run]
            hashes = [sha256(LEAF_PREFIX + leaf).digest() for leaf in run]
            for key, own, fork in zip(keys, hashes, _forks(keys, following), strict=True):
                leaf_count += 1
                node, found = -leaf_count, own
                while lowest > fork:
                    depth, left, left_hash = waiting.pop()
                    image = (HEADS[depth] | key >> (BITS - depth)).to_bytes(HEAD_BYTES, "big") + left_hash + found
                    images += image
                    add_child(left)
                    add_child(node)
                    add_depth(depth)
                    node, found = branch_count, sha256(image).digest()
                    branch_count += 1
                    lowest = waiting[-1][0]
                wait((fork, node, found))
                lowest = fork
                yield
        self._images, self._children, self._depths, self._leaves = images, children, depths, content
        self.root, self.root_hash = node, found

    def remove(self, key: int) -> None:
        """Take the leaf of a key's number away, if there is one; its sibling moves up."""
        stack: list[int] = []
        node = self.root
        while node >= 0:
            stack.append(node << 1 | key >> (BITS - 1 - self._depths[node]) & 1)
            node = self._children[stack[-1]]
        if node == NOTHING or int.from_bytes(self.leaf(node)[:32], "big") != key:
            return
        self._free_leaves.append(node)
        if not stack:
            self.root = NOTHING
            return
        place = stack.pop()
        branch, other = place >> 1, place & 1 ^ 1
        found, sibling = self.child_hash(branch, other), self._children[place ^ 1]
        self._free_branches.append(branch)
        if stack:
            self._children[stack[-1]] = sibling
        else:
            self.root = sibling
        self._note(stack, found)
        self._finish(stack, -1)

    def _finish(self, stack: list[int], depth: int) -> None:
        """Hash the branches on the stack that part below bit `depth`, the lowest first, and take them off it."""
        if not stack:
            return
        images, depths = self._images, self._depths
        branch = stack[-1] >> 1
        while depths[branch] > depth:
            at = branch * IMAGE_BYTES
            found = sha256(images[at : at + IMAGE_BYTES]).digest()
            stack.pop()
            if not stack:
                self.root_hash = found
                return
            place = stack[-1]
            branch = place >> 1
            at = branch * IMAGE_BYTES + (RIGHT if place & 1 else LEFT)
            images[at : at + 32] = found

    def _note(self, stack: list[int], found: bytes) -> None:
        """Write the hash of what stands at the top of the stack: into the branch above it, or as the root's."""
        if stack:
            place = stack[-1]
            at = (place >> 1) * IMAGE_BYTES + (RIGHT if place & 1 else LEFT)
            self._images[at : at + 32] = found
        else:
            self.root_hash = found

    def _insert(self, stack: list[int], depth: int, key: int, leaf: bytes) -> None:
        """Put a new leaf beside what stands at the top of the stack, under a branch that parts at bit `depth`."""
        side = key >> (BITS - 1 - depth) & 1
        if stack:
            place = stack[-1]
            node, found = self._children[place], self.child_hash(place >> 1, place & 1)
        else:
            node, found = self.root, self.root_hash
        head = (HEADS[depth] | key >> (BITS - depth)).to_bytes(HEAD_BYTES, "big")
        new, own = self._new_leaf(leaf), leaf_hash(leaf)
        if side:
            branch = self._new_branch(depth, head + found + own, node, new)
        else:
            branch = self._new_branch(depth, head + own + found, new, node)
        if stack:
            self._children[stack[-1]] = branch
        else:
            self.root = branch
        stack.append(branch << 1 | side)

    def _new_leaf(self, leaf: bytes) -> int:
        if not self._free_leaves:
            self._leaves += leaf
            return -(len(self._leaves) // LEAF_BYTES)
        node = self._free_leaves.pop()
        at = ~node * LEAF_BYTES
        self._leaves[at : at + LEAF_BYTES] = leaf
        return node

    def _new_branch(self, depth: int, image: bytes, left: int, right: int) -> int:
        if not self._free_branches:
            self._images += image
            self._children.extend((left, right))
            self._depths.append(depth)
            return len(self._depths) - 1
        branch = self._free_branches.pop()
        self._images[branch * IMAGE_BYTES : (branch + 1) * IMAGE_BYTES] = image
        self._children[branch << 1], self._children[branch << 1 | 1] = left, right
        self._depths[branch] = depth
        return branch


def _runs(leaves: Iterator[bytes]) -> Iterator[Sequence[bytes]]:
    """The leaves, so many at a time."""
    while run := list(islice(leaves, RUN)):
        yield run


def _forks(keys: Sequence[int], following: Sequence[bytes]) -> Iterator[int]:
    """The bit at which each key parts from the next one, that of the following run after the last; -1 at the end."""
    beyond = [int.from_bytes(leaf[:32], "big") for leaf in following[:1]]
    for key, after in pairwise(chain(keys, beyond)):
        assert key < after, "each key once, and by rising key"
        yield BITS - (key ^ after).bit_length()
    if not beyond:
        yield -1
