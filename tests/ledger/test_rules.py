"""One table of refusals: what was done, and the exact reasons that came back, all of them and in order."""

import pytest

from ledger.names import token_id
from ledger.operations.accounts import AccountState, Claim, UpdateAccountState
from ledger.operations.freezes import (
    FreezeToken,
)
from ledger.operations.series import (
    Issue,
    Mint,
    MintBatch,
    SealSeries,
)
from ledger.operations.table import Operation
from ledger.operations.tokens import TransferFrom
from ledger.parameters import DAY_MS
from ledger.receipts import Refusal, Status
from ledger.rules.table import RULES
from tests.ledger.refusals_in_due_process import DUE_PROCESS
from tests.ledger.refusals_of_people import PEOPLE
from tests.ledger.refusals_of_votes import VOTES
from tests.ledger.refusals_of_works import WORKS
from tests.ledger.world import (
    FOUNDED_MS,
    World,
    issue_operation,
    key_of,
    series_operation,
    suspension,
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


TABLE = [*PEOPLE, *WORKS, *VOTES, *DUE_PROCESS]


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
        "R6.4 E_ALREADY_UPHELD", "R6.5 E_SUSPENSION_SPENT", "R8.2 E_TOO_MANY_CASES", "R8.2 E_DAY_FULL",
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


def test_a_copy_under_another_key_has_an_id_of_its_own_and_takes_nothing_from_the_original():
    """Else its refusal would be a genuine receipt of the original, which is still to be executed."""
    here = World()
    here.sealed_series("s")
    here.open_account("ant.li")
    transaction = here.transaction("ant", issue_operation("s", "ant.li"))
    copied = here.execute([here.seal("ant", transaction, key=key_of("thief"))]).receipts[0]
    genuine = here.execute([here.seal("ant", transaction)]).receipts[0]
    assert (copied.status, genuine.status) == (Status.REFUSED, Status.ACCEPTED)
    assert copied.transaction != genuine.transaction


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
