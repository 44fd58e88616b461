"""Shapes at the edge: what the decoder lets through, and what it never does."""

import typing

import msgspec
import pytest

from canonical.encoding import Malformed, Reader, encode
from canonical.hashing import Digest
from ledger.charter import Role
from ledger.envelope import Envelope, Transaction
from ledger.names import platform_of, series_of_token, token_id
from ledger.operations.access import RecordAccess
from ledger.operations.accounts import KeepKey, RegisterAccount, RotateKey, UpdateAccountState, UpdateClaims
from ledger.operations.freezes import (
    Appeal,
    EmergencyFreeze,
    FreezeAccount,
    FreezeToken,
    UnfreezeAccount,
    UnfreezeToken,
    Uphold,
)
from ledger.operations.governance import (
    ACTION_TYPES,
    Action,
    AdmitMember,
    Ballot,
    ChangeParameters,
    ListChain,
    ParameterChange,
    Pause,
    Propose,
    RemoveMember,
    Resume,
    RotateOperatorKey,
    SetPolicy,
    SetRole,
    UnlistChain,
    Vote,
)
from ledger.operations.measures import ForcedTransfer, OpenDispute, Outcome, ResolveDispute, Takedown
from ledger.operations.series import MINT_BATCH_MAX, CosignSeries, Issue, Mint, MintBatch, SealSeries
from ledger.operations.statements import EVIDENCE_BYTES_MAX, Attest, Attested, ReportSuspicious, SubmitEvidence
from ledger.operations.subjects import AccountSubject, PlatformSubject, SeriesSubject, TokenSubject
from ledger.operations.table import OPERATION_TYPES, Operation
from ledger.operations.tokens import (
    TOKENS_PER_BATCH_MAX,
    Approve,
    Burn,
    Redeem,
    Refund,
    SafeBatchTransferFrom,
    SetApprovalForAll,
    TransferFrom,
)
from ledger.operations.winding_down import Choice, ChooseHoldOrRefund, WindDown
from ledger.operations.works import GrantLicence, ReviewWork, RevokeLicence
from tests.ledger.world import ADULT, key_of, person, series_operation, suspension, work_operation

EXAMPLES: tuple[Operation, ...] = (
    RegisterAccount("ant.li", person("li"), key_of("ant.li"), ADULT),
    UpdateClaims("ant.li", ADULT),
    RotateKey("ant.li", key_of("new"), 7),
    KeepKey(key_of("new")),
    UpdateAccountState("ant.li", None, None),
    suspension("ant.li", ends_ms=1),
    ReviewWork("scroll", accepted=True),
    CosignSeries("scroll-a"),
    work_operation(),
    series_operation(),
    SealSeries("scroll-a"),
    Mint("scroll-a"),
    MintBatch("scroll-a", 1_000),
    Issue("scroll-a", "ant.li", 1_990, Digest(bytes(32)), "CNY"),
    Approve("scroll-a-0001", "jd.wang"),
    SetApprovalForAll("jd.wang", True),
    TransferFrom("scroll-a-0001", "ant.li", "jd.wang"),
    SafeBatchTransferFrom(("scroll-a-0001",), "ant.li", "jd.wang"),
    Redeem("scroll-a-0001", "ticket-7"),
    Burn("scroll-a-0001"),
    Refund("scroll-a-0001", Digest(bytes(32))),
    FreezeToken("scroll-a-0001", "court order", "ant.case-1", 2_000_000_000_000),
    UnfreezeToken("scroll-a-0001", "ant.case-1"),
    FreezeAccount("ant.li", "court order", "ant.case-1", 2_000_000_000_000),
    UnfreezeAccount("ant.li", "ant.case-1"),
    EmergencyFreeze(TokenSubject("scroll-a-0001"), "stolen", "ant.case-2", 2_000_000_000_000),
    Appeal(AccountSubject("ant.li"), "ant.case-1", "the wrong person"),
    Uphold(TokenSubject("scroll-a-0001"), "ant.case-1"),
    GrantLicence("scroll", "jd"),
    RevokeLicence("scroll", "jd", "expired"),
    Attest(Attested.WORK, "scroll", Digest(bytes(32)), "seen and compared"),
    ReportSuspicious("ant.li", Digest(bytes(32))),
    SubmitEvidence(b"proof"),
    OpenDispute("scroll", "an heir claims it", "ant.case-1", 2_000_000_000_000),
    ResolveDispute("scroll", "ant.case-1", Outcome.TAKE_DOWN),
    Takedown(SeriesSubject("scroll-a"), "a copy", "ant.case-1"),
    ForcedTransfer("scroll-a-0001", "ant.li", "jd.wang", "court order", "ant.case-1"),
    ForcedTransfer("scroll-a-0001", "ant.li", "jd.wang", "court order", "ant.case-2", "regulator.case-1"),
    WindDown(PlatformSubject("ant"), "it closes"),
    ChooseHoldOrRefund("scroll-a-0001", Choice.REFUND),
    RecordAccess("payloads of reports of May", "ant.case-1"),
    Propose("ant.p-1", Pause(), "An attack is under way.", 1_767_312_000_000),
    Vote("ant.p-1", Ballot.AGAINST),
)

