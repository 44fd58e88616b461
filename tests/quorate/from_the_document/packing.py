"""Canonical MessagePack, and the shapes of the records that the document spells in it."""

from collections.abc import Callable
from typing import cast

import msgpack

from tests.quorate.from_the_document.text import UnreadableError

Shape = Callable[[object], bool]


def pack(value: object) -> bytes:
    """The shortest encoding of `value`."""
    return cast(bytes, msgpack.packb(value, use_bin_type=True))


def unpack(data: bytes, shape: Shape) -> list[object]:
    """The array in `data`, which must be canonical and of `shape`. Raises UnreadableError."""
    try:
        value: object = msgpack.unpackb(data, raw=False, strict_map_key=False)
        again = pack(value)
    except (ValueError, TypeError, OverflowError, RecursionError, msgpack.UnpackException) as error:
        raise UnreadableError(f"not MessagePack: {error}") from error
    if again != data:
        raise UnreadableError("MessagePack, but not its shortest encoding")
    if not _is_plain(value, 32):
        raise UnreadableError("MessagePack with what is not read, or nested too deep")
    if not shape(value):
        raise UnreadableError("MessagePack, but of another record")
    return cast(list[object], value)


def _is_plain(value: object, levels: int) -> bool:
    """Whether there is no map, float or extension in it, and no array below so many levels."""
    if isinstance(value, list):
        return levels > 0 and all(_is_plain(item, levels - 1) for item in value)
    return value is None or isinstance(value, bool | int | str | bytes)


def natural(value: object) -> bool:
    """An integer from 0 to 2^63 - 1."""
    return type(value) is int and 0 <= value < 2**63


def text(value: object) -> bool:
    """A string."""
    return isinstance(value, str)


def digest(value: object) -> bool:
    """32 bytes."""
    return isinstance(value, bytes) and len(value) == 32


def octets(value: object) -> bool:
    """Bytes."""
    return isinstance(value, bytes)


def boolean(value: object) -> bool:
    """True or false."""
    return isinstance(value, bool)


def nil_or(shape: Shape) -> Shape:
    """Nothing, or what `shape` says."""
    return lambda value: value is None or shape(value)


def one_of(*words: str) -> Shape:
    """One of `words`."""
    return lambda value: isinstance(value, str) and value in words


def each(shape: Shape) -> Shape:
    """An array of any length, all of `shape`."""
    return lambda value: isinstance(value, list) and all(shape(item) for item in value)


def array(*shapes: Shape) -> Shape:
    """An array with as many items as there are `shapes`, each of its own."""
    return lambda value: (
        isinstance(value, list)
        and len(value) == len(shapes)
        and all(shape(item) for shape, item in zip(shapes, value, strict=True))
    )


def _operation(value: object) -> bool:
    """An array that begins with the operation's name."""
    return isinstance(value, list) and len(value) > 0 and text(value[0])


_NAMED = each(array(text, text))
_REFUSAL = array(text, text, natural, text, _NAMED, nil_or(natural))
_EVENT = array(text, _NAMED)


def _height(value: object) -> bool:
    """A natural from 1."""
    return natural(value) and value != 0


HEADER = array(_height, digest, natural, digest, natural, digest, digest, digest, digest, digest)
"""Height, parent, epoch, proposal, timestamp_ms; roots of transactions, receipts, state, compliance; next members."""

TRANSACTION = array(natural, natural, _operation, nil_or(text), natural)
"""Nonce, deadline_ms, operation and its arguments, idempotency key, schema."""

RECEIPT = array(digest, one_of("accepted", "refused"), each(_REFUSAL), each(_EVENT))
"""Transaction id, what became of it, why not, what happened."""

REPORT = each(array(text, natural, natural))
"""Rule, how often it was asked, how often it refused."""
