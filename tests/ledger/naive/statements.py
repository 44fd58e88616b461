"""What members state: attestations, reports, evidence, and the regulator's reads."""

from ledger.operations.access import RecordAccess
from ledger.operations.statements import Attest, ReportSuspicious, SubmitEvidence
from tests.ledger.naive.known import Known
from tests.ledger.naive.reasons import Reasons
from tests.ledger.naive.writing import judge_words

NO_END_MS = 2**53 - 1

LIARS = ("ant", "tencent", "jd", "copyright", "hunan")


def convicts(proof: bytes) -> tuple[str, str] | None:
    """The judge of both ledgers: whom a proof convicts, and of what. It believes half of what it is shown."""
    return (LIARS[proof[0] % 5], f"prepare-0-{proof[0]}") if proof[0] % 2 else None


def judge_attest(known: Known, by: str, operation: Attest, no: Reasons) -> None:
    kind, subject = operation.kind.value, operation.subject
    no.unless_may(known.role(by) == "notary")
    if kind == "block":
        exists = subject.isdigit() and str(int(subject)) == subject and 1 <= int(subject) < known.height
    else:
        exists = known.has(kind, subject)
    no.when(not exists, "L7", "E_UNKNOWN")
    no.when(("attested", kind, subject, operation.document_hash) in known.stated, "L8", "E_EXISTS")
    judge_words(no, operation.statement)
    no.when(operation.chain is not None and operation.chain not in known.chains, "R9.3", "E_CHAIN")


def attest(known: Known, by: str, operation: Attest) -> None:
    known.stated.add(("attested", operation.kind.value, operation.subject, operation.document_hash))


def judge_report(known: Known, by: str, operation: ReportSuspicious, no: Reasons) -> None:
    no.unless_may(known.role(by) is not None)
    no.when(operation.account not in known.accounts, "L7", "E_UNKNOWN")
    no.when(("reported", by, operation.payload_hash) in known.stated, "R11.3", "E_REPORTED")


def report(known: Known, by: str, operation: ReportSuspicious) -> None:
    known.stated.add(("reported", by, operation.payload_hash))


def judge_evidence(known: Known, by: str, operation: SubmitEvidence, no: Reasons) -> None:
    guilt = convicts(operation.proof)
    no.unless_may(known.role(by) is not None)
    no.when(guilt is None, "R8.3", "E_NO_EVIDENCE")
    no.when(guilt and ("proved", *guilt) in known.stated, "R8.3", "E_EVIDENCE_KNOWN")


def submit(known: Known, by: str, operation: SubmitEvidence) -> None:
    guilt = convicts(operation.proof)
    assert guilt is not None
    known.stated.add(("proved", *guilt))
    known.accounts[guilt[0]].suspended["operator"] = NO_END_MS


def judge_access(known: Known, by: str, operation: RecordAccess, no: Reasons) -> None:
    no.unless_may(known.role(by) == "regulator")
    judge_words(no, operation.what, operation.case)


def record_access(known: Known, by: str, operation: RecordAccess) -> None:
    known.stated.add(("read", operation.what, operation.case, len(known.stated)))
