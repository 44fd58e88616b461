"""Both tables of checks, in the document's order: a file and a charter in, a verdict out."""

from dataclasses import dataclass
from functools import cached_property

from tests.quorate.from_the_document import block, certificate, statement, statement_checks
from tests.quorate.from_the_document.certificate import Certificate, read_certificate
from tests.quorate.from_the_document.charter import Charter, read_charter
from tests.quorate.from_the_document.checks import Check, Verdict, run
from tests.quorate.from_the_document.statement import Statement, read_statement
from tests.quorate.from_the_document.text import UnreadableError, parse


@dataclass
class _Case:
    """A file and a charter before the checks; each part is read when first asked for, and raises when it cannot be."""

    file: bytes
    """The certificate or statement."""

    charter_file: bytes
    """The charter."""

    @cached_property
    def is_statement(self) -> bool:
        """Whether the file says that it is a statement; all else is held to be a certificate."""
        try:
            content = parse(self.file)
        except UnreadableError:
            return False
        return isinstance(content, dict) and content.get("format") == statement.FORMAT

    @cached_property
    def certificate(self) -> Certificate:
        """The file as a certificate."""
        return read_certificate(self.file)

    @cached_property
    def statement(self) -> Statement:
        """The file as a statement."""
        return read_statement(self.file)

    @property
    def content(self) -> Certificate | Statement:
        """The file as what it says it is."""
        return self.statement if self.is_statement else self.certificate

    @cached_property
    def charter(self) -> Charter:
        """The charter."""
        return read_charter(self.charter_file)

    @cached_property
    def header(self) -> block.Header:
        """The block's header."""
        return block.read_header(self.content.header)


def verify(file: bytes, charter: bytes, content_hash: bytes | None = None) -> Verdict:
    """Check `file` under `charter`; and whether `content_hash` is that of what was registered."""
    case = _Case(file, charter)
    if case.is_statement:
        return run(_of_block(case) + _of_statement(case, content_hash))
    return run(_of_block(case) + _of_certificate(case, content_hash))


def _of_block(case: _Case) -> list[Check]:
    """The checks that both files begin with."""
    on_votes = ("chain", "header")
    return [
        Check("format", (), lambda: case.content is None),
        Check("charter", (), lambda: case.charter is None),
        Check("chain", ("format", "charter"), lambda: case.content.chain != case.charter.chain),
        Check("header", ("format",), lambda: case.header is None),
        Check("committee", on_votes, lambda: block.committee_fails(case.charter, case.header, case.content.votes)),
        Check(
            "votes",
            on_votes,
            lambda: block.votes_fail(case.charter, case.header, case.content.header, case.content.votes),
        ),
        Check(
            "quorum",
            on_votes,
            lambda: block.quorum_fails(case.charter, case.header, case.content.header, case.content.votes),
        ),
    ]


def _of_certificate(case: _Case, content_hash: bytes | None) -> list[Check]:
    """The checks of a certificate after those of its block."""
    checks = [
        Check("transaction", ("chain",), lambda: not certificate.transaction_id(case.certificate)),
        Check("transaction signature", ("transaction",), lambda: certificate.signature_fails(case.certificate)),
        Check(
            "transaction path",
            ("header", "transaction"),
            lambda: certificate.transaction_path_fails(case.certificate, case.header),
        ),
        Check("receipt", ("format",), lambda: certificate.receipt_fails(case.certificate)),
        Check(
            "receipt path",
            ("header", "receipt"),
            lambda: certificate.receipt_path_fails(case.certificate, case.header),
        ),
        Check(
            "receipt matches transaction",
            ("transaction", "receipt"),
            lambda: certificate.match_fails(case.certificate),
        ),
    ]
    if content_hash is not None:
        checks.append(
            Check("content", ("transaction",), lambda: certificate.content_fails(case.certificate, content_hash))
        )
    return checks


def _of_statement(case: _Case, content_hash: bytes | None) -> list[Check]:
    """The checks of a statement after those of its block."""
    checks = [
        Check("rows", ("header",), lambda: statement_checks.rows_fail(case.statement, case.header)),
        Check("subject", ("rows",), lambda: statement_checks.subject_fails(case.statement, case.header)),
        Check("report", ("header",), lambda: statement_checks.report_fails(case.statement, case.header)),
    ]
    if content_hash is not None:
        checks.append(
            Check("content", ("subject",), lambda: statement_checks.content_fails(case.statement, content_hash))
        )
    return checks
