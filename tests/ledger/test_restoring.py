"""ledger/restoring.py: a ledger made a few steps at a time is the one that is made at once."""

import re
from collections.abc import Iterator

import pytest

from ledger.invariants import holdings_match_owners, recent_matches_trails
from ledger.ledger import Ledger
from ledger.operations.tokens import TransferFrom
from ledger.records.tokens import TokenState
from ledger.restoring import Restoring
from tests.ledger.world import World

PAIR = ("ant.li", "jd.wang")


@pytest.fixture(scope="module")
def here() -> World:
    """Two owners, of whom each has tokens that were sold to it and one that was given."""
    world = World()
    for account in ("jd.wang", "ant.li", "jd.wang", "ant.li", "jd.wang"):
        world.sold_token(account)
    world.wait_days(400)
    gifts = [(world.ledger.tokens_of(giver)[0], giver, to) for giver, to in (PAIR, PAIR[::-1])]
    for token, giver, to in gifts:
        world.must(giver, TransferFrom(token, giver, to))
    return world


def restoring(world: World) -> Restoring:
    running = world.ledger
    entries = reversed(list(running.entries()))
    return Restoring(world.charter, entries, height=running.height, timestamp_ms=running.timestamp_ms)


@pytest.mark.parametrize("steps_max", [1, 7, 1 << 30])
def test_it_comes_to_the_ledger_that_stands_whatever_the_steps(here: World, steps_max: int) -> None:
    making, running = restoring(here), here.ledger
    slices = 1
    while (whole := making.work(steps_max)) is None:
        slices += 1
    assert slices == making.steps // steps_max + 1
    assert (whole.state_root, whole.height, whole.timestamp_ms) == (
        running.state_root,
        running.height,
        running.timestamp_ms,
    )
    assert list(whole.entries()) == list(running.entries())
    for account in ("ant.li", "jd.wang", "ant"):
        assert whole.tokens_of(account) == running.tokens_of(account)
    assert holdings_match_owners(whole.state, whole._holdings) == []
    assert recent_matches_trails(whole.state, whole._recent, here.now_ms) == []


def test_no_slice_draws_more_entries_than_it_has_steps(here: World) -> None:
    drawn: list[bytes] = []
    running = here.ledger

    def entries() -> Iterator[tuple[bytes, bytes]]:
        for key, value in running.entries():
            drawn.append(key)
            yield key, value

    making = Restoring(here.charter, entries(), height=running.height, timestamp_ms=running.timestamp_ms)
    before = 0
    while making.work(3) is None:
        assert len(drawn) - before <= 3
        before = len(drawn)
    assert len(drawn) == len(list(running.entries()))


def test_an_entry_is_two_steps_and_an_owner_whose_tokens_are_sorted_one(here: World) -> None:
    """So the work never shrinks to one step that does all the rest."""
    making = restoring(here)
    while making.work(1) is None:
        pass
    entries = sum(1 for _ in here.ledger.entries())
    owners = {record.owner for _, record in here.ledger.state.tokens.rows() if record.state is TokenState.ISSUED}
    assert making.steps == 2 * entries + len(owners)


def test_an_entry_that_is_none_is_named_as_at_once(here: World) -> None:
    entries = [*here.ledger.entries(), (b"nothing/x", b"\x90")]
    making = Restoring(here.charter, entries, height=1, timestamp_ms=here.now_ms)
    with pytest.raises(ValueError, match=re.escape("state entry b'nothing/x': there is no such table")):
        making.work(1 << 30)


def test_what_is_made_executes_the_next_block_as_the_other_does(here: World) -> None:
    running = Ledger.genesis(here.charter)
    for height, (timestamp_ms, batch, result) in enumerate(here.blocks, start=1):
        making = Restoring(here.charter, running.entries(), height=running.height, timestamp_ms=running.timestamp_ms)
        while (whole := making.work(40)) is None:
            pass
        assert whole.execute(height, timestamp_ms, [batch]) == running.execute(height, timestamp_ms, [batch]) == result
