"""`name=value` on a command line, read into one of the ledger's types.

One way of writing for every type, so that a new operation needs no command of its own:

    name=value              a name, a text, a number, true or false, bytes in hexadecimal, none for nothing
    name_ms=+30d            a time: Unix milliseconds, 2026-12-24T08:00 (UTC), or from now in d, h, m, s
    name=value name=value   a list: once for each of its entries
    name.part=value         a part of what has parts
    name=kind:value         one of several kinds of thing: its kind and its name
    name=first:second       an entry with parts, in their order; the last takes the rest

What is left out has its default, and a list is empty. Whatever is wrong is said with the field's name.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import click
import msgspec
from msgspec import inspect

from node.gateway.field_names import with_names

T = TypeVar("T", bound=msgspec.Struct)

Given = tuple[tuple[str, ...], str]
"""What remains of a dotted name, and the value."""

UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1), "s": timedelta(seconds=1)}

LATER = re.compile(r"\+([0-9]{1,9})([dhms])\Z")


def read_words(kind: type[T], words: Sequence[str], *, name: str, now_ms: int) -> T:
    """Read `words` into a `kind`, which people know as `name`.

    Raises: click.UsageError naming the field and what is expected there.
    """
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType), "commands read into structures"
    plain = _Reading(name, now_ms).structure(info, [_split(name, word) for word in words], "")
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError as error:
        told = with_names(str(error), plain, kind).replace(f"`{info.tag}.", "`").replace("`$.", "`")
        raise click.UsageError(f"{name}: {told}") from error


def _split(name: str, word: str) -> Given:
    path, separator, value = word.partition("=")
    if not separator or not path:
        raise click.UsageError(f"{name}: {word!r:.80} is no field; write it as name=value")
    return tuple(path.split(".")), value


class _Reading:
    """One command line in the reading."""

    def __init__(self, name: str, now_ms: int) -> None:
        """Read for `name` at this time."""
        self._name = name
        self._now_ms = now_ms

    def structure(self, info: inspect.StructType, given: Sequence[Given], at: str) -> Any:
        """A structure as msgspec writes it: an array with its tag in front, or an object."""
        by_field: dict[str, list[Given]] = {}
        for path, value in given:
            if not path:
                raise self._fault(at.rstrip("."), f"has parts: {', '.join(f'{at}{each.name}' for each in info.fields)}")
            by_field.setdefault(path[0], []).append((path[1:], value))
        names = [field.name for field in info.fields]
        for unknown in by_field.keys() - set(names):
            raise self._fault(f"{at}{unknown}", f"is no field; there are: {', '.join(names) or 'none'}")
        missing = [f"{at}{each.name}" for each in info.fields if each.name not in by_field and _is_needed(each)]
        if missing:
            raise self._fault(", ".join(missing), "must be given")
        found = {
            each.name: self._value(each.type, by_field[each.name], f"{at}{each.name}")
            for each in info.fields
            if each.name in by_field
        }
        if not info.array_like:
            return found
        values = [found[each.name] if each.name in found else _left_out(each) for each in info.fields]
        return values if info.tag is None else [info.tag, *values]

    def _value(self, kind: inspect.Type, given: list[Given], at: str) -> Any:
        match kind:
            case inspect.UnionType(types=types):
                return self._one_of(types, given, at)
            case inspect.StructType():
                return self.structure(kind, given, f"{at}.")
            case inspect.VarTupleType(item_type=inspect.StructType() as item):
                return [self._entry(item, text, at) for text in self._texts(given, at)]
            case inspect.VarTupleType(item_type=item):
                return [self._plain(item, text, at) for text in self._texts(given, at)]
        texts = self._texts(given, at)
        if len(texts) > 1:
            raise self._fault(at, "stands there more than once")
        return self._plain(kind, texts[0], at)

    def _texts(self, given: list[Given], at: str) -> list[str]:
        for path, _ in given:
            if path:
                raise self._fault(f"{at}.{'.'.join(path)}", f"is no field: {at} has no parts")
        return [value for _, value in given]

    def _one_of(self, types: Iterable[inspect.Type], given: list[Given], at: str) -> Any:
        choices = [each for each in types if not isinstance(each, inspect.NoneType)]
        if len(choices) == 1:
            return None if given == [((), "none")] else self._value(choices[0], given, at)
        tagged = {str(each.tag): each for each in choices if isinstance(each, inspect.StructType)}
        if len(given) == 1 and not given[0][0]:
            tag, separator, text = given[0][1].partition(":")
            chosen = tagged.get(tag)
            if chosen is not None and bool(chosen.fields) == bool(separator):
                return self._entry(chosen, text, at)
        raise self._fault(at, f"is written as kind:name, where the kind is one of {', '.join(tagged)}")

    def _entry(self, item: inspect.StructType, text: str, at: str) -> list[Any]:
        """A structure in one word: its fields in order between colons."""
        parts = text.split(":", len(item.fields) - 1) if item.fields else []
        if len(parts) != len(item.fields):
            raise self._fault(at, f"is written as {':'.join(each.name for each in item.fields)}, not {text[:80]!r}")
        values = [
            self._plain(each.type, part, f"{at}.{each.name}") for each, part in zip(item.fields, parts, strict=True)
        ]
        return values if item.tag is None else [item.tag, *values]

    def _plain(self, kind: inspect.Type, text: str, at: str) -> Any:
        match kind:
            case inspect.EnumType(cls=choices) if text not in {str(each.value) for each in choices}:
                raise self._fault(at, f"is one of {', '.join(str(each.value) for each in choices)}, not {text[:80]!r}")
            case inspect.BoolType() if text not in ("true", "false"):
                raise self._fault(at, f"is true or false, not {text[:80]!r}")
            case inspect.BoolType():
                return text == "true"
            case inspect.IntType() if at.endswith("_ms"):
                return self._moment(text, at)
            case inspect.IntType():
                if not re.fullmatch(r"[0-9]{1,16}", text):
                    raise self._fault(at, f"is a whole number, not {text[:80]!r}")
                return int(text)
            case inspect.BytesType():
                if not re.fullmatch(r"(?:[0-9a-f]{2})*", text):
                    raise self._fault(at, "is written in lower-case hexadecimal, two digits a byte")
                return bytes.fromhex(text)
        return text

    def _moment(self, text: str, at: str) -> int:
        try:
            return read_moment(text, now_ms=self._now_ms)
        except ValueError as error:
            raise self._fault(at, str(error)) from error

    def _fault(self, at: str, problem: str) -> click.UsageError:
        return click.UsageError(f"{self._name}: {at} {problem}")


def read_moment(text: str, *, now_ms: int) -> int:
    """Unix milliseconds, a date, or a while from now.

    Raises: ValueError saying how a time is written.
    """
    if re.fullmatch(r"[0-9]{1,16}", text):
        return int(text)
    later = LATER.match(text)
    if later is not None:
        return now_ms + int(later[1]) * (UNITS[later[2]] // timedelta(milliseconds=1))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(
            f"is a time: Unix milliseconds, 2026-12-24T08:00 (UTC unless it says otherwise) or +30d, not {text[:80]!r}"
        ) from error
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000)


def _is_needed(field: inspect.Field) -> bool:
    return field.required and not isinstance(field.type, inspect.VarTupleType)


def _left_out(field: inspect.Field) -> Any:
    return () if field.required else msgspec.to_builtins(field.default, builtin_types=(bytes,))
