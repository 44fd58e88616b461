"""R8.2: what one member can fill of what is kept for good: cases nobody takes up, and what it makes in a day."""

from collections.abc import Iterator

from ledger.operations.access import RecordAccess
from ledger.operations.accounts import RegisterAccount
from ledger.operations.freezes import EmergencyFreeze, FreezeAccount, FreezeToken
from ledger.operations.governance import Propose
from ledger.operations.measures import ForcedTransfer, OpenDispute, Takedown
from ledger.operations.part import Part
from ledger.operations.series import CreateSeries, Mint, MintBatch
from ledger.operations.statements import Attest, ReportSuspicious, SubmitEvidence
from ledger.operations.works import RegisterWork
from tests.ledger.naive import measures
from tests.ledger.naive.freezing import thing_of
from tests.ledger.naive.gifts import day
from tests.ledger.naive.known import Known
from tests.ledger.naive.reasons import Reasons
from tests.ledger.naive.series import count_of

Opening = tuple[str, ...]
"""The kind of a case, what it is about and its number; of a proposal, its number."""


def opening_of(operation: Part) -> Opening | None:
    match operation:
        case FreezeToken() | FreezeAccount() | EmergencyFreeze():
            return ("freeze", thing_of(operation)[0], operation.case)
        case OpenDispute():
            return ("dispute", operation.work, operation.case)
        case Takedown():
            return ("takedown", *measures.named(operation), operation.case)
        case ForcedTransfer():
            return ("forced", operation.token, operation.case)
        case Propose():
            return ("proposal", operation.proposal)
    return None


def is_on_record(known: Known, opening: Opening) -> bool:
    """Whether there is such a case; a proposal is never joined by another."""
    match opening:
        case ("freeze", thing, case):
            return (thing, case) in known.freezes
        case ("dispute", work, case):
            return (work, case) in known.disputes
        case ("takedown", kind, name, case):
            return (kind, name, case) in known.takedowns
        case ("forced", token, case):
            return (token, case) in known.forced
    return False


def is_taken_up(known: Known, opening: Opening) -> bool:
    """Whether enough approved it, or votes decided it."""
    match opening:
        case ("freeze", thing, case):
            return known.freezes[thing, case].confirmed
        case ("dispute", work, case):
            return known.disputes[work, case].opened
        case ("takedown", kind, name, case):
            return known.takedowns[kind, name, case].done
        case ("forced", token, case):
            return known.forced[token, case].done
        case ("proposal", name):
            return known.proposals[name].state not in ("open", "expired")
    raise AssertionError(opening)


def waiting(known: Known, by: str) -> Iterator[Opening]:
    """What `by` opened lately and nobody took up."""
    for opening, until_ms in known.openings.get(by, {}).items():
        if known.now_ms < until_ms and not is_taken_up(known, opening):
            yield opening


def made_by(operation: Part) -> tuple[str, int] | None:
    """The figure that bounds it, and how much of that it makes."""
    match operation:
        case RegisterAccount():
            return ("accounts_per_day", 1)
        case RegisterWork():
            return ("works_per_day", 1)
        case CreateSeries():
            return ("series_per_day", 1)
        case Mint() | MintBatch():
            return ("editions_per_day", count_of(operation))
        case Attest() | ReportSuspicious() | SubmitEvidence() | RecordAccess():
            return ("statements_per_day", 1)
    return None


def judge(known: Known, by: str, operation: Part, no: Reasons) -> None:
    if known.role(by) is None:
        return
    opening, made = opening_of(operation), made_by(operation)
    if opening is not None and not is_on_record(known, opening):
        no.when(len(list(waiting(known, by))) >= known.figure("cases_open_max"), "R8.2", "E_TOO_MANY_CASES")
    if made is not None:
        so_far = known.made.get((by, day(known.now_ms), made[0]), 0)
        no.when(so_far + made[1] > known.figure(made[0]), "R8.2", "E_DAY_FULL")


def note(known: Known, by: str, operation: Part) -> None:
    """What will be done counts; asked before it is done, so that an opening is told from a joining."""
    opening, made = opening_of(operation), made_by(operation)
    if opening is not None and not is_on_record(known, opening):
        known.openings.setdefault(by, {})[opening] = known.now_ms + known.days_ms("decision_days")
    if made is not None:
        key = (by, day(known.now_ms), made[0])
        known.made[key] = known.made.get(key, 0) + made[1]
