"""The invariants see what they claim to see: each violation is made by hand and found."""

import msgspec
import pytest

from ledger import invariants
from ledger.invariants import (
    INTEGERS,
    RECORD_TYPES,
    held_by_due_process,
    holdings_match_owners,
    integer_fields,
    members_govern,
    never_oversold,
    no_transferable_balance,
    one_owner,
    purchases_match_sales,
    violations,
)
from ledger.names import token_id
from ledger.operations.governance import Pause, Propose
from ledger.operations.part import Part
from ledger.operations.table import OPERATION_TYPES
from ledger.queries import Holdings
from ledger.records.counts import PurchaseRecord
from ledger.records.freezes import FreezeRecord, FreezeState
from ledger.records.governance import AgendaRecord, ProposalState, RosterRecord
from ledger.records.record import Record
from ledger.records.tokens import TokenRecord, TokenState
from ledger.state import State
from tests.ledger.world import World, issue_operation


def world() -> World:
    """A series of three with one sold."""
    here = World()
    here.open_account("ant.li")
    here.open_account("jd.wang")
    here.sealed_series("s", editions=3)
    here.must("ant", issue_operation("s", "ant.li"))
    assert violations(here.ledger.state) == []
    return here


def token(owner: str, state: TokenState = TokenState.ISSUED) -> TokenRecord:
    return TokenRecord(owner, state, 0, 0, None, 0)


@pytest.mark.parametrize(
    ("row", "record", "words"),
    [
        ("s-0001", token("nobody"), "does not exist"),
        ("x-0001", token("ant.li"), "does not exist"),
        ("s-0001", token("ant"), "no person"),
        ("s-0002", token("jd.wang", TokenState.MINTED), "not with its issuer"),
    ],
)
def test_an_owner_that_cannot_be_is_found(row, record, words):
    here = world()
    here.ledger.state.tokens.put(row, record)
    (found,) = one_owner(here.ledger.state)
    assert row in found
    assert words in found


@pytest.mark.parametrize(
    ("minted", "issued", "cap"),
    [(3, 2, 3), (3, 4, 3), (4, 1, 4), (2, 1, 2), (3, 1, 2), (3, -1, 3), (3, 1, 5)],
)
def test_a_series_whose_counts_do_not_fit_its_tokens_is_found(minted, issued, cap):
    here = world()
    series = here.ledger.series("s")
    assert series is not None
    altered = msgspec.structs.replace(series, minted=minted, issued=issued, edition_cap=cap)
    here.ledger.state.series.put("s", altered)
    assert never_oversold(here.ledger.state)


def test_a_token_beyond_the_series_is_found():
    here = world()
    here.ledger.state.tokens.put(token_id("s", 4), token("ant.li"))
    assert never_oversold(here.ledger.state) == ["never oversold: 4 tokens exist; 3 were minted"]


def test_an_edition_sold_out_of_order_is_found():
    here = world()
    here.ledger.state.tokens.put("s-0003", token("jd.wang"))
    assert never_oversold(here.ledger.state) == ["never oversold: edition 3 of s should be minted"]


def test_a_purchase_that_was_forgotten_or_invented_is_found():
    for count in (0, 2):
        here = world()
        ((row, _),) = here.ledger.state.purchases.rows()
        here.ledger.state.purchases.put(row, PurchaseRecord(count))
        assert purchases_match_sales(here.ledger.state) == [f"purchases match sales: s sold 1, persons bought {count}"]


