"""The ledger against the naive model of the whole of it: `tests/ledger/naive` says how it works.

A life is drawn from a seed, so a failure is run again by `python -m tests.ledger.naive --seeds N..N`, which also makes
it as short as it still fails.
"""

from functools import cache
from random import Random

import pytest

from ledger.operations.table import OPERATION_TYPES
from ledger.rules.table import RULES
from tests.ledger.naive.both import Block, Counts, Difference, replay
from tests.ledger.naive.founding import draw_charter
from tests.ledger.naive.model import TABLE
from tests.ledger.naive.play import Play
from tests.ledger.naive.reasons import RULES as NUMBERS
from tests.ledger.naive.shrinking import shrunk

PARTS = 8
BLOCKS = 45
SELLS_TO_SOMEBODY_YOUNG = 2
"""A seed."""


def test_the_model_knows_every_operation_and_every_rule_in_the_tables_order():
    assert set(TABLE) == set(OPERATION_TYPES)
    assert list(NUMBERS) == list(
        dict.fromkeys(rule.id for rule in sorted(RULES, key=lambda rule: NUMBERS.index(rule.id)))
    )
    assert set(NUMBERS) == {rule.id for rule in RULES}


@pytest.mark.parametrize("seed", range(3))
def test_a_short_life_is_the_same_to_both(seed):
    assert Play(Random(seed)).live(10).counts.executed


@cache
def lives(part: int) -> Counts:
    """Ten lives."""
    counts = Counts()
    for seed in range(100 + 10 * part, 110 + 10 * part):
        counts.add(Play(Random(seed)).live(BLOCKS).counts)
    return counts


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_ten_lives_are_the_same_to_both(part):
    assert lives(part).restarts > 10


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_in_all_these_lives_every_operation_is_done_and_refused_and_every_code_met():
    counts = Counts()
    for part in range(PARTS):
        counts.add(lives(part))
    kinds = {str(each.__struct_config__.tag) for each in OPERATION_TYPES}
    assert (kinds - set(counts.executed), kinds - set(counts.refused)) == (set(), set())
    assert {(rule.id, rule.code) for rule in RULES} - set(counts.codes) == set()


def test_a_model_that_is_wrong_is_noticed_and_its_life_made_short(monkeypatch):
    """Were a buyer's age nobody's business to the model, a sale to somebody too young would part them."""
    monkeypatch.setattr("tests.ledger.naive.series.judge_claims", lambda *_: None)
    play = Play(Random(SELLS_TO_SOMEBODY_YOUNG))
    with pytest.raises(Difference) as caught:
        play.live(20)
    blocks, last = shrunk(play.both.charter, [block for block, _ in play.both.blocks])
    kind, only_the_ledgers, only_the_models = caught.value.about
    assert last.about == caught.value.about
    assert (kind, only_the_models) == ("issue", [])
    assert only_the_ledgers in (
        [("R6.1", "E_AGE")],
        [("R6.1", "E_REAL_NAME")],
        [("R6.1", "E_AGE"), ("R6.1", "E_REAL_NAME")],
    )
    envelopes = [
        sum(len(block.envelopes) for block in some) for some in (blocks, [each for each, _ in play.both.blocks])
    ]
    assert envelopes[0] < envelopes[1]


def test_replaying_a_life_needs_no_chance():
    play = Play(Random(5))
    both = play.live(8)
    again = replay(both.charter, [block for block, _ in both.blocks])
    assert again.ledger.state_root == both.ledger.state_root


def test_a_block_of_nothing_is_a_block():
    charter = draw_charter(Random(0))
    both = replay(charter, [Block(charter.founded_ms, 0, (), is_restart=True)] * 3)
    assert both.ledger.height == 3
