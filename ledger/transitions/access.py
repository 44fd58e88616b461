"""What an accepted record of access does."""

from ledger.daily import count_made
from ledger.operations.access import RecordAccess
from ledger.receipts import Event
from ledger.records.access import AccessRecord
from ledger.rules.request import Request


def record_access(request: Request, operation: RecordAccess) -> tuple[Event, ...]:
    """Keep what was read, by whom, in which case and when."""
    record = AccessRecord(operation.what, operation.case, request.height)
    request.state.accesses.put(f"{request.account}/{request.transaction.nonce}", record)
    count_made(request, statements=1)
    return (Event("access_recorded", (("by", request.account), ("case", operation.case), ("what", operation.what))),)
