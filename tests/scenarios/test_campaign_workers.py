"""Workers of a campaign that go away, and who they are said to be."""

import importlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from consensus.types import View
from quorate.commands.campaign import campaign as command
from scenarios.campaign import workforce
from scenarios.campaign.run import Outcome, Verdict
from scenarios.campaign.swarm import Campaign, Tally, WorkerLost, run_campaign, told_seeds
from scenarios.campaign.workforce import Workforce


class Mortal(Executor):
    """Runs seeds at once, up to one whose worker is killed; what comes later is lost with it."""

    def __init__(self, kills: int, loss: Exception) -> None:
        self.kills, self.loss = kills, loss

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **_: Any) -> Future[Any]:
        plan, seed = arguments
        future: Future[Any] = Future()
        if seed >= self.kills:
            future.set_exception(self.loss)
        else:
            future.set_result(Outcome(plan.plan(seed), Verdict.HELD, "", "", 1, View(0), (), 1, 0, 500, 1))
        return future


class Refusing(Mortal):
    """A pool that is found broken when the next seed is handed to it."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **_: Any) -> Future[Any]:
        if arguments[1] >= self.kills:
            raise self.loss
        return super().submit(function, *arguments)


@pytest.mark.parametrize("kind", [Mortal, Refusing])
def test_a_killed_worker_is_told_with_the_seeds_that_were_open(kind):
    told, tally = list[int](), Tally()
    with pytest.raises(WorkerLost, match=r"BrokenProcessPool\).* of 9 seeds have their verdict"):
        run_campaign(
            Campaign(1, 9, 4, 1),
            kind(6, BrokenProcessPool()),
            tally,
            jobs=1,
            tell=lambda each: told.append(each.plan.seed),
        )
    assert told == sorted(set(told)) == sorted(tally.judged)
    assert max(told, default=0) < 6


def test_the_command_of_a_campaign_with_a_killed_worker_ends_with_this_machine_s_fault(monkeypatch, tmp_path):
    @contextmanager
    def broken(**_: object) -> Iterator[Workforce]:
        yield Workforce(Mortal(3, BrokenProcessPool()), 1, "1 process")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(workforce, "workforce", broken)
    done = CliRunner().invoke(command, ["--seeds", "1..9", "--jobs", "1"])
    assert done.exit_code == Verdict.HARNESS, done.output
    assert "2 of 9 seeds have their verdict; open were 3..4" in done.output


def test_a_worker_that_dask_gave_up_is_told_too():
    distributed = pytest.importorskip("distributed")
    loss = distributed.KilledWorker("seed", None, 3)
    with pytest.raises(WorkerLost, match="KilledWorker"):
        run_campaign(Campaign(1, 2, 4, 1), Mortal(1, loss), Tally(), jobs=1, tell=lambda _: None)


def test_an_interrupted_campaign_on_a_cluster_does_not_wait_for_its_seeds(monkeypatch):
    """Leaving a Dask executor waits for all that was handed to it; unless it was shut down without."""
    ended: list[bool] = []

    class Cluster:
        def __init__(self, *_: object, **__: object) -> None: ...

        def __enter__(self) -> "Cluster":
            return self

        def __exit__(self, *_: object) -> None: ...

        def get_executor(self, **_: object) -> "Cluster":
            return self

        def ncores(self) -> dict[str, int]:
            return {"one": 2, "two": 4}

        def shutdown(self, *, wait: bool) -> None:
            ended.append(wait)

    monkeypatch.setattr(importlib, "import_module", lambda _: SimpleNamespace(Client=Cluster))

    def interrupted(workers: Workforce) -> None:
        assert (workers.jobs, workers.told) == (6, "2 workers with 6 cores")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), workforce.workforce(jobs=1, dask="tcp://x") as workers:
        interrupted(workers)
    assert ended == [False]


def test_jobs_and_a_cluster_exclude_each_other():
    done = CliRunner().invoke(command, ["--seeds", "1..2", "--jobs", "1", "--dask", "tcp://127.0.0.1:9"])
    assert done.exit_code == 2
    assert "--jobs is for this machine" in done.output


def test_seeds_are_told_in_ranges_as_the_command_line_takes_them():
    assert told_seeds([5, 4, 9, 6]) == "4..6, 9..9"
