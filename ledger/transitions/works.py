"""What accepted operations on works do."""

from ledger.operations.works import RegisterWork
from ledger.receipts import Event
from ledger.records.works import ContentRecord, WorkRecord
from ledger.rules.request import Request


def register_work(request: Request, operation: RegisterWork) -> tuple[Event, ...]:
    """Enter a work, and its content under its hash."""
    record = WorkRecord(
        operation.title,
        operation.creator,
        operation.holder,
        operation.source,
        operation.content_hash,
        operation.certificate_number,
        request.account,
        tuple(sorted(set(operation.licensees))),
    )
    request.state.works.put(operation.work, record)
    request.state.contents.put(operation.content_hash.hex(), ContentRecord(operation.work))
    params = (("work", operation.work), ("certificate_number", operation.certificate_number))
    return (Event("work_registered", params),)
