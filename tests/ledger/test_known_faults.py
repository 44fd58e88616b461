"""Faults of real systems (design: the collectible ledger, "known faults"), each kept out by a test of its own."""

import re
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from canonical.hashing import Digest
from ledger.governance import governors
from ledger.invariants import RECORD_TYPES
from ledger.names import token_id
from ledger.operations.accounts import RegisterAccount
from ledger.operations.freezes import EmergencyFreeze, FreezeAccount, FreezeToken, UnfreezeToken
from ledger.operations.governance import Ballot, Pause, Propose, RemoveMember, Vote
from ledger.operations.series import Mint
from ledger.operations.statements import Attest, Attested, ReportSuspicious
from ledger.operations.subjects import TokenSubject
from ledger.operations.table import OPERATION_TYPES
from ledger.operations.tokens import Approve, Burn, Refund, SafeBatchTransferFrom, SetApprovalForAll, TransferFrom
from ledger.operations.works import RevokeLicence
from ledger.parameters import DAY_MS, HOUR_MS
from ledger.records.governance import ProposalState
from tests.ledger.governing import Parliament, admission
from tests.ledger.world import (
    ADULT,
    World,
    issue_operation,
    key_of,
    person,
    series_operation,
    suspension,
    work_operation,
)

DOCUMENT = Digest(sha256(b"document").digest())


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
    axes = ("operator",) if account == "jd" else ("operator", "platform")
    orders = [suspension("jd.wang", ends_ms=here.now_ms + 1, axis=axis, by=account.partition(".")[0]) for axis in axes]
    for order in orders:
        assert [each.code for each in here.do(account, order).refusals] == ["E_AUTHORITY"]
    wang = here.ledger.account("jd.wang")
    assert wang is not None
    assert wang.is_active(here.now_ms)


def test_no_record_is_overwritten_by_a_second_creation():
    """EvidencePlus.createSaveRequest overwrites a request with the same hash, and with it its owner."""
    here = World()
    here.open_account("ant.li")
    here.open_account("ant.wang")
    here.register_work()
    here.must("ant", series_operation("s"))
    here.must("notary", Attest(Attested.WORK, "scroll", DOCUMENT, "seen and compared"))
    here.must("ant", ReportSuspicious("ant.li", DOCUMENT))
    before = {key: value for key, value in here.ledger.entries() if not key.startswith(b"gateway/")}
    for account, operation in (
        ("ant", RegisterAccount("ant.li", person("thief"), key_of("thief"), ADULT)),
        ("copyright", work_operation("scroll", content="other")),
        ("copyright", work_operation("copy", content="scroll")),
        ("ant", series_operation("s", cap=1)),
        ("notary", Attest(Attested.WORK, "scroll", DOCUMENT, "another statement")),
        ("ant", ReportSuspicious("ant.wang", DOCUMENT)),
    ):
        assert here.do(account, operation).refusals
    after = dict(here.ledger.entries())
    changed = {key for key, value in before.items() if after[key] != value}
    tried = {b"account/ant", b"account/copyright", b"account/notary"}
    assert changed == tried, "only the nonces of those who tried"


def test_one_key_freezes_for_hours_at_most_and_no_freeze_is_without_reason_case_and_end():
    """BSN-DDC freezes by one operator key, without a reason, a case or an expiry on the chain."""
    here = World({"hold_hours_first": 0})
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    for number in range(3):
        here.must("regulator", FreezeToken(token, "because", f"case-{number}", here.now_ms + DAY_MS))
    assert here.ledger.can_transfer(token, "ant.li", "jd.wang", here.now_ms) == ()
    alone = EmergencyFreeze(TokenSubject(token), "because", "case-9", here.now_ms + 30 * DAY_MS)
    here.must("jd", alone)
    (refusal,) = here.ledger.can_transfer(token, "ant.li", "jd.wang", here.now_ms)
    assert (refusal.code, refusal.retry_at_ms) == ("E_FROZEN", here.now_ms + 72 * HOUR_MS)
    for operation in (FreezeToken, FreezeAccount, EmergencyFreeze):
        assert {"reason", "case", "expires_ms"} < set(operation.__struct_fields__)
        assert operation.__struct_defaults__ == ()


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
    here.suspend("ant.li")
    entries = dict(here.ledger.entries())
    assert b"suspended" in entries[b"account/ant.li"]
    assert b"platform" in entries[b"account/ant"]


def _holds_numbered_choice(info: Any) -> bool:
    match info:
        case msgspec.inspect.EnumType():
            return not all(isinstance(each.value, str) for each in info.cls)
        case msgspec.inspect.UnionType():
            return any(_holds_numbered_choice(each) for each in info.types)
        case msgspec.inspect.VarTupleType():
            return _holds_numbered_choice(info.item_type)
        case msgspec.inspect.StructType():
            return any(_holds_numbered_choice(each.type) for each in info.fields)
        case _:
            return False


@pytest.mark.parametrize("kind", [*OPERATION_TYPES, *RECORD_TYPES], ids=lambda each: each.__name__)
def test_no_choice_is_a_number_that_code_and_documents_could_read_differently(kind):
    """BSN-DDC again: its SDK counts account states from 1, its contract from 0."""
    assert not _holds_numbered_choice(msgspec.inspect.type_info(kind))


