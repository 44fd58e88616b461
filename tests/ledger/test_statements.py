"""What members state: licences, attestations, reports, and evidence against each other."""

from hashlib import sha256

import pytest
from msgspec.structs import replace

from canonical.hashing import Digest
from ledger.judge import Guilt
from ledger.operations.accounts import AccountState, UpdateAccountState
from ledger.operations.series import Mint, MintBatch, SealSeries
from ledger.operations.statements import Attest, Attested, ReportSuspicious, SubmitEvidence
from ledger.operations.table import Operation
from ledger.operations.works import GrantLicence, RevokeLicence
from ledger.receipts import Event, Refusal, Status
from tests.ledger.world import World, issue_operation, series_operation, work_operation

DOCUMENT = Digest(sha256(b"document").digest())
NOTHING: list[str] = []


def judge(proof: bytes) -> Guilt | None:
    """Believes what the proof says: `member offence`, whatever follows."""
    words = proof.decode().split()
    return Guilt(words[0], words[1]) if len(words) >= 2 else None


def world() -> World:
    """A work licensed to ant, a sealed series with one edition sold to li, and a judge."""
    here = World()
    here.ledger.appoint(judge)
    here.open_account("ant.li")
    here.sealed_series("s", editions=2)
    here.must("ant", issue_operation("s", "ant.li"))
    return here


def codes(refusals: tuple[Refusal, ...]) -> list[str]:
    """Each as `rule code`."""
    return [f"{refusal.rule} {refusal.code}" for refusal in refusals]


TABLE: list[tuple[str, Operation, list[str]]] = [
    # grant_licence, revoke_licence
    ("copyright", GrantLicence("scroll", "jd"), NOTHING),
    ("copyright", GrantLicence("scroll", "ant"), ["L9 E_NO_CHANGE"]),
    ("copyright", GrantLicence("scroll", "hunan"), ["L7 E_UNKNOWN"]),
    ("copyright", GrantLicence("vase", "jd"), ["L7 E_UNKNOWN"]),
    ("ant", GrantLicence("scroll", "jd"), ["L6 E_AUTHORITY"]),
    ("copyright", RevokeLicence("scroll", "ant", "expired"), NOTHING),
    ("copyright", RevokeLicence("scroll", "jd", "expired"), ["L9 E_NO_CHANGE"]),
    ("copyright", RevokeLicence("scroll", "ant", "ask li@example.cn"), ["L10 E_PERSONAL_DATA"]),
    ("regulator", RevokeLicence("scroll", "ant", "expired"), ["L6 E_AUTHORITY"]),
    # attest
    ("notary", Attest(Attested.WORK, "scroll", DOCUMENT, "seen"), NOTHING),
    ("notary", Attest(Attested.SERIES, "s", DOCUMENT, "seen"), NOTHING),
    ("notary", Attest(Attested.TOKEN, "s-0001", DOCUMENT, "seen"), NOTHING),
    ("notary", Attest(Attested.BLOCK, "1", DOCUMENT, "seen"), NOTHING),
    ("notary", Attest(Attested.WORK, "s", DOCUMENT, "seen"), ["L7 E_UNKNOWN"]),
    ("notary", Attest(Attested.SERIES, "scroll", DOCUMENT, "seen"), ["L7 E_UNKNOWN"]),
    ("notary", Attest(Attested.TOKEN, "s-0003", DOCUMENT, "seen"), ["L7 E_UNKNOWN"]),
    ("notary", Attest(Attested.BLOCK, "0", DOCUMENT, "seen"), ["L7 E_UNKNOWN"]),
    ("notary", Attest(Attested.BLOCK, "01", DOCUMENT, "seen"), ["L7 E_UNKNOWN"]),
    ("notary", Attest(Attested.BLOCK, "one", DOCUMENT, "seen"), ["L7 E_UNKNOWN"]),
    ("notary", Attest(Attested.BLOCK, "9" * 64, DOCUMENT, "seen"), ["L7 E_UNKNOWN"]),
    ("hunan", Attest(Attested.WORK, "scroll", DOCUMENT, "seen"), ["L6 E_AUTHORITY"]),
    # report_suspicious
    ("jd", ReportSuspicious("ant.li", DOCUMENT), NOTHING),
    ("notary", ReportSuspicious("jd", DOCUMENT), NOTHING),
    ("ant.li", ReportSuspicious("ant", DOCUMENT), ["L6 E_AUTHORITY"]),
    ("jd", ReportSuspicious("ant.nobody", DOCUMENT), ["L7 E_UNKNOWN"]),
    # submit_evidence
    ("ant", SubmitEvidence(b"jd prepare-3-17"), NOTHING),
    ("ant", SubmitEvidence(b"nonsense"), ["R8.3 E_NO_EVIDENCE"]),
    ("ant.li", SubmitEvidence(b"jd prepare-3-17"), ["L6 E_AUTHORITY"]),
]


