"""A campaign on a Dask cluster: two workers, each a process of its own, started here."""

import logging
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from quorate.commands.campaign import campaign as command
from scenarios.campaign.plan import draw_plan
from scenarios.campaign.run import Verdict, run_plan
from scenarios.campaign.workforce import DASK_SECONDS_MAX, workforce
from scenarios.errors import ScenarioFault

distributed = pytest.importorskip("distributed")

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=logging.ERROR
    ) as cluster:
        yield cluster.scheduler_address


def verdicts(*options: str) -> tuple[int, list[str]]:
    """The exit code, and what depends on nothing but the seeds."""
    result = CliRunner().invoke(command, ["--seeds", "1..12", "--liars", "2", "--no-shrink", *options])
    lines = result.output.splitlines()
    kept = [line.split("  |  ")[0] for line in lines if line.startswith(("SAFETY", "12 seeds"))]
    return result.exit_code, sorted(kept)


def test_two_workers_come_to_the_same_verdicts_as_this_process(scheduler, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    on_workers = verdicts("--dask", scheduler)
    assert on_workers[0] == 10
    assert len(on_workers[1]) == 4
    assert on_workers == verdicts("--jobs", "1")


def test_both_workers_take_part(scheduler):
    with workforce(jobs=1, dask=scheduler) as workers:
        assert (workers.jobs, workers.told) == (2, "2 workers with 2 cores")
        places = [workers.executor.submit(_where, seed) for seed in range(1, 9)]
        assert len({each.result() for each in places}) == 2


def test_a_scheduler_that_is_not_there_is_said_in_words(monkeypatch):
    monkeypatch.setattr("scenarios.campaign.workforce.DASK_SECONDS_MAX", 1)
    assert DASK_SECONDS_MAX > 1
    with pytest.raises(ScenarioFault, match="no Dask scheduler answers"), workforce(jobs=1, dask="tcp://127.0.0.1:9"):
        pass


def _where(seed: int) -> str:
    """Run a seed, and tell who did."""
    assert run_plan(draw_plan(seed, members=4, liars=1, safety_ms=500)).verdict is Verdict.HELD
    return str(distributed.get_worker().address)
