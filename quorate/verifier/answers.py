"""Answers of a gateway that came with a proof: rows of the state under a header that a quorum of the charter signed.

The checks of the block and of the rows are those of certificates. What an answer says is the gateway's wording and no
part of the proof; whoever reads it draws it from the rows again, or compares the report's digest with the header.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from quorate.verifier.block import BlockChecks, BlockFile, Check, Outcome, Question, hold
from quorate.verifier.contents import Header
from quorate.verifier.format import CharterFile, read_votes
from quorate.verifier.json import parse_json, read_array, read_fields, read_hexadecimal, read_integer, refuse
from quorate.verifier.rows import RowFile, read_row, root_of_row
from quorate.verifier.statement_checks import COMPLIANCE_TAG

PROOF_BYTES_MAX = 16 << 20
"""256 of the longest rows."""

ROWS_MAX = 1_024
"""Several times what a gateway proves in one answer."""


@dataclass(frozen=True, slots=True)
class ProvedAnswer:
    """What a proof that holds was read as."""

    charter: CharterFile
    header: Header
    votes: int
    """Members that signed the header."""
    rows: tuple[RowFile, ...]
    left_out: int
    """Rows that the answer rests on too and that are not here."""


def verify_answer(
    proof: bytes, charter: bytes, *, chain: bytes, height: int, report: bytes | None = None
) -> tuple[tuple[Check, ...], ProvedAnswer | None]:
    """Check the JSON of an answer's `proof` against the bytes of a charter file.

    `chain` is what the gateway calls its chain, `height` the answer's; `report` is the canonical MessagePack of a
    compliance report that was answered. Never raises, whatever the bytes are; None where a check failed.
    """
    checks = _AnswerChecks(proof, charter, chain=chain, height=height, report=report)
    found, holds = checks.put_all()
    return found, checks.proved() if holds else None


def failed(checks: tuple[Check, ...]) -> tuple[str, ...]:
    """The names of the checks that failed."""
    return tuple(check.name for check in checks if check.outcome is Outcome.FAILED)


class _AnswerChecks(BlockChecks):
    """What an answer adds to a certified header."""

    def __init__(
        self, proof_data: bytes, charter_data: bytes, *, chain: bytes, height: int, report: bytes | None
    ) -> None:
        super().__init__(charter_data)
        self.proof_data = proof_data
        self.chain_named = chain
        self.height = height
        self.report = report
        self.rows: tuple[RowFile, ...] = ()
        self.left_out = 0

    def further(self) -> tuple[Question, ...]:
        """The answer's own checks."""
        asked: tuple[Question, ...] = (
            ("height", self.check_height, ("header",)),
            ("rows", self.check_rows, ("header",)),
        )
        return asked if self.report is None else (*asked, ("report", self.check_report, ("header",)))

    def check_format(self) -> str:
        """The proof has the fields of a gateway's proof, each of the right shape."""
        top = read_fields(parse_json(self.proof_data, PROOF_BYTES_MAX), "", "header", "votes", "rows", "rows_left_out")
        rows: list[Any] = read_array(top["rows"], "rows")
        if len(rows) > ROWS_MAX:
            refuse("rows", f"has more than {ROWS_MAX} rows")
        self.rows = tuple(read_row(each, f"rows[{i}]") for i, each in enumerate(rows))
        self.left_out = read_integer(top["rows_left_out"], "rows_left_out")
        header = read_hexadecimal(top["header"], "header")
        self.block = BlockFile(self.chain_named, header, read_votes(top["votes"]))
        return f"{len(self.proof_data)} bytes"

    def check_height(self) -> str:
        """The header is that of the answer's height."""
        found = self.block_header().height
        hold(found == self.height, f"the header is that of block {found}, and the answer that of block {self.height}")
        return f"block {found}"

    def check_rows(self) -> str:
        """Each row leads to the header's state root, and none stands there twice."""
        for row in self.rows:
            hold(root_of_row(row) == self.block_header().state_root, f"row {row.key} does not lead to the state root")
        hold(len({row.key for row in self.rows}) == len(self.rows), "a row stands there twice")
        return f"{len(self.rows)} rows lead to the state root"

    def check_report(self) -> str:
        """The compliance report is the one that the header commits to."""
        assert self.report is not None, "it is asked where there is one"
        digest = sha256(COMPLIANCE_TAG + self.report).digest()
        hold(digest == self.block_header().compliance_root, "the report is not the one that the header commits to")
        return "it leads to the compliance root"

    def proved(self) -> ProvedAnswer:
        """What was read; every check passed."""
        _, charter = self.files()
        return ProvedAnswer(charter, self.block_header(), len(self.signers), self.rows, self.left_out)
