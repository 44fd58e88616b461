"""SHA-256 with a domain tag in front, so that bytes signed or hashed for one purpose mean nothing for another.

The tags stand here together so that a reader can see that no two are equal and none is a prefix of another. Format:
``quorate/<what>/<version>`` and a zero byte, which no tag contains.
"""

import enum
from hashlib import sha256
from typing import Annotated, NewType

import msgspec

Digest = NewType("Digest", Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)])
"""32 bytes of SHA-256; the length is checked wherever a digest is decoded."""

ZERO_DIGEST = Digest(bytes(32))
"""Stands where there is nothing to name: the parent of the first block, the root of an empty tree."""


class Domain(bytes, enum.Enum):
    """What a digest or signature is for."""

    CHARTER = b"quorate/charter/1\0"
    COMMITTEE = b"quorate/committee/1\0"
    BUNDLE = b"quorate/bundle/1\0"
    BATCH = b"quorate/batch/1\0"
    PROPOSAL = b"quorate/proposal/1\0"
    HEADER = b"quorate/header/1\0"
    ENVELOPE = b"quorate/envelope/1\0"
    TRANSACTION = b"quorate/transaction/1\0"
    COMPLIANCE = b"quorate/compliance/1\0"
    PERSON = b"quorate/person/1\0"
    RECORD = b"quorate/record/1\0"
    COMMAND = b"quorate/command/1\0"


def digest(domain: Domain, *parts: bytes) -> Digest:
    """Return SHA-256 of the domain tag followed by `parts`; all parts but the last must be of fixed length."""
    hasher = sha256(domain.value)
    for part in parts:
        hasher.update(part)
    return Digest(hasher.digest())
