"""What counts as the next block after a kill, and what is called a promise kept."""

import json

import msgspec
import pytest

from benchmarks.failover import AtRate, Failover, FailoverResult, failover_lines, measured, write_failover
from benchmarks.machine import this_machine


def killed(next_block_ms=700.0):
    return Failover(
        primary="ant",
        view_before=0,
        view_after=1,
        next_block_ms=next_block_ms,
        standstill_ms=650.0,
        blocks_on_their_way=2,
    )


def result(*next_block_ms, load_average=0.1):
    return FailoverResult(
        command="quorate bench failover",
        began_ms=0,
        seed=1,
        members=4,
        target_failover_ms=500,
        promised_ms=1_000,
        machine=this_machine(),
        load_average=load_average,
        rates=(AtRate(rate=200, failovers=tuple(map(killed, next_block_ms))),),
    )


def test_blocks_that_were_on_their_way_are_not_the_next_block():
    seen_s = {7: 9.98, 8: 10.01, 9: 10.03, 10: 10.70, 11: 10.72, 12: 10.75}
    next_block_ms, standstill_ms, on_their_way = measured(seen_s, killed_s=10.0)
    assert (round(next_block_ms), round(standstill_ms), on_their_way) == (700, 670, 2)


def test_a_standstill_may_begin_before_the_kill_and_one_that_ended_before_it_is_no_matter():
    seen_s = {5: 5.0, 6: 9.0, 7: 9.9, 8: 10.6, 9: 10.61}
    next_block_ms, standstill_ms, on_their_way = measured(seen_s, killed_s=10.0)
    assert (round(next_block_ms), round(standstill_ms), on_their_way) == (600, 700, 0)


@pytest.mark.parametrize(("slowest_ms", "is_kept"), [(999.9, True), (1_000.0, False)])
def test_one_late_block_breaks_the_promise(slowest_ms, is_kept):
    found = result(600.0, 650.0, slowest_ms)
    assert found.is_kept is is_kept
    assert failover_lines(found)[-1] == ("kept" if is_kept else "NOT KEPT")


def test_lines_say_the_middle_and_the_worst_and_whether_the_machine_was_busy():
    lines = "\n".join(failover_lines(result(600.0, 700.0, 900.0, load_average=3.0)))
    assert "p50    700 ms, max    900 ms of 3" in lines
    assert "measure again" in lines
    assert "measure again" not in "\n".join(failover_lines(result(600.0)))


def test_the_file_holds_everything(tmp_path):
    path = write_failover(result(600.0), tmp_path / "results" / "failover.json")
    assert msgspec.json.decode(path.read_bytes(), type=FailoverResult).rates == result(600.0).rates
    assert "\n  " in path.read_text()
    assert json.loads(path.read_text())["promised_ms"] == 1_000
