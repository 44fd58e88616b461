"""Writes the statement that a client takes away: what the state says of one thing, for whoever has the charter.

The form is defined in docs/CERTIFICATE.md; quorate/verifier reads it and shares no code with this file.
"""

import enum
import json
from typing import Annotated

import msgspec

from canonical.encoding import encode
from canonical.hashing import Digest
from ledger.names import AccountId, TokenId, WorkId, series_of_token, token_id
from ledger.parameters import RANGES
from ledger.receipts import ComplianceEntry
from ledger.view import View
from node.gateway.queries.proofs import ProofReply

STATEMENT_FORMAT = "quorate-statement/1"
"""The first field of the file; a change of form changes it."""


EDITIONS_MAX = RANGES["edition_cap_max"][1]
"""No series can ever have more."""


class Kind(enum.StrEnum):
    """What can be stated."""

    OWNERSHIP = "ownership"
    """Of a token: its owner, and all that holds it or ends it, up to its work and its issuer."""
    COPYRIGHT = "copyright"
    """Of a work."""
    ABSENCE = "absence"
    """Of a token: it was never minted."""
    HOLDINGS = "holdings"
    """Of an account: how many sold editions it owns."""
    COMPLIANCE = "compliance"
    """Of a block, by its height."""


_NAMES: dict[Kind, object] = {
    Kind.OWNERSHIP: TokenId,
    Kind.COPYRIGHT: WorkId,
    Kind.ABSENCE: TokenId,
    Kind.HOLDINGS: AccountId,
    Kind.COMPLIANCE: Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,17}\Z")],
}
"""What is written in each kind's subject; a height in decimal, from 1."""


def is_subject(kind: Kind, subject: str) -> bool:
    """Whether `subject` is written as a name that the ledger gives to what this kind is about.

    Nothing else is stated: *scroll-1 was never minted* would be true, and read as if it were said of scroll-0001.
    """
    try:
        msgspec.convert(subject, _NAMES[kind])
    except msgspec.ValidationError:
        return False
    if kind not in (Kind.OWNERSHIP, Kind.ABSENCE):
        return True
    edition = int(subject.rpartition("-")[2])
    return 1 <= edition <= EDITIONS_MAX and subject == token_id(series_of_token(subject), edition)


def read_rows(view: View, kind: Kind, subject: str) -> str | None:
    """Read the rows that a statement rests on, so that `view.state.reads` has them; else why it cannot be made."""
    if not is_subject(kind, subject):
        return f"{subject[:80]!r} is no name of what {kind.value} is stated of"
    match kind:
        case Kind.OWNERSHIP:
            token = view.token(subject)
            series = view.series(series_of_token(subject))
            if token is None or series is None or view.owner_of(subject) is None:
                return f"there is no token {subject}, or it was burned"
            view.work(series.work)
            view.account(token.owner)
            view.state.wind_downs.get(f"series/{series_of_token(subject)}")
            view.state.wind_downs.get(f"platform/{series.issuer}")
            view.state.choices.get(subject)
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
