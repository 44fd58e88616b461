"""Faults of real systems (design: the collectible ledger, "known faults"), each kept out by a test of its own."""

import pytest

from ledger.names import token_id
from ledger.operations.accounts import AccountState, RegisterAccount, UpdateAccountState
from ledger.operations.freezes import FreezeToken
from ledger.operations.tokens import Burn, TransferFrom
from ledger.parameters import DAY_MS
from tests.ledger.world import ADULT, World, issue_operation, key_of, person, series_operation, work_operation


def test_an_event_tells_what_was_moved_and_not_what_is_left():
    """DDC1155 burns read the balance after zeroing it, so that every burn reports 0."""
    here = World({"hold_hours_first": 0})
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    (event,) = here.must("ant.li", TransferFrom(token, "ant.li", "jd.wang")).events
    assert dict(event.params) == {"token": token, "from": "ant.li", "to": "jd.wang"}
    (burned,) = here.must("jd.wang", Burn(token)).events
    assert burned.name == "burned"
    assert dict(burned.params) == {"token": token, "from": "jd.wang", "by": "jd.wang"}


@pytest.mark.parametrize("account", ["ant.li", "jd", "copyright", "hunan", "ant"])
def test_a_state_setter_has_access_control(account):
    """EvidencePlus documents setStatus as owner-only; its code lets anybody."""
    here = World()
    here.open_account("ant.li")
    here.open_account("jd.wang")
    orders = [UpdateAccountState("jd.wang", None, AccountState.SUSPENDED)]
    if account != "jd":
        orders.append(UpdateAccountState("jd.wang", AccountState.SUSPENDED, None))
    for order in orders:
        assert [each.code for each in here.do(account, order).refusals] == ["E_AUTHORITY"]
    wang = here.ledger.account("jd.wang")
    assert wang is not None
    assert wang.is_active


def test_no_record_is_overwritten_by_a_second_creation():
    """EvidencePlus.createSaveRequest overwrites a request with the same hash, and with it its owner."""
    here = World()
    here.open_account("ant.li")
    here.register_work()
    here.must("ant", series_operation("s"))
    before = {key: value for key, value in here.ledger.entries() if not key.startswith(b"gateway/")}
    for account, operation in (
        ("ant", RegisterAccount("ant.li", person("thief"), key_of("thief"), ADULT)),
        ("copyright", work_operation("scroll", content="other")),
        ("copyright", work_operation("copy", content="scroll")),
        ("ant", series_operation("s", cap=1)),
    ):
        assert here.do(account, operation).refusals
    after = dict(here.ledger.entries())
    changed = {key for key, value in before.items() if after[key] != value}
    assert changed == {b"account/ant", b"account/copyright"}, "only the nonces of those who tried"


def test_one_key_freezes_nothing_and_no_freeze_is_without_reason_case_and_end():
    """BSN-DDC freezes by one operator key, without a reason, a case or an expiry on the chain."""
    here = World({"hold_hours_first": 0})
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    for number in range(3):
        here.must("regulator", FreezeToken(token, "because", f"case-{number}", here.now_ms + DAY_MS))
    assert here.ledger.can_transfer(token, "ant.li", "jd.wang", here.now_ms) == ()
    fields = FreezeToken.__struct_fields__
    assert set(fields) == {"token", "reason", "case", "expires_ms"}
    assert FreezeToken.__struct_defaults__ == ()


def test_a_series_does_not_sell_more_than_it_has():
    """Huanhe sold more than the 300 copies of its first series on its first day."""
    here = World()
    here.sealed_series("s", editions=2)
    for number in range(4):
        here.open_account(f"ant.p{number}")
    orders = [here.envelope("ant", issue_operation("s", f"ant.p{each}")) for each in range(4)]
    receipts = here.execute(orders).receipts
    assert [bool(receipt.refusals) for receipt in receipts] == [False, False, True, True]
    assert here.ledger.token(token_id("s", 3)) is None


def test_choices_are_words_on_the_wire_and_in_the_state():
    """BSN-DDC's document says 1 and 2 where its code says 0 and 1."""
    here = World()
    here.open_account("ant.li")
    here.must("ant", UpdateAccountState("ant.li", AccountState.SUSPENDED, None))
    entries = dict(here.ledger.entries())
    assert b"suspended" in entries[b"account/ant.li"]
    assert b"platform" in entries[b"account/ant"]
