"""The ledger's face: questions that change nothing, and the answers the node and the gateway rely on."""

import pytest

from canonical.encoding import encode
from ledger.charter import Member, Role
from ledger.ledger import Ledger
from ledger.operations.accounts import Claim, RegisterAccount
from ledger.operations.freezes import FreezeToken
from ledger.operations.series import Issue, Mint, MintBatch, SealSeries
from ledger.operations.tokens import TransferFrom
from ledger.parameters import DAY_MS
from ledger.receipts import Status
from ledger.records.tokens import TokenState
from tests.ledger.test_operations import EXAMPLES
from tests.ledger.world import (
    ADULT,
    FOUNDED_MS,
    World,
    charter,
    issue_operation,
    key_of,
    person,
    series_operation,
)


def test_members_have_accounts_from_the_start():
    here = World()
    assert here.ledger.height == 0
    assert here.ledger.timestamp_ms == FOUNDED_MS
    accounts = sorted(f"account/{member.id}".encode() for member in here.charter.members)
    assert [key for key, _ in here.ledger.entries()] == [*accounts, b"roster/members"]
    assert here.ledger.members() == tuple(sorted(member.id for member in here.charter.members))
    for member in here.charter.members:
        account = here.ledger.account(member.id)
        assert account is not None
        assert (account.platform, account.role, account.governor) == (member.id, member.role, member.votes)
        assert (account.public_key, account.person) == (member.operator_key, None)
        assert account.is_active(FOUNDED_MS)


@pytest.mark.parametrize("member_id", ["ant.li", "ant/li", "ant"])
def test_a_charter_whose_member_could_be_taken_for_another_founds_no_ledger(member_id):
    founded = charter()
    member = Member(member_id, "x", "x", Role.PLATFORM, True, key_of("x"), key_of("x"))
    bad = type(founded)(1, "test", FOUNDED_MS, (*founded.members, member), {})
    with pytest.raises(ValueError, match=f"{member_id}"):
        Ledger.genesis(bad)


def test_a_charter_of_another_version_founds_no_ledger():
    founded = charter()
    with pytest.raises(ValueError, match="version 2"):
        Ledger.genesis(type(founded)(2, "test", FOUNDED_MS, founded.members, {}))


def test_an_unsold_edition_is_its_issuers_and_a_sold_one_its_buyers():
    here = World()
    here.open_account("ant.li")
    here.sealed_series("s", editions=3)
    assert [here.ledger.owner_of(f"s-000{edition}") for edition in range(5)] == [None, "ant", "ant", "ant", None]
    assert here.ledger.tokens_of("ant") == ("s-0001", "s-0002", "s-0003")
    here.must("ant", issue_operation("s", "ant.li"))
    assert here.ledger.tokens_of("ant") == ("s-0002", "s-0003")
    assert here.ledger.tokens_of("ant.li") == ("s-0001",)
    assert (here.ledger.balance_of("ant"), here.ledger.balance_of("ant.li"), here.ledger.balance_of("x")) == (2, 1, 0)
    token = here.ledger.token("s-0001")
    assert token is not None
    assert (token.state, token.transfers, token.acquired_ms) == (TokenState.ISSUED, 0, here.now_ms)


def test_can_transfer_gives_every_reason_and_the_time__erc7943():
    here = World()
    token = here.sold_token("ant.li")
    here.open_account("jd.child", claims=(Claim.REAL_NAME,))
    expires_ms = here.now_ms + 10 * DAY_MS
    for party in ("regulator", "jd"):
        here.must(party, FreezeToken(token, "court order", "case-1", expires_ms))
    reasons = here.ledger.can_transfer(token, "ant.li", "jd.child", here.now_ms)
    assert [(each.code, each.retry_at_ms) for each in reasons] == [
        ("E_AGE", None),
        ("E_FROZEN", expires_ms),
        ("E_HOLD", here.now_ms + 180 * DAY_MS),
    ]
    later = here.ledger.can_transfer(token, "ant.li", "jd.child", here.now_ms + 180 * DAY_MS)
    assert [each.code for each in later] == ["E_AGE"]


def test_can_transfer_asks_as_of_the_last_block_at_least():
    here = World()
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    here.wait_days(180)
    here.execute([])
    assert here.ledger.can_transfer(token, "ant.li", "jd.wang", 0) == ()


