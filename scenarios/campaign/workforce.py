"""Who runs the seeds of a campaign: processes of this machine, or the workers of a Dask cluster.

Ctrl-C reaches every process of a terminal. Workers do not hear it: the campaign does, and ends them. A seed takes
seconds and shrinking one minutes, which nobody who stops a campaign wants to wait for. A campaign that is killed can
end nobody; so each worker watches it, and ends with it.
"""

import gc
import importlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from scenarios.errors import ScenarioFault

DASK_SECONDS_MAX = 10
"""How long a scheduler is waited for."""


@dataclass(frozen=True, slots=True)
class Workforce:
    """Who runs seeds."""

    executor: Executor
    jobs: int
    """Seeds that it runs at once; one at least."""
    told: str
    """The same in words."""


@contextmanager
def workforce(*, jobs: int, dask: str | None) -> Iterator[Workforce]:
    """So many processes on this machine, or the workers of a Dask cluster by its scheduler's address.

    Whoever is interrupted leaves no process behind, and on a cluster no seed that is not begun.

    Raises: ScenarioFault where Dask is asked for and not installed, or its scheduler does not answer.
    """
    if dask is None:
        with _processes(jobs) as processes:
            yield Workforce(processes, jobs, f"{jobs} processes")
        return
    try:
        distributed = importlib.import_module("distributed")
    except ImportError as error:
        raise ScenarioFault(
            "--dask needs the package `distributed`, which is not installed. Nothing was run. What to do: install it"
            " (pip install distributed), here and on the workers; or leave --dask out and use this machine's cores."
        ) from error
    try:
        client = distributed.Client(dask, timeout=DASK_SECONDS_MAX)
    except OSError as error:
        raise ScenarioFault(
            f"no Dask scheduler answers at {dask} ({error}). Nothing was run. What to do: start one with"
            " `dask scheduler`, and workers with `dask worker ADDRESS` where this very code is installed."
        ) from error
    with client, client.get_executor(pure=False) as executor:
        cores: dict[str, int] = client.ncores()
        told = f"{len(cores)} workers with {sum(cores.values())} cores"
        try:
            yield Workforce(executor, max(1, sum(cores.values())), told)
        except KeyboardInterrupt:
            # Without waiting, this cancels what is not done; waiting comes first otherwise.
            executor.shutdown(wait=False)
            raise


@contextmanager
def _processes(jobs: int) -> Iterator[Executor]:
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin) as processes:
        try:
            yield processes
        except KeyboardInterrupt:
            processes.shutdown(wait=False, cancel_futures=True)
            for worker in set(multiprocessing.active_children()) - others:
                worker.terminate()
            raise


def _begin() -> None:
    """Called in a worker before its first seed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    campaign = multiprocessing.parent_process()
    assert campaign is not None, "a worker was started by a campaign"

    def end_with_it() -> None:
        campaign.join()
        os._exit(1)

    threading.Thread(target=end_with_it, name="campaign", daemon=True).start()
    settle()


def settle() -> None:
    """Import what seeds run in, and let the garbage collector pass it over: it stays, and there is much of it."""
    importlib.import_module("scenarios.campaign.swarm")
    gc.collect()
    gc.freeze()


def losses() -> tuple[type[Exception], ...]:
    """What executors raise when a worker is gone; Dask's is known only where Dask runs."""
    distributed = sys.modules.get("distributed")
    return (BrokenExecutor,) if distributed is None else (BrokenExecutor, distributed.KilledWorker)


def jobs_at_most() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
