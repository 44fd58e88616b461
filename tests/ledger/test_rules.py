"""One table of refusals: what was done, and the exact reasons that came back, all of them and in order."""

import pytest
from msgspec.structs import replace

from ledger.charter import Role
from ledger.names import token_id
from ledger.operations.accounts import AccountState, Claim, RegisterAccount, RotateKey, UpdateAccountState, UpdateClaims
from ledger.operations.freezes import (
    FreezeToken,
)
from ledger.operations.governance import (
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
from ledger.operations.series import (
    Anchor,
    AnchorKind,
    CosignSeries,
    Disclosure,
    Issue,
    Mint,
    MintBatch,
    SealSeries,
    Tag,
)
from ledger.operations.table import Operation
from ledger.operations.tokens import TransferFrom
from ledger.operations.works import ReviewWork
from ledger.parameters import DAY_MS
from ledger.receipts import Refusal, Status
from ledger.rules.table import RULES
from tests.ledger.refusals_in_due_process import DUE_PROCESS
from tests.ledger.world import (
    ADULT,
    FOUNDED_MS,
    World,
    issue_operation,
    key_of,
    person,
    series_operation,
    suspension,
    work_operation,
)

ACTIVE, SUSPENDED = AccountState.ACTIVE, AccountState.SUSPENDED
LATER_MS = FOUNDED_MS + 30 * DAY_MS
SUSPEND = suspension("ant.li", ends_ms=LATER_MS)


def world() -> World:
    """Persons li and wang, a work, an open series `open`, a sealed one `sealed` with two editions, one sold to li."""
    world = World()
    world.open_account("ant.li")
    world.open_account("jd.wang")
    world.open_account("jd.teen", claims=(Claim.OVER_14, Claim.REAL_NAME))
    world.open_account("jd.child", claims=(Claim.REAL_NAME,))
    world.open_account("jd.anonymous", claims=(Claim.OVER_18,))
    world.sealed_series("sealed", editions=2)
    world.must("ant", series_operation("open", cap=5), MintBatch("open", 2))
    world.must("ant", issue_operation("sealed", "ant.li"))
    return world


def codes(refusals: tuple[Refusal, ...]) -> list[str]:
    """Each as `rule code`."""
    return [f"{refusal.rule} {refusal.code}" for refusal in refusals]


def proposal(action: Action, *, expires_ms: int = LATER_MS) -> Propose:
    """Something put to the vote."""
    return Propose("p-1", action, "For the reasons given.", expires_ms)


def parameters(**figures: int) -> ChangeParameters:
    """Other figures for the rules."""
    return ChangeParameters(tuple(ParameterChange(name, value) for name, value in figures.items()))


ADMISSION = AdmitMember("caa", "China Academy of Art", "中国美术学院", Role.INSTITUTION, True, key_of("caa"))
GIFT = TransferFrom("sealed-0001", "ant.li", "jd.wang")
NOTHING: list[str] = []


TABLE: list[tuple[str, Operation, list[str]]] = [
    # register_account
    ("ant", RegisterAccount("ant.new", person("new"), key_of("x"), ADULT), NOTHING),
    ("ant", RegisterAccount("jd.new", person("new"), key_of("x"), ADULT), ["L6 E_AUTHORITY"]),
    ("ant", RegisterAccount("antique", person("new"), key_of("x"), ADULT), ["L6 E_AUTHORITY"]),
    ("ant", RegisterAccount("ant", person("new"), key_of("x"), ADULT), ["L6 E_AUTHORITY", "L8 E_EXISTS"]),
    ("ant", RegisterAccount("ant.li", person("new"), key_of("x"), ADULT), ["L8 E_EXISTS"]),
    ("ant.li", RegisterAccount("ant.li.child", person("new"), key_of("x"), ADULT), ["L6 E_AUTHORITY"]),
    ("copyright", RegisterAccount("copyright.a", person("a"), key_of("x"), ADULT), ["L6 E_AUTHORITY"]),
    # update_account_state
    ("ant", SUSPEND, NOTHING),
    ("regulator", suspension("ant.li", ends_ms=LATER_MS, axis="operator"), NOTHING),
    ("regulator", suspension("ant", ends_ms=LATER_MS, axis="operator"), NOTHING),
    ("jd", suspension("ant.li", ends_ms=LATER_MS, by="jd"), ["L6 E_AUTHORITY"]),
    ("regulator", suspension("ant.li", ends_ms=LATER_MS, by="regulator"), ["L6 E_AUTHORITY"]),
    ("ant", suspension("ant.li", ends_ms=LATER_MS, axis="operator", by="ant"), ["L6 E_AUTHORITY"]),
    ("ant", replace(SUSPEND, operator_state=SUSPENDED), ["L6 E_AUTHORITY"]),
    ("ant.li", SUSPEND, ["L6 E_AUTHORITY"]),
    ("ant", UpdateAccountState("ant.li", ACTIVE, None), ["L9 E_NO_CHANGE"]),
    ("ant", UpdateAccountState("ant.li", None, None), ["L9 E_NO_CHANGE"]),
    ("ant", suspension("ant.nobody", ends_ms=LATER_MS), ["L7 E_UNKNOWN"]),
    ("ant", suspension("ant.li", ends_ms=LATER_MS, by="jd"), ["L6 E_AUTHORITY"]),
    ("ant", replace(SUSPEND, terms=None), ["R6.5 E_SUSPENSION_TERMS"]),
    ("ant", UpdateAccountState("ant.li", ACTIVE, None, SUSPEND.terms), ["L9 E_NO_CHANGE", "R6.5 E_SUSPENSION_TERMS"]),
    ("ant", suspension("ant.li", ends_ms=FOUNDED_MS), ["R6.5 E_SUSPENSION_EXPIRY"]),
    ("ant", suspension("ant.li", ends_ms=LATER_MS + 1), ["R6.5 E_SUSPENSION_EXPIRY"]),
    # register_work
    ("copyright", work_operation("vase"), NOTHING),
    ("ant", work_operation("vase"), ["L6 E_AUTHORITY"]),
    ("regulator", work_operation("vase"), ["L6 E_AUTHORITY"]),
    ("copyright", work_operation("vase", licensees=("ant", "copyright")), ["L7 E_UNKNOWN"]),
    ("copyright", work_operation("vase", licensees=("ant", "nobody")), ["L7 E_UNKNOWN"]),
    ("copyright", work_operation("scroll", content="new"), ["L8 E_EXISTS"]),
    ("copyright", work_operation("vase", content="scroll"), ["R4.2 E_DUPLICATE_CONTENT"]),
    ("copyright", work_operation("scroll"), ["L8 E_EXISTS", "R4.2 E_DUPLICATE_CONTENT"]),
    # update_claims
    ("ant", UpdateClaims("ant.li", ()), NOTHING),
    ("jd", UpdateClaims("ant.li", ADULT), ["L6 E_AUTHORITY"]),
    ("ant", UpdateClaims("ant", ADULT), ["L6 E_AUTHORITY"]),
    ("regulator", UpdateClaims("ant.li", ADULT), ["L6 E_AUTHORITY"]),
    ("ant", UpdateClaims("ant.nobody", ADULT), ["L7 E_UNKNOWN"]),
    # review_work
    ("jd", ReviewWork("scroll", accepted=True), ["R4.2 E_UNDER_REVIEW"]),
    ("ant", ReviewWork("scroll", accepted=True), ["L6 E_AUTHORITY", "R4.2 E_UNDER_REVIEW"]),
    ("jd", ReviewWork("nothing", accepted=True), ["L7 E_UNKNOWN"]),
    # cosign_series
    ("hunan", CosignSeries("open"), ["R2.2 E_COSIGNATURE"]),
    ("hunan", CosignSeries("sealed"), ["L9 E_SEALED", "R2.2 E_COSIGNATURE"]),
    ("ant", CosignSeries("open"), ["L6 E_AUTHORITY", "R2.2 E_COSIGNATURE"]),
    ("hunan", CosignSeries("nothing"), ["L7 E_UNKNOWN"]),
    # personal data
    ("copyright", work_operation("vase", title="scroll, ask li@example.cn"), ["L10 E_PERSONAL_DATA"]),
    ("ant", RegisterAccount("ant.13812345678", person("new"), key_of("x"), ADULT), ["L10 E_PERSONAL_DATA"]),
    ("ant", series_operation("s-13812345678"), ["L10 E_PERSONAL_DATA"]),
    # create_series
    ("ant", series_operation("new", anchors=(Anchor(AnchorKind.CREDIT, "loan 7"),)), ["R1.3 E_FINANCIAL_UNDERLYING"]),
    ("ant", series_operation("new", price_highest_fen=1_989), ["R5.1 E_PRICE"]),
    ("ant", series_operation("new", price_highest_fen=1_990), NOTHING),
    ("ant", series_operation("new", disclosure=Disclosure("A scroll.", " ", "")), ["R5.4 E_DISCLOSURE"]),
    ("ant", series_operation("new", tags=(Tag.HERITAGE, Tag.HERITAGE)), NOTHING),
    ("ant", series_operation("new"), NOTHING),
    ("jd", series_operation("new"), ["R4.1 E_NO_LICENCE"]),
    ("copyright", series_operation("new"), ["L6 E_AUTHORITY", "R4.1 E_NO_LICENCE"]),
    ("ant", series_operation("new", work="nothing"), ["L7 E_UNKNOWN"]),
    ("ant", series_operation("new", sellers=("ant", "regulator")), ["L7 E_UNKNOWN"]),
    ("ant", series_operation("open"), ["L8 E_EXISTS"]),
    ("ant", series_operation("new", anchors=()), ["R1.1 E_NO_ANCHOR"]),
    ("ant", series_operation("new", cap=10_000), NOTHING),
    ("ant", series_operation("new", cap=10_001), ["R5.3 E_EDITION_CAP"]),
    (
        "jd",
        series_operation("new", cap=10_001, anchors=()),
        ["R1.1 E_NO_ANCHOR", "R4.1 E_NO_LICENCE", "R5.3 E_EDITION_CAP"],
    ),
    # mint, mint_batch, seal_series
    ("ant", Mint("open"), NOTHING),
    ("ant", MintBatch("open", 3), NOTHING),
    ("ant", MintBatch("open", 4), ["R5.3 E_EDITION_CAP"]),
    ("ant", Mint("sealed"), ["L9 E_SEALED", "R5.3 E_EDITION_CAP"]),
    ("ant", MintBatch("sealed", 1), ["L9 E_SEALED", "R5.3 E_EDITION_CAP"]),
    ("ant", Mint("nothing"), ["L7 E_UNKNOWN"]),
    ("jd", Mint("open"), ["L6 E_AUTHORITY"]),
    ("jd", MintBatch("open", 4), ["L6 E_AUTHORITY", "R5.3 E_EDITION_CAP"]),
    ("ant", SealSeries("open"), NOTHING),
    ("ant", SealSeries("sealed"), ["L9 E_SEALED"]),
    ("jd", SealSeries("open"), ["L6 E_AUTHORITY"]),
    ("ant", SealSeries("nothing"), ["L7 E_UNKNOWN"]),
    # issue
    ("ant", issue_operation("sealed", "jd.wang"), NOTHING),
    ("jd", issue_operation("sealed", "jd.wang"), NOTHING),
    ("copyright", issue_operation("sealed", "jd.wang"), ["L6 E_AUTHORITY"]),
    ("jd.wang", issue_operation("sealed", "jd.wang"), ["L6 E_AUTHORITY"]),
    ("ant", issue_operation("nothing", "jd.wang"), ["L7 E_UNKNOWN"]),
    ("ant", issue_operation("sealed", "jd.nobody"), ["L7 E_UNKNOWN"]),
    ("ant", issue_operation("open", "jd.wang"), ["L9 E_NOT_SEALED"]),
    ("ant", issue_operation("sealed", "jd.wang", price_fen=1_991), ["R5.1 E_PRICE"]),
    ("ant", issue_operation("sealed", "jd.teen"), ["R6.1 E_AGE"]),
    ("ant", issue_operation("sealed", "jd.anonymous"), ["R6.1 E_REAL_NAME", "R11.1 E_IDENTITY"]),
    ("ant", issue_operation("sealed", "jd"), ["R6.1 E_AGE", "R6.1 E_REAL_NAME", "R11.1 E_IDENTITY"]),
    ("ant", issue_operation("sealed", "ant.li"), ["R6.2 E_PURCHASE_LIMIT"]),
    ("ant", issue_operation("sealed", "jd.wang", currency="USDT"), ["R9.2 E_CURRENCY"]),
    (
        "copyright",
        issue_operation("sealed", "jd.child", price_fen=1, currency="BTC"),
        ["L6 E_AUTHORITY", "R5.1 E_PRICE", "R6.1 E_AGE", "R9.2 E_CURRENCY"],
    ),
    # transfer_from
    ("ant.li", GIFT, ["R10.1 E_HOLD"]),
    ("jd.wang", GIFT, ["L6 E_NOT_OWNER", "R10.1 E_HOLD"]),
    ("jd.wang", TransferFrom("sealed-0001", "jd.wang", "jd.teen"), ["L6 E_NOT_OWNER", "R10.1 E_HOLD"]),
    ("ant.li", TransferFrom("sealed-0009", "ant.li", "jd.wang"), ["L7 E_UNKNOWN"]),
    ("ant.li", TransferFrom("sealed-0001", "ant.li", "jd.nobody"), ["L7 E_UNKNOWN", "R10.1 E_HOLD"]),
    ("ant.li", TransferFrom("sealed-0001", "ant.li", "ant.li"), ["L9 E_SELF_GIFT", "R10.1 E_HOLD"]),
    ("ant.li", TransferFrom("sealed-0001", "ant.li", "jd.teen"), ["R10.1 E_HOLD"]),
    ("ant.li", TransferFrom("sealed-0001", "ant.li", "jd.child"), ["R6.1 E_AGE", "R10.1 E_HOLD"]),
    (
        "ant.li",
        TransferFrom("sealed-0001", "ant.li", "jd"),
        ["R6.1 E_AGE", "R6.1 E_REAL_NAME", "R10.1 E_HOLD", "R11.1 E_IDENTITY"],
    ),
    ("ant", TransferFrom("sealed-0002", "ant", "jd.wang"), ["L9 E_NOT_SOLD", "R10.1 E_HOLD", "R11.1 E_IDENTITY"]),
    *DUE_PROCESS,
    # rotate_key
    ("ant.li", RotateKey("ant.li", key_of("new"), 0), NOTHING),
    ("ant", RotateKey("ant.li", key_of("new"), 99), NOTHING),
    ("jd", RotateKey("jd", key_of("new"), 0), NOTHING),
    ("jd", RotateKey("ant.li", key_of("new"), 0), ["L6 E_AUTHORITY"]),
    ("regulator", RotateKey("ant.li", key_of("new"), 0), ["L6 E_AUTHORITY"]),
    ("jd.wang", RotateKey("ant.li", key_of("new"), 0), ["L6 E_AUTHORITY"]),
    ("jd", RotateKey("ant", key_of("new"), 0), ["L6 E_AUTHORITY"]),
    ("ant.li", RotateKey("ant.nobody", key_of("new"), 0), ["L7 E_UNKNOWN"]),
    ("ant.li", RotateKey("ant.li", key_of("ant.li"), 0), ["R8.1 E_SAME_KEY"]),
    # propose
    ("ant", proposal(Pause()), NOTHING),
    ("hunan", proposal(RemoveMember("ant")), NOTHING),
    ("ant", proposal(RemoveMember("ant")), NOTHING),
    ("ant", proposal(ADMISSION), NOTHING),
    ("ant", proposal(parameters(gifts_per_day=5, hold_hours_first=0)), NOTHING),
    ("regulator", proposal(Pause()), ["L6 E_AUTHORITY"]),
    ("ant.li", proposal(Pause()), ["L6 E_AUTHORITY"]),
    ("ant", proposal(RemoveMember("nobody")), ["L7 E_UNKNOWN"]),
    ("ant", proposal(SetRole("caa", Role.INSTITUTION, False)), ["L7 E_UNKNOWN"]),
    ("ant", proposal(RotateOperatorKey("caa", key_of("caa"))), ["L7 E_UNKNOWN"]),
    ("ant", proposal(replace(ADMISSION, member="jd")), ["L8 E_EXISTS"]),
    ("ant", proposal(Resume()), ["L9 E_NO_CHANGE"]),
    ("ant", proposal(parameters(gifts_per_day=3)), ["L9 E_NO_CHANGE"]),
    ("ant", proposal(SetPolicy("pause", "MAJORITY")), ["L9 E_NO_CHANGE"]),
    ("ant", proposal(SetRole("jd", Role.PLATFORM, True)), ["L9 E_NO_CHANGE"]),
    ("ant", proposal(RotateOperatorKey("jd", key_of("jd"))), ["L9 E_NO_CHANGE"]),
    ("ant", proposal(UnlistChain("wenchang")), ["L9 E_NO_CHANGE"]),
    ("ant", proposal(ListChain("wenchang")), NOTHING),
    ("ant", proposal(SetPolicy("pause", "6")), NOTHING),
    ("ant", proposal(SetPolicy("pause", "SELF")), ["R7.1 E_POLICY"]),
    ("ant", proposal(SetPolicy("pause", "most")), ["R7.1 E_POLICY"]),
    ("ant", proposal(SetPolicy("mint", "ANY")), ["R7.1 E_POLICY"]),
    ("ant", proposal(replace(ADMISSION, role=Role.NOTARY)), ["R7.1 E_ROLE"]),
    ("ant", proposal(SetRole("regulator", Role.REGULATOR, True)), ["R7.1 E_ROLE"]),
    ("ant", proposal(parameters(gift_per_day=5)), ["R7.4 E_PARAMETER"]),
    ("ant", proposal(parameters(gifts_per_day=1_001)), ["R7.4 E_PARAMETER"]),
    (
        "ant",
        proposal(ChangeParameters((ParameterChange("gifts_per_day", 4), ParameterChange("gifts_per_day", 5)))),
        ["R7.4 E_PARAMETER"],
    ),
    ("ant", proposal(Pause(), expires_ms=FOUNDED_MS), ["R7.4 E_PROPOSAL_EXPIRY"]),
    ("ant", proposal(Pause(), expires_ms=FOUNDED_MS + 30 * DAY_MS), NOTHING),
    ("ant", proposal(Pause(), expires_ms=FOUNDED_MS + 30 * DAY_MS + 1), ["R7.4 E_PROPOSAL_EXPIRY"]),
    # vote
    ("ant", Vote("nothing", Ballot.FOR), ["L7 E_UNKNOWN"]),
    ("regulator", Vote("nothing", Ballot.FOR), ["L7 E_UNKNOWN"]),
]


@pytest.mark.parametrize(("account", "operation", "expected"), TABLE, ids=lambda each: type(each).__name__)
def test_every_refusing_rule_is_named_and_no_other(account, operation, expected):
    here = world()
    envelope = here.envelope(account, operation)
    assert codes(here.ledger.check(envelope, here.now_ms)[0]) == expected
    receipt = here.execute([envelope]).receipts[0]
    assert codes(receipt.refusals) == expected
    assert receipt.status is (Status.REFUSED if expected else Status.ACCEPTED)
    assert bool(receipt.events) != bool(expected)


def test_the_table_shows_every_rule_refusing():
    shown = {rule for _, _, expected in TABLE for rule in expected}
    elsewhere = {
        "L1 E_ACCOUNT_UNKNOWN", "L2 E_KEY", "L3 E_NONCE", "L4 E_DEADLINE", "L5 E_ACCOUNT_STATE",
        "L5 E_RECIPIENT_STATE", "L9 E_EMPTY", "R5.3 E_SOLD_OUT", "R7.2 E_FROZEN", "R7.2 E_FREEZE_TERMS",
        "R7.1 E_FORBIDDEN", "R7.1 E_LAST_VOTER",
        "R7.1 E_AGENDA_FULL", "R7.1 E_VOTING_CLOSED", "R7.1 E_ALREADY_VOTED", "R7.1 E_REMOVED", "R7.5 E_PAUSED",
        "R7.2 E_CASE_CLOSED", "R7.2 E_ALREADY_APPROVED", "R8.2 E_RATE", "R10.2 E_TRANSFERS", "R10.4 E_GIFT_LIMIT",
        "R10.5 E_COOLING", "R3.2 E_SCHEMA", "R9.3 E_CHAIN",
        "R7.2 E_ACCOUNT_FROZEN", "R7.2 E_EMERGENCY_SPENT",
        "R6.4 E_ALREADY_UPHELD", "R6.5 E_SUSPENSION_SPENT",
        "R4.3 E_DISPUTED", "R4.3 E_TAKEN_DOWN", "R4.3 E_CASE_TERMS", "R4.3 E_CASE_CLOSED",
        "R4.3 E_ALREADY_APPROVED", "R4.3 E_ALREADY_DECIDED", "R6.3 E_WOUND_DOWN", "R7.6 E_FROZEN",
        "R7.6 E_ACCOUNT_FROZEN", "R7.6 E_CASE_TERMS", "R7.6 E_CASE_CLOSED", "R7.6 E_ALREADY_APPROVED",
    }  # fmt: skip
    of_tokens = {
        "L5 E_OWNER_STATE", "L9 E_BURNED", "L9 E_SELF_APPROVAL", "L9 E_TOO_MANY_OPERATORS", "R1.2 E_NO_BENEFIT",
        "R1.2 E_ALREADY_REDEEMED", "R6.3 E_NO_CONSENT", "R6.3 E_NOT_AS_SOLD", "R6.3 E_REFUND_WINDOW",
        "R6.3 E_NOT_BOUGHT",
    }  # fmt: skip
    of_statements = {
        "L9 E_TOO_MANY_LICENSEES", "L11 E_DUPLICATE_KEY", "L11 E_TOO_MANY_KEYS", "R8.3 E_NO_EVIDENCE",
        "R8.3 E_EVIDENCE_KNOWN", "R11.3 E_REPORTED",
    }  # fmt: skip
    assert {f"{rule.id} {rule.code}" for rule in RULES} == shown | elsewhere | of_tokens | of_statements


def only(refusals: tuple[Refusal, ...]) -> Refusal:
    (refusal,) = refusals
    return refusal


def test_a_gift_before_its_time_is_refused_with_the_millisecond_of_its_time__r10_1():
    here = World()
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    bought_ms = here.now_ms
    free_ms = bought_ms + 180 * DAY_MS
    gift = TransferFrom(token, "ant.li", "jd.wang")
    here.now_ms = free_ms - 1
    refusal = only(here.do("ant.li", gift).refusals)
    assert refusal == Refusal(
        "E_HOLD",
        "R10.1",
        10,
        f"Token {token} must be held for 4320 hours before it is given; it was acquired at {bought_ms}.",
        (("token", token), ("hold_hours", "4320"), ("acquired_ms", str(bought_ms))),
        free_ms,
    )
    here.now_ms = free_ms
    here.must("ant.li", gift)
    back = TransferFrom(token, "jd.wang", "ant.li")
    again_ms = free_ms + 730 * DAY_MS
    here.now_ms = again_ms - 1
    refusal = only(here.do("jd.wang", back).refusals)
    assert refusal.retry_at_ms == again_ms
    assert dict(refusal.params)["hold_hours"] == "17520"
    here.now_ms = again_ms
    here.must("jd.wang", back)
    assert here.ledger.owner_of(token) == "ant.li"


def test_holding_periods_are_parameters__r10_1():
    here = World({"hold_hours_first": 0, "hold_hours_later": 24})
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    here.must("ant.li", TransferFrom(token, "ant.li", "jd.wang"))
    refusal = only(here.do("jd.wang", TransferFrom(token, "jd.wang", "ant.li")).refusals)
    assert refusal.retry_at_ms == here.now_ms + DAY_MS


def test_a_person_gives_three_a_day_over_all_accounts_and_tomorrow_again__r10_4():
    here = World({"hold_hours_first": 0})
    here.open_account("ant.li", who="li")
    here.open_account("jd.li", who="li")
    here.open_account("jd.wang")
    tokens = [(account, here.sold_token(account)) for account in ("ant.li", "jd.li", "ant.li", "jd.li")]
    for account, token in tokens[:3]:
        here.must(account, TransferFrom(token, account, "jd.wang"))
    account, token = tokens[3]
    fourth = TransferFrom(token, account, "jd.wang")
    midnight_ms = FOUNDED_MS + 16 * 3_600_000
    refusal = only(here.do(account, fourth).refusals)
    assert (refusal.code, refusal.tenet, refusal.retry_at_ms) == ("E_GIFT_LIMIT", 10, midnight_ms)
    assert refusal.params == (("account", "jd.li"), ("given", "3"), ("gifts_per_day", "3"))
    here.now_ms = midnight_ms - 1
    assert only(here.do(account, fourth).refusals).code == "E_GIFT_LIMIT"
    here.now_ms = midnight_ms
    here.must(account, fourth)


def test_where_no_gift_is_permitted_waiting_does_not_help__r10_4():
    here = World({"hold_hours_first": 0, "gifts_per_day": 0})
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    refusal = only(here.do("ant.li", TransferFrom(token, "ant.li", "jd.wang")).refusals)
    assert (refusal.code, refusal.retry_at_ms) == ("E_GIFT_LIMIT", None)


def test_one_edition_for_a_person_over_all_accounts_and_platforms__r6_2():
    here = World()
    for account in ("ant.li", "ant.li2", "jd.li"):
        here.open_account(account, who="li")
    here.sealed_series("s", editions=3)
    here.sealed_series("t", editions=3)
    here.must("jd", issue_operation("s", "jd.li"))
    for seller, account in (("ant", "ant.li"), ("ant", "ant.li2"), ("jd", "jd.li")):
        refusal = only(here.do(seller, issue_operation("s", account)).refusals)
        assert (refusal.code, refusal.rule, refusal.tenet) == ("E_PURCHASE_LIMIT", "R6.2", 6)
        assert dict(refusal.params) == {
            "account": account, "bought": "1", "series": "s", "purchases_per_person": "1",
        }  # fmt: skip
    here.must("ant", issue_operation("t", "ant.li"))


def test_the_purchase_limit_is_a_parameter__r6_2():
    here = World({"purchases_per_person": 2})
    here.open_account("ant.li")
    here.sealed_series("s", editions=3)
    here.must("ant", issue_operation("s", "ant.li"), issue_operation("s", "ant.li"))
    assert only(here.do("ant", issue_operation("s", "ant.li")).refusals).code == "E_PURCHASE_LIMIT"


def test_giving_an_edition_away_does_not_entitle_to_another__r6_2():
    here = World({"hold_hours_first": 0})
    here.open_account("ant.li")
    here.open_account("jd.wang")
    here.sealed_series("s", editions=3)
    here.must("ant", issue_operation("s", "ant.li"))
    here.must("ant.li", TransferFrom("s-0001", "ant.li", "jd.wang"))
    assert only(here.do("ant", issue_operation("s", "ant.li")).refusals).code == "E_PURCHASE_LIMIT"
    here.must("ant", issue_operation("s", "jd.wang"))


def test_what_is_sold_out_is_refused_to_everybody_after__r5_3():
    here = World()
    here.open_account("ant.li")
    here.open_account("jd.wang")
    here.sealed_series("s", editions=1)
    here.must("ant", issue_operation("s", "ant.li"))
    refusal = only(here.do("ant", issue_operation("s", "jd.wang")).refusals)
    assert refusal == Refusal(
        "E_SOLD_OUT", "R5.3", 5, "Series s is sold out: all 1 editions have owners.",
        (("series", "s"), ("edition_cap", "1")), None,
    )  # fmt: skip


def test_sealing_fixes_the_cap_at_what_was_minted__r5_3():
    here = World()
    here.register_work()
    here.must("ant", series_operation("s", cap=9), MintBatch("s", 4), Mint("s"), SealSeries("s"))
    series = here.ledger.series("s")
    assert series is not None
    assert (series.edition_cap, series.minted, series.issued, series.sealed) == (5, 5, 0, True)


def test_an_empty_series_cannot_be_sealed():
    here = World()
    here.register_work()
    here.must("ant", series_operation("s"))
    assert only(here.do("ant", SealSeries("s")).refusals).code == "E_EMPTY"


def test_the_largest_series_has_ten_thousand_editions__r5_3():
    here = World()
    here.register_work()
    here.must("ant", series_operation("s", cap=10_000), *[MintBatch("s", 1_000)] * 10)
    assert only(here.do("ant", Mint("s")).refusals).code == "E_EDITION_CAP"
    assert here.ledger.owner_of(token_id("s", 10_000)) == "ant"
    assert here.ledger.token("s-10001") is None


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ("ant", SUSPEND),
        ("regulator", suspension("ant.li", ends_ms=LATER_MS, axis="operator")),
    ],
)
def test_an_account_suspended_on_either_axis_neither_gives_nor_receives(by, order):
    here = World({"hold_hours_first": 0})
    token = here.sold_token("ant.li")
    other = here.sold_token("jd.wang")
    here.sealed_series("s", editions=1)
    here.must(by, order)
    attempts: list[tuple[str, Operation, str]] = [
        ("ant.li", TransferFrom(token, "ant.li", "jd.wang"), "E_ACCOUNT_STATE"),
        ("jd.wang", TransferFrom(other, "jd.wang", "ant.li"), "E_RECIPIENT_STATE"),
        ("jd", issue_operation("s", "ant.li"), "E_RECIPIENT_STATE"),
    ]
    for account, operation, code in attempts:
        refusal = only(here.do(account, operation).refusals)
        assert (refusal.code, refusal.rule) == (code, "L5")
        assert dict(refusal.params)["account"] == "ant.li"
    platform_state, operator_state = (ACTIVE, None) if by == "ant" else (None, ACTIVE)
    here.must(by, UpdateAccountState("ant.li", platform_state, operator_state))
    for account, operation, _ in attempts:
        here.must(account, operation)


