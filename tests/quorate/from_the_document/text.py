"""The JSON of both files, read as exactly as "Form" asks: no key twice, nothing that is no plain integer."""

import json
import re
from collections.abc import Sequence

_LARGEST = 2**63 - 1
_BYTES = 16_777_216
_PATH = 32
_PLAIN = re.compile(r"0|-?[1-9][0-9]*")
_HEXADECIMAL = re.compile(r"(?:[0-9a-f]{2})*")


class UnreadableError(Exception):
    """What was read is not of the form that the document gives it; the text says which part is not."""


def parse(data: bytes) -> object:
    """The JSON value in `data`, UTF-8 without a byte order mark. Raises UnreadableError."""
    if len(data) > _BYTES:
        raise UnreadableError(f"more than {_BYTES} bytes")
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
    present = set(value)
    if not set(names) <= present or not present <= set(names) | set(optional):
        raise UnreadableError(f"the keys are {', '.join(sorted(present))} and not {', '.join(names)}")
    return value


def items(value: object) -> list[object]:
    """`value` as an array. Raises UnreadableError."""
    if not isinstance(value, list):
        raise UnreadableError("an array was expected")
    return value


def integer(value: object, largest: int = _LARGEST, smallest: int = 0) -> int:
    """`value` as an integer from `smallest` to `largest`. Raises UnreadableError."""
    if type(value) is not int or not smallest <= value <= largest:
        raise UnreadableError(f"an integer from {smallest} to {largest} was expected")
    return value


def string(value: object, pattern: str | None = None) -> str:
    """`value` as a string of Unicode characters, all of it `pattern`; half a surrogate pair is none.

    Raises UnreadableError.
    """
    if not isinstance(value, str) or (pattern is not None and not re.fullmatch(pattern, value)):
        raise UnreadableError("a string was expected, or another one")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise UnreadableError("a string holds half a surrogate pair") from error
    return value


def octets(value: object, length: int | None = None) -> bytes:
    """`value`, lower-case hexadecimal, as `length` bytes; of any length if None. Raises UnreadableError."""
    if not isinstance(value, str) or not _HEXADECIMAL.fullmatch(value):
        raise UnreadableError("lower-case hexadecimal was expected")
    found = bytes.fromhex(value)
    if length is not None and len(found) != length:
        raise UnreadableError(f"{length} bytes were expected, not {len(found)}")
    return found


def hashes(value: object) -> tuple[bytes, ...]:
    """`value` as an array of SHA-256 digests. Raises UnreadableError."""
    found = tuple(octets(item, 32) for item in items(value))
    if len(found) > _PATH:
        raise UnreadableError(f"a path has more than {_PATH} hashes")
    return found


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object's pairs as a map; a key that comes twice makes the file unreadable."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableError("an object has a key twice")
    return found


def _integer(digits: str) -> int:
    """A number's digits as an integer, of at most 20 characters."""
    if len(digits) > 20 or not _PLAIN.fullmatch(digits):
        raise UnreadableError(f"{digits[:24]} is not written plainly")
    return int(digits)


def _refused(number: str) -> object:
    """Numbers with a point or an exponent, and NaN and its kin, are not plain integers."""
    raise UnreadableError(f"{number[:24]} is not a plain integer")
