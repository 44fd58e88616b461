"""Signing and verifying: RFC 8032's vectors, and nothing that a peer sends makes verification raise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.signing import PublicKey, Signature
from node.home.keys import KeyPair, MemberKeys, verify_signature

PAIR = KeyPair.from_seed(bytes(range(32)))
CONTENT = b"what was signed"
SIGNATURE = PAIR.sign(CONTENT)

RFC_8032_7_1 = (
    ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
     "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
     "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
     "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
)  # fmt: skip


@pytest.mark.parametrize(("seed", "public_key", "content", "signature"), RFC_8032_7_1)
def test_vectors__rfc8032_7_1(seed: str, public_key: str, content: str, signature: str) -> None:
    pair = KeyPair.from_seed(bytes.fromhex(seed))
    assert pair.public_key.hex() == public_key
    assert pair.sign(bytes.fromhex(content)).hex() == signature
    assert verify_signature(pair.public_key, bytes.fromhex(content), Signature(bytes.fromhex(signature)))


def test_another_content_key_or_signature_verifies_nothing() -> None:
    other = KeyPair.from_seed(bytes(32))
    assert verify_signature(PAIR.public_key, CONTENT, SIGNATURE)
    assert not verify_signature(PAIR.public_key, CONTENT + b"!", SIGNATURE)
    assert not verify_signature(other.public_key, CONTENT, SIGNATURE)
    assert not verify_signature(PAIR.public_key, CONTENT, other.sign(CONTENT))


@pytest.mark.parametrize("bit", range(0, 512, 3))
def test_a_flipped_bit_of_the_signature_is_seen(bit: int) -> None:
    altered = bytearray(SIGNATURE)
    altered[bit // 8] ^= 1 << bit % 8
    assert not verify_signature(PAIR.public_key, CONTENT, Signature(bytes(altered)))


@pytest.mark.parametrize(
    "public_key",
    [
        b"",
        bytes(31),
        bytes(33),
        bytes(32),
        b"\x01" + bytes(31),
        b"\xff" * 32,
        (2**255 - 19).to_bytes(32, "little"),
        (2**255 - 18).to_bytes(32, "little"),
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    ],
    ids=["empty", "short", "long", "zero", "identity", "no point", "p", "p+1", "order 8"],
)
def test_a_key_that_is_no_point_or_of_small_order_verifies_nothing(public_key: bytes) -> None:
    assert not verify_signature(PublicKey(public_key), CONTENT, SIGNATURE)
    assert not verify_signature(PublicKey(public_key), CONTENT, Signature(b"\x01" + bytes(63)))


@settings(max_examples=300)
@given(st.binary(max_size=70), st.binary(max_size=100), st.binary(max_size=130))
def test_verification_never_raises__t_a10(public_key: bytes, content: bytes, signature: bytes) -> None:
    assert verify_signature(PublicKey(public_key), content, Signature(signature)) is False


def test_a_signature_with_a_second_form_of_its_scalar_is_refused__rfc8032_5_1_7() -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = int.from_bytes(SIGNATURE[32:], "little") + order
    assert not verify_signature(PAIR.public_key, CONTENT, Signature(SIGNATURE[:32] + scalar.to_bytes(32, "little")))


def test_the_text_of_a_pair_shows_no_secret() -> None:
    shown = repr(MemberKeys(PAIR, PAIR))
    assert PAIR.seed.hex() not in shown
    assert repr(PAIR.seed) not in shown


def test_new_pairs_differ_and_chosen_randomness_is_used() -> None:
    assert KeyPair.generate().seed != KeyPair.generate().seed
    assert KeyPair.generate(lambda size: bytes(range(size))) == PAIR
