"""What a statement adds to a certified header: rows under its state root, and what they say of the subject."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from quorate.verifier.block import BlockChecks, Question, hold
from quorate.verifier.contents import Header
from quorate.verifier.format import CharterFile
from quorate.verifier.json import UnreadableError, read_messagepack
from quorate.verifier.records import Record, is_natural, read_record
from quorate.verifier.rows import root_of_row
from quorate.verifier.statements import Kind, StatementFile, read_statement

COMPLIANCE_TAG = b"quorate/compliance/1\0"


@dataclass(frozen=True, slots=True)
class StatementContents:
    """What a statement that holds was read as."""

    charter: CharterFile
    statement: StatementFile
    header: Header
    records: dict[str, Record | None]
    """By what they are of the subject, such as `token` or `owner`; None for a row that does not exist."""
    report: tuple[tuple[str, int, int], ...]
    """Of a statement of compliance: rule, transactions it was asked about, those it refused."""


class StatementChecks(BlockChecks):
    """The checks of a statement file."""

    def __init__(self, statement_data: bytes, charter_data: bytes, content_hash: bytes | None) -> None:
        """Check the statement in these bytes against a charter, and a work's content against both."""
        super().__init__(charter_data)
        self.statement_data = statement_data
        self.content_hash = content_hash
        self.statement: StatementFile | None = None
        self.records: dict[str, Record | None] = {}
        self.report: tuple[tuple[str, int, int], ...] = ()

    def further(self) -> tuple[Question, ...]:
        """The statement's own checks."""
        asked: tuple[Question, ...] = (
            ("rows", self.check_rows, ("header",)),
            ("subject", self.check_subject, ("rows",)),
            ("report", self.check_report, ("header",)),
        )
        return asked if self.content_hash is None else (*asked, ("content", self.check_content, ("subject",)))

    def check_format(self) -> str:
        """The statement file is exactly of the form that docs/CERTIFICATE.md defines, byte for byte."""
        self.statement = read_statement(self.statement_data)
        self.block = self.statement.block
        return f"{len(self.statement_data)} bytes, {self.statement.kind.value} of {self.statement.subject}"

    def check_rows(self) -> str:
        """Each row leads to the header's state root."""
        rows = self._statement().rows
        for row in rows:
            hold(root_of_row(row) == self.block_header().state_root, f"row {row.key} does not lead to the state root")
        return f"{len(rows)} rows lead to the state root"

    def check_subject(self) -> str:
        """The rows are those that a statement of this kind rests on, and say of the subject what the kind says."""
        statement = self._statement()
        match statement.kind:
            case Kind.OWNERSHIP:
                return self._ownership(statement.subject)
            case Kind.COPYRIGHT:
                return self._copyright(statement.subject)
            case Kind.ABSENCE:
                return self._absence(statement.subject)
            case Kind.HOLDINGS:
                return self._holdings(statement.subject)
            case Kind.COMPLIANCE:
                hold(not statement.rows, "a statement of compliance rests on no rows")
                hold(statement.subject == str(self.block_header().height), "the header is of another height")
                return f"block {statement.subject}"

    def check_report(self) -> str:
        """A statement of compliance has the report that the header commits to, and no other statement has one."""
        statement = self._statement()
        if statement.kind is not Kind.COMPLIANCE:
            hold(statement.report is None, f"a statement of {statement.kind.value} has no report")
            return "none, as it should be"
        hold(statement.report is not None, "a statement of compliance has a report")
        assert statement.report is not None, "held above"
        digest = sha256(COMPLIANCE_TAG + statement.report).digest()
        hold(digest == self.block_header().compliance_root, "the report is not the one that the header commits to")
        self.report = tuple(_entry(each) for each in _list(read_messagepack(statement.report)))
        return f"{len(self.report)} rules were asked"

    def check_content(self) -> str:
        """The content is the one whose hash the work has."""
        assert self.content_hash is not None, "it is asked where there is one"
        work = self.records.get("work")
        hold(work is not None, f"a statement of {self._statement().kind.value} names no content")
        assert work is not None, "held above"
        registered = work["content_hash"] == self.content_hash
        hold(registered, "the content is not the one that was registered")
        return self.content_hash.hex()[:16]

    def contents(self) -> StatementContents:
        """What was read; every check passed."""
        _, charter = self.files()
        return StatementContents(charter, self._statement(), self.block_header(), self.records, self.report)

    def _ownership(self, token: str) -> str:
        self._rows(7)
        name = token.rpartition("-")[0]
        record = self._existing(0, "token", token)
        series = self._existing(1, "series", name)
        self._existing(2, "work", series["work"])
        self._existing(3, "account", record["owner"], "owner")
        self._take(4, "wind_down", f"series/{name}", "end of series")
        self._take(5, "wind_down", f"platform/{series['issuer']}", "end of issuer")
        self._take(6, "choice", token)
        hold(record["state"] != "burned", "the token was burned: nobody owns it")
        return f"owned by {record['owner']}"

    def _copyright(self, work: str) -> str:
        self._rows(2)
        record = self._existing(0, "work", work)
        content = self._take(1, "content", record["content_hash"].hex())
        hold(content == {"work": work}, "the content is that of another work")
        return f"certificate {record['certificate_number']}"

    def _absence(self, token: str) -> str:
        self._rows(2)
        hold(self._take(0, "token", token) is None, "the token exists")
        series = self._take(1, "series", token.rpartition("-")[0])
        return "there is no such series" if series is None else f"{series['minted']} editions were minted"

    def _holdings(self, account: str) -> str:
        self._rows(1)
        record = self._take(0, "account", account)
        return "there is no such account" if record is None else f"{record['tokens']} sold editions"

    def _rows(self, count: int) -> None:
        found = len(self._statement().rows)
        hold(found == count, f"it rests on {count} rows, not {found}")

    def _take(self, place: int, table: str, row: str, name: str | None = None) -> Record | None:
        """The record of the row at `place`, which must be this one; kept as `name`, by default the table's."""
        found = self._statement().rows[place]
        hold(found.key == f"{table}/{row}", f"row {place} is {found.key[:80]}, not {table}/{row}")
        record = None if found.value is None else read_record(found.value, table)
        self.records[name or table] = record
        return record

    def _existing(self, place: int, table: str, row: str, name: str | None = None) -> Record:
        """The same, where the row must exist."""
        record = self._take(place, table, row, name)
        hold(record is not None, f"there is no {table}/{row}")
        assert record is not None, "held above"
        return record

    def _statement(self) -> StatementFile:
        assert self.statement is not None, "the format was checked"
        return self.statement


def _entry(value: Any) -> tuple[str, int, int]:
    match value:
        case [str() as rule, checked, refused] if is_natural(checked) and is_natural(refused):
            return rule, checked, refused
    raise UnreadableError("an entry of the report is not a rule and two counts")


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise UnreadableError("not an array")
    return value
