"""Writes the statement that a client takes away: what the state says of one thing, for whoever has the charter.

The form is defined in docs/CERTIFICATE.md; quorate/verifier reads it and shares no code with this file.
"""

import enum
import json

import msgspec

from canonical.encoding import encode
from canonical.hashing import Digest
from ledger.names import series_of_token
from ledger.receipts import ComplianceEntry
from ledger.view import View
from node.gateway.queries.proofs import ProofReply

STATEMENT_FORMAT = "quorate-statement/1"
"""The first field of the file; a change of form changes it."""


class Kind(enum.StrEnum):
    """What can be stated."""

    OWNERSHIP = "ownership"
    """Of a token: its owner, and whether it, its series and its work stand."""
    COPYRIGHT = "copyright"
    """Of a work."""
    ABSENCE = "absence"
    """Of a token: it was never minted."""
    HOLDINGS = "holdings"
    """Of an account: how many sold editions it owns."""
    COMPLIANCE = "compliance"
    """Of a block, by its height."""


def read_rows(view: View, kind: Kind, subject: str) -> str | None:
    """Read the rows that a statement rests on, so that `view.state.reads` has them; else why it cannot be made."""
    match kind:
        case Kind.OWNERSHIP:
            token = view.token(subject)
            series = view.series(series_of_token(subject))
            if token is None or series is None or view.owner_of(subject) is None:
                return f"there is no token {subject}, or it was burned"
            view.work(series.work)
        case Kind.COPYRIGHT:
            work = view.work(subject)
            if work is None:
                return f"there is no work {subject}"
            view.state.contents.get(work.content_hash.hex())
        case Kind.ABSENCE:
            if view.token(subject) is not None:
                return f"token {subject} exists"
            view.series(series_of_token(subject))
        case Kind.HOLDINGS:
            view.account(subject)
        case Kind.COMPLIANCE:
            pass
    return None


def statement_file(
    chain: Digest, kind: Kind, subject: str, proof: ProofReply, report: tuple[ComplianceEntry, ...] | None
) -> bytes:
    """Return the file: compact JSON, byte for byte what the verifier accepts. `report` is for compliance only."""
    assert (report is not None) == (kind is Kind.COMPLIANCE), "a block's compliance is its report"
    built = msgspec.to_builtins(proof)
    content = {
        "format": STATEMENT_FORMAT,
        "chain": chain.hex(),
        "kind": kind.value,
        "subject": subject,
        "header": built["header"],
        "votes": built["votes"],
        "rows": built["rows"],
        "report": None if report is None else encode(report).hex(),
    }
    return json.dumps(content, separators=(",", ":"), ensure_ascii=True).encode("ascii")
