"""Text out of a file that somebody else made, written so that it cannot pass for more than text.

A title can hold anything its author typed: what steers a terminal, line breaks that make up lines of ours, quotation
marks that end the quotation, blanks that are letters by name. None of it gets through. What looks like another text and
is not, a Latin word with a Cyrillic letter in it, is said to be: names of the ledger are ASCII, titles are not.
"""

import re
import unicodedata
from datetime import UTC, datetime

TEXT_SHOWN_MAX = 160
LINE_SHOWN_MAX = 65_536
"""A thousand tokens by name."""

PLAIN = re.compile(r"[A-Za-z0-9._:/-]{1,160}")
"""Letters that make no sentence."""

BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Printable, by Unicode, and nothing to be seen: Hangul fillers and the empty Braille pattern."""

LOOKALIKES = frozenset({"ARMENIAN", "CHEROKEE", "COPTIC", "CYRILLIC", "GREEK"})
"""Alphabets with letters that look Latin."""

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
    cut = text[: TEXT_SHOWN_MAX + 1]
    safe = "".join(_safe(letter) for letter in cut)
    return safe if len(safe) <= TEXT_SHOWN_MAX else safe[: TEXT_SHOWN_MAX - 1] + "…"


def harmless(text: str) -> str:
    """Return one line of a gateway's so that it cannot steer a terminal, cut where no line of ours is that long."""
    return "".join(_safe(letter) for letter in text[:LINE_SHOWN_MAX])


def quoted(value: object, depth: int = 0) -> str:
    """Return a value from a file as one word: strings in quotation marks that none in them can end."""
    match value:
        case bytes():
            return value.hex()[:16]
        case str():
            mark = " (letters of several alphabets in one word)" if mixes_alphabets(value) else ""
            return '"' + shown(value).replace("\\", "\\\\").replace('"', '\\"') + '"' + mark
        case list() if depth < DEPTH_SHOWN_MAX:
            return f"[{', '.join(quoted(each, depth + 1) for each in value)}]"
        case bool() | int() | None:
            return str(value)
        case _:
            return "…"


def worded(text: str) -> str:
    """Return text from a file inside a sentence of ours: a name or number as it is, all else in quotation marks.

    Otherwise a certificate number could go on with *; its content has SHA-256 ...*, in our words.
    """
    return text if PLAIN.fullmatch(text) else quoted(text)


def mixes_alphabets(text: str) -> bool:
    """Whether a word of `text`, as far as it is shown, has Latin letters and some of an alphabet that looks like it."""
    for word in re.findall(r"\w+", text[:TEXT_SHOWN_MAX]):
        alphabets = {unicodedata.name(letter, "").partition(" ")[0] for letter in word if letter.isalpha()}
        if "LATIN" in alphabets and alphabets & LOOKALIKES:
            return True
    return False


def _safe(letter: str) -> str:
    return letter if letter.isprintable() and letter not in BLANKS else "\N{REPLACEMENT CHARACTER}"