def test_each_axis_stays_as_it_is_when_the_other_is_set():
    here = World()
    here.open_account("ant.li")
    here.suspend("ant.li")
    here.suspend("ant.li", axis="operator")
    here.must("ant", UpdateAccountState("ant.li", ACTIVE, None))
    account = here.ledger.account("ant.li")
    assert account is not None
    assert (*account.states(here.now_ms), account.is_active(here.now_ms)) == (ACTIVE, SUSPENDED, False)


def test_an_unknown_account_signs_nothing():
    here = World()
    refusal = here.do("ant.nobody", Mint("s")).refusals[0]
    assert (refusal.code, refusal.rule, refusal.tenet) == ("E_ACCOUNT_UNKNOWN", "L1", 0)
    assert here.ledger.account("ant.nobody") is None


def test_another_key_than_the_accounts_signs_nothing():
    here = World()
    here.sealed_series("s")
    here.open_account("ant.li")
    envelope = here.seal("ant", here.transaction("ant", issue_operation("s", "ant.li")), key=key_of("thief"))
    assert only(here.ledger.check(envelope, here.now_ms)[0]).code == "E_KEY"
    assert only(here.execute([envelope]).receipts[0].refusals).params == (("account", "ant"),)
    assert here.ledger.owner_of("s-0001") == "ant"


