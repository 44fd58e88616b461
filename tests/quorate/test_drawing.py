"""An answer is drawn again from the rows it rests on, whatever happened on the chain, and from no fewer."""

import msgspec
import pytest

from ledger.charter import Role
from ledger.names import epoch_row
from ledger.operations.freezes import FreezeAccount, FreezeToken
from ledger.operations.governance import Pause, SetPolicy, SetRole
from ledger.operations.measures import OpenDispute, Takedown
from ledger.operations.subjects import SeriesSubject, TokenSubject
from ledger.operations.tokens import Approve, SetApprovalForAll, TransferFrom
from ledger.operations.winding_down import WindDown
from ledger.parameters import DAY_MS
from ledger.view import View
from node.gateway.queries.table import NO_LATER_FIGURES, QUERIES, Query
from node.gateway.queries.types import Answer, Asked
from quorate.commands.drawing import draw
from quorate.verifier.answers import ProvedAnswer
from quorate.verifier.block import Check, Outcome
from quorate.verifier.contents import Header
from quorate.verifier.rows import RowFile
from tests.ledger.governing import Parliament, figures
from tests.ledger.world import issue_operation

FREE = {"hold_hours_first": 0, "hold_hours_later": 0, "gifts_per_day": 1_000, "epoch_blocks": 30}

NAMES = {
    "token": ("s-0001", "s-0002", "s-0003", "s-0009"),
    "account": ("ant.li", "jd.wang", "ant", "nobody"),
    "series": ("s", "none"),
    "work": ("scroll", "none"),
    "owner": ("ant.li",),
    "operator": ("ant", "jd"),
    "to": ("jd.wang", "ant.li"),
    "name": ("s-0001", "s-0002", "s-0003", "ant.li", "scroll"),
    "case": ("regulator.c-1", "copyright.c-2", "none.c-3"),
    "epoch": (1, 2),
    "proposal": ("ant.p-1", "ant.p-2", "ant.p-9"),
}
"""What is asked about; each question takes all of its own."""


@pytest.fixture(scope="module")
def here() -> Parliament:
    """A life with gifts to and fro, freezes, a dispute, a takedown, a wind-down, votes, and an epoch with an alert."""
    world = Parliament(FREE)
    for account in ("ant.li", "jd.wang"):
        world.open_account(account)
    world.sealed_series("s", editions=3)
    world.must("ant", issue_operation("s", "ant.li"), issue_operation("s", "jd.wang"))
    for giver, to in (("ant.li", "jd.wang"), ("jd.wang", "ant.li")):
        world.wait_days(1 / 24)
        world.must(giver, TransferFrom("s-0001", giver, to))
    world.must("ant.li", Approve("s-0001", "jd.wang"), SetApprovalForAll("ant", True))
    world.adopt(figures(gifts_per_day=7, hold_hours_first=24), "p-1")
    while world.ledger.state.epochs.get(epoch_row(1)) is None:
        world.execute([])
    world.adopt(SetPolicy("takedown", "2/3"), "p-2")
    world.adopt(SetRole("jd", Role.PLATFORM, False), "p-4")
    ends_ms = world.now_ms + 10 * DAY_MS
    for party in ("regulator", "ant"):
        world.must(party, FreezeToken("s-0001", "Stolen.", "regulator.c-1", ends_ms))
        world.must(party, FreezeAccount("ant.li", "Fraud.", "regulator.c-1", ends_ms))
    for party in ("copyright", "hunan"):
        world.must(party, OpenDispute("scroll", "Somebody else made it.", "copyright.c-2", ends_ms))
        world.must(party, Takedown(TokenSubject("s-0002"), "A copy.", "copyright.c-2"))
    world.must("ant", WindDown(SeriesSubject("s"), "The end."))
    world.adopt(Pause(), "p-3")
    return world


def questions(query: Query) -> list[Asked]:
    """The question about each of the names that it takes."""
    own = [name for name in query.asked.__struct_fields__ if name in NAMES]
    if not own:
        return [query.asked()]
    longest = max(len(NAMES[name]) for name in own)
    asked = [{name: NAMES[name][place % len(NAMES[name])] for name in own} for place in range(longest * len(own))]
    return [msgspec.convert(each, query.asked) for each in asked]


def answered(world: Parliament, query: Query, asked: Asked, height: int) -> tuple[Answer, View]:
    view = world.ledger.at(height)
    assert view is not None
    return query.answer(view, asked, view.timestamp_ms), view


def drawn(world: Parliament, query: Query, asked: Asked, answer: Answer, view: View, without: str = "") -> Check:
    rows = tuple(RowFile(key, value, (), None) for key, value in view.state.reads.items() if key != without)
    zero = bytes(32)
    header = Header(view.height, zero, 0, zero, view.timestamp_ms, zero, zero, zero, zero, zero)
    proved = ProvedAnswer(None, header, 0, rows, 0)  # type: ignore[arg-type]
    return draw(query, asked, answer, world.charter, proved, now_ms=view.timestamp_ms)


@pytest.mark.parametrize("query", QUERIES, ids=lambda each: each.name)
def test_every_answer_is_drawn_again_from_its_rows_at_every_height(here, query):
    told = set()
    for height in (here.ledger.height // 3, here.ledger.height - 7, here.ledger.height):
        for asked in questions(query):
            answer, view = answered(here, query, asked, height)
            check = drawn(here, query, asked, answer, view)
            assert check.outcome is Outcome.PASSED, (asked, answer, check.detail)
            told.add(msgspec.json.encode(msgspec.structs.replace(answer, height=0)))
    assert len(told) > 1, "the life has something to say to each question"


@pytest.mark.parametrize("query", QUERIES, ids=lambda each: each.name)
def test_no_row_can_be_left_out_without_its_being_noticed(here, query):
    for asked in questions(query):
        answer, view = answered(here, query, asked, here.ledger.height)
        for key in view.state.reads:
            check = drawn(here, query, asked, answer, view, without=key)
            # Of figures nobody can show that none came later, which the command says (`unproved`).
            later = key.startswith("parameters/") and query.unproved == NO_LATER_FIGURES
            assert check.outcome is Outcome.FAILED or later, (asked, key)
