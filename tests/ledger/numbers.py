"""Numbers of cases and proposals: a test calls them `case-1`, and on the chain they bear their opener's name.

So a test that is about something else need not say who came first: whoever opens it, others join `case-1`.
"""

from msgspec.structs import replace

from ledger.ledger import Ledger
from ledger.operations.freezes import (
    Appeal,
    EmergencyFreeze,
    FreezeAccount,
    FreezeToken,
    UnfreezeAccount,
    UnfreezeToken,
    Uphold,
)
from ledger.operations.governance import Propose, Vote
from ledger.operations.measures import ForcedTransfer, OpenDispute, ResolveDispute, Takedown
from ledger.operations.subjects import AccountSubject, SeriesSubject, TokenSubject
from ledger.operations.table import Operation


def in_full(ledger: Ledger, by: str, operation: Operation) -> Operation:
    """The operation with its case or proposal in full, as `by` would write it; what has a dot stays as it is."""
    match operation:
        case Propose() if "." not in operation.proposal:
            return replace(operation, proposal=f"{by}.{operation.proposal}")
        case Vote():
            return replace(operation, proposal=proposal_in_full(ledger, operation.proposal))
        case ForcedTransfer():
            past = operation.freeze_case
            for name in (operation.token, operation.sender):
                past = past and number_in_full(ledger, "freeze", name, past, past)
            case = number_in_full(ledger, "forced_transfer", operation.token, operation.case, by)
            return replace(operation, case=case, freeze_case=past)
    table, name = _place_of(operation)
    if not table:
        return operation
    return replace(operation, case=number_in_full(ledger, table, name, getattr(operation, "case"), by))  # noqa: B009


def number_in_full(ledger: Ledger, table: str, name: str, number: str, by: str = "nobody") -> str:
    """The case of that number about `name`; if there is none, the one that `by` would open."""
    if "." in number:
        return number
    (rows,) = [each for each in ledger.state.tables() if each.name == table]
    found = [
        row.rpartition("/")[2] for row, _ in rows.rows() if row.startswith(f"{name}/") and row.endswith(f".{number}")
    ]
    return found[0] if found else number if number == by else f"{by}.{number}"


def proposal_in_full(ledger: Ledger, number: str) -> str:
    """The proposal of that number, whoever made it."""
    if "." in number:
        return number
    found = [name for name, _ in ledger.state.proposals.rows() if name.endswith(f".{number}")]
    return found[0] if found else f"nobody.{number}"


def _place_of(operation: Operation) -> tuple[str, str]:
    """The table of its case, and what the case is about; nothing for what has none."""
    match operation:
        case FreezeToken() | UnfreezeToken():
            return "freeze", operation.token
        case FreezeAccount() | UnfreezeAccount():
            return "freeze", operation.account
        case EmergencyFreeze() | Appeal() | Uphold():
            subject = operation.subject
            return "freeze", subject.account if isinstance(subject, AccountSubject) else subject.token
        case OpenDispute() | ResolveDispute():
            return "dispute", operation.work
        case Takedown():
            about = operation.subject
            match about:
                case TokenSubject():
                    return "takedown", f"token/{about.token}"
                case SeriesSubject():
                    return "takedown", f"series/{about.series}"
            return "takedown", f"work/{about.work}"
    return "", ""