ACTIONS: tuple[Action, ...] = (
    ChangeParameters((ParameterChange("gifts_per_day", 5), ParameterChange("hold_hours_first", 24))),
    AdmitMember("caa", "China Academy of Art", "中国美术学院", Role.INSTITUTION, True, key_of("caa")),
    RemoveMember("jd"),
    SetRole("hunan", Role.REGISTRAR, True),
    RotateOperatorKey("jd", key_of("jd, second")),
    SetPolicy("pause", "2/3"),
    Pause(),
    Resume(),
    ListChain("aa" * 32),
    UnlistChain("wenchang"),
)

reader: Reader[Operation] = Reader(Operation, size_max=100_000)  # type: ignore[arg-type]


def test_the_list_of_operations_is_the_union():
    assert set(OPERATION_TYPES) == set(typing.get_args(Operation))
    assert {type(each) for each in EXAMPLES} == set(OPERATION_TYPES)


@pytest.mark.parametrize("operation", EXAMPLES, ids=lambda each: each.__struct_config__.tag)
def test_an_operation_survives_its_encoding(operation):
    assert reader.read(encode(operation)) == operation
    assert encode(operation)[1:].startswith(encode(operation.__struct_config__.tag))


def test_every_action_can_be_proposed_and_survives_its_encoding():
    assert {type(each) for each in ACTIONS} == set(ACTION_TYPES)
    for action in ACTIONS:
        operation = Propose("ant.p-1", action, "For the reasons given.", 1)
        assert reader.read(encode(operation)) == operation


@pytest.mark.parametrize("operation", EXAMPLES, ids=lambda each: each.__struct_config__.tag)
def test_a_field_too_many_or_too_few_is_refused(operation):
    fields = msgspec.msgpack.decode(encode(operation))
    assert isinstance(reader.read(encode([*fields, 1])), Malformed)
    assert isinstance(reader.read(encode(fields[:-1])), Malformed)


