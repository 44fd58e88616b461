"""The statement file, version 1: what the state says of one thing after one block."""

import json
from dataclasses import dataclass

from tests.quorate.from_the_document.block import Header, Vote, read_votes
from tests.quorate.from_the_document.packing import REPORT, unpack
from tests.quorate.from_the_document.records import RECORDS
from tests.quorate.from_the_document.text import (
    UnreadableError,
    fields,
    integer,
    items,
    octets,
    parse,
    string,
)
from tests.quorate.from_the_document.trees import Other, Row, sha256, state_root

FORMAT = "quorate-statement/1"
_FIELDS = ("format", "chain", "kind", "subject", "header", "votes", "rows", "report")
_SERIES = "[a-z0-9][a-z0-9-]{0,47}"
_TOKEN = _SERIES + "-(?!0000)(?:[0-9]{4}|10000)"
_SUBJECTS = {
    "ownership": _TOKEN,
    "copyright": _SERIES,
    "absence": _TOKEN,
    "holdings": "[a-z0-9][a-z0-9.-]{0,63}",
    "compliance": "[1-9][0-9]{0,17}",
}
_TOKEN_OWNER = 0
_TOKEN_STATUS = 1
_SERIES_WORK = 0
_SERIES_ISSUER = 1
_WORK_CONTENT_HASH = 4


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
    """At most eight."""

    report: bytes | None
    """Of compliance, in MessagePack."""


def read_statement(data: bytes) -> Statement:
    """The statement in `data`. Raises UnreadableError, also where it is written in any other bytes."""
    content = fields(parse(data), _FIELDS)
    kind = string(content["kind"])
    if content["format"] != FORMAT or kind not in _SUBJECTS:
        raise UnreadableError("of another format or kind")
    rows = items(content["rows"])
    if len(rows) > 8:
        raise UnreadableError("there are more than eight rows")
    statement = Statement(
        chain=octets(content["chain"], 32),
        kind=kind,
        subject=string(content["subject"], _SUBJECTS[kind]),
        header=octets(content["header"]),
        votes=read_votes(content["votes"]),
        rows=tuple(_row(row) for row in rows),
        report=None if content["report"] is None else octets(content["report"]),
    )
    if _written(content) != data:
        raise UnreadableError("the same content, but not the bytes that it is written in")
    return statement


def rows_fail(statement: Statement, header: Header) -> bool:
    """Whether a row does not lead to the header's state root."""
    return any(state_root(row) != header.state_root for row in statement.rows)


def subject_fails(statement: Statement, header: Header) -> bool:
    """Whether the rows are not those that the kind has of its subject. Raises UnreadableError at what is no record."""
    subject, rows = statement.subject, statement.rows
    keys = [row.key for row in rows]
    series = subject.rpartition("-")[0]
    match statement.kind:
        case "ownership":
            if keys[:2] != [f"token/{subject}", f"series/{series}"] or len(rows) != 7:
                return True
            token, of_series = _record(rows[0]), _record(rows[1])
            named = [f"work/{of_series[_SERIES_WORK]}", f"account/{token[_TOKEN_OWNER]}", f"wind_down/series/{series}"]
            named += [f"wind_down/platform/{of_series[_SERIES_ISSUER]}", f"choice/{subject}"]
            if keys[2:] != named:
                return True
            _record(rows[2]), _record(rows[3]), [_read(row) for row in rows[4:]]
            return token[_TOKEN_STATUS] == "burned"
        case "copyright":
            if keys[:1] != [f"work/{subject}"] or len(rows) != 2:
                return True
            content_hash = _record(rows[0])[_WORK_CONTENT_HASH]
            assert isinstance(content_hash, bytes), "its shape was checked"
            return keys[1] != f"content/{content_hash.hex()}" or _record(rows[1])[0] != subject
        case "absence":
            if keys != [f"token/{subject}", f"series/{series}"] or rows[0].value is not None:
                return True
            _read(rows[1])
            return False
        case "holdings":
            if keys != [f"account/{subject}"]:
                return True
            _read(rows[0])
            return False
        case _:
            return bool(rows) or subject != str(header.height)


def report_fails(statement: Statement, header: Header) -> bool:
    """Whether the report is not the block's, or stands where none belongs. Raises UnreadableError at what is none."""
    if statement.kind != "compliance":
        return statement.report is not None
    if statement.report is None:
        return True
    unpack(statement.report, REPORT)
    return sha256(b"quorate/compliance/1\0", statement.report) != header.compliance_root


def content_fails(statement: Statement, content: bytes) -> bool:
    """Whether no row is a work whose content hash is that of `content`."""
    works = [row for row in statement.rows if row.key.startswith("work/")]
    return not works or _record(works[0])[_WORK_CONTENT_HASH] != sha256(content)


def _record(row: Row) -> list[object]:
    """The record in `row`. Raises UnreadableError where there is none."""
    found = _read(row)
    if found is None:
        raise UnreadableError(f"{row.key} does not exist")
    return found


def _read(row: Row) -> list[object] | None:
    """The record in `row`, if there is one. Raises UnreadableError where it is not of its table's shape."""
    return None if row.value is None else unpack(row.value, RECORDS[row.key.partition("/")[0]])


def _row(value: object) -> Row:
    """One of the file's rows."""
    content = fields(value, ("key", "value", "steps", "other"))
    if len(items(content["steps"])) > 256:
        raise UnreadableError("a row has more than 256 steps")
    return Row(
        key=string(content["key"], "[a-z0-9._/-]{1,256}"),
        value=None if content["value"] is None else octets(content["value"]),
        steps=tuple(_step(step) for step in items(content["steps"])),
        other=None if content["other"] is None else _other(content["other"]),
    )


def _step(value: object) -> tuple[int, bytes]:
    """One branch on the way."""
    content = fields(value, ("depth", "sibling"))
    return integer(content["depth"], 255), octets(content["sibling"], 32)


def _other(value: object) -> Other:
    """What stands where an absent key would be."""
    content = fields(value, ("kind", "depth", "parts"))
    parts = tuple(octets(part, 32) for part in items(content["parts"]))
    if content["kind"] == "leaf" and content["depth"] is None and len(parts) == 2:
        return Other(None, parts)
    if content["kind"] == "branch" and len(parts) == 3:
        return Other(integer(content["depth"], 255), parts)
    raise UnreadableError("what stands there is a leaf of two parts, or a branch of three with its depth")


def _written(content: dict[str, object]) -> bytes:
    """The bytes that `content` is written in: its fields in the document's order, no white space, ASCII."""
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
