"""The checks of a statement after those of its block: `rows`, `subject`, `report` and `content`."""

from tests.quorate.from_the_document.block import Header
from tests.quorate.from_the_document.packing import unpack
from tests.quorate.from_the_document.records import (
    CONTENT_WORK,
    RECORDS,
    REPORT,
    SERIES_ISSUER,
    SERIES_WORK,
    TOKEN_OWNER,
    TOKEN_STATE,
    WORK_CONTENT_HASH,
)
from tests.quorate.from_the_document.statement import Statement
from tests.quorate.from_the_document.text import UnreadableError
from tests.quorate.from_the_document.trees import Row, sha256, state_root

_WORK_ROW = {"ownership": 2, "copyright": 0}


def rows_fail(statement: Statement, header: Header) -> bool:
    """Whether a row does not lead to the header's state root."""
    return any(state_root(row) != header.state_root for row in statement.rows)


def subject_fails(statement: Statement, header: Header) -> bool:
    """Whether the rows are not what the kind has of its subject. Raises UnreadableError, which is the same."""
    kinds = {"ownership": _ownership, "copyright": _copyright, "absence": _absence, "holdings": _holdings}
    if statement.kind in kinds:
        kinds[statement.kind](statement.subject, statement.rows)
        return False
    return bool(statement.rows) or statement.subject != str(header.height)


def report_fails(statement: Statement, header: Header) -> bool:
    """Whether the report is not the block's, or stands where none belongs. Raises UnreadableError at what is none."""
    if statement.kind != "compliance":
        return statement.report is not None
    if statement.report is None:
        return True
    unpack(statement.report, REPORT)
    return sha256(b"quorate/compliance/1\0", statement.report) != header.compliance_root


def content_fails(statement: Statement, content_hash: bytes) -> bool:
    """Whether the kind has no work, or the work's content hash is another than `content_hash`."""
    place = _WORK_ROW.get(statement.kind)
    return place is None or _record(statement.rows[place])[WORK_CONTENT_HASH] != content_hash


def _ownership(token: str, rows: tuple[Row, ...]) -> None:
    """The token, all that it rests on, and all that may end it. Raises UnreadableError."""
    series = _series_of(token)
    _expect(rows, 7, {0: f"token/{token}", 1: f"series/{series}"})
    of_token, of_series = _record(rows[0]), _record(rows[1])
    work, issuer = of_series[SERIES_WORK], of_series[SERIES_ISSUER]
    _expect(
        rows,
        7,
        {
            2: f"work/{work}",
            3: f"account/{of_token[TOKEN_OWNER]}",
            4: f"wind_down/series/{series}",
            5: f"wind_down/platform/{issuer}",
            6: f"choice/{token}",
        },
    )
    for row in rows[2:4]:
        _record(row)
    for row in rows[4:]:
        _record_or_none(row)
    if of_token[TOKEN_STATE] == "burned":
        raise UnreadableError("the token was burned")


def _copyright(work: str, rows: tuple[Row, ...]) -> None:
    """The work, and that its content is its own. Raises UnreadableError."""
    _expect(rows, 2, {0: f"work/{work}"})
    content_hash = _record(rows[0])[WORK_CONTENT_HASH]
    assert isinstance(content_hash, bytes), "a work was read without a digest"
    _expect(rows, 2, {1: f"content/{content_hash.hex()}"})
    if _record(rows[1])[CONTENT_WORK] != work:
        raise UnreadableError("the content is another work's")


def _absence(token: str, rows: tuple[Row, ...]) -> None:
    """No token; perhaps its series. Raises UnreadableError."""
    _expect(rows, 2, {0: f"token/{token}", 1: f"series/{_series_of(token)}"})
    if rows[0].value is not None:
        raise UnreadableError("the token exists")
    _record_or_none(rows[1])


def _holdings(account: str, rows: tuple[Row, ...]) -> None:
    """An account, if there is one. Raises UnreadableError."""
    _expect(rows, 1, {0: f"account/{account}"})
    _record_or_none(rows[0])


def _series_of(token: str) -> str:
    """The name of the series that `token` is an edition of."""
    return token.rpartition("-")[0]


def _expect(rows: tuple[Row, ...], count: int, keys: dict[int, str]) -> None:
    """There are `count` rows, and at these places these keys. Raises UnreadableError."""
    if len(rows) != count or any(rows[place].key != key for place, key in keys.items()):
        raise UnreadableError("the rows are not those of the kind, in its order")


def _record(row: Row) -> list[object]:
    """The record in `row`. Raises UnreadableError where there is none, or it is not one of its table."""
    record = _record_or_none(row)
    if record is None:
        raise UnreadableError(f"{row.key} does not exist")
    return record


def _record_or_none(row: Row) -> list[object] | None:
    """The record in `row`, if there is one. Raises UnreadableError where it is not one of its table."""
    if row.value is None:
        return None
    return unpack(row.value, RECORDS[row.key.partition("/")[0]])