def test_can_transfer_never_raises():
    here = World()
    token = here.sold_token("ant.li")
    for arguments in (("", "", ""), (token, "", "ant.li"), ("nothing-0001", "ant.li", "ant.li"), (token, "ant", "x/y")):
        reasons = here.ledger.can_transfer(*arguments, -1)
        assert reasons
    assert [each.code for each in here.ledger.can_transfer("a-0001", "b", "c", 0)] == ["E_UNKNOWN"] * 3


def test_check_says_what_execution_then_says_and_changes_nothing():
    here = World({"hold_hours_first": 0})
    here.open_account("ant.li")
    here.open_account("jd.wang")
    here.sealed_series("s", editions=1)
    envelopes = [
        here.envelope("ant", issue_operation("s", "ant.li"), issue_operation("s", "jd.wang")),
        here.envelope(
            "ant",
            series_operation("t"),
            MintBatch("t", 2),
            Mint("t"),
            SealSeries("t"),
            SealSeries("t"),
            issue_operation("t", "jd.wang"),
        ),
        here.envelope("jd", RegisterAccount("jd.new", person("new"), key_of("new"), ADULT), Mint("s")),
        here.envelope("nobody", Mint("s")),
        here.envelope("ant.li", TransferFrom("s-0001", "ant.li", "jd.wang")),
    ]
    for envelope in envelopes:
        before = (list(here.ledger.entries()), here.ledger.state_root, here.ledger.tokens_of("ant.li"))
        expected = here.ledger.check(envelope, here.now_ms)
        assert expected == here.ledger.check(envelope, here.now_ms)
        assert before == (list(here.ledger.entries()), here.ledger.state_root, here.ledger.tokens_of("ant.li"))
        receipts = here.execute([envelope]).receipts
        assert expected == tuple(receipt.refusals for receipt in receipts)
    assert here.ledger.owner_of("s-0001") == "jd.wang"


def test_check_of_a_bundle_leaves_nothing_for_the_next_block_to_commit():
    here = World()
    here.register_work()
    here.ledger.check(here.envelope("ant", series_operation("t"), MintBatch("t", 2)), here.now_ms)
    assert [key for key, _ in here.execute([]).changes] == [b"gateway/0"]


@pytest.mark.parametrize("operation", EXAMPLES, ids=lambda each: each.__struct_config__.tag)
@pytest.mark.parametrize("account", ["ant", "regulator", "ant.li", "nobody"])
def test_check_never_raises_whatever_exists(operation, account):
    empty, full = World(), World()
    full.open_account("ant.li")
    full.open_account("jd.wang")
    full.sealed_series("scroll-a")
    for here in (empty, full):
        for operations in ((operation,), (operation, operation)):
            reasons = here.ledger.check(here.envelope(account, *operations), here.now_ms)
            assert len(reasons) == len(operations)
            assert all(reasons) or account != "nobody"


def test_refusals_are_canonical_values_of_bounded_size():
    here = World()
    for operation in EXAMPLES:
        receipt = here.do("nobody", operation)
        assert receipt.status is Status.REFUSED
        assert len(encode(receipt)) < 4_000


def test_a_hostile_text_is_only_text():
    here = World()
    token = here.sold_token("ant.li")
    expires_ms = here.now_ms + DAY_MS
    reason = "{case} {0} %s \u202e" + "字" * 400
    here.must("jd", FreezeToken(token, reason, "case-1", expires_ms))
    refusal = here.do("regulator", FreezeToken(token, "other", "case-1", expires_ms)).refusals[0]
    assert dict(refusal.params)["reason"] == reason
    assert reason in refusal.message


def test_holdings_are_sorted_whatever_the_order_of_gifts():
    here = World({"hold_hours_first": 0, "hold_hours_later": 0, "gifts_per_day": 100})
    here.open_account("jd.wang")
    tokens = [here.sold_token("ant.li") for _ in range(4)]
    for index in (2, 0, 3, 1):
        here.must("ant.li", TransferFrom(tokens[index], "ant.li", "jd.wang"))
    assert here.ledger.tokens_of("jd.wang") == tuple(sorted(tokens))
    assert here.ledger.tokens_of("ant.li") == ()


def test_a_receipt_hash_is_kept_and_the_sum_paid_is_nowhere_in_the_state():
    here = World()
    here.open_account("ant.li")
    here.sealed_series("s", editions=1)
    before = {key for key, _ in here.ledger.entries()}
    sale = issue_operation("s", "ant.li")
    assert isinstance(sale, Issue)
    here.must("ant", sale)
    added = {key for key, _ in here.ledger.entries()} - before
    assert added == {b"purchase/s/" + person("ant.li").hex().encode()}
