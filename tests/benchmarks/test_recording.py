"""What recording costs is told within pairs, and a machine that was not ours spoils it."""

import msgspec

from benchmarks.machine import this_machine
from benchmarks.recording import AtRate, Pair, RecordingResult, Side, recording_lines, write_recording
from benchmarks.results import Run
from tests.benchmarks.test_bench import loaded, used


def side(rate, cpu_ms, *, recorded, others_cores=0.05):
    return Side(
        recorded=recorded,
        transactions_per_second=rate,
        cpu_ms_per_transaction=cpu_ms,
        p50_ms=10.0,
        p99_ms=30.0,
        others_cores=others_cores,
        run=Run(loaded(), used()),
    )


def result(*pairs, others_cores=0.05):
    """Each pair: what was final and its CPU-ms without, and with."""
    return RecordingResult(
        command="quorate bench recording",
        began_ms=0,
        seed=1,
        members=4,
        machine=this_machine(),
        load_average=0.1,
        recording_bytes=tuple(5_000_000 for _ in pairs),
        rates=(
            AtRate(
                rate=1_000,
                pairs=tuple(
                    Pair(
                        plain=side(*plain, recorded=False, others_cores=others_cores),
                        recorded=side(*recorded, recorded=True, others_cores=others_cores),
                    )
                    for plain, recorded in pairs
                ),
            ),
        ),
    )


def test_a_pair_is_compared_with_itself_so_that_a_slow_minute_is_nobody_s_fault():
    """The second pair was measured on a machine half as fast; its ratios are those of the first."""
    quick, slow = ((1_000.0, 1.0), (990.0, 1.03)), ((500.0, 2.0), (495.0, 2.06))
    lines = recording_lines(result(quick, slow))
    assert "throughput 0.990 (0.990..0.990), CPU-ms/tx 1.030 (1.030..1.030)" in lines[2]


def test_the_middle_and_both_ends_are_told():
    pairs = [((1_000.0, 1.0), (1_000.0, cpu_ms)) for cpu_ms in (1.02, 1.08, 1.01)]
    assert "CPU-ms/tx 1.020 (1.010..1.080); without 1.00" in recording_lines(result(*pairs))[2]


def test_a_machine_that_others_used_is_said_to_have_spoilt_it():
    pair = ((1_000.0, 1.0), (1_000.0, 1.02))
    assert "SPOILT" in recording_lines(result(pair, others_cores=0.9))[-1]
    assert "SPOILT" not in "".join(recording_lines(result(pair)))


def test_the_file_holds_everything(tmp_path):
    found = result(((1_000.0, 1.0), (1_000.0, 1.02)))
    path = write_recording(found, tmp_path / "results" / "recording.json")
    assert msgspec.json.decode(path.read_bytes(), type=RecordingResult) == found
