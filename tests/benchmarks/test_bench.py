"""A measurement for real, as short as can be: what matters is that it counts right, not how fast anything is."""

import json
import subprocess
import sys
from collections import deque

import pytest

from benchmarks.loading import Loading, Planned, tick_s
from benchmarks.machine import this_machine
from benchmarks.members import Use
from benchmarks.orders import Load, Loaded, Workload
from benchmarks.results import CONDITIONS, Result, Run, WorkloadResult, as_lines
from scenarios.member_process import python_environment
from tests.benchmarks.test_world import sold_world


def loaded(**changes):
    plain = {
        "workload": Workload.SIGNED,
        "rate": 1_000,
        "offered": 5_000,
        "finalised": 5_000,
        "finalised_in_window": 4_990,
        "seconds": 5.0,
        "p50_ms": 20.0,
        "p90_ms": 30.0,
        "p99_ms": 40.0,
        "latest_ms": 50.0,
        "failures": {},
        "lag_p99_ms": 4.0,
        "generator_cpu_share": 0.2,
        "envelope_bytes": 256,
        "transactions_per_envelope": 1,
        "requests": 100,
    }
    return Loaded(**{**plain, **changes})


def used(machine_cpu_ms=6_600):
    return Use(
        cpu_ms=4_990,
        broker_cpu_ms=500,
        machine_cpu_ms=machine_cpu_ms,
        memory_mib={"ant": 99.0},
        blocks=100,
        messages=1_500,
        message_bytes=1_000_000,
    )


def result(**changes):
    run = Run(loaded(**changes), used())
    return Result(
        command="quorate bench",
        began_ms=0,
        seconds=1.0,
        seed=1,
        members=4,
        bus="embedded",
        repeats=1,
        warm_up_s=2.0,
        measure_s=5.0,
        pairs=300,
        machine=this_machine(),
        conditions=CONDITIONS,
        workloads=(WorkloadResult(workload=Workload.SIGNED, probes=(), saturation=1_000, saturated=(run,), light=()),),
    )


def test_a_run_knows_what_a_transaction_costs():
    run = Run(loaded(), used())
    assert run.transactions_per_second == 998
    assert run.cpu_ms_per_transaction == 1.0
    assert run.is_carried
    assert not run.generator_was_limit


@pytest.mark.parametrize(("machine_cpu_ms", "cores"), [(6_490, 0.0), (6_600, 0.02), (11_490, 1.0), (0, 0.0)])
def test_what_others_used_is_what_is_left(machine_cpu_ms, cores):
    assert Run(loaded(), used(machine_cpu_ms)).others_cores == pytest.approx(cores, abs=0.01)


@pytest.mark.parametrize("changes", [{"lag_p99_ms": 51.0}, {"generator_cpu_share": 0.95}])
def test_a_generator_that_was_the_limit_is_said_to_be(changes):
    assert Run(loaded(**changes), used()).generator_was_limit
    assert "WAS THE LIMIT" in "\n".join(as_lines(result(**changes)))


def test_the_table_says_what_a_transaction_is_what_is_verified_and_what_is_on_disk():
    text = "\n".join(as_lines(result()))
    for word in ("Transaction:", "Verified:", "On disk,", "998 (998..998)", "15.0", "10.0"):
        assert word in text


def test_what_was_not_carried_is_said():
    text = "\n".join(as_lines(result(finalised=100, failures={"pending": 4_900})))
    assert "1 of 1 repeats were not carried" in text
    assert "{'pending': 4900}" in text


def test_every_moment_is_fixed_before_the_first_byte_leaves():
    loading = Loading(Load(Workload.SIGNED, 100, 0.5, 1.0), sold_world(), {})
    moments = [planned.at_s for planned in loading._plan]
    assert len(moments) == 150
    assert moments[1] == pytest.approx(0.01)
    assert sum(planned.counted for planned in loading._plan) == 100


def test_a_bundle_comes_a_hundred_times_as_seldom():
    loading = Loading(Load(Workload.BUNDLE, 1_000, 0.0, 1.0), sold_world(), {})
    assert len(loading._plan) == 10
    assert {planned.count for planned in loading._plan} == {100}


def test_latency_counts_from_the_intended_moment():
    loading = Loading(Load(Workload.SIGNED, 10, 0.0, 1.0), sold_world(), {})
    for planned in loading._plan:
        planned.outcome, planned.final_s = "accepted", planned.at_s + 0.25
    late = loading._plan[-1]
    late.final_s = late.at_s + 2.0
    loading._lags_s.append(0.001)
    summed = loading.result()
    assert (summed.offered, summed.finalised) == (10, 10)
    assert (summed.p50_ms, summed.latest_ms) == (250, 2_000)
    # The late one, and the one meant for 0.8 s, became final after the window.
    assert summed.finalised_in_window == 8


def test_what_failed_is_counted_by_what_was_said():
    loading = Loading(Load(Workload.SIGNED, 10, 0.0, 1.0), sold_world(), {})
    for planned in loading._plan:
        planned.outcome = "pending"
    loading._lags_s.append(0.001)
    summed = loading.result()
    assert summed.finalised == 0
    assert summed.failures == {"pending": 10}
    assert len(loading.unclear) == 10


def test_what_is_due_is_taken_and_its_lag_noted():
    loading = Loading(Load(Workload.SIGNED, 10, 0.0, 1.0), sold_world(), {})
    due: deque[Planned] = deque(loading._plan)
    taken = loading._take(due, 0.35)
    assert sum(map(len, taken.values())) == 4
    assert len(due) == 6
    assert loading._lags_s[0] == pytest.approx(0.35)


@pytest.mark.slow
@pytest.mark.parametrize("workload", ["signed", "bundle"])
def test_a_bench_counts_every_transaction(tmp_path, workload):
    output = tmp_path / "result.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "quorate", "bench", "--workload", workload, "--pairs", "6"),
            *("--transactions-per-second", "100", "--repeats", "1", "--seconds", "1", "--warm-up", "0.2"),
            *("--output", str(output)),
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env=python_environment(),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (measured,) = json.loads(output.read_bytes())["workloads"]
    (run,) = measured["saturated"]
    assert run["load"]["offered"] == 100
    assert run["load"]["finalised"] == 100, run["load"]["failures"]
    assert run["use"]["blocks"] >= 1
    assert run["use"]["messages"] >= 4
    assert sorted(run["use"]["memory_mib"]) == ["ant", "copyright", "jd", "tencent"]
    assert f"{workload}, saturated" in done.stdout


@pytest.mark.slow
def test_a_broker_that_is_away_is_answered_in_words():
    done = subprocess.run(
        [sys.executable, "-m", "quorate", "bench", "--bus", "mqtt://127.0.0.1:9"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=python_environment(),
    )
    assert done.returncode == 14
    assert "No broker answers" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("envelopes_per_second", "seconds"), [(1, 0.004), (249, 0.004), (250, 0.02), (5_000, 0.02)])
def test_many_envelopes_are_handed_over_together(envelopes_per_second, seconds):
    assert tick_s(envelopes_per_second) == seconds
