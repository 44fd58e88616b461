"""What accepted operations of a wind-down do."""

from ledger.operations.subjects import SeriesSubject
from ledger.operations.winding_down import ChooseHoldOrRefund, WindDown
from ledger.parameters import DAY_MS
from ledger.receipts import Event
from ledger.records.winding_down import ChoiceRecord, WindDownRecord
from ledger.rules.request import Request
from ledger.winding_down import row_of


def wind_down(request: Request, operation: WindDown) -> tuple[Event, ...]:
    """Announce the end and open the window."""
    until_ms = request.now_ms + request.parameters.wind_down_days * DAY_MS
    record = WindDownRecord(operation.reason, request.now_ms, until_ms)
    request.state.wind_downs.put(row_of(operation.subject), record)
    subject = operation.subject
    about = ("series", subject.series) if isinstance(subject, SeriesSubject) else ("platform", subject.platform)
    return (Event("wound_down", (about, ("choose_until_ms", str(until_ms)))),)


def choose_hold_or_refund(request: Request, operation: ChooseHoldOrRefund) -> tuple[Event, ...]:
    """Record the choice; the money, if any, comes back by `refund`."""
    record = ChoiceRecord(request.account, operation.choice)
    request.state.choices.put(operation.token, record)
    params = (("token", operation.token), ("owner", request.account), ("choice", operation.choice.value))
    return (Event("chosen", params),)