@pytest.mark.parametrize(("account", "operation", "expected"), TABLE, ids=lambda each: type(each).__name__)
def test_each_refusing_rule_is_named_and_no_other(account, operation, expected):
    here = world()
    envelope = here.envelope(account, operation)
    assert codes(here.ledger.check(envelope, here.now_ms)[0]) == expected
    receipt = here.execute([envelope]).receipts[0]
    assert codes(receipt.refusals) == expected
    assert receipt.status is (Status.REFUSED if expected else Status.ACCEPTED)
    assert bool(receipt.events) != bool(expected)


# Licences


def test_a_granted_licence_lets_a_platform_issue__r4_1():
    here = world()
    assert codes(here.do("jd", series_operation("j")).refusals) == ["R4.1 E_NO_LICENCE"]
    (event,) = here.must("copyright", GrantLicence("scroll", "jd")).events
    assert event == Event("licence_granted", (("work", "scroll"), ("licensee", "jd"), ("by", "copyright")))
    here.must("jd", series_operation("j"), Mint("j"))


def test_a_revoked_licence_stops_minting_and_leaves_holders_alone__r4_1():
    here = world()
    here.must("ant", series_operation("open"), MintBatch("open", 2))
    here.must("copyright", RevokeLicence("scroll", "ant", "the contract ended"))
    assert codes(here.do("ant", Mint("open")).refusals) == ["R4.1 E_NO_LICENCE"]
    assert codes(here.do("ant", series_operation("new")).refusals) == ["R4.1 E_NO_LICENCE"]
    here.open_account("jd.wang")
    here.must("ant", SealSeries("open"))
    here.must("ant", issue_operation("open", "jd.wang"))
    here.must("jd", issue_operation("s", "jd.wang"))
    assert here.ledger.owner_of("s-0001") == "ant.li"


def test_a_work_has_so_many_licensees():
    here = world()
    record = here.ledger.work("scroll")
    assert record is not None
    licensees = ("ant", *(f"p{number:02d}" for number in range(31)))
    here.ledger.state.works.put("scroll", replace(record, licensees=licensees))
    assert codes(here.do("copyright", GrantLicence("scroll", "jd")).refusals) == ["L9 E_TOO_MANY_LICENSEES"]
    assert codes(here.do("copyright", GrantLicence("scroll", "ant")).refusals) == ["L9 E_NO_CHANGE"]


def test_only_the_registrar_that_entered_a_work_licenses_it():
    here = world()
    here.must("copyright", work_operation("vase", licensees=()))
    refusal = here.do("jd", GrantLicence("vase", "jd")).refusals[0]
    assert refusal.params == (("work", "vase"), ("registrar", "copyright"))


# Attestations


def test_an_attestation_stands_beside_its_subject_and_the_same_document_attests_once():
    here = world()
    attestation = Attest(Attested.WORK, "scroll", DOCUMENT, "seen and compared")
    here.wait_days(1)
    (event,) = here.must("notary", attestation).events
    assert dict(event.params) == {"kind": "work", "subject": "scroll", "notary": "notary", "document": DOCUMENT.hex()}
    record = here.ledger.state.attestations.get(f"work-scroll/{DOCUMENT.hex()}")
    assert record is not None
    assert (record.notary, record.statement) == ("notary", "seen and compared")
    assert (record.height, record.at_ms) == (here.ledger.height, here.now_ms)
    assert codes(here.do("notary", attestation).refusals) == ["L8 E_EXISTS"]
    here.must("notary", Attest(Attested.SERIES, "s", DOCUMENT, "seen and compared"))


