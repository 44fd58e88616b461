"""hashing.py: what is hashed for one purpose means nothing for another."""

from hashlib import sha256
from itertools import permutations

import msgspec
import pytest

from canonical.encoding import Malformed, Reader, encode
from canonical.hashing import Digest, Domain, digest


def test_no_two_tags_are_equal_and_none_begins_another() -> None:
    for one, other in permutations([each.value for each in Domain], 2):
        assert not other.startswith(one)


@pytest.mark.parametrize("domain", list(Domain))
def test_tags_have_one_form(domain: Domain) -> None:
    words = domain.value[:-1].split(b"/")
    assert (words[0], words[2], domain.value[-1:]) == (b"quorate", b"1", b"\0")
    assert b"\0" not in domain.value[:-1]
    assert words[1].decode() == domain.name.lower()


def test_digest_is_sha256_of_tag_and_parts() -> None:
    assert digest(Domain.BATCH, b"a", b"bc") == sha256(b"quorate/batch/1\0abc").digest()
    assert digest(Domain.BATCH).hex() == "612091057ff1c43a63d5f55b1fde8d0ad23e4bf5c43fda39015734bd4c26e942"


def test_same_content_under_two_tags_differs() -> None:
    assert len({digest(domain, b"content") for domain in Domain}) == len(Domain)


class Holder(msgspec.Struct, array_like=True):
    digest: Digest


@pytest.mark.parametrize("length", [0, 31, 33])
def test_digests_of_another_length_do_not_decode(length: int) -> None:
    reader = Reader(Holder, size_max=100)
    assert isinstance(reader.read(encode((bytes(length),))), Malformed)
    assert reader.read(encode((bytes(32),))) == Holder(Digest(bytes(32)))
