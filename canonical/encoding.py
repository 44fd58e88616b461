"""One canonical encoding: MessagePack, shortest form, and nothing accepted that re-encodes differently.

A digest names a *value* only if a value has exactly one encoding. MessagePack allows several (an integer in nine bytes
that fits in one, say), so a reader that merely decodes would let two byte strings, with two digests, mean the same
vote. ``Reader.read`` therefore re-encodes what it decoded and compares. What it refuses is a value, never an exception:
remote bytes are not our fault, and nothing in a handler may stop for them.
"""

import enum
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")

_encoder = msgspec.msgpack.Encoder(order="deterministic")


def encode(value: object) -> bytes:
    """Return the canonical bytes of a Struct, or of a tuple, integer, string or bytes.

    Raises: TypeError for a type MessagePack has no form for: always a programming error.
    """
    return _encoder.encode(value)


class MalformedReason(enum.Enum):
    """Why bytes were refused before anybody asked what they mean."""

    OVERSIZED = "oversized"
    TRUNCATED = "truncated"
    UNEXPECTED = "unexpected"
    NON_CANONICAL = "non-canonical"


@dataclass(frozen=True, slots=True)
class Malformed:
    """Bytes that are not a canonical encoding of the expected type."""

    reason: MalformedReason
    """The class of fault, counted by the node that received it."""
    detail: str
    """The field and what was expected there, in words; at most 200 characters."""


class Reader(Generic[T]):
    """Decodes one type, or says why not, within a size bound.

    Time and memory are linear in ``size_max``: a claimed length beyond the bytes at hand is refused before anything is
    allocated, and no type of ours is recursive.
    """

    def __init__(self, expected: type[T], *, size_max: int) -> None:
        """Build a reader of `expected` (a Struct, or a union of tagged Structs) of at most `size_max` bytes."""
        self.size_max = size_max
        self._decoder = msgspec.msgpack.Decoder(expected)

    def read(self, data: bytes) -> T | Malformed:
        """Return the value that `data` canonically encodes, or the reason why there is none."""
        if len(data) > self.size_max:
            return Malformed(MalformedReason.OVERSIZED, f"{len(data)} bytes; at most {self.size_max} are accepted")
        try:
            value = self._decoder.decode(data)
        except msgspec.ValidationError as error:
            return Malformed(MalformedReason.UNEXPECTED, str(error)[:200])
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            return Malformed(MalformedReason.TRUNCATED, str(error)[:200])
        if _encoder.encode(value) != data:
            return Malformed(MalformedReason.NON_CANONICAL, "the value has a shorter or differently ordered encoding")
        return value
