"""What can be done with an edition besides giving it yourself: approvals, batches, benefits, burning, refunds."""

from hashlib import sha256

import pytest

from canonical.hashing import Digest
from ledger.operations.accounts import AccountState, Claim, UpdateAccountState
from ledger.operations.freezes import FreezeToken
from ledger.operations.series import Anchor, AnchorKind, MintBatch, SealSeries
from ledger.operations.table import Operation
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
from ledger.parameters import DAY_MS
from ledger.receipts import Event, Refusal, Status
from ledger.records.operators import OPERATORS_MAX
from ledger.records.tokens import TokenState
from ledger.rules.table import RULES
from tests.ledger.world import World, issue_operation, series_operation

TICKET = "ticket-7"
BACK = Digest(sha256(b"money back").digest())
GIFT = TransferFrom("s-0001", "ant.li", "jd.wang")


def world(parameters: dict[str, int] | None = None) -> World:
    """Series `s` with a ticket, four editions, three sold: to li, to wang, to zhao; no holding periods."""
    here = World({"hold_hours_first": 0, "hold_hours_later": 0, **(parameters or {})})
    for account in ("ant.li", "jd.wang", "jd.zhao"):
        here.open_account(account)
    here.open_account("jd.child", claims=(Claim.REAL_NAME,))
    here.register_work()
    anchors = (Anchor(AnchorKind.EXHIBIT, "hall-3"), Anchor(AnchorKind.TICKET, TICKET))
    here.must("ant", series_operation("s", anchors=anchors), MintBatch("s", 4), SealSeries("s"))
    here.must("ant", *(issue_operation("s", each) for each in ("ant.li", "jd.wang", "jd.zhao")))
    return here


def codes(refusals: tuple[Refusal, ...]) -> list[str]:
    """Each as `rule code`."""
    return [f"{refusal.rule} {refusal.code}" for refusal in refusals]


def freeze(here: World, token: str) -> None:
    """By two parties, for a day."""
    for party in ("regulator", "jd"):
        here.must(party, FreezeToken(token, "court order", "case-1", here.now_ms + DAY_MS))


NOTHING: list[str] = []
HELD = ["ant.li", "jd.wang", "jd.zhao"]

