"""Answers of a gateway as text: names and values in two columns, what comes several times as a table.

A gateway may be a liar's. What stands among other things on a line is a plain word, or in quotation marks.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from quorate.commands.safe_text import shown, worded, written

NOTHING = "none"

TIME_DIGITS_MAX = 16
"""Of Unix milliseconds below 2^53."""


def answer_lines(answer: Mapping[str, Any], *, indent: str = "") -> list[str]:
    """Each field of an answer, in the answer's order; a proof is shown by whoever checks it."""
    fields = {worded(name): value for name, value in answer.items() if name != "proof"}
    width = max(map(len, fields), default=0)
    lines: list[str] = []
    for name, value in fields.items():
        if isinstance(value, Mapping) and value:
            lines += [f"{indent}{name}", *answer_lines(value, indent=indent + "  ")]
        elif isinstance(value, Sequence) and value and isinstance(value[0], Mapping):
            lines += [f"{indent}{name}", *_table(value, indent=indent + "  ")]
        else:
            said = shown(value) if isinstance(value, str) else _cell(name, value)
            lines.append(f"{indent}{name:<{width}}  {said}")
    return lines


def event_words(name: str, params: Mapping[str, str]) -> str:
    """Something that happened, in one line; times as dates too."""
    return " ".join(filter(None, (worded(name), ", ".join(_pair(*each) for each in params.items()))))


def _pair(name: str, value: str) -> str:
    is_time = name.endswith("_ms") and len(value) <= TIME_DIGITS_MAX and value.isdecimal()
    return f"{worded(name)}={_cell(name, int(value) if is_time else value)}"


def _table(rows: Sequence[Mapping[str, Any]], *, indent: str) -> list[str]:
    names = list(rows[0])
    cells = [list(map(worded, names)), *([_cell(name, row.get(name)) for name in names] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
    return [
        (indent + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))).rstrip()
        for row in cells
    ]


def _cell(name: str, value: Any) -> str:
    match value:
        case None:
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case int() if name.endswith("_ms") and value:
            return f"{value} ({written(value)})"
        case str():
            return worded(value)
        case {"name": str() as event, "params": Mapping() as params}:
            return event_words(event, params)
        case Mapping():
            return "; ".join(f"{worded(key)}={_cell(key, each)}" for key, each in value.items()) or NOTHING
        case Sequence():
            return ", ".join(_cell("", each) for each in value) or NOTHING
    return str(value)
