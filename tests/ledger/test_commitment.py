"""The authenticated map: one root for one set of entries, and proofs that only tell the truth."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.encoding import Reader, encode
from canonical.hashing import ZERO_DIGEST, Digest
from ledger.commitment import Commitment, OtherBranch, OtherLeaf, StateProof, Step, verify_proof


def naive_root(entries: dict[bytes, bytes]) -> bytes:
    """The definition in the module's docstring, recomputed from nothing, bit by bit."""
    leaves = {sha256(key).digest(): sha256(value).digest() for key, value in entries.items()}
    return _naive(leaves, 0) if leaves else ZERO_DIGEST


def _bit(key: bytes, index: int) -> int:
    return key[index // 8] >> (7 - index % 8) & 1


def _naive(leaves: dict[bytes, bytes], depth: int) -> bytes:
    if len(leaves) == 1:
        ((key, value),) = leaves.items()
        return sha256(b"\x00" + key + value).digest()
    sides: tuple[dict[bytes, bytes], dict[bytes, bytes]] = ({}, {})
    for key, value in leaves.items():
        sides[_bit(key, depth)][key] = value
    if not sides[0] or not sides[1]:
        return _naive(leaves, depth + 1)
    prefix = 0
    for index in range(depth):
        prefix = prefix * 2 + _bit(next(iter(leaves)), index)
    head = b"\x01" + depth.to_bytes(2, "big") + prefix.to_bytes(32, "big")
    return sha256(head + _naive(sides[0], depth + 1) + _naive(sides[1], depth + 1)).digest()


keys = st.integers(0, 60).map(lambda number: b"key/%d" % number)
values = st.integers(0, 3).map(lambda number: b"value %d" % number)
blocks = st.lists(st.dictionaries(keys, st.none() | values, max_size=20), max_size=12)


@given(blocks)
@settings(max_examples=100, deadline=None)
def test_root_equals_the_naive_one_after_every_block(changes):
    commitment, entries = Commitment(), {}
    for block in changes:
        commitment.update(block.items())
        entries.update(block)
        entries = {key: value for key, value in entries.items() if value is not None}
        assert commitment.root == naive_root(entries)


@given(st.dictionaries(keys, values, max_size=40), st.randoms(use_true_random=False), st.integers(1, 7))
@settings(max_examples=100, deadline=None)
def test_root_does_not_depend_on_how_the_entries_came_to_be(entries, random, size):
    at_once, piecemeal = Commitment(), Commitment()
    at_once.update(entries.items())
    order = [*entries.items(), *((b"passing/%d" % number, b"x") for number in range(5))]
    random.shuffle(order)
    for start in range(0, len(order), size):
        piecemeal.update(order[start : start + size])
    piecemeal.update((b"passing/%d" % number, None) for number in range(5))
    assert piecemeal.root == at_once.root


def test_root_of_nothing_is_zero__and_again_when_all_is_removed():
    commitment = Commitment()
    assert commitment.root == ZERO_DIGEST
    commitment.update([(b"a", b"1"), (b"b", b"2")])
    commitment.update([(b"a", None), (b"b", None)])
    assert commitment.root == ZERO_DIGEST


def test_root_is_golden():
    commitment = Commitment()
    commitment.update((b"key/%d" % number, b"value") for number in range(100))
    assert commitment.root.hex() == "ae36bdcf3f802fee57193ad07c6518213012d59be7944bf757d23a42570f6872"


def test_one_key_twice_in_an_update_is_our_own_mistake():
    with pytest.raises(AssertionError, match="once"):
        Commitment().update([(b"a", b"1"), (b"a", b"2")])


def populated(count: int) -> tuple[Commitment, dict[bytes, bytes]]:
    commitment = Commitment()
    entries = {b"key/%d" % number: b"value %d" % number for number in range(count)}
    commitment.update(entries.items())
    return commitment, entries


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10, 200])
def test_every_key_has_a_proof_of_presence_or_absence(count):
    commitment, entries = populated(count)
    for number in range(count + 100):
        key = b"key/%d" % number
        proof = commitment.prove(key)
        value = entries.get(key)
        assert verify_proof(commitment.root, key, value, proof)
        assert not verify_proof(commitment.root, key, b"another value", proof)
        if value is not None:
            assert not verify_proof(commitment.root, key, None, proof)
        assert not verify_proof(Digest(bytes(31) + b"1"), key, value, proof)