TABLE: list[tuple[str, Operation, list[str]]] = [
    # approve
    ("ant.li", Approve("s-0001", "jd.wang"), NOTHING),
    ("ant.li", Approve("s-0001", "jd"), NOTHING),
    ("ant.li", Approve("s-0001", "jd.nobody"), ["L7 E_UNKNOWN"]),
    ("ant.li", Approve("s-0001", "ant.li"), ["L9 E_SELF_APPROVAL"]),
    ("ant.li", Approve("s-0001", None), ["L9 E_NO_CHANGE"]),
    ("jd.wang", Approve("s-0001", "jd.wang"), ["L6 E_NOT_OWNER"]),
    ("ant.li", Approve("s-0009", "jd.wang"), ["L7 E_UNKNOWN"]),
    ("ant", Approve("s-0004", "jd.wang"), ["L9 E_NOT_SOLD"]),
    # set_approval_for_all
    ("ant.li", SetApprovalForAll("jd.wang", True), NOTHING),
    ("ant.li", SetApprovalForAll("ant", True), NOTHING),
    ("ant.li", SetApprovalForAll("jd.wang", False), ["L9 E_NO_CHANGE"]),
    ("ant.li", SetApprovalForAll("ant.li", True), ["L9 E_SELF_APPROVAL"]),
    ("ant.li", SetApprovalForAll("jd.nobody", True), ["L7 E_UNKNOWN"]),
    ("ant", SetApprovalForAll("ant.li", True), ["L6 E_AUTHORITY"]),
    # safe_batch_transfer_from
    ("ant.li", SafeBatchTransferFrom(("s-0001",), "ant.li", "jd.wang"), NOTHING),
    ("ant.li", SafeBatchTransferFrom(("s-0001", "s-0001"), "ant.li", "jd.wang"), ["L6 E_NOT_OWNER"]),
    ("ant.li", SafeBatchTransferFrom(("s-0001", "s-0002"), "ant.li", "jd.zhao"), ["L6 E_NOT_OWNER"]),
    ("ant.li", SafeBatchTransferFrom(("s-0001",), "ant.li", "jd.child"), ["R6.1 E_AGE"]),
    ("jd.wang", SafeBatchTransferFrom(("s-0001",), "ant.li", "jd.wang"), ["L6 E_NOT_OWNER"]),
    ("ant.li", SafeBatchTransferFrom(("s-0009", "s-0001"), "ant.li", "jd.wang"), ["L7 E_UNKNOWN"]),
    # redeem
    ("ant.li", Redeem("s-0001", TICKET), NOTHING),
    ("ant.li", Redeem("s-0001", "hall-3"), ["R1.2 E_NO_BENEFIT"]),
    ("ant.li", Redeem("s-0001", "ticket-8"), ["R1.2 E_NO_BENEFIT"]),
    ("jd.wang", Redeem("s-0001", TICKET), ["L6 E_NOT_OWNER"]),
    ("ant", Redeem("s-0004", TICKET), ["L9 E_NOT_SOLD"]),
    ("ant.li", Redeem("s-0009", TICKET), ["L7 E_UNKNOWN"]),
    # burn
    ("ant.li", Burn("s-0001"), NOTHING),
    ("ant", Burn("s-0001"), ["L6 E_NOT_OWNER"]),
    ("ant", Burn("s-0004"), ["L9 E_NOT_SOLD"]),
    ("ant.li", Burn("s-0009"), ["L7 E_UNKNOWN"]),
    # refund
    ("ant", Refund("s-0001", BACK), ["R6.3 E_NO_CONSENT"]),
    ("copyright", Refund("s-0001", BACK), ["L6 E_AUTHORITY", "R6.3 E_NO_CONSENT"]),
    ("ant", Refund("s-0004", BACK), ["L9 E_NOT_SOLD", "R6.3 E_NO_CONSENT"]),
    ("ant", Refund("s-0009", BACK), ["L7 E_UNKNOWN"]),
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


# Approvals


def test_an_approved_account_gives_once_and_the_gift_ends_its_approval():
    here = world()
    approval = here.must("ant.li", Approve("s-0001", "jd.wang"))
    assert approval.events == (Event("approval", (("owner", "ant.li"), ("approved", "jd.wang"), ("token", "s-0001"))),)
    here.must("jd.wang", TransferFrom("s-0001", "ant.li", "jd.zhao"))
    assert here.ledger.owner_of("s-0001") == "jd.zhao"
    assert codes(here.do("jd.wang", TransferFrom("s-0001", "jd.zhao", "ant.li")).refusals) == ["L6 E_NOT_OWNER"]


def test_an_approval_names_one_account_and_can_be_ended():
    here = world()
    here.must("ant.li", Approve("s-0001", "jd.wang"), Approve("s-0001", "jd.zhao"))
    assert codes(here.do("jd.wang", GIFT).refusals) == ["L6 E_NOT_OWNER"]
    here.must("ant.li", Approve("s-0001", None))
    assert codes(here.do("jd.zhao", GIFT).refusals) == ["L6 E_NOT_OWNER"]


def test_an_operator_gives_and_approves_any_token_until_dismissed_and_none_of_others():
    here = world()
    here.must("ant.li", SetApprovalForAll("jd.zhao", True))
    here.must("jd.zhao", Approve("s-0001", "jd.wang"), GIFT)
    assert here.ledger.owner_of("s-0001") == "jd.wang"
    assert codes(here.do("jd.zhao", TransferFrom("s-0002", "jd.wang", "ant.li")).refusals) == ["L6 E_NOT_OWNER"]
    here.must("jd.wang", TransferFrom("s-0001", "jd.wang", "ant.li"))
    here.must("ant.li", SetApprovalForAll("jd.zhao", False))
    assert codes(here.do("jd.zhao", GIFT).refusals) == ["L6 E_NOT_OWNER"]


def test_an_approved_account_neither_redeems_nor_burns():
    here = world()
    here.must("ant.li", Approve("s-0001", "jd.wang"), SetApprovalForAll("jd.zhao", True))
    for account in ("jd.wang", "jd.zhao"):
        for operation in (Burn("s-0001"), Redeem("s-0001", TICKET)):
            assert codes(here.do(account, operation).refusals) == ["L6 E_NOT_OWNER"]


def test_gifts_on_an_owners_behalf_count_as_the_owners__r10_4():
    here = world({"gifts_per_day": 1, "hold_hours_first": 0})
    second = here.sold_token("ant.li")
    here.must("ant.li", SetApprovalForAll("jd.wang", True))
    here.must("jd.wang", GIFT)
    refused = here.do("jd.wang", TransferFrom(second, "ant.li", "jd.wang"))
    assert codes(refused.refusals) == ["R10.4 E_GIFT_LIMIT"]
    here.must("jd.wang", TransferFrom("s-0002", "jd.wang", "jd.zhao"))


def test_a_holding_period_binds_an_approved_account__r10_1():
    here = world({"hold_hours_first": 48})
    here.must("ant.li", Approve("s-0001", "jd.wang"))
    assert codes(here.do("jd.wang", GIFT).refusals) == ["R10.1 E_HOLD"]
    here.wait_days(2)
    here.must("jd.wang", GIFT)


@pytest.mark.parametrize("by", ["ant", "regulator"])
def test_an_approval_rests_while_its_giver_is_suspended(by):
    here = world()
    here.must("ant.li", Approve("s-0001", "jd.wang"))
    second = here.sold_token("ant.li")
    here.must("ant.li", Approve(second, "jd"))
    active = UpdateAccountState(
        "ant.li", *((AccountState.ACTIVE, None) if by == "ant" else (None, AccountState.ACTIVE))
    )
    here.suspend("ant.li", axis="platform" if by == "ant" else "operator")
    assert codes(here.do("jd.wang", TransferFrom("s-0001", "ant.li", "jd.zhao")).refusals) == ["L5 E_OWNER_STATE"]
    assert codes(here.do("jd", Refund(second, BACK)).refusals) == ["L5 E_OWNER_STATE"]
    here.must(by, active)
    here.must("jd.wang", TransferFrom("s-0001", "ant.li", "jd.zhao"))
    here.must("jd", Refund(second, BACK))


def test_an_account_has_so_many_operators_and_a_place_becomes_free_again():
    here = world()
    names = [f"ant.p{number}" for number in range(OPERATORS_MAX + 1)]
    for name in names:
        here.open_account(name)
    here.must("ant.li", *(SetApprovalForAll(name, True) for name in names[:-1]))
    last = SetApprovalForAll(names[-1], True)
    assert codes(here.do("ant.li", last).refusals) == ["L9 E_TOO_MANY_OPERATORS"]
    named_already = here.do("ant.li", SetApprovalForAll(names[0], True))
    assert codes(named_already.refusals) == ["L9 E_NO_CHANGE"], "tests.ledger.naive, seed 1553"
    here.must("ant.li", SetApprovalForAll(names[0], False), last)
    record = here.ledger.state.operators.get("ant.li")
    assert record is not None
    assert record.operators == tuple(sorted(names[1:]))


# Batches


def several(here: World, count: int) -> tuple[str, ...]:
    """Tokens of li's."""
    return tuple(here.sold_token("ant.li") for _ in range(count))


def test_a_batch_gives_all_in_order_with_an_event_each():
    here = world()
    tokens = several(here, 3)
    receipt = here.must("ant.li", SafeBatchTransferFrom(tokens, "ant.li", "jd.wang"))
    assert [dict(event.params)["token"] for event in receipt.events] == list(tokens)
    assert {here.ledger.owner_of(token) for token in tokens} == {"jd.wang"}


def test_a_batch_counts_its_gifts_and_gives_none_if_one_is_too_many__r10_4():
    here = world()
    tokens = several(here, 4)
    receipt = here.do("ant.li", SafeBatchTransferFrom(tokens, "ant.li", "jd.wang"))
    (refusal,) = receipt.refusals
    assert (refusal.code, dict(refusal.params)["given"], dict(refusal.params)["token"]) == (
        "E_GIFT_LIMIT",
        "3",
        tokens[3],
    )
    assert {here.ledger.owner_of(token) for token in tokens} == {"ant.li"}
    here.must("ant.li", SafeBatchTransferFrom(tokens[:3], "ant.li", "jd.wang"))


def test_each_token_of_a_batch_meets_every_rule_and_is_named_where_it_is_refused():
    here = world()
    tokens = several(here, 2)
    freeze(here, tokens[1])
    batch = SafeBatchTransferFrom((tokens[0], "s-0002", "s-0004", tokens[1]), "ant.li", "jd.child")
    refusals = here.do("ant.li", batch).refusals
    assert [(each.code, dict(each.params)["token"]) for each in refusals] == [
        ("E_AGE", tokens[0]),
        ("E_NOT_OWNER", "s-0002"),
        ("E_NOT_OWNER", "s-0004"),
        ("E_NOT_SOLD", "s-0004"),
        ("E_FROZEN", tokens[1]),
    ]


def test_a_compliance_report_counts_a_batch_as_one_transaction_before_every_rule_of_a_gift():
    here = world()
    tokens = several(here, 2)
    refused = here.execute([here.envelope("ant.li", SafeBatchTransferFrom(tokens, "ant.li", "jd.child"))])
    entries = {entry.rule: (entry.checked, entry.refused) for entry in refused.compliance}
    assert entries["R6.1"] == (1, 1)
    assert entries["R10.4"] == entries["L1"] == (1, 0)
    met = {rule.id for rule in RULES if TransferFrom in rule.applies_to}
    assert set(entries) == met


def test_later_transactions_of_a_bundle_see_what_a_batch_did():
    here = world()
    tokens = several(here, 2)
    bundle = here.envelope(
        "ant.li", SafeBatchTransferFrom(tokens, "ant.li", "jd.wang"), TransferFrom(tokens[0], "ant.li", "jd.wang")
    )
    assert [codes(each) for each in here.ledger.check(bundle, here.now_ms)] == [[], ["L6 E_NOT_OWNER"]]
    assert [codes(each.refusals) for each in here.execute([bundle]).receipts] == [[], ["L6 E_NOT_OWNER"]]


def test_the_largest_batch_is_judged_and_given():
    here = world({"gifts_per_day": 1_000, "purchases_per_person": 1_000})
    here.must("ant", series_operation("t"), MintBatch("t", TOKENS_PER_BATCH_MAX), SealSeries("t"))
    here.must("ant", *(issue_operation("t", "ant.li") for _ in range(TOKENS_PER_BATCH_MAX)))
    tokens = tuple(f"t-{edition:04d}" for edition in range(1, TOKENS_PER_BATCH_MAX + 1))
    assert len(here.must("ant.li", SafeBatchTransferFrom(tokens, "ant.li", "jd.wang")).events) == TOKENS_PER_BATCH_MAX
    assert here.ledger.balance_of("jd.wang") == TOKENS_PER_BATCH_MAX + 1


# Benefits


def test_a_benefit_is_redeemed_once_whoever_owns_the_token__r1_2():
    here = world()
    (event,) = here.must("ant.li", Redeem("s-0001", TICKET)).events
    assert event == Event(
        "redeemed", (("token", "s-0001"), ("owner", "ant.li"), ("kind", "ticket"), ("benefit", TICKET))
    )
    here.must("ant.li", GIFT)
    (refusal,) = here.do("jd.wang", Redeem("s-0001", TICKET)).refusals
    assert (refusal.code, refusal.rule, refusal.tenet, refusal.retry_at_ms) == ("E_ALREADY_REDEEMED", "R1.2", 1, None)
    here.must("jd.wang", Redeem("s-0002", TICKET))


def test_a_frozen_token_is_neither_redeemed_nor_burned_nor_approved_and_an_approval_ends__r7_2():
    here = world()
    here.must("ant.li", Approve("s-0001", "jd.wang"))
    freeze(here, "s-0001")
    for operation in (Redeem("s-0001", TICKET), Burn("s-0001"), Approve("s-0001", "jd.zhao")):
        (refusal,) = here.do("ant.li", operation).refusals
        assert (refusal.code, refusal.retry_at_ms) == ("E_FROZEN", here.now_ms + DAY_MS)
    here.must("ant.li", Approve("s-0001", None))


# Burning


def test_what_was_burned_is_over_and_its_number_is_never_given_again():
    here = world()
    here.must("ant.li", Approve("s-0001", "ant"))
    here.must("ant.li", Burn("s-0001"))
    assert here.ledger.owner_of("s-0001") is None
    assert here.ledger.tokens_of("ant.li") == ()
    record, series = here.ledger.token("s-0001"), here.ledger.series("s")
    assert record is not None
    assert series is not None
    assert (record.state, record.approved) == (TokenState.BURNED, None)
    assert (series.issued, series.minted, series.burned, series.refunded) == (3, 4, 1, 0)
    attempts: list[tuple[str, Operation]] = [
        ("ant.li", GIFT),
        ("ant.li", Burn("s-0001")),
        ("ant.li", Redeem("s-0001", TICKET)),
        ("ant.li", Approve("s-0001", "jd.wang")),
        ("jd", FreezeToken("s-0001", "court order", "case-1", here.now_ms + DAY_MS)),
    ]
    for account, operation in attempts:
        assert codes(here.do(account, operation).refusals) == ["L9 E_BURNED"], operation
    assert codes(here.do("ant", Refund("s-0001", BACK)).refusals) == ["L9 E_BURNED", "R6.3 E_NO_CONSENT"]
    here.open_account("jd.last")
    here.must("ant", issue_operation("s", "jd.last"))
    assert here.ledger.owner_of("s-0004") == "jd.last"
    assert codes(here.do("ant", issue_operation("s", "ant.li")).refusals) == [
        "R5.3 E_SOLD_OUT",
        "R6.2 E_PURCHASE_LIMIT",
    ]


# Refunds


def test_a_buyer_gives_back_what_he_bought_and_may_buy_again__r6_3():
    here = world()
    here.must("ant.li", Approve("s-0001", "jd"))
    burned, refunded = here.must("jd", Refund("s-0001", BACK)).events
    assert burned == Event("burned", (("token", "s-0001"), ("from", "ant.li"), ("by", "jd")))
    assert refunded == Event("refunded", (("token", "s-0001"), ("seller", "jd"), ("receipt", BACK.hex())))
    series = here.ledger.series("s")
    assert series is not None
    assert (series.issued, series.burned, series.refunded) == (3, 1, 1)
    here.must("ant", issue_operation("s", "ant.li"))
    assert here.ledger.owner_of("s-0004") == "ant.li"


def test_the_window_for_a_refund_closes_to_the_millisecond__r6_3():
    here = world({"refund_days": 2})
    for owner, token in (("ant.li", "s-0001"), ("jd.wang", "s-0002")):
        here.must(owner, Approve(token, "ant"))
    sold_ms = here.now_ms
    here.now_ms = sold_ms + 2 * DAY_MS - 1
    here.must("ant", Refund("s-0001", BACK))
    here.now_ms = sold_ms + 2 * DAY_MS
    (refusal,) = here.do("ant", Refund("s-0002", BACK)).refusals
    assert (refusal.code, refusal.rule, refusal.tenet, refusal.retry_at_ms) == ("E_REFUND_WINDOW", "R6.3", 6, None)
    assert refusal.params == (("token", "s-0002"), ("refund_days", "2"), ("acquired_ms", str(sold_ms)))


def test_what_was_given_or_redeemed_is_not_returned__r6_3():
    here = world()
    here.must("ant.li", Redeem("s-0001", TICKET), Approve("s-0001", "ant"))
    here.must("jd.wang", TransferFrom("s-0002", "jd.wang", "jd.zhao"))
    here.must("jd.zhao", Approve("s-0002", "ant"))
    for token in ("s-0001", "s-0002"):
        assert codes(here.do("ant", Refund(token, BACK)).refusals) == ["R6.3 E_NOT_AS_SOLD"]


def test_a_frozen_token_is_not_returned__r7_2():
    here = world()
    here.must("ant.li", Approve("s-0001", "ant"))
    freeze(here, "s-0001")
    assert codes(here.do("ant", Refund("s-0001", BACK)).refusals) == ["R7.2 E_FROZEN"]
