"""The ledger as it stood after a block: what every question would have been answered then, and the proof of it."""

from base64 import urlsafe_b64decode
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.commitment import verify_proof
from ledger.ledger import BLOCKS_BACK_MAX, ROWS_UNDONE_MAX, Ledger
from ledger.operations.accounts import Claim
from ledger.operations.freezes import FreezeToken
from ledger.operations.series import MintBatch
from ledger.operations.tokens import Approve, Burn, SetApprovalForAll, TransferFrom
from ledger.parameters import DAY_MS
from ledger.receipts import Refusal
from ledger.view import View
from tests.ledger.world import World, issue_operation, series_operation


def world() -> World:
    """Series `s` of four, two sold: to li and to wang; no holding periods."""
    here = World({"hold_hours_first": 0, "hold_hours_later": 0})
    for account in ("ant.li", "jd.wang"):
        here.open_account(account)
    here.open_account("jd.child", claims=(Claim.REAL_NAME,))
    here.sealed_series("s", editions=4)
    here.must("ant", issue_operation("s", "ant.li"), issue_operation("s", "jd.wang"))
    return here


def at(ledger: Ledger, height: int | None = None) -> View:
    """The view after `height`, or after the last block."""
    view = ledger.at(ledger.height if height is None else height)
    assert view is not None
    return view


def codes(refusals: tuple[Refusal, ...]) -> list[str]:
    """Each as `rule code`."""
    return [f"{refusal.rule} {refusal.code}" for refusal in refusals]


def test_every_question_is_answered_as_of_its_height():
    here = world()
    before = here.ledger.height
    here.must("ant.li", Approve("s-0001", "jd.wang"), SetApprovalForAll("ant", True))
    approved = here.ledger.height
    here.must("jd.wang", TransferFrom("s-0001", "ant.li", "jd.wang"))
    given_at = here.ledger.height
    here.must("jd.wang", Burn("s-0002"))
    answers = [
        (
            view.owner_of("s-0001"),
            view.owner_of("s-0002"),
            view.get_approved("s-0001"),
            view.is_approved_for_all("ant.li", "ant"),
            view.tokens_of("ant.li"),
            view.balance_of("jd.wang"),
        )
        for view in (at(here.ledger, height) for height in (before, approved, given_at, given_at + 1))
    ]
    assert answers == [
        ("ant.li", "jd.wang", None, False, ("s-0001",), 1),
        ("ant.li", "jd.wang", "jd.wang", True, ("s-0001",), 1),
        ("jd.wang", "jd.wang", None, True, (), 2),
        ("jd.wang", None, None, True, (), 1),
    ]


def test_an_issuers_unsold_editions_are_its_tokens_as_of_the_height():
    here = world()
    before = here.ledger.height
    here.open_account("jd.last")
    here.must("ant", issue_operation("s", "jd.last"), series_operation("t"), MintBatch("t", 2))
    assert at(here.ledger, before).tokens_of("ant") == ("s-0003", "s-0004")
    assert at(here.ledger).tokens_of("ant") == ("s-0004", "t-0001", "t-0002") == here.ledger.tokens_of("ant")
    assert at(here.ledger, before).series("t") is None


def test_what_does_not_exist_is_answered_and_not_raised():
    view = at(world().ledger)
    assert view.owner_of("x-0001") is None
    assert view.get_approved("x-0001") is None
    assert view.token_uri("x-0001") is None
    assert view.get_frozen("x-0001") is None
    assert view.tokens_of("x.nobody") == ()
    assert view.balance_of("") == 0
    assert view.proposal("p") is None
    assert view.alerts(7) == ()
    assert codes(view.can_transfer("x-0001", "x", "y", 0)) == ["L7 E_UNKNOWN"] * 3
    assert codes(view.can_receive("x.nobody", 0)) == ["L7 E_UNKNOWN"]


def test_members_are_those_of_the_charter():
    assert at(world().ledger).members() == ("ant", "copyright", "hunan", "jd", "notary", "regulator", "tencent")


def test_a_tokens_uri_names_its_content_by_hash():
    uri = at(world().ledger).token_uri("s-0001")
    assert uri is not None
    kind, _, digest = uri.partition(";")
    assert kind == "ni:///sha-256"
    assert urlsafe_b64decode(digest + "=") == sha256(b"scroll").digest()


def test_a_freeze_is_told_with_its_case_and_its_end_and_its_reason():
    here = world()
    until_ms = here.now_ms + DAY_MS
    for party in ("regulator", "jd"):
        here.must(party, FreezeToken("s-0001", "court order", "case-1", until_ms))
    frozen = at(here.ledger).get_frozen("s-0001")
    assert frozen is not None
    assert frozen.record is not None
    assert (frozen.case, frozen.until_ms, frozen.record.reason) == ("regulator.case-1", until_ms, "court order")
    assert at(here.ledger, here.ledger.height - 1).get_frozen("s-0001") is None
    here.now_ms = until_ms
    here.execute([])
    assert at(here.ledger).get_frozen("s-0001") is None


def test_can_receive_lists_every_rule_against_the_recipient_and_nothing_else():
    here = world()
    now_ms = here.now_ms
    assert at(here.ledger).can_receive("jd.wang", now_ms) == ()
    here.suspend("jd.child")
    view = at(here.ledger)
    assert codes(view.can_receive("jd.child", now_ms)) == ["L5 E_RECIPIENT_STATE", "R6.1 E_AGE"]
    assert codes(view.can_receive("jd", now_ms)) == ["R6.1 E_AGE", "R6.1 E_REAL_NAME", "R11.1 E_IDENTITY"]
    assert codes(at(here.ledger, here.ledger.height - 1).can_receive("jd.child", now_ms)) == ["R6.1 E_AGE"]


