"""Many seeds at once on an executor of `concurrent.futures`, and what they add up to."""

import enum
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from functools import partial

from consensus.quorum import Committee
from node.simulation import Crypto
from scenarios.campaign.byzzfuzz import draw_byzzfuzz
from scenarios.campaign.picture import draw_failure
from scenarios.campaign.plan import SAFETY_MS, Plan, draw_plan
from scenarios.campaign.run import Outcome, Verdict, lost_in, run_plan
from scenarios.campaign.shrink import shrink, spell_out
from scenarios.campaign.twins import draw_twins
from scenarios.campaign.workforce import losses
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

    def command(self, first: int, last: int) -> str:
        """What runs these seeds, as they are drawn here."""
        parts = [f"quorate campaign --seeds {first}..{last} --members {self.members} --liars {self.liars}"]
        if self.mode is not Mode.SWARM:
            parts.append(f"--mode {self.mode}")
        if self.safety_ms != SAFETY_MS:
            parts.append(f"--seconds {self.safety_ms / 1_000:g}")
        if self.crypto is not Crypto.IDEAL:
            parts.append(f"--crypto {self.crypto}")
        return " ".join(parts)


@dataclass(slots=True)
class Tally:
    """What a campaign came to so far."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    judged: set[int] = field(default_factory=set)
    """Seeds that have their verdict."""
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
        self.judged.add(outcome.plan.seed)
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
    """Run one seed, some of them twice; shrink what fails, and draw it. Called in a worker."""
    plan = campaign.plan(seed)
    outcome = run_plan(plan, crypto=campaign.crypto)
    if seed % RUN_TWICE_EVERY == 0 and run_plan(plan, crypto=campaign.crypto).trace != outcome.trace:
        return replace(outcome, verdict=Verdict.NOT_DETERMINISTIC, reason="two runs of the same plan differ")
    if outcome.verdict is Verdict.HELD:
        return outcome
    if campaign.shrinks:
        run, lost = partial(run_plan, crypto=campaign.crypto), partial(lost_in, crypto=campaign.crypto)
        outcome = spell_out(shrink(outcome, run), run, lost)
    return replace(outcome, picture=draw_failure(outcome, crypto=campaign.crypto))


class WorkerLost(ScenarioFault):
    """A process that ran seeds ended before they did; the text says which seeds have no verdict."""


def run_campaign(
    campaign: Campaign, executor: Executor, tally: Tally, *, jobs: int, tell: Callable[[Outcome], None]
) -> None:
    """Run every seed and count it in `tally`; `tell` hears of each as it ends, in any order.

    Raises: WorkerLost. Then, too, `tally` has what was found so far.
    """
    running: dict[Future[Outcome], int] = {}
    try:
        for seed in range(campaign.first, campaign.last + 1):
            running[executor.submit(run_seed, campaign, seed)] = seed
            while len(running) >= jobs * WAITING_PER_JOB:
                _collect(running, tally, tell)
        while running:
            _collect(running, tally, tell)
    except losses() as loss:
        judged, all_seeds = tally.verdicts.total(), campaign.last - campaign.first + 1
        raise WorkerLost(
            f"A process that ran seeds was killed or ended ({type(loss).__name__}). {judged} of {all_seeds} seeds have"
            f" their verdict; open were {told_seeds(running.values()) or 'none'}, and none above was begun. What to do:"
            " see whether the machine ran out of memory, then run those seeds again, with fewer --jobs."
        ) from loss


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
