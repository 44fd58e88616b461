"""Canonical MessagePack, and a small language for the shapes of what is read from it."""

from collections.abc import Callable
from typing import cast

import msgpack

from tests.quorate.from_the_document.text import UnreadableError

_DEEPEST = 32

Shape = Callable[[object], bool]
"""Whether a value is of one kind."""


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
    if not _is_plain(value, _DEEPEST):
        raise UnreadableError("MessagePack, but with a map, a float or an extension, or nested too deep")
    if not shape(value):
        raise UnreadableError("MessagePack, but of another record")
    return cast(list[object], value)


def natural(value: object) -> bool:
    """An integer from 0 to 2^63 - 1."""
    return type(value) is int and 0 <= value < 2**63


def text(value: object) -> bool:
    """A text."""
    return isinstance(value, str)


def octets(value: object) -> bool:
    """Bytes, of any number."""
    return isinstance(value, bytes)


def digest(value: object) -> bool:
    """32 bytes."""
    return isinstance(value, bytes) and len(value) == 32


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


def _is_plain(value: object, depth: int) -> bool:
    """Whether `value` is made of nil, booleans, integers, texts, bytes, and arrays of those, `depth` deep at most."""
    if isinstance(value, list):
        return depth > 0 and all(_is_plain(item, depth - 1) for item in value)
    return value is None or isinstance(value, bool | int | str | bytes)
