"""Runs a benchmark: a consortium, a generator in a process of its own, and the loads one after the other."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from benchmarks.connection import Gateway
from benchmarks.machine import this_machine
from benchmarks.members import Reading, read_members
from benchmarks.orders import Answer, Failed, Load, Loaded, Measured, Measuring, Open, Opened, Order, Workload
from benchmarks.results import CONDITIONS, Result, Run, WorkloadResult
from benchmarks.statistics import find_saturation
from benchmarks.world import PARAMETERS
from scenarios.consortium import LiveConsortium
from scenarios.errors import ScenarioFault
from scenarios.member_process import python_environment

FIRST_RATE = {Workload.SIGNED: 400, Workload.BUNDLE: 1_600}
"""Where the search for saturation begins, transactions a second."""

HIGHEST_RATE = {Workload.SIGNED: 20_000, Workload.BUNDLE: 100_000}
"""Where it gives up looking for more."""

RESOLUTION = 0.08
"""The search ends when what was carried and what was not differ by so little."""

LIGHT_SHARE = 0.1
_LINE_BYTES_MAX = 1 << 20


class GeneratorFailed(ScenarioFault):
    """The load generator gave up; its text says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be measured."""

    workloads: tuple[Workload, ...]
    rates: tuple[int, ...] = ()
    """Offered loads; none searches for saturation."""
    members: int = 4
    buses: tuple[str, ...] = ()
    repeats: int = 3
    warm_up_s: float = 2.0
    measure_s: float = 5.0
    pairs: int = 300
    seed: int = 2021
    command: str = ""
    """As it was typed; kept in the result."""


async def run_plan(plan: Plan, say: Callable[[str], None]) -> Result:
    """Measure every workload on a fresh consortium of its own.

    Raises: ScenarioFault, NodeFault or BusFault when the world does not let it.
    """
    began_ms, began = time.time_ns() // 1_000_000, time.monotonic()
    workloads = [await _measure(plan, workload, say) for workload in plan.workloads]
    return Result(
        command=plan.command,
        began_ms=began_ms,
        seconds=round(time.monotonic() - began, 1),
        seed=plan.seed,
        members=plan.members,
        bus="embedded broker (amqtt)" if not plan.buses else f"{len(plan.buses)} given by --bus",
        repeats=plan.repeats,
        warm_up_s=plan.warm_up_s,
        measure_s=plan.measure_s,
        pairs=plan.pairs,
        machine=this_machine(),
        conditions=CONDITIONS,
        workloads=tuple(workloads),
    )


async def _measure(plan: Plan, workload: Workload, say: Callable[[str], None]) -> WorkloadResult:
    with tempfile.TemporaryDirectory(prefix="quorate-bench-") as folder:
        consortium = LiveConsortium(
            Path(folder) / "consortium",
            members=plan.members,
            founded_ms=time.time_ns() // 1_000_000,
            buses=plan.buses,
            parameters=PARAMETERS,
            node_arguments=("--no-trace",),
            report=say,
        )
        async with consortium, Bench(consortium, pairs=plan.pairs, seed=plan.seed) as bench:
            opened = await bench.open()
            say(
                f"{workload.value}: {opened.accounts:,} accounts and {opened.tokens:,} tokens in {opened.seconds:.1f} s"
            )
            return await _find(plan, workload, bench, say)


async def _find(plan: Plan, workload: Workload, bench: "Bench", say: Callable[[str], None]) -> WorkloadResult:
    probes: list[Run] = []

    async def probe(rate: int, *, shorter: bool = False) -> Run:
        run = await bench.load(
            workload, rate, warm_up_s=plan.warm_up_s, measure_s=plan.measure_s * (0.6 if shorter else 1)
        )
        say(
            f"  offered {rate:>7,}/s: final {run.transactions_per_second:>9,.0f}/s, p50 {run.load.p50_ms:>7.1f} ms,"
            f" p99 {run.load.p99_ms:>8.1f} ms, {run.cpu_ms_per_transaction:>6.2f} CPU-ms/tx"
            f"{'' if run.is_carried else '  not carried'}"
        )
        return run

    async def is_carried(rate: int) -> bool:
        probes.append(await probe(rate, shorter=True))
        return probes[-1].is_carried

    saturation = 0
    rates, light_rates = plan.rates, tuple[int, ...]()
    if not rates:
        saturation = await find_saturation(
            is_carried, first=FIRST_RATE[workload], resolution=RESOLUTION, highest=HIGHEST_RATE[workload]
        )
        rates, light_rates = (max(1, saturation),), (max(1, round(saturation * LIGHT_SHARE)),)
        say(f"  saturation: {saturation:,} transactions a second offered and carried; now {plan.repeats} repeats")
    return WorkloadResult(
        workload=workload,
        probes=tuple(probes),
        saturation=saturation,
        saturated=tuple([await probe(rate) for rate in rates for _ in range(plan.repeats)]),
        light=tuple([await probe(rate) for rate in light_rates for _ in range(plan.repeats)]),
    )


class Bench:
    """The generator's process and the members' counters; an async context manager."""

    def __init__(self, consortium: LiveConsortium, *, pairs: int, seed: int) -> None:
        """Prepare to load a consortium that is up, in a world of so many pairs of accounts."""
        self._consortium = consortium
        self._pairs, self._seed = pairs, seed
        self._process: asyncio.subprocess.Process | None = None
        self._gateways: dict[str, Gateway] = {}
        self._read = msgspec.json.Decoder(Answer)

    async def __aenter__(self) -> Self:
        """Start the generator."""
        self._gateways = {name: Gateway(process.url) for name, process in self._consortium.members.items()}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "benchmarks.generator"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=python_environment(),
            start_new_session=True,
            limit=_LINE_BYTES_MAX,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        assert self._process is not None, "it was entered"
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        for gateway in self._gateways.values():
            await gateway.close()

    async def open(self) -> Opened:
        """Make the world."""
        self._send(
            Open(
                str(self._consortium.directory),
                {name: process.url for name, process in self._consortium.members.items()},
                self._pairs,
                self._seed,
            )
        )
        answer = await self._answer()
        assert isinstance(answer, Opened), "what was asked for"
        return answer

    async def load(self, workload: Workload, rate: int, *, warm_up_s: float, measure_s: float) -> Run:
        """Offer one load and read the counters around its measured part."""
        self._send(Load(workload, rate, warm_up_s, measure_s))
        readings: list[Reading] = []
        while True:
            match await self._answer():
                case Measuring() | Measured():
                    readings.append(await read_members(self._consortium, self._gateways))
                case Loaded() as loaded:
                    return Run(loaded, readings[0].until(readings[1]))
                case Opened() | Failed():
                    raise AssertionError("a load is answered by its result")

    async def load_while(
        self,
        workload: Workload,
        rate: int,
        *,
        warm_up_s: float,
        measure_s: float,
        story: Callable[[], Coroutine[None, None, None]],
    ) -> Loaded:
        """Offer one load, and do something to the consortium from the end of the warm-up on; both are awaited.

        Raises: what `story` raises, and as `load`.
        """
        self._send(Load(workload, rate, warm_up_s, measure_s))
        telling: list[asyncio.Task[None]] = []
        try:
            while True:
                match await self._answer():
                    case Measuring():
                        telling.append(asyncio.create_task(story()))
                    case Loaded() as loaded:
                        await asyncio.gather(*telling)
                        return loaded
                    case _:
                        pass
        except GeneratorFailed:
            # A story that failed left the consortium in a state that no load gets through.
            if telling and telling[0].done():
                telling[0].result()
            raise
        finally:
            for task in telling:
                task.cancel()
            await asyncio.gather(*telling, return_exceptions=True)

    def _send(self, order: Order) -> None:
        assert self._process is not None, "it was entered"
        assert self._process.stdin is not None, "its standard input is a pipe"
        self._process.stdin.write(msgspec.json.encode(order) + b"\n")

    async def _answer(self) -> Answer:
        """What the generator says next.

        Raises: GeneratorFailed, or MemberFailed when a member could not be kept up meanwhile.
        """
        assert self._process is not None, "it was entered"
        assert self._process.stdout is not None, "its standard output is a pipe"
        assert self._consortium.failed is not None, "the consortium was entered"
        reading = asyncio.create_task(self._process.stdout.readline())
        either: set[asyncio.Future[Any]] = {reading, self._consortium.failed}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if self._consortium.failed.done():
            reading.cancel()
            self._consortium.failed.result()
        line = await reading
        if not line:
            raise GeneratorFailed(f"The load generator ended with exit code {await self._process.wait()}.")
        answer: Answer = self._read.decode(line)
        if isinstance(answer, Failed):
            raise GeneratorFailed(f"The load generator gave up: {answer.text}")
        return answer