def test_an_index_that_fell_behind_is_found():
    here = world()
    index = Holdings.of(here.ledger.state)
    assert holdings_match_owners(here.ledger.state, index) == []
    here.ledger.state.tokens.put("s-0001", token("jd.wang"))
    assert len(holdings_match_owners(here.ledger.state, index)) == 2


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda state: state.agenda.put("proposals", AgendaRecord((), ())), "there are ['ant.p-1']"),
        (
            lambda state: state.agenda.put("proposals", AgendaRecord(("ant.p-1", "ant.p-2"), ())),
            "['ant.p-1', 'ant.p-2']",
        ),
        (lambda state: state.roster.put("members", RosterRecord(("ant",))), "jd votes and is no member"),
        (lambda state: amend(state, votes_against=("ant",)), "somebody voted twice on ant.p-1"),
        (lambda state: amend(state, state=ProposalState.ADOPTED), "the agenda has open ['ant.p-1'], there are []"),
    ],
)
def test_a_roster_or_an_agenda_that_is_not_so_is_found(damage, words):
    here = World()
    here.must("ant", Propose("ant.p-1", Pause(), "For the reasons given.", here.now_ms + 1_000))
    assert members_govern(here.ledger.state) == []
    damage(here.ledger.state)
    assert any(words in each for each in members_govern(here.ledger.state))


def amend(tables: State, **changes: object) -> None:
    record = tables.proposals.get("ant.p-1")
    assert record is not None
    tables.proposals.put("ant.p-1", msgspec.structs.replace(record, **changes))


def test_every_integer_of_the_state_is_on_the_list_and_the_list_has_no_other__r9_1():
    assert no_transferable_balance() == []
    assert {name for each in RECORD_TYPES for name in integer_fields(each)} == set(INTEGERS)
    assert set(RECORD_TYPES) == set(Record.__subclasses__())


def test_a_record_with_a_balance_is_found__r9_1(monkeypatch):
    class WalletRecord(Part, frozen=True):
        owner: str
        points: int | None

    monkeypatch.setattr(invariants, "RECORD_TYPES", (*RECORD_TYPES, WalletRecord))
    assert no_transferable_balance() == ["no transferable balance: nobody says what WalletRecord.points counts"]


def test_an_operation_that_moves_an_amount_is_found__r9_1(monkeypatch):
    class Lot(Part, frozen=True):
        size: int

    class Pay(Part, frozen=True, tag="pay"):
        to: str
        lots: tuple[Lot, ...]

    monkeypatch.setattr(invariants, "OPERATION_TYPES", (*OPERATION_TYPES, Pay))
    assert no_transferable_balance() == ["no transferable balance: Pay could move ['Pay.lots']"]


@pytest.mark.parametrize("row", ["s-0001", "ant.li"])
def test_a_freeze_without_a_case_or_beyond_its_end_is_found(row):
    here = world()
    state = here.ledger.state
    table = state.accounts if "." in row else state.tokens
    record = table.get(row)
    assert record is not None
    table.put(row, msgspec.structs.replace(record, freeze_case="case-1", frozen_until_ms=9))  # type: ignore[arg-type]
    assert held_by_due_process(state) == [f"held by due process: {row} is frozen without a case that says so"]
    freeze = FreezeRecord(FreezeState.FROZEN, "theft", 8, ("jd", "regulator"), (), None, None, 0, ())
    state.freezes.put(f"{row}/case-1", freeze)
    assert held_by_due_process(state)
    state.freezes.put(f"{row}/case-1", msgspec.structs.replace(freeze, expires_ms=9))
    assert held_by_due_process(state) == []


def test_a_dispute_or_a_takedown_without_a_case_is_found():
    here = world()
    state = here.ledger.state
    work, series = state.works.get("scroll"), state.series.get("s")
    assert work is not None
    assert series is not None
    state.works.put("scroll", msgspec.structs.replace(work, dispute_case="case-1", disputed_until_ms=9))
    state.series.put("s", msgspec.structs.replace(series, taken_down="case-2"))
    assert held_by_due_process(state) == [
        "held by due process: work scroll is disputed without a case that says so",
        "held by due process: series s is taken down without a case that says so",
    ]


def test_a_frozen_member_is_found():
    here = world()
    state = here.ledger.state
    member = state.accounts.get("jd")
    assert member is not None
    state.accounts.put("jd", msgspec.structs.replace(member, frozen_until_ms=9))
    assert held_by_due_process(state) == ["held by due process: member jd is frozen"]
