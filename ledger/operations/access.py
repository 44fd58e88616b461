"""The regulator's reads, put on record by itself (R7.3)."""

from ledger.names import CaseId, Text
from ledger.operations.part import Part


class RecordAccess(Part, frozen=True, tag="record_access"):
    """The regulator says what it looked at, beyond what everybody sees, and in which case."""

    what: Text
    """Which records: payloads of reports, a platform's files, the logs of a member."""
    case: CaseId