def test_absence_is_proved_by_a_leaf_and_by_a_branch():
    commitment, _ = populated(200)
    others = {type(commitment.prove(b"absent/%d" % number).other) for number in range(300)}
    assert others == {OtherLeaf, OtherBranch}


def test_no_alteration_of_a_proof_passes():
    commitment, entries = populated(50)
    root = commitment.root
    for number in range(0, 100, 7):
        key = b"key/%d" % number
        value, proof = entries.get(key), commitment.prove(key)
        for index in range(len(proof.steps)):
            step = proof.steps[index]
            for other in (
                Step(step.depth, Digest(bytes(32))),
                Step((step.depth + 1) % 256, step.sibling),
                Step((step.depth - 1) % 256, step.sibling),
            ):
                steps = (*proof.steps[:index], other, *proof.steps[index + 1 :])
                assert not verify_proof(root, key, value, StateProof(steps, proof.other))
            shorter = (*proof.steps[:index], *proof.steps[index + 1 :])
            assert not verify_proof(root, key, value, StateProof(shorter, proof.other))


def test_a_present_key_cannot_be_hidden_behind_another_leaf_or_branch():
    commitment, _ = populated(50)
    root = commitment.root
    for number in range(50):
        key = b"key/%d" % number
        for other_number in range(50):
            if other_number == number:
                continue
            elsewhere = commitment.prove(b"key/%d" % other_number)
            other_key = b"key/%d" % other_number
            leaf = OtherLeaf(Digest(sha256(other_key).digest()), Digest(sha256(b"value %d" % other_number).digest()))
            for cut in range(len(elsewhere.steps) + 1):
                assert not verify_proof(root, key, None, StateProof(elsewhere.steps[:cut], leaf))
        absent = next(
            proof
            for proof in (commitment.prove(b"absent/%d" % each) for each in range(300))
            if isinstance(proof.other, OtherBranch)
        )
        assert not verify_proof(root, key, None, absent)


def test_an_empty_proof_says_nothing_about_a_state_that_is_not_empty():
    commitment, _ = populated(3)
    assert not verify_proof(commitment.root, b"absent", None, StateProof((), None))
    assert verify_proof(ZERO_DIGEST, b"absent", None, StateProof((), None))


def test_proofs_cross_the_wire():
    commitment, _ = populated(200)
    reader = Reader(StateProof, size_max=20_000)
    for number in range(0, 400, 11):
        proof = commitment.prove(b"key/%d" % number)
        assert reader.read(encode(proof)) == proof


@given(st.binary(max_size=400))
def test_bytes_that_are_no_proof_never_raise(data):
    proof = Reader(StateProof, size_max=20_000).read(data)
    if isinstance(proof, StateProof):
        verify_proof(ZERO_DIGEST, b"key", None, proof)


@given(
    st.lists(st.builds(Step, st.integers(0, 255), st.just(Digest(bytes(32)))), max_size=5),
    st.none()
    | st.builds(OtherLeaf, st.binary(min_size=32, max_size=32), st.just(Digest(bytes(32))))
    | st.builds(
        OtherBranch,
        st.integers(1, 255),
        st.binary(min_size=32, max_size=32),
        st.just(Digest(bytes(32))),
        st.just(Digest(bytes(32))),
    ),
    st.none() | st.binary(max_size=3),
)
def test_well_formed_nonsense_is_refused(steps, other, value):
    commitment, _ = populated(5)
    assert not verify_proof(commitment.root, b"key/1", value, StateProof(tuple(steps), other))


def test_removing_and_setting_again_gives_the_same_root():
    commitment, entries = populated(100)
    root = commitment.root
    commitment.update((key, None) for key in list(entries)[::2])
    assert commitment.root == naive_root(dict(list(entries.items())[1::2]))
    commitment.update(list(entries.items())[::2])
    assert commitment.root == root
