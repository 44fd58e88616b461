"""What accepted statements do: they are kept; a proved contradiction suspends who made it."""

from hashlib import sha256

from msgspec.structs import replace

from canonical.hashing import Digest
from ledger.daily import count_made
from ledger.operations.accounts import AccountState
from ledger.operations.statements import Attest, ReportSuspicious, SubmitEvidence
from ledger.receipts import Event
from ledger.records.accounts import NO_END_MS
from ledger.records.statements import AttestationRecord, EvidenceRecord, ReportRecord
from ledger.rules.request import Request


def attest(request: Request, operation: Attest) -> tuple[Event, ...]:
    """Keep a notary's statement beside what it is about."""
    document = operation.document_hash.hex()
    record = AttestationRecord(request.account, operation.statement, request.height, request.now_ms, operation.chain)
    request.state.attestations.put(f"{operation.kind.value}-{operation.subject}/{document}", record)
    count_made(request, statements=1)
    params = (
        ("kind", operation.kind.value),
        ("subject", operation.subject),
        ("notary", request.account),
        ("document", document),
    )
    return (Event("attested", params),)


def report_suspicious(request: Request, operation: ReportSuspicious) -> tuple[Event, ...]:
    """Keep that there is a report, and about whom."""
    payload = operation.payload_hash.hex()
    request.state.reports.put(
        f"{request.account}/{payload}", ReportRecord(request.account, operation.account, request.now_ms)
    )
    count_made(request, statements=1)
    params = (("reporter", request.account), ("account", operation.account), ("payload", payload))
    return (Event("suspicion_reported", params),)


def submit_evidence(request: Request, operation: SubmitEvidence) -> tuple[Event, ...]:
    """Suspend the guilty member's own account on the operator's axis, until the regulator restores it (R8.3)."""
    guilt = request.judge(operation.proof)
    assert guilt is not None, "rule R8.3 holds"
    accounts = request.state.accounts
    proof_hash = Digest(sha256(operation.proof).digest())
    row = f"{guilt.member}/{guilt.offence}"
    request.state.evidence.put(row, EvidenceRecord(request.account, proof_hash, request.height))
    count_made(request, statements=1)
    member = accounts.get(guilt.member)
    assert member is not None, "every member has its account"
    # The operator's axis is the regulator's; a platform that is its own operator must not lift its own suspension.
    accounts.put(guilt.member, replace(member, operator_state=AccountState.SUSPENDED, operator_until_ms=NO_END_MS))
    params = (
        ("member", guilt.member),
        ("offence", guilt.offence),
        ("by", request.account),
        ("proof", proof_hash.hex()),
    )
    return (Event("member_suspended", params),)
