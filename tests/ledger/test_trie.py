"""ledger/trie.py: places of what was removed are used again, and a leaf costs what the arrays say."""

import gc
import tracemalloc
from hashlib import sha256
from random import Random

import pytest

from ledger.commitment import Commitment
from ledger.trie import NOTHING, Trie

BYTES_PER_LEAF_MAX = 256
"""An image of 99 bytes, two children of 4, a depth of 1 and a leaf of 64, and what arrays grow ahead."""


def leaf(number: int, value: int = 0) -> bytes:
    return sha256(b"%d" % number).digest() + sha256(b"value %d" % value).digest()


def key(of: bytes) -> int:
    return int.from_bytes(of[:32], "big")


def test_leaves_are_counted_and_their_places_used_again() -> None:
    trie = Trie()
    leaves = sorted(leaf(number) for number in range(500))
    trie.put(leaves)
    size = len(trie._leaves), len(trie._images), len(trie._children)
    root = trie.root_hash
    for _ in range(3):
        for each in leaves[::2]:
            trie.remove(key(each))
        assert len(trie) == 250
        trie.put(leaves[::2])
        assert len(trie) == 500
        assert trie.root_hash == root
    assert (len(trie._leaves), len(trie._images), len(trie._children)) == size


def test_removing_what_is_not_there_changes_nothing() -> None:
    trie = Trie()
    trie.remove(key(leaf(1)))
    assert trie.root == NOTHING
    trie.put([leaf(1)])
    root = trie.root_hash
    trie.remove(key(leaf(2)))
    assert (len(trie), trie.root_hash) == (1, root)


def test_leaves_come_by_rising_key_each_once() -> None:
    with pytest.raises(AssertionError, match="once"):
        Trie().put([leaf(1), leaf(1)])


@pytest.mark.parametrize("seed", range(20))
def test_in_whatever_steps_leaves_come_and_go_the_root_is_that_of_what_is_left(seed: int) -> None:
    random, trie = Random(seed), Trie()
    held: dict[int, int] = {}
    for _ in range(30):
        for number in random.sample(range(60), random.randrange(12)):
            trie.remove(key(leaf(number)))
            held.pop(number, None)
        new = {number: random.randrange(3) for number in random.sample(range(60), random.randrange(20))}
        trie.put(sorted(leaf(number, value) for number, value in new.items()))
        held.update(new)
        fresh = Trie()
        fresh.put(sorted(leaf(number, value) for number, value in held.items()))
        assert (len(trie), trie.root_hash if held else b"") == (len(held), fresh.root_hash)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 50, 512, 513, 1_000])
def test_what_is_built_at_once_is_what_is_put_and_goes_on_as_that(count: int) -> None:
    leaves = sorted(leaf(number) for number in range(count))
    built, put = Trie(), Trie()
    built.build(leaves)
    put.put(leaves)
    later = sorted(leaf(number, 1) for number in range(0, 2 * count + 1, 3))
    for _ in range(2):
        assert (len(built), built.root_hash) == (len(put), put.root_hash)
        for trie in (built, put):
            trie.put(later)
            trie.remove(key(leaf(1)))


def test_a_trie_is_built_once_of_leaves_by_rising_key() -> None:
    with pytest.raises(AssertionError, match="once"):
        Trie().build([leaf(1), leaf(1)])
    with pytest.raises(AssertionError, match="rising"):
        Trie().build(sorted((leaf(1), leaf(2)), reverse=True))
    trie = Trie()
    trie.build([leaf(1)])
    with pytest.raises(AssertionError, match="empty"):
        trie.build([leaf(2)])


@pytest.mark.parametrize("count", [0, 1, 2, 1_000])
def test_what_was_packed_goes_on_elsewhere_as_here(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.trie.PIECE_BYTES", 1_000)
    here = Trie()
    here.build(sorted(leaf(number) for number in range(count)))
    pieces = [*map(bytes, here.pack()), b"what follows"]
    rest = iter(pieces)
    there = Trie.unpack(rest)
    assert list(rest) == [b"what follows"]
    assert max(map(len, pieces)) <= 1_000
    for _ in range(2):
        assert (len(there), there.root) == (len(here), here.root)
        assert there.root == NOTHING or there.root_hash == here.root_hash
        for trie in (here, there):
            trie.put(sorted(leaf(number, 1) for number in range(0, 2 * count + 1, 3)))
            trie.remove(key(leaf(1)))


@pytest.mark.slow
def test_an_entry_costs_the_commitment_a_few_hundred_bytes_at_most() -> None:
    entries = [(b"token/%d" % number, b"value") for number in range(10_000)]
    gc.collect()
    tracemalloc.start()
    try:
        commitment = Commitment()
        commitment.update(entries)
        gc.collect()
        used_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used_bytes / len(entries) < BYTES_PER_LEAF_MAX