def test_a_block_is_attested_when_it_lies_below():
    here = world()
    height = here.ledger.height
    here.must("notary", Attest(Attested.BLOCK, str(height), DOCUMENT, "its header"))
    ahead = Attest(Attested.BLOCK, str(here.ledger.height + 1), DOCUMENT, "its header")
    assert codes(here.do("notary", ahead).refusals) == ["L7 E_UNKNOWN"]
    here.must("notary", ahead)


# Reports


def test_a_report_stands_with_who_and_about_whom_and_is_made_once__r11_3():
    here = world()
    (event,) = here.must("jd", ReportSuspicious("ant.li", DOCUMENT)).events
    assert dict(event.params) == {"reporter": "jd", "account": "ant.li", "payload": DOCUMENT.hex()}
    record = here.ledger.state.reports.get(f"jd/{DOCUMENT.hex()}")
    assert record is not None
    assert (record.reporter, record.account, record.at_ms) == ("jd", "ant.li", here.now_ms)
    (refusal,) = here.do("jd", ReportSuspicious("ant", DOCUMENT)).refusals
    assert (refusal.code, refusal.rule, refusal.tenet) == ("E_REPORTED", "R11.3", 11)


def test_nobody_silences_a_report_by_naming_its_hash_first__r11_3():
    here = world()
    here.must("ant", ReportSuspicious("jd", DOCUMENT))
    here.must("jd", ReportSuspicious("ant.li", DOCUMENT))
    record = here.ledger.state.reports.get(f"jd/{DOCUMENT.hex()}")
    assert record is not None
    assert record.account == "ant.li"


# Evidence


def test_a_member_that_contradicted_itself_is_suspended_once_for_each_lie__r8_3():
    here = world()
    proof = b"jd prepare-3-17"
    (event,) = here.must("ant", SubmitEvidence(proof)).events
    assert dict(event.params) == {
        "member": "jd", "offence": "prepare-3-17", "by": "ant", "proof": sha256(proof).hexdigest(),
    }  # fmt: skip
    jd = here.ledger.account("jd")
    assert jd is not None
    assert jd.operator_state is AccountState.SUSPENDED
    assert codes(here.do("jd", ReportSuspicious("ant.li", DOCUMENT)).refusals) == ["L5 E_ACCOUNT_STATE"]
    here.must("regulator", UpdateAccountState("jd", None, AccountState.ACTIVE))
    (refusal,) = here.do("tencent", SubmitEvidence(b"jd prepare-3-17 wrapped otherwise")).refusals
    assert (refusal.code, refusal.rule, refusal.tenet) == ("E_EVIDENCE_KNOWN", "R8.3", 8)
    here.must("jd", ReportSuspicious("ant.li", DOCUMENT))
    here.must("tencent", SubmitEvidence(b"jd prepare-3-18"))
    assert codes(here.do("jd", Mint("s")).refusals)[0] == "L5 E_ACCOUNT_STATE"


def test_a_member_may_convict_itself_and_its_nonce_is_used__r8_3():
    here = world()
    here.must("jd", SubmitEvidence(b"jd commit-0-1"))
    jd = here.ledger.account("jd")
    assert jd is not None
    assert (jd.operator_state, jd.nonce_highest) == (AccountState.SUSPENDED, 1)


def test_a_ledger_without_a_judge_convicts_nobody__r8_3():
    here = World()
    assert codes(here.do("ant", SubmitEvidence(b"jd prepare-3-17")).refusals) == ["R8.3 E_NO_EVIDENCE"]


def test_a_notary_anchors_only_on_a_listed_chain__r9_3():
    here = World(chains=("tianping",))
    here.register_work()
    listed = Attest(Attested.WORK, "scroll", DOCUMENT, "seen", "tianping")
    (refusal,) = here.do("notary", replace(listed, chain="elsewhere")).refusals
    assert (refusal.rule, refusal.code) == ("R9.3", "E_CHAIN")
    here.must("notary", listed)
    record = here.ledger.state.attestations.get(f"work-scroll/{DOCUMENT.hex()}")
    assert record is not None
    assert record.chain == "tianping"
