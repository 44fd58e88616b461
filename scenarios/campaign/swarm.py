"""Many seeds at once on an executor of `concurrent.futures`, and what they add up to."""

import enum
import importlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context

from consensus.quorum import Committee
from node.simulation import Crypto
from scenarios.campaign.byzzfuzz import draw_byzzfuzz
from scenarios.campaign.plan import SAFETY_MS, Plan, draw_plan
from scenarios.campaign.run import Outcome, Verdict, run_plan
from scenarios.campaign.shrink import shrink
from scenarios.campaign.twins import draw_twins
from scenarios.errors import ScenarioFault

WAITING_PER_JOB = 4
"""Seeds handed to an executor ahead of time, so that it never idles and a stop is quick."""

RUN_TWICE_EVERY = 20
"""One seed in so many is run twice, to compare the trace hashes."""


class Mode(enum.StrEnum):
    """How plans are drawn."""

    SWARM = "swarm"
    """Many kinds of faults, and liars that lie all the time."""
    TWINS = "twins"
    """Two copies of each faulty member, and a partition for each round."""
    BYZZFUZZ = "byzzfuzz"
    """A few changed messages and a few cut rounds."""


DRAWS = {Mode.SWARM: draw_plan, Mode.TWINS: draw_twins, Mode.BYZZFUZZ: draw_byzzfuzz}


@dataclass(frozen=True, slots=True)
class Campaign:
    """What is to be run."""

    first: int
    last: int
    """Seeds from `first` to `last`, both included."""
    members: int
    liars: int
    """Members that may lie or lose their disk in each run."""
    safety_ms: int = SAFETY_MS
    crypto: Crypto = Crypto.IDEAL
    shrinks: bool = True
    mode: Mode = Mode.SWARM

    def plan(self, seed: int) -> Plan:
        """What `seed` stands for."""
        return DRAWS[self.mode](seed, members=self.members, liars=self.liars, safety_ms=self.safety_ms)

    def command(self, seed: int) -> str:
        """What runs one seed again, as it was drawn."""
        parts = [f"quorate campaign --seeds {seed}..{seed} --members {self.members} --liars {self.liars}"]
        if self.mode is not Mode.SWARM:
            parts.append(f"--mode {self.mode}")
        if self.safety_ms != SAFETY_MS:
            parts.append(f"--seconds {self.safety_ms / 1_000:g}")
        if self.crypto is not Crypto.IDEAL:
            parts.append(f"--crypto {self.crypto}")
        return " ".join(parts)


DASK_SECONDS_MAX = 10
"""How long a scheduler is waited for."""


