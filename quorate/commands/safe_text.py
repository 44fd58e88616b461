"""Text out of a file that somebody else made, written so that it cannot pass for more than text.

A title can hold anything its author typed: what steers a terminal, line breaks that make up lines of ours, quotation
marks that end the quotation. None of it gets through.
"""

from datetime import UTC, datetime

TEXT_SHOWN_MAX = 160
DEPTH_SHOWN_MAX = 8
"""Deeper than any operation is nested; below stands an ellipsis."""


def written(time_ms: int) -> str:
    """Return Unix milliseconds as a date in UTC, or as the number where the calendar has no such year."""
    try:
        moment = datetime.fromtimestamp(time_ms / 1000, tz=UTC)
    except (OverflowError, ValueError, OSError):
        return f"{time_ms} ms"
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def shown(text: str) -> str:
    """Return text from a file so that it cannot steer a terminal, cut to a line's length."""
    safe = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return safe if len(safe) <= TEXT_SHOWN_MAX else safe[: TEXT_SHOWN_MAX - 1] + "…"


def quoted(value: object, depth: int = 0) -> str:
    """Return a value from a file as one word: strings in quotation marks that none in them can end."""
    match value:
        case bytes():
            return value.hex()[:16]
        case str():
            return '"' + shown(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
        case list() if depth < DEPTH_SHOWN_MAX:
            return f"[{', '.join(quoted(each, depth + 1) for each in value)}]"
        case bool() | int() | None:
            return str(value)
        case _:
            return "…"
