"""The trace: one schema, bounded, and never the reason why a node stops."""

import errno
import os

import msgspec
import pytest

from node.trace import Trace, TraceLine
from tests.node.one_member import one_member, person_account


def line(number: int) -> TraceLine:
    return TraceLine(number, 0, "primary", 0, 0, number, 128, f"executed {number}", ("accepted 1",), "")


def read(path) -> list[TraceLine]:
    return [msgspec.json.decode(each, type=TraceLine) for each in path.read_bytes().splitlines()]


def test_lines_come_back_as_they_were_written(tmp_path):
    trace = Trace(tmp_path / "trace.jsonl")
    trace.write([line(1), line(2)])
    trace.write([])
    trace.close()
    again = Trace(tmp_path / "trace.jsonl")
    again.write([line(3)])
    again.close()
    assert read(tmp_path / "trace.jsonl") == [line(1), line(2), line(3)]


def test_size_is_bounded_and_the_newest_lines_are_kept(tmp_path):
    path = tmp_path / "trace.jsonl"
    trace = Trace(path, bytes_max=1_000)
    for number in range(100):
        trace.write([line(number)])
        assert path.stat().st_size <= 1_000
    trace.close()
    assert {each.name for each in tmp_path.iterdir()} == {"trace.jsonl", "trace.jsonl.1"}
    kept = [each.time_ms for each in read(tmp_path / "trace.jsonl.1") + read(path)]
    assert kept == list(range(kept[0], 100))
    assert len(kept) > 5


def test_trace_that_is_off_writes_nothing_and_counts(tmp_path):
    trace = Trace(None)
    assert not trace.is_on
    trace.write([line(1)])
    assert trace.dropped == 1
    assert list(tmp_path.iterdir()) == []


def test_full_disk_stops_the_trace_and_nothing_else(tmp_path, monkeypatch):
    trace = Trace(tmp_path / "trace.jsonl")

    def refuse(*_):
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "write", refuse)
    trace.write([line(1), line(2)])
    assert trace.dropped == 2
    monkeypatch.undo()
    trace.write([line(3)])
    trace.close()
    assert read(tmp_path / "trace.jsonl") == [line(3)]


@pytest.mark.parametrize("expected", ["batch 0#1", "pre-prepare 1", "executed 1", "block-vote 1", "certified 1"])
async def test_a_transaction_s_way_to_finality_is_in_the_trace(tmp_path, expected):
    async with one_member(tmp_path) as member:
        await member.client.finalise(member.operator("ant").seal(person_account("li")))
        lines = read(member.trace)
    assert expected in [each.event for each in lines]
    assert {each.role for each in lines} == {"primary"}
    assert max(each.executed for each in lines) == 1
