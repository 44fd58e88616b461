"""Tenet 8, maintain cybersecurity: no key fills what everybody keeps for good (R8.2)."""

from ledger.daily import made_today
from ledger.docket import counted_cases
from ledger.operations.access import RecordAccess
from ledger.operations.accounts import RegisterAccount
from ledger.operations.freezes import EmergencyFreeze, FreezeAccount, FreezeToken
from ledger.operations.governance import Propose
from ledger.operations.measures import ForcedTransfer, OpenDispute, Takedown
from ledger.operations.series import CreateSeries, Mint, MintBatch
from ledger.operations.statements import Attest, ReportSuspicious, SubmitEvidence
from ledger.operations.works import RegisterWork
from ledger.rules.no_speculation import start_of_day_ms
from ledger.rules.openings import is_open
from ledger.rules.request import Reason, Request, refuse


def docket_has_room(
    request: Request,
    operation: FreezeToken | FreezeAccount | EmergencyFreeze | OpenDispute | Takedown | ForcedTransfer | Propose,
) -> Reason | None:
    """R8.2: a member opens so many cases and proposals that others do not take up; joining one is free."""
    most = request.parameters.cases_open_max
    counted = counted_cases(request)
    if len(counted) < most or (not isinstance(operation, Propose) and is_open(request.state, operation)):
        return None
    return refuse(
        "{account} has opened {counted} cases that nobody took up; cases_open_max is {cases_open_max}.",
        account=request.account,
        counted=len(counted),
        cases_open_max=most,
        retry_at_ms=min(until_ms for _, until_ms in counted),
    )


Making = (
    RegisterAccount
    | RegisterWork
    | CreateSeries
    | Mint
    | MintBatch
    | Attest
    | ReportSuspicious
    | SubmitEvidence
    | RecordAccess
)
"""What makes rows that are kept for good, without anybody else's approval."""


def day_has_room(request: Request, operation: Making) -> Reason | None:
    """R8.2: a member makes so many accounts, works, series, editions and statements in a day."""
    if request.caller is None or request.caller.role is None:
        return None
    made, figures, wanted = made_today(request), request.parameters, 1
    match operation:
        case RegisterAccount():
            kind, parameter, so_far, most = "accounts", "accounts_per_day", made.accounts, figures.accounts_per_day
        case RegisterWork():
            kind, parameter, so_far, most = "works", "works_per_day", made.works, figures.works_per_day
        case CreateSeries():
            kind, parameter, so_far, most = "series", "series_per_day", made.series, figures.series_per_day
        case Mint() | MintBatch():
            kind, parameter, so_far, most = "editions", "editions_per_day", made.editions, figures.editions_per_day
            wanted = operation.count if isinstance(operation, MintBatch) else 1
        case _:
            kind, parameter = "statements", "statements_per_day"
            so_far, most = made.statements, figures.statements_per_day
    if so_far + wanted <= most:
        return None
    return refuse(
        "{account} has made {made} {kind} today and asks for {wanted}; {parameter} is {most}.",
        account=request.account,
        made=so_far,
        kind=kind,
        wanted=wanted,
        parameter=parameter,
        most=most,
        retry_at_ms=start_of_day_ms(made.day + 1) if wanted <= most else None,
    )