def test_can_transfer_is_judged_by_the_rows_of_the_height_and_the_time_given():
    here = World({"hold_hours_first": 48})
    here.open_account("jd.wang")
    token = here.sold_token("ant.li")
    sold = here.ledger.height
    here.must("ant.li", Burn(token))
    free_ms = here.now_ms + 2 * DAY_MS
    view = at(here.ledger, sold)
    assert codes(view.can_transfer(token, "ant.li", "jd.wang", free_ms - 1)) == ["R10.1 E_HOLD"]
    assert view.can_transfer(token, "ant.li", "jd.wang", free_ms) == ()
    assert codes(at(here.ledger).can_transfer(token, "ant.li", "jd.wang", free_ms)) == ["L9 E_BURNED"]


def test_heights_outside_what_is_known_have_no_view_and_no_proof():
    here = world()
    ledger = here.ledger
    assert ledger.oldest == 0
    assert ledger.at(ledger.height + 1) is None
    assert ledger.at(-1) is None
    ledger.forget_before(3)
    assert ledger.oldest == 3
    assert ledger.at(2) is None
    assert ledger.prove_at(2, [b"token/s-0001"]) is None
    assert at(ledger, 3).timestamp_ms == here.now_ms
    ledger.forget_before(ledger.height + 100)
    assert ledger.oldest == ledger.height
    assert at(ledger).owner_of("s-0001") == "ant.li"
    for _ in range(BLOCKS_BACK_MAX + 5):
        ledger.execute(ledger.height + 1, here.now_ms, [])
    assert ledger.oldest == ledger.height - BLOCKS_BACK_MAX
    assert at(ledger, ledger.oldest).owner_of("s-0001") == "ant.li"


def test_what_was_read_is_what_the_answer_rests_on():
    view = at(world().ledger)
    view.owner_of("s-0001")
    view.owner_of("s-0009")
    assert [(key, value is None) for key, value in view.state.reads.items()] == [
        ("token/s-0001", False),
        ("token/s-0009", True),
    ]


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_an_answer_of_any_height_is_proved_under_that_heights_root(data):
    here = world()
    roots = {here.ledger.height: here.ledger.state_root}
    owners = {"s-0001": "ant.li", "s-0002": "jd.wang"}
    for _ in range(data.draw(st.integers(0, 6))):
        token = data.draw(st.sampled_from(sorted(owners)))
        sender = owners[token]
        to = "jd.wang" if sender == "ant.li" else "ant.li"
        here.wait_days(1)
        here.must(sender, TransferFrom(token, sender, to))
        owners[token] = to
        if data.draw(st.booleans()):
            here.open_account(f"tencent.p{here.ledger.height}")
        roots[here.ledger.height] = here.ledger.state_root
    height = data.draw(st.sampled_from(sorted(roots)))
    now = here.ledger.state_root
    view = at(here.ledger, height)
    view.can_transfer("s-0001", view.owner_of("s-0001") or "", "jd.wang", here.now_ms)
    view.tokens_of("ant.li")
    view.account(f"tencent.p{here.ledger.height}")
    keys = [key.encode() for key in view.state.reads]
    proofs = here.ledger.prove_at(height, keys)
    assert proofs is not None
    assert here.ledger.state_root == now
    for (key, value), proof in zip(view.state.reads.items(), proofs, strict=True):
        assert verify_proof(roots[height], key.encode(), value, proof)
        assert not verify_proof(roots[height], key.encode(), b"another" if value is None else None, proof)
    here.open_account("ant.after")
    fresh = Ledger.restore(
        here.charter, here.ledger.entries(), height=here.ledger.height, timestamp_ms=here.ledger.timestamp_ms
    )
    assert fresh.state_root == here.ledger.state_root, "what was undone and done again is as it was"


def test_too_many_rows_are_not_undone():
    here = world()
    height = here.ledger.height
    here.must("ant", series_operation("t"), *[MintBatch("t", 1_000)] * (ROWS_UNDONE_MAX // 1_000))
    assert here.ledger.prove_at(height, [b"token/s-0001"]) is None
    assert here.ledger.prove_at(here.ledger.height, [b"token/s-0001"]) is not None
    assert at(here.ledger, height).owner_of("s-0001") == "ant.li"


@pytest.mark.parametrize("name", ["owner_of", "balance_of", "tokens_of", "can_transfer"])
def test_the_view_of_the_last_block_says_what_the_ledger_says(name):
    here = world()
    here.must("ant.li", TransferFrom("s-0001", "ant.li", "jd.wang"))
    asked: dict[str, list[tuple[Any, ...]]] = {
        "owner_of": [("s-0001",), ("s-0003",), ("x-0001",)],
        "balance_of": [("ant",), ("ant.li",), ("jd.wang",)],
        "tokens_of": [("ant",), ("ant.li",), ("jd.wang",), ("x",)],
        "can_transfer": [("s-0001", "jd.wang", "ant.li", 0), ("s-0003", "ant", "ant.li", 0)],
    }
    for question in asked[name]:
        assert getattr(at(here.ledger), name)(*question) == getattr(here.ledger, name)(*question)
