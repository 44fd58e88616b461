"""How fast virtual time runs: one slot in committees of growing size beside the bare ceiling, and campaign seeds.

What is timed is in benchmarks/simulator_work.py. Each size is measured in a process of its own, so that one size's
garbage is not another's memory; then it is looked at where the time goes.
"""

import gc
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import msgspec

from benchmarks.ceiling import ceiling_slot
from benchmarks.machine import Machine, this_machine
from benchmarks.simulator_profile import PROFILED, Profile, lines_of, profile_seeds, profile_slot
from benchmarks.simulator_work import SECONDS_A_SEED, Seeds, Slot
from benchmarks.statistics import Spread

WARM_UP, WARM_UP_MEMBERS = 5, 16
"""Slots that are not counted: Python learns which way a function goes from having gone it."""


class SlotFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One size."""

    members: int
    messages: int
    """Frames sent to one receiver each in the last repeat; of them the ceiling sends neither batch nor block votes."""
    simulated_ms: int
    ours_ms: tuple[float, ...]
    """Processor time of each repeat."""
    ceiling_ms: tuple[float, ...]
    """That of the bare ceiling, each measured right before its neighbour."""
    peak_mib: float
    """Of the process that measured this size, founding and ceiling included."""

    @property
    def ratio(self) -> Spread:
        """Ours over the ceiling's, pair by pair."""
        pairs = zip(self.ours_ms, self.ceiling_ms, strict=True)
        return Spread.of([ours / ceiling for ours, ceiling in pairs], digits=2)


class SeedsFigure(msgspec.Struct, frozen=True, kw_only=True):
    """Campaign seeds at n = 4 with f liars, on one core."""

    count: int
    seconds_a_seed: int
    cpu_s: float
    simulated_s: float

    @property
    def seeds_per_second(self) -> float:
        """Of processor time."""
        return self.count / self.cpu_s


class SimulatorResult(msgspec.Struct, frozen=True, kw_only=True):
    """One call; a file benchmarks/results/*-simulator.json."""

    command: str
    began_ms: int
    """Unix milliseconds."""
    seed: int
    machine: Machine
    conditions: tuple[str, ...]
    slots: tuple[SlotFigure, ...]
    seeds: SeedsFigure | None
    profiles: tuple[Profile, ...] = ()
    """Where the time goes; files of before 23 November 2026 do not say."""


CONDITIONS = (
    "Slot: one account is opened at the primary's gateway; n whole nodes order, execute and store it; delays N(250, 50)"
    " ms, signatures ideal, nobody leaves the view. Timed from the request until a quorum executed it.",
    "Ceiling: the same votes as counters in a bare heapq loop, delays by random.gauss; no messages, disk or ledger.",
    "Processor time of one core, each size in a process of its own, after a warm-up; a garbage collection before each"
    " measurement.",
)


def measure_slot(members: int, *, seed: int) -> tuple[float, int, int]:
    """Order one account in a committee of `members`; return milliseconds of processor time, messages, virtual ms."""
    slot = Slot(members, seed=seed)
    gc.collect()
    started = time.process_time()
    slot.order()
    elapsed_ms = (time.process_time() - started) * 1_000
    return elapsed_ms, slot.simulation.network.links.sent, slot.simulation.now_ms


def measure_size(members: int, seed: int, repeats: int) -> SlotFigure:
    """Measure one size and its ceiling in turn. Called in a process of its own."""
    for repeat in range(WARM_UP):
        ceiling_slot(WARM_UP_MEMBERS, seed=repeat)
        measure_slot(WARM_UP_MEMBERS, seed=repeat)
    ours_ms: list[float] = []
    ceiling_ms: list[float] = []
    messages = simulated_ms = 0
    for repeat in range(repeats):
        gc.collect()
        ceiling_ms.append(ceiling_slot(members, seed=seed + repeat)[0])
        elapsed_ms, messages, simulated_ms = measure_slot(members, seed=seed + repeat)
        ours_ms.append(elapsed_ms)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return SlotFigure(
        members=members,
        messages=messages,
        simulated_ms=simulated_ms,
        ours_ms=tuple(round(each, 3) for each in ours_ms),
        ceiling_ms=tuple(round(each, 3) for each in ceiling_ms),
        # Kilobytes on Linux, bytes on macOS.
        peak_mib=round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1),
    )


def measure_seeds(count: int, seed: int, seconds: int) -> SeedsFigure:
    """Run `count` campaign seeds."""
    seeds = Seeds(count, seed=seed, seconds=seconds)
    started = time.process_time()
    simulated_ms = seeds.run()
    cpu_s = time.process_time() - started
    return SeedsFigure(
        count=count, seconds_a_seed=seconds, cpu_s=round(cpu_s, 3), simulated_s=round(simulated_ms / 1_000, 3)
    )


def measure(
    members: tuple[int, ...], *, seed: int, repeats: int, seeds: int, command: str, tell: Callable[[str], None]
) -> SimulatorResult:
    """Measure every size and the seeds, each in a process of its own; `tell` hears each line of the table."""
    began_ms = time.time_ns() // 1_000_000
    slots: list[SlotFigure] = []
    tell(HEAD)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as processes:
        for size in members:
            slots.append(processes.submit(measure_size, size, seed, repeats).result())
            tell(row(slots[-1]))
        timed = processes.submit(measure_seeds, seeds, seed, SECONDS_A_SEED).result() if seeds else None
        if timed is not None:
            tell(seeds_line(timed))
        profiles = [processes.submit(profile_slot, each, seed).result() for each in PROFILED if each in members]
        if seeds:
            profiles.append(processes.submit(profile_seeds, seeds, seed).result())
    if profiles:
        tell("\n" + "\n".join(lines_of(tuple(profiles))))
    return SimulatorResult(
        command=command,
        began_ms=began_ms,
        seed=seed,
        machine=this_machine(),
        conditions=CONDITIONS,
        slots=tuple(slots),
        seeds=timed,
        profiles=tuple(profiles),
    )


HEAD = f"{'members':>7}{'ours ms':>11}{'ceiling ms':>12}{'ratio (low..high)':>24}{'messages':>10}{'peak MiB':>10}"


def row(figure: SlotFigure) -> str:
    """One line of the table."""
    ratio = figure.ratio
    return (
        f"{figure.members:>7}{Spread.of(figure.ours_ms, digits=2).median:>11,.2f}"
        f"{Spread.of(figure.ceiling_ms, digits=2).median:>12,.2f}"
        f"{f'{ratio.median:.1f} ({ratio.lowest:.1f}..{ratio.highest:.1f})':>24}"
        f"{figure.messages:>10,}{figure.peak_mib:>10.0f}"
    )


def seeds_line(figure: SeedsFigure) -> str:
    """What the seeds came to."""
    return (
        f"\nCampaign at n = 4: {figure.seeds_per_second:.2f} seeds a second and core, each {figure.seconds_a_seed}"
        f" simulated seconds of faults: {figure.simulated_s / figure.cpu_s:,.0f} simulated seconds a second."
    )