@dataclass(slots=True)
class Tally:
    """What a campaign came to so far."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    options: Counter[str] = field(default_factory=Counter)
    """In how many plans each option was."""
    failed_options: Counter[str] = field(default_factory=Counter)
    """In how many of those that failed."""
    failures: list[Outcome] = field(default_factory=list)
    simulated_ms: int = 0
    blocks: int = 0
    views: int = 0
    """Views that were left, at most one count a run for each."""
    acknowledged: int = 0
    healed_ms_max: int = 0
    convicted: int = 0
    """Liars named by evidence, over all runs."""
    forks: int = 0
    """Runs that ended with two certified blocks at one height."""
    forks_named: int = 0
    """Those whose two certificates name f+1 members at least."""

    def add(self, outcome: Outcome) -> None:
        """Count a run."""
        self.verdicts[outcome.verdict] += 1
        self.options.update(outcome.plan.options)
        self.simulated_ms += outcome.simulated_ms
        self.blocks += outcome.height
        self.views += outcome.view
        self.acknowledged += outcome.acknowledged
        self.convicted += len(outcome.accused)
        self.forks += outcome.fork is not None
        self.forks_named += len(outcome.culprits) >= Committee(outcome.plan.members).weak_quorum
        if outcome.verdict is Verdict.HELD:
            self.healed_ms_max = max(self.healed_ms_max, outcome.healed_ms)
        else:
            self.failed_options.update(outcome.plan.options)
            self.failures.append(outcome)

    @property
    def verdict(self) -> Verdict:
        """The gravest: a fork before a crash, a crash before standing still."""
        order = (
            Verdict.SAFETY,
            Verdict.CRASH,
            Verdict.LIVENESS,
            Verdict.NOT_DETERMINISTIC,
            Verdict.HARNESS,
        )
        return next((each for each in order if self.verdicts[each]), Verdict.HELD)


def run_seed(campaign: Campaign, seed: int) -> Outcome:
    """Run one seed, some of them twice, and shrink what fails. Called in a worker."""
    plan = campaign.plan(seed)
    outcome = run_plan(plan, crypto=campaign.crypto)
    if seed % RUN_TWICE_EVERY == 0 and run_plan(plan, crypto=campaign.crypto).trace != outcome.trace:
        return replace(outcome, verdict=Verdict.NOT_DETERMINISTIC, reason="two runs of the same plan differ")
    if outcome.verdict is not Verdict.HELD and campaign.shrinks:
        return shrink(outcome, lambda smaller: run_plan(smaller, crypto=campaign.crypto))
    return outcome


class WorkerLost(ScenarioFault):
    """A process that ran seeds ended before they did; the text says which seeds have no verdict."""


def run_campaign(campaign: Campaign, executor: Executor, *, jobs: int, tell: Callable[[Outcome], None]) -> Tally:
    """Run every seed; `tell` hears of each as it ends, in any order.

    Raises: WorkerLost.
    """
    tally = Tally()
    running: dict[Future[Outcome], int] = {}
    try:
        for seed in range(campaign.first, campaign.last + 1):
            running[executor.submit(run_seed, campaign, seed)] = seed
            while len(running) >= jobs * WAITING_PER_JOB:
                _collect(running, tally, tell)
        while running:
            _collect(running, tally, tell)
    except _losses() as loss:
        judged, all_seeds = tally.verdicts.total(), campaign.last - campaign.first + 1
        raise WorkerLost(
            f"A process that ran seeds was killed or ended ({type(loss).__name__}). {judged} of {all_seeds} seeds have"
            f" their verdict; open were {told_seeds(running.values()) or 'none'}, and none above was begun. What to do:"
            " see whether the machine ran out of memory, then run those seeds again, with fewer --jobs."
        ) from loss
    return tally


def _losses() -> tuple[type[Exception], ...]:
    """What executors raise when a worker is gone; Dask's is known only where Dask runs."""
    distributed = sys.modules.get("distributed")
    return (BrokenExecutor,) if distributed is None else (BrokenExecutor, distributed.KilledWorker)


def _collect(running: dict[Future[Outcome], int], tally: Tally, tell: Callable[[Outcome], None]) -> None:
    """Wait for one seed at least; what has ended is no longer running."""
    done, _ = wait(running, return_when=FIRST_COMPLETED)
    for each in sorted(done, key=lambda future: running[future]):
        outcome = each.result()
        del running[each]
        tally.add(outcome)
        tell(outcome)


def told_seeds(seeds: Iterable[int]) -> str:
    """Seeds as ranges: `4..6, 9..9`, each as `--seeds` takes it."""
    ranges: list[tuple[int, int]] = []
    for seed in sorted(seeds):
        if ranges and ranges[-1][1] == seed - 1:
            ranges[-1] = (ranges[-1][0], seed)
        else:
            ranges.append((seed, seed))
    return ", ".join(f"{first}..{last}" for first, last in ranges)


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

    Raises: ScenarioFault where Dask is asked for and not installed.
    """
    if dask is None:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as processes:
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
        yield Workforce(executor, max(1, sum(cores.values())), f"{len(cores)} workers with {sum(cores.values())} cores")


def jobs_at_most() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
