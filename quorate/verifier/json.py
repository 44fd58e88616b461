"""JSON and MessagePack read without leniency, for files that have to mean exactly what they say.

`json.loads` takes the last of two equal keys, `-0`, `1e3`, `NaN`; `bytes.fromhex` takes capitals and blanks; `unpackb`
takes an integer in nine bytes that fits in one. Each would let two different files pass for the same certificate.
"""

import json
import re
from typing import Any, NoReturn

import msgpack

FILE_BYTES_MAX = 4 << 20
"""Longer than any proof: a transaction of a whole batch has 1 MiB in hexadecimal, 1,024 members' votes have less."""

NESTED_MAX = 32
"""Arrays within arrays of MessagePack; nothing that a node writes has more than a handful."""

PATH_LENGTH_MAX = 32
"""Deeper than any Merkle tree here."""

INTEGER_MAX = 2**63 - 1
HEXADECIMAL = re.compile(r"(?:[0-9a-f]{2})*")


class UnreadableError(Exception):
    """A file that is not what it should be: the text names the field. Never leaves the verifier: it becomes a check."""


def read_messagepack(data: bytes) -> Any:
    """Decode MessagePack that is written in its one shortest form; arrays become lists.

    Raises: UnreadableError saying what is wrong.
    """
    try:
        value = msgpack.unpackb(data, raw=False, strict_map_key=False)
        canonical = msgpack.packb(value, use_bin_type=True) == data
    except (ValueError, TypeError, OverflowError, RecursionError, msgpack.UnpackException) as error:
        raise UnreadableError(f"not MessagePack ({type(error).__name__})") from error
    if not canonical:
        raise UnreadableError("MessagePack, but not in its one shortest form")
    _hold_plain(value, NESTED_MAX)
    return value


def _hold_plain(value: Any, levels: int) -> None:
    """Refuse what no node writes and two readers may take for two things: maps, floats, extensions, deep nesting."""
    if isinstance(value, list):
        if levels == 0:
            raise UnreadableError(f"MessagePack nested more than {NESTED_MAX} deep")
        for each in value:
            _hold_plain(each, levels - 1)
    elif value is not None and not isinstance(value, bool | int | str | bytes):
        raise UnreadableError(f"MessagePack with a {type(value).__name__} in it")


def parse_json(data: bytes, bytes_max: int = FILE_BYTES_MAX) -> Any:
    """Parse UTF-8 JSON of objects without double keys and of plain integers, at most so many bytes of it.

    Raises: UnreadableError.
    """
    if len(data) > bytes_max:
        raise UnreadableError(f"the file has more than {bytes_max} bytes, which no proof has")
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_plain_integer,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"not JSON: {str(error)[:120]}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise UnreadableError("an object has one key twice")
    return fields


def _plain_integer(text: str) -> int:
    if len(text) > 20 or str(int(text)) != text:
        raise UnreadableError(f"the number {text[:24]} is too long or not written plainly")
    return int(text)


def _no_number(text: str) -> NoReturn:
    raise UnreadableError(f"the number {text[:24]} is no plain integer")


def read_fields(value: Any, where: str, *names: str) -> dict[str, Any]:
    """Return the object at `where`, which has exactly the keys `names`.

    Raises: UnreadableError naming `where` and the keys.
    """
    if not isinstance(value, dict):
        refuse(where or "the file", "is not an object")
    fields: dict[str, Any] = value
    missing = [name for name in names if name not in fields]
    unknown = [name for name in fields if name not in names]
    if missing or unknown:
        # A name from the file is shown escaped and cut: it goes to a terminal.
        told = [f"lacks {name}" for name in missing] + [f"has an unknown {ascii(name)[:40]}" for name in unknown]
        refuse(where or "the file", "; ".join(told[:4]))
    return fields


def read_array(value: Any, where: str) -> list[Any]:
    """Return the array at `where`.

    Raises: UnreadableError naming `where`.
    """
    if not isinstance(value, list):
        refuse(where, "is not an array")
    result: list[Any] = value
    return result


def read_integer(value: Any, where: str, *, minimum: int = 0) -> int:
    """Return the integer at `where`, from `minimum` to `INTEGER_MAX`.

    Raises: UnreadableError naming `where`.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= INTEGER_MAX:
        refuse(where, f"is not an integer from {minimum} to {INTEGER_MAX}")
    number: int = value
    return number


def read_text(value: Any, where: str, pattern: re.Pattern[str] | None = None) -> str:
    """Return the string at `where`, matched whole by `pattern` if there is one.

    Raises: UnreadableError naming `where`.
    """
    if not isinstance(value, str) or (pattern is not None and not pattern.fullmatch(value)):
        refuse(where, "is not a string of the right form")
    text: str = value
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        refuse(where, "holds half a character")
    return text


def read_hexadecimal(value: Any, where: str, length: int | None = None) -> bytes:
    """Return the bytes that the string at `where` writes in lower-case hexadecimal, `length` of them if given.

    Raises: UnreadableError naming `where`.
    """
    if not isinstance(value, str) or not HEXADECIMAL.fullmatch(value):
        refuse(where, "is not lower-case hexadecimal")
    data = bytes.fromhex(value)
    if length is not None and len(data) != length:
        refuse(where, f"has {len(data)} bytes instead of {length}")
    return data


def read_path(value: Any, where: str) -> tuple[bytes, ...]:
    """Return the hashes of a Merkle path.

    Raises: UnreadableError naming `where`.
    """
    hashes = read_array(value, where)
    if len(hashes) > PATH_LENGTH_MAX:
        refuse(where, f"is longer than {PATH_LENGTH_MAX} hashes")
    return tuple(read_hexadecimal(each, f"{where}[{i}]", 32) for i, each in enumerate(hashes))


def refuse(where: str, fault: str) -> NoReturn:
    """Give up on the file: `where` is the field, `fault` a clause that begins with a verb."""
    raise UnreadableError(f"{where} {fault}")
