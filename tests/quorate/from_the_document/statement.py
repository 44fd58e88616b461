"""The statement file, version 1, and its form: what the state says of one thing after one block."""

import json
from dataclasses import dataclass

from tests.quorate.from_the_document.block import Vote, read_votes
from tests.quorate.from_the_document.text import UnreadableError, fields, integer, items, octets, parse, string
from tests.quorate.from_the_document.trees import Other, Row

FORMAT = "quorate-statement/1"
_FIELDS = ("format", "chain", "kind", "subject", "header", "votes", "rows", "report")
_KEY = "[a-z0-9._/-]{1,256}"
_SERIES = "[a-z0-9][a-z0-9-]{0,47}"
_SUBJECTS = {
    "ownership": f"{_SERIES}-(?:(?!0000)[0-9]{{4}}|10000)",
    "copyright": _SERIES,
    "absence": f"{_SERIES}-(?:(?!0000)[0-9]{{4}}|10000)",
    "holdings": "[a-z0-9][a-z0-9.-]{0,63}",
    "compliance": "[1-9][0-9]{0,17}",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement file, of the right form; nothing in it is checked yet."""

    chain: bytes
    """The chain id that the file names."""

    kind: str
    """What is stated."""

    subject: str
    """Of what."""

    header: bytes
    """In MessagePack."""

    votes: tuple[Vote, ...]
    """For that header."""

    rows: tuple[Row, ...]
    """What it rests on."""

    report: bytes | None
    """Of compliance, in MessagePack."""


def read_statement(data: bytes) -> Statement:
    """The statement in `data`. Raises UnreadableError, also where it is written in any other bytes."""
    content = fields(parse(data), _FIELDS)
    kind = string(content["kind"], "|".join(_SUBJECTS))
    statement = Statement(
        chain=octets(content["chain"], 32),
        kind=kind,
        subject=string(content["subject"], _SUBJECTS[kind]),
        header=octets(content["header"]),
        votes=read_votes(content["votes"]),
        rows=tuple(_row(row) for row in items(content["rows"], 8)),
        report=None if content["report"] is None else octets(content["report"]),
    )
    if _written(content) != data:
        raise UnreadableError("the same content, but not the bytes that it is written in")
    return statement


def _row(value: object) -> Row:
    """One of the file's rows."""
    content = fields(value, ("key", "value", "steps", "other"))
    return Row(
        key=string(content["key"], _KEY),
        value=None if content["value"] is None else octets(content["value"]),
        steps=tuple(_step(step) for step in items(content["steps"], 256)),
        other=None if content["other"] is None else _other(content["other"]),
    )


def _step(value: object) -> tuple[int, bytes]:
    """One branch on the way."""
    content = fields(value, ("depth", "sibling"))
    return integer(content["depth"], 255), octets(content["sibling"], 32)


def _other(value: object) -> Other:
    """What stands where an absent key would be."""
    content = fields(value, ("kind", "depth", "parts"))
    parts = tuple(octets(part, 32) for part in items(content["parts"], 3))
    if content["kind"] == "leaf" and content["depth"] is None and len(parts) == 2:
        return Other(None, parts)
    if content["kind"] == "branch" and len(parts) == 3:
        return Other(integer(content["depth"], 255), parts)
    raise UnreadableError("what stands there is a leaf of two parts, or a branch of three with its depth")


def _written(content: dict[str, object]) -> bytes:
    """The bytes that `content` is written in: its fields in the document's order, no white space, no escapes."""
    votes = [_in_order(vote, ("sender", "index", "count", "path", "signature")) for vote in items(content["votes"])]
    rows = []
    for item in items(content["rows"]):
        row = _in_order(item, ("key", "value", "steps", "other"))
        row["steps"] = [_in_order(step, ("depth", "sibling")) for step in items(row["steps"])]
        if row["other"] is not None:
            row["other"] = _in_order(row["other"], ("kind", "depth", "parts"))
        rows.append(row)
    ordered = _in_order(content | {"votes": votes, "rows": rows}, _FIELDS)
    return json.dumps(ordered, separators=(",", ":")).encode()


def _in_order(value: object, names: tuple[str, ...]) -> dict[str, object]:
    """The object `value` with its keys in the order of `names`."""
    content = fields(value, names)
    return {name: content[name] for name in names}
