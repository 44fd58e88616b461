"""merkle.py: the tree of RFC 6962, by its published vectors and by brute force."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.hashing import ZERO_DIGEST, Digest
from canonical.merkle import (
    PATH_LENGTH_MAX,
    leaf_hash,
    merkle_path,
    merkle_root,
    node_hash,
    root_from_path,
    root_of_hashes,
)

# The test vectors of the certificate-transparency project for RFC 6962, section 2.1: inputs and the roots of 1 to 8.
INPUTS = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    bytes(range(0x60, 0x70)),
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("count", range(1, 9))
def test_published_roots(count: int) -> None:
    assert merkle_root(INPUTS[:count]).hex() == ROOTS[count - 1]


def by_recursion(leaves: list[bytes]) -> bytes:
    """RFC 6962's own words: split at the largest power of two below n."""
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\x01" + by_recursion(leaves[:split]) + by_recursion(leaves[split:])).digest()


@pytest.mark.parametrize("count", [*range(1, 70), 127, 128, 129, 255, 256])
def test_level_by_level_is_the_recursive_split(count: int) -> None:
    leaves = [b"leaf %d" % each for each in range(count)]
    assert merkle_root(leaves) == by_recursion(leaves)


@pytest.mark.parametrize("count", range(1, 34))
def test_every_path_leads_to_the_root_and_no_other_place_does(count: int) -> None:
    hashes = [leaf_hash(b"%d" % each) for each in range(count)]
    root = root_of_hashes(hashes)
    for index, leaf in enumerate(hashes):
        path = merkle_path(hashes, index)
        assert root_from_path(leaf, index=index, count=count, path=path) == root
        for other in range(count):
            if other != index:
                assert root_from_path(leaf, index=other, count=count, path=path) != root


@pytest.mark.parametrize("count", range(2, 20))
def test_every_alteration_of_a_path_misses_the_root(count: int) -> None:
    hashes = [leaf_hash(b"%d" % each) for each in range(count)]
    root = root_of_hashes(hashes)
    index = count // 2
    leaf, path = hashes[index], merkle_path(hashes, index)
    altered = [path[:-1], path[1:], (*path, path[-1]), (*path, Digest(bytes(32))), (Digest(bytes(32)), *path)]
    altered += [(*path[:at], Digest(bytes(32)), *path[at + 1 :]) for at in range(len(path))]
    for each in altered:
        assert root_from_path(leaf, index=index, count=count, path=each) != root
    assert root_from_path(node_hash(leaf, leaf), index=index, count=count, path=path) != root


def test_root_of_nothing_stands_for_nothing() -> None:
    assert merkle_root([]) == ZERO_DIGEST == bytes(32)
    assert root_from_path(ZERO_DIGEST, index=0, count=0, path=()) is None


def test_an_inner_node_is_no_leaf() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


@pytest.mark.parametrize(
    ("index", "count", "path"),
    [
        (-1, 2, (bytes(32),)),
        (2, 2, (bytes(32),)),
        (0, 0, ()),
        (0, -1, ()),
        (0, 2, ()),
        (0, 1, (bytes(32),)),
        (0, 2, (bytes(31),)),
        (0, 2, (b"",)),
        (0, 2**40, (bytes(32),) * (PATH_LENGTH_MAX + 1)),
        (2**62, 2**63 - 1, (bytes(32),)),
    ],
)
def test_misshapen_paths_are_none_and_no_exception(index: int, count: int, path: tuple[bytes, ...]) -> None:
    assert root_from_path(bytes(32), index=index, count=count, path=path) is None


def test_path_of_a_leaf_that_is_not_there_is_our_own_mistake() -> None:
    with pytest.raises(IndexError, match="leaf 2 of a tree of 2"):
        merkle_path([leaf_hash(b"")] * 2, 2)


@given(
    st.binary(min_size=32, max_size=32),
    st.integers(-(2**64), 2**64),
    st.integers(-(2**64), 2**64),
    st.lists(st.binary(max_size=33), max_size=40),
)
def test_no_claim_about_a_path_raises(leaf: bytes, index: int, count: int, path: list[bytes]) -> None:
    found = root_from_path(leaf, index=index, count=count, path=path)
    assert found is None or len(found) == 32
