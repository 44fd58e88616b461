"""What `--record` costs: the same load on two consortia, one that records every member and one that does not.

They never run at once. Each pair measures one after the other, the first of one pair is the second of the next, so that
a machine that slows down or warms up favours neither; what is compared is within a pair.
"""

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks.machine import Machine, this_machine
from benchmarks.orders import Workload
from benchmarks.results import OTHERS_CORES_MAX, RESULTS, Run, write_result
from benchmarks.runner import Bench
from benchmarks.statistics import Spread
from benchmarks.world import PARAMETERS
from node.home.home import RECORDING_FILE
from scenarios.consortium import LiveConsortium

WARM_UP_S = 2.0
MEASURE_S = 6.0


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One consortium under one load."""

    recorded: bool
    transactions_per_second: float
    """Final in the window."""
    cpu_ms_per_transaction: float
    """Of all members together."""
    p50_ms: float
    p99_ms: float
    others_cores: float
    """Cores that something else on this machine used meanwhile."""
    run: Run


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """The same load with and without, one after the other."""

    plain: Side
    recorded: Side

    @property
    def throughput_ratio(self) -> float:
        """With over without."""
        return self.recorded.transactions_per_second / max(1e-9, self.plain.transactions_per_second)

    @property
    def cpu_ratio(self) -> float:
        """With over without, of CPU-ms a transaction."""
        return self.recorded.cpu_ms_per_transaction / max(1e-9, self.plain.cpu_ms_per_transaction)


class AtRate(msgspec.Struct, frozen=True, kw_only=True):
    """All pairs under one load."""

    rate: int
    """Offered, transactions a second, signed one by one."""
    pairs: tuple[Pair, ...]


class RecordingResult(msgspec.Struct, frozen=True, kw_only=True):
    """One call of `quorate bench recording`; a file in benchmarks/results."""

    command: str
    began_ms: int
    """Unix milliseconds."""
    seed: int
    members: int
    machine: Machine
    load_average: float
    """Processes that wanted to run before the first was started: above a few tenths the machine was not ours."""
    recording_bytes: tuple[int, ...]
    """Of all members' recordings together, for each pair: opening, warm-ups and every rate."""
    rates: tuple[AtRate, ...]


@dataclass(frozen=True, slots=True)
class RecordingPlan:
    """What is to be measured."""

    rates: tuple[int, ...]
    members: int = 4
    pairs: int = 5
    accounts: int = 150
    """Pairs of accounts that give to each other."""
    seed: int = 2021
    command: str = ""


async def run_recording(plan: RecordingPlan, say: Callable[[str], None]) -> RecordingResult:
    """Measure every pair on consortia of its own.

    Raises: ScenarioFault, NodeFault or BusFault when the world does not let it.
    """
    began_ms, load_average = time.time_ns() // 1_000_000, os.getloadavg()[0]
    pairs: list[dict[bool, list[Run]]] = []
    sizes_bytes: list[int] = []
    for number in range(plan.pairs):
        sides: dict[bool, list[Run]] = {}
        for recorded in (False, True) if number % 2 == 0 else (True, False):
            sides[recorded], size_bytes = await _one_side(plan, recorded, say)
            if recorded:
                sizes_bytes.append(size_bytes)
        pairs.append(sides)
    return RecordingResult(
        command=plan.command,
        began_ms=began_ms,
        seed=plan.seed,
        members=plan.members,
        machine=this_machine(),
        load_average=round(load_average, 2),
        recording_bytes=tuple(sizes_bytes),
        rates=tuple(
            AtRate(
                rate=rate,
                pairs=tuple(
                    Pair(plain=_side(sides[False][place], False), recorded=_side(sides[True][place], True))
                    for sides in pairs
                ),
            )
            for place, rate in enumerate(plan.rates)
        ),
    )


async def _one_side(plan: RecordingPlan, recorded: bool, say: Callable[[str], None]) -> tuple[list[Run], int]:
    """Every load on a fresh consortium; and how large its recordings became."""
    runs: list[Run] = []
    with tempfile.TemporaryDirectory(prefix="quorate-bench-") as folder:
        directory = Path(folder) / "consortium"
        consortium = LiveConsortium(
            directory,
            members=plan.members,
            founded_ms=time.time_ns() // 1_000_000,
            parameters=PARAMETERS,
            node_arguments=("--no-trace",),
            recorded=recorded,
            report=say,
        )
        async with consortium, Bench(consortium, pairs=plan.accounts, seed=plan.seed) as bench:
            await bench.open()
            for rate in plan.rates:
                run = await bench.load(Workload.SIGNED, rate, warm_up_s=WARM_UP_S, measure_s=MEASURE_S)
                say(
                    f"  {'recorded' if recorded else 'plain':>8}, offered {rate:>6,}/s: final"
                    f" {run.transactions_per_second:>7,.0f}/s, {run.cpu_ms_per_transaction:.3f} CPU-ms/tx"
                )
                runs.append(run)
        size_bytes = sum(path.stat().st_size for path in directory.glob(f"*/{RECORDING_FILE}"))
    return runs, size_bytes


def _side(run: Run, recorded: bool) -> Side:
    return Side(
        recorded=recorded,
        transactions_per_second=round(run.transactions_per_second, 1),
        cpu_ms_per_transaction=round(run.cpu_ms_per_transaction, 4),
        p50_ms=run.load.p50_ms,
        p99_ms=run.load.p99_ms,
        others_cores=round(run.others_cores, 3),
        run=run,
    )


def recording_lines(result: RecordingResult) -> list[str]:
    """The figures for people."""
    lines = ["", f"{result.members} members, all recorded over none, in {len(result.recording_bytes)} pairs:"]
    for rate in result.rates:
        plain = Spread.of([each.plain.cpu_ms_per_transaction for each in rate.pairs])
        lines.append(
            f"  {rate.rate:>6,}/s: throughput {_told([each.throughput_ratio for each in rate.pairs])},"
            f" CPU-ms/tx {_told([each.cpu_ratio for each in rate.pairs])}; without {plain.median:.2f} CPU-ms/tx"
        )
    sides = [side for rate in result.rates for pair in rate.pairs for side in (pair.plain, pair.recorded)]
    others = Spread.of([each.others_cores for each in sides]).median
    if others > OTHERS_CORES_MAX:
        lines.append(f"  Something else on this machine used {others:.2f} cores: SPOILT, measure again on a quiet one.")
    return lines


def _told(ratios: list[float]) -> str:
    spread = Spread.of(ratios, digits=4)
    return f"{spread.median:.3f} ({spread.lowest:.3f}..{spread.highest:.3f})"


def write_recording(result: RecordingResult, path: Path | None) -> Path:
    """Write the file, under `benchmarks/results` where no path is given.

    Raises: OSError.
    """
    path = path or RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}-recording.json"
    write_result(result, path)
    return path