def test_what_was_decided_stays_decided():
    """CrossChainApplied lets a transfer that succeeded be failed later: unlocked here, while it exists there."""
    here = World({"hold_hours_first": 0})
    here.open_account("jd.wang")
    burned, frozen = here.sold_token("ant.li"), here.sold_token("ant.li")
    here.must("ant.li", Burn(burned))
    until_ms = here.now_ms + DAY_MS
    for party in ("regulator", "jd"):
        here.must(party, FreezeToken(frozen, "court order", "case-1", until_ms))
    for party in ("regulator", "jd"):
        here.must(party, UnfreezeToken(frozen, "case-1"))
    before = {key: value for key, value in here.ledger.entries() if key.startswith((b"token/", b"freeze/"))}
    for account, operation in (
        ("ant.li", TransferFrom(burned, "ant.li", "jd.wang")),
        ("ant.li", Burn(burned)),
        ("ant", Refund(burned, DOCUMENT)),
        ("ant.li", Approve(burned, "jd.wang")),
        ("regulator", FreezeToken(burned, "court order", "case-2", until_ms)),
        ("tencent", FreezeToken(frozen, "court order", "case-1", until_ms)),
        ("regulator", UnfreezeToken(frozen, "case-1")),
    ):
        assert here.do(account, operation).refusals
    assert {key: value for key, value in here.ledger.entries() if key.startswith((b"token/", b"freeze/"))} == before


def test_no_operation_makes_a_token_on_another_chains_word():
    """A token that is locked on one chain and minted on another exists twice the moment either is undone."""
    tags = {str(each.__struct_config__.tag) for each in OPERATION_TYPES}
    assert not [tag for tag in tags if re.search("lock|cross|bridge|relay|wrap|import|export", tag)]


def test_naming_somebody_twice_counts_once():
    """EvidencePlus.configureAuditor adds an auditor twice, and its arithmetic of rejections is wrong from then on."""
    here = World()
    here.must("copyright", work_operation("vase", licensees=("ant", "jd", "ant")))
    here.must("ant", series_operation("v", work="vase", sellers=("jd", "ant", "jd")))
    work, series = here.ledger.work("vase"), here.ledger.series("v")
    assert work is not None
    assert series is not None
    assert (work.licensees, series.sellers) == (("ant", "jd"), ("ant", "jd"))
    here.must("copyright", RevokeLicence("vase", "ant", "expired"))
    assert here.do("ant", Mint("v")).refusals


def test_approvals_of_a_frozen_account_rest():
    """BSN-DDC keeps what a frozen account approved in force: the other one can still take its tokens away."""
    here = World({"hold_hours_first": 0})
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    here.must("ant.li", Approve(token, "jd.wang"), SetApprovalForAll("jd.wang", True))
    for party in ("regulator", "jd"):
        here.must(party, FreezeAccount("ant.li", "court order", "case-1", here.now_ms + DAY_MS))
    taken = here.do("jd.wang", TransferFrom(token, "ant.li", "jd.wang"))
    assert [each.code for each in taken.refusals] == ["E_ACCOUNT_FROZEN"]
    batch = here.do("jd.wang", SafeBatchTransferFrom((token,), "ant.li", "jd.wang"))
    assert [each.code for each in batch.refusals] == ["E_ACCOUNT_FROZEN"]
    here.wait_days(1)
    here.must("jd.wang", TransferFrom(token, "ant.li", "jd.wang"))


def test_an_edition_of_ten_thousand_at_a_low_price_with_a_market_of_its_own_cannot_be_made():
    """A court in Shanghai called it fraud: editions of 7,888 to 16,888, a promise to buy back, and a market."""
    here = World()
    here.register_work()
    refusals = here.do("ant", series_operation("s", cap=16_888)).refusals
    assert [each.code for each in refusals] == ["E_EDITION_CAP"]
    assert not [each for each in OPERATION_TYPES if {"price", "bid", "offer", "buy_back"} & set(each.__struct_fields__)]


def test_who_is_no_voter_any_more_is_not_counted_and_nobody_is_counted_twice():
    """EvidencePlus.configureAuditor never removes an auditor either, so that its majorities stay wrong."""
    here = Parliament(policies={"pause": "MAJORITY"})
    here.enact(RemoveMember("jd"))
    here.enact(RemoveMember("tencent"), "p-2")
    assert governors(here.ledger.state) == ("ant", "copyright", "hunan")
    again = Propose("p-3", admission("ant"), "Once more.", here.now_ms + DAY_MS)
    assert [each.code for each in here.do("hunan", again).refusals] == ["E_EXISTS"]
    here.propose("ant", Pause(), "p-4")
    assert [each.code for each in here.do("ant", Vote("p-4", Ballot.FOR)).refusals] == ["E_ALREADY_VOTED"]
    assert here.proposal("p-4").state is ProposalState.OPEN
    here.vote("p-4", "hunan")
    assert here.proposal("p-4").state is ProposalState.IN_FORCE
