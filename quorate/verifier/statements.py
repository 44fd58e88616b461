"""The statement file: what the ledger's state says of one thing after one block. docs/CERTIFICATE.md defines it."""

import enum
import json
import re
from dataclasses import dataclass
from typing import Any

from quorate.verifier.block import BlockFile
from quorate.verifier.format import VoteFile, read_votes
from quorate.verifier.json import (
    UnreadableError,
    parse_json,
    read_array,
    read_fields,
    read_hexadecimal,
    read_text,
    refuse,
)
from quorate.verifier.rows import OtherFile, RowFile, read_row

STATEMENT_FORMAT = "quorate-statement/1"

FIELDS = ("format", "chain", "kind", "subject", "header", "votes", "rows", "report")
ROWS_MAX = 8
"""One more than the longest kind has."""


class Kind(enum.StrEnum):
    """What a statement is about."""

    OWNERSHIP = "ownership"
    """Subject: a token. Who owns it, and all that holds it or ends it."""
    COPYRIGHT = "copyright"
    """Subject: a work. Who registered it for whom, with which licences, and whether it stands."""
    ABSENCE = "absence"
    """Subject: a token. It was never minted."""
    HOLDINGS = "holdings"
    """Subject: an account. How many sold editions it owns; none, if it does not exist."""
    COMPLIANCE = "compliance"
    """Subject: a height. What the rules were asked and refused in that block."""


_TOKEN = re.compile(r"[a-z0-9][a-z0-9-]{0,47}-(?:(?!0000)[0-9]{4}|10000)")

SUBJECTS = {
    Kind.OWNERSHIP: _TOKEN,
    Kind.COPYRIGHT: re.compile(r"[a-z0-9][a-z0-9-]{0,47}"),
    Kind.ABSENCE: _TOKEN,
    Kind.HOLDINGS: re.compile(r"[a-z0-9][a-z0-9.-]{0,63}"),
    Kind.COMPLIANCE: re.compile(r"[1-9][0-9]{0,17}"),
}
"""How the ledger writes such names. That *scroll-1* was never minted is true of any chain that has scroll-0001."""


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A statement as it stands in the file, every field of the right shape and none checked against another."""

    block: BlockFile
    kind: Kind
    subject: str
    rows: tuple[RowFile, ...]
    report: bytes | None
    """Canonical MessagePack of a block's compliance report; None but in a statement of compliance."""

    def written(self) -> bytes:
        """The one file that says this."""
        content = {
            "format": STATEMENT_FORMAT,
            "chain": self.block.chain.hex(),
            "kind": self.kind.value,
            "subject": self.subject,
            "header": self.block.header.hex(),
            "votes": [_vote(each) for each in self.block.votes],
            "rows": [_row(each) for each in self.rows],
            "report": None if self.report is None else self.report.hex(),
        }
        return json.dumps(content, separators=(",", ":")).encode()


def is_statement(data: bytes) -> bool:
    """Whether a file calls itself a statement."""
    try:
        content = parse_json(data)
    except UnreadableError:
        return False
    return isinstance(content, dict) and content.get("format") == STATEMENT_FORMAT


def read_statement(data: bytes) -> StatementFile:
    """Read a statement file.

    Raises: UnreadableError naming the field.
    """
    top = read_fields(parse_json(data), "", *FIELDS)
    rows = read_array(top["rows"], "rows")
    if len(rows) > ROWS_MAX:
        refuse("rows", f"has more than {ROWS_MAX} rows")
    kind = read_text(top["kind"], "kind")
    if kind not in list(Kind):
        refuse("kind", f"is none of {', '.join(Kind)}")
    subject = read_text(top["subject"], "subject", SUBJECTS[Kind(kind)])
    block = BlockFile(
        read_hexadecimal(top["chain"], "chain", 32),
        read_hexadecimal(top["header"], "header"),
        read_votes(top["votes"]),
    )
    statement = StatementFile(
        block,
        Kind(kind),
        subject,
        tuple(read_row(each, f"rows[{i}]") for i, each in enumerate(rows)),
        _report(top["report"]),
    )
    if statement.written() != data:
        refuse("the file", "is not compact JSON with its fields in order, so it is not the file that was made")
    return statement


def _report(value: Any) -> bytes | None:
    return None if value is None else read_hexadecimal(value, "report")


def _vote(vote: VoteFile) -> dict[str, object]:
    return {
        "sender": vote.sender,
        "index": vote.index,
        "count": vote.count,
        "path": [each.hex() for each in vote.path],
        "signature": vote.signature.hex(),
    }


def _row(row: RowFile) -> dict[str, object]:
    return {
        "key": row.key,
        "value": None if row.value is None else row.value.hex(),
        "steps": [{"depth": depth, "sibling": sibling.hex()} for depth, sibling in row.steps],
        "other": None if row.other is None else _other(row.other),
    }


def _other(other: OtherFile) -> dict[str, object]:
    kind = "leaf" if other.depth is None else "branch"
    return {"kind": kind, "depth": other.depth, "parts": [each.hex() for each in other.parts]}
