"""R6.5: who suspends alone says why and until when, and cannot keep somebody from what is his for ever."""

import pytest
from msgspec.structs import replace

from ledger.operations.accounts import AccountState, Claim, RotateKey, UpdateAccountState, UpdateClaims
from ledger.operations.measures import ForcedTransfer
from ledger.operations.tokens import TransferFrom
from ledger.parameters import DAY_MS
from ledger.receipts import Receipt
from tests.ledger.world import World, key_of, suspension

ACTIVE = AccountState.ACTIVE
AXES = pytest.mark.parametrize(("axis", "by"), [("platform", "ant"), ("operator", "regulator")])


def codes(receipt: Receipt) -> list[str]:
    return [each.code for each in receipt.refusals]


def world() -> World:
    here = World({"hold_hours_first": 0, "hold_hours_later": 0})
    here.open_account("ant.li")
    here.open_account("jd.wang")
    return here


@AXES
def test_a_suspension_ends_by_itself_to_the_millisecond__r6_5(axis, by):
    here = world()
    gift = TransferFrom(here.sold_token("ant.li"), "ant.li", "jd.wang")
    ends_ms = here.now_ms + 30 * DAY_MS
    receipt = here.must(by, suspension("ant.li", ends_ms=ends_ms, axis=axis))
    (event,) = receipt.events
    assert dict(event.params) == {
        "account": "ant.li",
        "by": by,
        "platform_state": "suspended" if axis == "platform" else "active",
        "operator_state": "suspended" if axis == "operator" else "active",
        "case": f"{by}.s-1",
        "expires_ms": str(ends_ms),
    }
    here.now_ms = ends_ms - 1
    (refusal,) = here.do("ant.li", gift).refusals
    assert (refusal.code, refusal.retry_at_ms) == ("E_ACCOUNT_STATE", ends_ms)
    here.now_ms = ends_ms
    here.must("ant.li", gift)
    record = here.ledger.account("ant.li")
    assert record is not None
    assert record.states(here.now_ms) == (ACTIVE, ACTIVE)
    restore = UpdateAccountState("ant.li", *((ACTIVE, None) if axis == "platform" else (None, ACTIVE)))
    assert codes(here.do(by, restore)) == ["E_NO_CHANGE"], "what is over is not ended"


@AXES
def test_one_key_does_not_chain_suspensions__r6_5(axis, by):
    here = world()
    here.suspend("ant.li", axis=axis)
    here.wait_days(30)

    def again() -> Receipt:
        return here.do(by, suspension("ant.li", ends_ms=here.now_ms + DAY_MS, axis=axis))

    first = again()
    assert codes(first) == ["E_SUSPENSION_SPENT"]
    assert first.refusals[0].retry_at_ms == here.now_ms + 180 * DAY_MS
    here.now_ms += 180 * DAY_MS - 1
    assert codes(again()) == ["E_SUSPENSION_SPENT"]
    here.now_ms += 1
    assert codes(again()) == []


def test_the_rest_begins_when_a_suspension_is_lifted__r6_5():
    here = world()
    here.suspend("ant.li", days=30)
    here.wait_days(10)
    assert codes(here.do("ant", suspension("ant.li", ends_ms=here.now_ms + DAY_MS))) == [
        "E_NO_CHANGE",
        "E_SUSPENSION_SPENT",
    ], "no longer end is put in the place of the first"
    here.must("ant", UpdateAccountState("ant.li", ACTIVE, None))
    (refusal,) = here.do("ant", suspension("ant.li", ends_ms=here.now_ms + DAY_MS)).refusals
    assert (refusal.code, refusal.retry_at_ms) == ("E_SUSPENSION_SPENT", here.now_ms + 180 * DAY_MS)
    here.suspend("ant.li", axis="operator", days=1)
    here.must("regulator", UpdateAccountState("ant.li", None, ACTIVE))


def test_a_members_account_is_suspended_on_terms_too_so_that_the_regulator_does_not_end_governance__r6_5():
    here = world()
    for member in ("ant", "tencent", "jd", "copyright", "hunan"):
        here.suspend(member, axis="operator")
    without_terms = replace(suspension("notary", ends_ms=1, axis="operator"), terms=None)
    assert codes(here.do("regulator", without_terms)) == ["E_SUSPENSION_TERMS"]
    here.wait_days(30)
    for member in ("ant", "tencent", "jd", "copyright", "hunan"):
        again = suspension(member, ends_ms=here.now_ms + DAY_MS, axis="operator")
        assert codes(here.do("regulator", again)) == ["E_SUSPENSION_SPENT"]
        here.must(member, RotateKey(member, key_of(f"{member} anew"), 0))


def test_a_platform_that_takes_every_claim_back_does_not_keep_what_is_its_customers__r11_1():
    """Both ends were asked for the claim once: who takes it from his customer kept him from giving, for ever."""
    here = world()
    here.open_account("jd.zhao", claims=(Claim.OVER_18,))
    token, second = here.sold_token("ant.li"), here.sold_token("ant.li")
    here.must("ant", UpdateClaims("ant.li", ()))
    here.must("ant.li", TransferFrom(token, "ant.li", "jd.wang"))
    assert "E_IDENTITY" in codes(here.do("ant.li", TransferFrom(second, "ant.li", "jd.zhao")))
    assert "E_IDENTITY" in codes(here.do("jd.wang", TransferFrom(token, "jd.wang", "ant.li")))
    force = ForcedTransfer(second, "ant.li", "jd.wang", "its platform fell", "ant.case-1")
    for member in ("ant", "tencent", "jd"):
        here.must(member, force)
    assert here.ledger.tokens_of("jd.wang") == tuple(sorted((token, second)))