def test_a_deadline_is_kept_to_the_millisecond():
    here = World()
    here.register_work()
    for series, deadline_ms, expected in (
        ("a", here.now_ms - 1, "E_DEADLINE"),
        ("b", here.now_ms, None),
        ("c", 0, None),
    ):
        transaction = here.transaction("ant", series_operation(series), deadline_ms=deadline_ms)
        refusals = here.execute([here.seal("ant", transaction)]).receipts[0].refusals
        assert [refusal.code for refusal in refusals] == ([expected] if expected else [])


def test_a_nonce_is_good_once():
    here = World()
    here.register_work()
    transaction = here.transaction("ant", series_operation("a"), nonce=7)
    assert here.execute([here.seal("ant", transaction)]).receipts[0].status is Status.ACCEPTED
    refusals = here.execute([here.seal("ant", transaction)]).receipts[0].refusals
    assert codes(refusals) == ["L3 E_NONCE", "L8 E_EXISTS"]
    assert refusals[0].params == (("nonce", "7"), ("highest", "7"))


def test_a_nonce_too_old_is_refused_and_any_order_within_the_window_is_not():
    here = World()
    here.register_work()
    for number, (nonce, expected) in enumerate([(2_000, []), (977, []), (976, ["E_NONCE"]), (1_999, [])]):
        transaction = here.transaction("ant", series_operation(f"s{number}"), nonce=nonce)
        refusals = here.execute([here.seal("ant", transaction)]).receipts[0].refusals
        assert [refusal.code for refusal in refusals] == expected
    assert refusals == ()


def test_issue_is_refused_while_the_next_edition_is_frozen__r7_2():
    here = world()
    terms = ("sealed-0002", "court order", "case-1", LATER_MS)
    here.must("regulator", FreezeToken(*terms))
    here.must("jd", FreezeToken(*terms))
    sale = issue_operation("sealed", "jd.wang")
    refusal = only(here.do("ant", sale).refusals)
    assert (refusal.code, refusal.rule, refusal.retry_at_ms) == ("E_FROZEN", "R7.2", LATER_MS)
    here.now_ms = LATER_MS
    here.must("ant", sale)


def test_sale_leaves_what_was_agreed_in_the_receipt():
    here = world()
    sale = issue_operation("sealed", "jd.wang")
    assert isinstance(sale, Issue)
    transfer, issued = here.must("jd", sale).events
    assert (transfer.name, dict(transfer.params)) == (
        "transfer",
        {"token": "sealed-0002", "from": "ant", "to": "jd.wang"},
    )
    assert (issued.name, dict(issued.params)) == (
        "issued",
        {
            "token": "sealed-0002",
            "seller": "jd",
            "price_fen": "1990",
            "currency": "CNY",
            "receipt": sale.receipt.hex(),
        },
    )
