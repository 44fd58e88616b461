"""Answers of a gateway as text: names and values in two columns, what comes several times as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from quorate.commands.safe_text import shown, written

NOTHING = "none"


def answer_lines(answer: Mapping[str, Any], *, indent: str = "") -> list[str]:
    """Each field of an answer, in the answer's order; a proof is shown by whoever checks it."""
    fields = {name: value for name, value in answer.items() if name != "proof"}
    width = max(map(len, fields), default=0)
    lines: list[str] = []
    for name, value in fields.items():
        if isinstance(value, Mapping) and value:
            lines += [f"{indent}{name}", *answer_lines(value, indent=indent + "  ")]
        elif isinstance(value, Sequence) and value and isinstance(value[0], Mapping):
            lines += [f"{indent}{name}", *_table(value, indent=indent + "  ")]
        else:
            lines.append(f"{indent}{name:<{width}}  {_cell(name, value)}")
    return lines


def event_words(name: str, params: Mapping[str, str]) -> str:
    """Something that happened, in one line; times as dates too."""
    told = (
        f"{key}={_cell(key, int(value)) if key.endswith('_ms') and value.isdecimal() else value}"
        for key, value in params.items()
    )
    return shown(f"{name} {', '.join(told)}".rstrip())


def _table(rows: Sequence[Mapping[str, Any]], *, indent: str) -> list[str]:
    names = list(rows[0])
    cells = [names, *([_cell(name, row.get(name)) for name in names] for row in rows)]
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
            return shown(value)
        case {"name": str() as event, "params": Mapping() as params}:
            return event_words(event, params)
        case Mapping():
            return "; ".join(f"{key}={_cell(key, each)}" for key, each in value.items()) or NOTHING
        case Sequence():
            return shown(", ".join(_cell("", each) for each in value)) if value else NOTHING
    return str(value)
