"""benchmarks/ledger.py: the ledger that is measured is a real one of the size it says, and every gift is executed."""

from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from benchmarks.ledger import BlockFigure, LedgerResult, measure_size, rows
from benchmarks.ledger_world import LedgerWorld, Size, charter_of_a_bench
from ledger.invariants import holdings_match_owners, violations
from ledger.receipts import Status
from quorate.__main__ import main

SMALL = Size(1_000)


def test_a_copied_ledger_keeps_every_invariant_before_and_after_its_gifts() -> None:
    world = LedgerWorld(charter_of_a_bench(), SMALL)
    assert len(world.ledger.state.tokens) == len(world.ledger.state.purchases) == SMALL.tokens
    assert len(world.ledger.state.gifts) == SMALL.people
    assert violations(world.ledger.state) == []
    for together in (1, 10):
        result = world.execute(world.batch(world.gifts(300, together=together)))
        assert [receipt.status for receipt in result.receipts] == [Status.ACCEPTED] * 300
    assert violations(world.ledger.state) == []
    assert holdings_match_owners(world.ledger.state, world.ledger._holdings) == []


def test_the_same_size_makes_the_same_ledger_and_the_same_gifts() -> None:
    one, other = (LedgerWorld(charter_of_a_bench(), SMALL) for _ in range(2))
    assert one.ledger.state_root == other.ledger.state_root
    roots = {world.execute(world.batch(world.gifts(50, together=1))).state_root for world in (one, other)}
    assert len(roots) == 1


@pytest.mark.parametrize("tokens", [1_000, 10_000, 100_000, 1_000_000])
def test_everybody_owns_ten_of_ten_series_and_everything_is_owned(tokens: int) -> None:
    size = Size(tokens)
    assert size.series * size.editions == tokens == 10 * size.people
    last = list(size.holding(size.people - 1))
    assert len({series for series, _ in last}) == 10
    assert max(series for series, _ in last) == size.series - 1
    assert last[0][1] == size.editions


def test_a_size_is_measured_in_every_shape_of_block() -> None:
    figure = measure_size(1_000, 1)
    rows_copied = 2 * 1_000 + 2 * 100 + 10
    assert rows_copied < figure.entries < rows_copied + 50
    assert [(block.gifts, block.together) for block in figure.blocks] == [(100, 1), (1_000, 1), (1_000, 10)]
    assert sum(share for _, share in figure.shares) == pytest.approx(1, abs=0.01)
    assert 32 * 5 < figure.presence_bytes.median < 32 * 30
    assert len(rows(figure)) == 7
    assert 3 < figure.hashes < 3 * 3 + 3 * 30
    assert figure.hashing_only == pytest.approx(1e6 / figure.hashes / figure.hash_us)


def test_a_rate_is_that_of_each_block() -> None:
    assert BlockFigure(gifts=100, together=1, ms=(1, 2, 4)).per_second.median == 50_000


def test_a_proof_grows_with_the_logarithm_of_the_ledger() -> None:
    sizes = [measure_size(tokens, 1).presence_bytes.median for tokens in (1_000, 4_000)]
    assert all(0 < larger - smaller < 4 * 40 for smaller, larger in pairwise(sizes))


@pytest.mark.slow
def test_the_command_prints_the_sizes_and_keeps_the_result(tmp_path: Path) -> None:
    kept = tmp_path / "result.json"
    command = ["bench", "ledger", "--tokens", "1000,2000", "--repeats", "1", "--output", str(kept)]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    result = msgspec.json.decode(kept.read_bytes(), type=LedgerResult)
    assert [figure.tokens for figure in result.sizes] == [1_000, 2_000]
    assert "60,000 gifts a second" in done.output


@pytest.mark.parametrize("tokens", ["", "0", "999", "1500", "1000,,2000", "many", "99999999"])
def test_sizes_that_are_none_are_refused(tokens: str) -> None:
    done = CliRunner().invoke(main, ["bench", "ledger", "--tokens", tokens])
    assert done.exit_code == 2
    assert "no list of sizes" in done.output
