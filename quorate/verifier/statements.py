"""The statement file: what the ledger's state says of one thing after one block. docs/CERTIFICATE.md defines it."""

import enum
import json
import re
from dataclasses import dataclass
from typing import Any

from quorate.verifier.block import BlockFile
from quorate.verifier.format import read_vote
from quorate.verifier.json import (
    UnreadableError,
    parse_json,
    read_array,
    read_fields,
    read_hexadecimal,
    read_text,
    refuse,
)
from quorate.verifier.rows import RowFile, read_row

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
    content = parse_json(data)
    top = read_fields(content, "", *FIELDS)
    if json.dumps(content, separators=(",", ":"), ensure_ascii=True).encode() != data or tuple(content) != FIELDS:
        refuse("the file", "is not compact JSON with its fields in order, so it is not the file that was made")
    rows = read_array(top["rows"], "rows")
    if len(rows) > ROWS_MAX:
        refuse("rows", f"has more than {ROWS_MAX} rows")
    kind = read_text(top["kind"], "kind")
    if kind not in list(Kind):
        refuse("kind", f"is none of {', '.join(Kind)}")
    subject = read_text(top["subject"], "subject", SUBJECTS[Kind(kind)])
    votes = read_array(top["votes"], "votes")
    block = BlockFile(
        read_hexadecimal(top["chain"], "chain", 32),
        read_hexadecimal(top["header"], "header"),
        tuple(read_vote(each, f"votes[{i}]") for i, each in enumerate(votes)),
    )
    return StatementFile(
        block,
        Kind(kind),
        subject,
        tuple(read_row(each, f"rows[{i}]") for i, each in enumerate(rows)),
        _report(top["report"]),
    )


def _report(value: Any) -> bytes | None:
    return None if value is None else read_hexadecimal(value, "report")