BAD_NAMES = ["", "A", "Ant", "-a", ".a", "a/b", "a b", "a\n", "ä", "а", "a" * 65, "a_b", "a\0"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_account_name_is_refused(name):
    assert isinstance(reader.read(encode(TransferFrom("s-0001", name, "ant.li"))), Malformed)
    assert isinstance(reader.read(encode(TransferFrom("s-0001", "ant.li", name))), Malformed)


@pytest.mark.parametrize("name", [*BAD_NAMES, "a.b", "a" * 49])
def test_a_bad_series_name_is_refused(name):
    assert isinstance(reader.read(encode(Mint(name))), Malformed)


@pytest.mark.parametrize(
    "name", ["", "s", "s-1", "s-001", "s-000001", "s-0001\n", "-0001", "S-0001", "s_0001", "s-00a1"]
)
def test_a_bad_token_name_is_refused(name):
    assert isinstance(reader.read(encode(UnfreezeToken(name, "ant.case-1"))), Malformed)


@pytest.mark.parametrize(
    "operation",
    [
        MintBatch("s", 0),
        MintBatch("s", MINT_BATCH_MAX + 1),
        MintBatch("s", -1),
        series_operation(cap=0),
        series_operation(cap=2**31),
        series_operation(sellers=("ant",) * 33),
        Issue("s", "ant.li", -1, Digest(bytes(32)), "CNY"),
        Issue("s", "ant.li", 2**53, Digest(bytes(32)), "CNY"),
        Issue("s", "ant.li", 1, Digest(bytes(31)), "CNY"),
        Issue("s", "ant.li", 1, Digest(bytes(32)), "cny"),
        SafeBatchTransferFrom((), "ant.li", "jd.wang"),
        SafeBatchTransferFrom(("s-0001",) * (TOKENS_PER_BATCH_MAX + 1), "ant.li", "jd.wang"),
        Redeem("s-0001", ""),
        Attest(Attested.BLOCK, "1/2", Digest(bytes(32)), "x"),
        Attest(Attested.BLOCK, "", Digest(bytes(32)), "x"),
        SubmitEvidence(b""),
        SubmitEvidence(bytes(EVIDENCE_BYTES_MAX + 1)),
        FreezeToken("s-0001", "", "ant.case-1", 1),
        FreezeToken("s-0001", "x" * 501, "ant.case-1", 1),
        FreezeToken("s-0001", "x", "", 1),
        FreezeToken("s-0001", "x", "ant.case-1", -1),
        RegisterAccount("ant.li", Digest(bytes(33)), key_of("x"), ()),
        RotateKey("ant.li", key_of("x"), -1),
        RotateKey("ant.li", key_of("x"), 2**53),
        Propose("ant.p/1", Pause(), "x", 1),
        Propose("p-1", Pause(), "x", 1),
        Propose("ant.li.p-1", Pause(), "x", 1),
        FreezeToken("s-0001", "x", "case-1", 1),
        FreezeToken("s-0001", "x", ".case-1", 1),
        FreezeToken("s-0001", "x", "ant.", 1),
        Propose("ant.p-1", Pause(), "", 1),
        Propose("ant.p-1", ChangeParameters(()), "x", 1),
        Propose("ant.p-1", ChangeParameters((ParameterChange("a", 1),) * 33), "x", 1),
        Propose("ant.p-1", ChangeParameters((ParameterChange("a", -1),)), "x", 1),
        Propose("ant.p-1", ChangeParameters((ParameterChange("A", 1),)), "x", 1),
        Propose("ant.p-1", SetPolicy("pause", "MAJORITIES"), "x", 1),
        Propose("ant.p-1", SetPolicy("../pause", "ANY"), "x", 1),
        Propose("ant.p-1", ListChain("a/b"), "x", 1),
        Propose("ant.p-1", RemoveMember("ant.li"), "x", 1),
        RegisterAccount("ant.li", person("li"), key_of("x"), (*ADULT, *ADULT)),
    ],
)
def test_what_is_out_of_bounds_is_refused(operation):
    assert isinstance(reader.read(encode(operation)), Malformed)


@pytest.mark.parametrize("key", ["", "a b", "a" * 65, "a/b", "schlüssel", "a\n"])
def test_an_idempotency_key_is_short_and_plain(key):
    transactions: Reader[Transaction] = Reader(Transaction, size_max=1_000)
    assert isinstance(transactions.read(encode(Transaction(1, 0, Mint("s"), key))), Malformed)
    for good in (None, "a", "3f6c-A_b.c:9", "a" * 64):
        assert transactions.read(encode(Transaction(1, 0, Mint("s"), good))) == Transaction(1, 0, Mint("s"), good)


def test_an_unknown_operation_or_claim_is_refused():
    assert isinstance(reader.read(encode(["list_for_sale", "s-0001", 1_000])), Malformed)
    assert isinstance(reader.read(encode(["register_account", "a.b", bytes(32), bytes(32), ["over21"]])), Malformed)
    assert isinstance(reader.read(encode(["update_account_state", "a.b", "frozen", None])), Malformed)


def test_a_fraction_of_a_token_cannot_be_said__r5_2():
    for operation in OPERATION_TYPES:
        assert not {"amount", "quantity", "fraction", "value"} & set(operation.__struct_fields__)


def test_an_envelope_without_or_with_too_many_transactions_is_refused():
    envelopes: Reader[Envelope] = Reader(Envelope, size_max=1_000_000)
    transaction = encode(Transaction(1, 0, Mint("s")))
    for count, is_read in ((0, False), (1, True), (1_000, True), (1_001, False)):
        fields = ["ant", bytes(32), [msgspec.Raw(transaction)] * count, bytes(64)]
        assert isinstance(envelopes.read(encode(fields)), Envelope) == is_read


def test_token_ids_are_unambiguous():
    assert token_id("s", 1) == "s-0001"
    assert token_id("s", 10_000) == "s-10000"
    names = [token_id(series, edition) for series in ("s", "s-1", "s-0001") for edition in (1, 999, 9_999, 10_000)]
    assert len(set(names)) == len(names)
    assert [series_of_token(token_id(series, 7)) for series in ("s", "s-1", "s-0001")] == ["s", "s-1", "s-0001"]
    assert (platform_of("ant"), platform_of("ant.li.x")) == ("ant", "ant")
