"""JSON as both files and the charter are read: no key twice, nothing that is no plain integer."""

import json
import re
from collections.abc import Sequence

_LARGEST_FILE = 4_194_304
_LARGEST = 2**63 - 1
_PLAIN = re.compile(r"-?[1-9][0-9]*|0")
_LONGEST_NUMBER = 20
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


class UnreadableError(Exception):
    """What was read is not of the form that the document gives it; the text says which part is not."""


def parse(data: bytes) -> object:
    """The JSON value in `data`. Raises UnreadableError."""
    if len(data) > _LARGEST_FILE:
        raise UnreadableError(f"the file has more than {_LARGEST_FILE} bytes")
    try:
        return json.loads(
            data.decode(),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_refused,
            parse_constant=_refused,
        )
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"not JSON: {error}") from error


def fields(value: object, names: Sequence[str], optional: Sequence[str] = ()) -> dict[str, object]:
    """`value` as an object with the keys `names`, and no others but `optional`. Raises UnreadableError."""
    if not isinstance(value, dict):
        raise UnreadableError(f"an object with {', '.join(names)} was expected")
    if not set(names) <= set(value) <= {*names, *optional}:
        raise UnreadableError(f"the keys are {', '.join(sorted(value))} and not {', '.join(names)}")
    return value


def items(value: object, most: int | None = None) -> list[object]:
    """`value` as an array of at most `most` items. Raises UnreadableError."""
    if not isinstance(value, list):
        raise UnreadableError("an array was expected")
    if most is not None and len(value) > most:
        raise UnreadableError(f"an array has more than {most} items")
    return value


def integer(value: object, largest: int = _LARGEST, least: int = 0) -> int:
    """`value` as an integer from `least` to `largest`. Raises UnreadableError."""
    if type(value) is not int or not least <= value <= largest:
        raise UnreadableError(f"an integer from {least} to {largest} was expected")
    return value


def string(value: object, pattern: str | None = None) -> str:
    """`value` as a text, all of which matches `pattern`. Raises UnreadableError."""
    if not isinstance(value, str):
        raise UnreadableError("a text was expected")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise UnreadableError("a text holds half a surrogate pair")
    if pattern is not None and not re.fullmatch(pattern, value):
        raise UnreadableError(f"a text does not match {pattern}")
    return value


def octets(value: object, length: int | None = None) -> bytes:
    """`value`, lower-case hexadecimal, as `length` bytes; of any length if None. Raises UnreadableError."""
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise UnreadableError("lower-case hexadecimal was expected")
    found = bytes.fromhex(value)
    if length is not None and len(found) != length:
        raise UnreadableError(f"{length} bytes were expected, not {len(found)}")
    return found


def digests(value: object, most: int | None = None) -> tuple[bytes, ...]:
    """`value` as an array of at most `most` SHA-256 digests. Raises UnreadableError."""
    return tuple(octets(item, 32) for item in items(value, most))


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object's pairs as a map; a key that comes twice makes the file unreadable."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableError("an object has a key twice")
    return found


def _integer(digits: str) -> int:
    """A number's digits as an integer, whose bounds are those of the field that it is in."""
    if len(digits) > _LONGEST_NUMBER or not _PLAIN.fullmatch(digits):
        raise UnreadableError(f"{digits[:24]} is not a plain integer")
    return int(digits)


def _refused(number: str) -> object:
    """Numbers with a point or an exponent, and NaN and its kin, are not plain integers."""
    raise UnreadableError(f"{number[:24]} is not a plain integer")
