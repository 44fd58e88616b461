"""How long a chain stands still when its primary is killed under load, as those see it who follow the others' blocks.

Four processes, an open-loop load, SIGKILL to whoever is primary, several times. What is measured is finality: a block
counts when the first of the survivors tells its listeners of it. Whoever was killed is started again before the next.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

import httpx
import msgspec

from benchmarks.machine import Machine, this_machine
from benchmarks.orders import Workload
from benchmarks.results import RESULTS, write_result
from benchmarks.runner import Bench
from benchmarks.statistics import median
from benchmarks.world import PARAMETERS
from node.client import Client, ClientFault
from node.identity import Knobs
from scenarios.consortium import LiveConsortium
from scenarios.errors import ScenarioFault

WARM_UP_S = 2.0
MEASURE_S = 12.0
"""Of load in each repeat: the kill, a failover however slow, and the killed member's return."""

KILL_AFTER_S = (0.5, 1.5)
"""Somewhere in here, by the seed, so that the kill meets every phase of a block."""

FAILOVER_TIMEOUT_S = 30.0
FOLLOW_AGAIN_S = 0.1

PROMISED_FAILOVERS = 2
"""The next block is promised within so many times `target_failover_ms`."""


class NoFailover(ScenarioFault):
    """The chain did not go on after its primary was killed."""


class Failover(msgspec.Struct, frozen=True, kw_only=True):
    """One kill."""

    primary: str
    """Who was killed."""
    view_before: int
    view_after: int
    next_block_ms: float
    """From the kill to the first block after the standstill."""
    standstill_ms: float
    """From the block before that one, which may have been on its way at the kill."""
    blocks_on_their_way: int
    """Final after the kill and before the standstill."""


class AtRate(msgspec.Struct, frozen=True, kw_only=True):
    """All kills under one load."""

    rate: int
    """Offered, transactions a second, signed one by one."""
    failovers: tuple[Failover, ...]

    @property
    def next_block_ms_p50(self) -> float:
        """The middle one."""
        return median([each.next_block_ms for each in self.failovers])

    @property
    def next_block_ms_max(self) -> float:
        """The slowest one."""
        return max(each.next_block_ms for each in self.failovers)


class FailoverResult(msgspec.Struct, frozen=True, kw_only=True):
    """One call of `quorate bench failover`; a file in benchmarks/results."""

    command: str
    began_ms: int
    """Unix milliseconds."""
    seed: int
    members: int
    target_failover_ms: int
    promised_ms: int
    machine: Machine
    load_average: float
    """Processes that wanted to run on this machine before the first was started: above a few tenths it was not ours."""
    rates: tuple[AtRate, ...]

    @property
    def is_kept(self) -> bool:
        """Whether every next block came within what is promised."""
        return all(rate.next_block_ms_max < self.promised_ms for rate in self.rates)


@dataclass(frozen=True, slots=True)
class FailoverPlan:
    """What is to be measured."""

    rates: tuple[int, ...]
    members: int = 4
    repeats: int = 5
    pairs: int = 150
    seed: int = 2021
    command: str = ""


class Blocks:
    """When each height was first seen to be final at any member that is followed."""

    def __init__(self, urls: list[str]) -> None:
        """Follow the gateways at `urls` until `close`."""
        self.seen_s: dict[int, float] = {}
        """Height -> moment, by a clock that only runs forward."""
        self._news = asyncio.Event()
        self._following = [asyncio.create_task(self._follow(url)) for url in urls]

    async def until(self, height: int) -> None:
        """Return when a block at `height` or above was seen."""
        while max(self.seen_s, default=0) < height:
            self._news.clear()
            await self._news.wait()

    async def close(self) -> None:
        """Follow nobody."""
        for task in self._following:
            task.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)

    async def _follow(self, url: str) -> None:
        """Listen, again where the stream ends: its member was killed, or this process was too slow."""
        while True:
            with suppress(httpx.HTTPError, ClientFault):
                async with Client([url]) as client:
                    async for event in client.events():
                        self.seen_s.setdefault(event.height, time.monotonic())
                        self._news.set()
            await asyncio.sleep(FOLLOW_AGAIN_S)


def measured(seen_s: dict[int, float], *, killed_s: float) -> tuple[float, float, int]:
    """Milliseconds from the kill to the block that ends the standstill, its length, and the blocks before it.

    The standstill is the longest time between two blocks of which the later one came after the kill.
    """
    moments = sorted(seen_s.values())
    pairs = [(before, after) for before, after in pairwise(moments) if after > killed_s]
    before, after = max(pairs, key=lambda pair: pair[1] - pair[0])
    on_their_way = sum(killed_s < moment <= before for moment in moments)
    return (after - killed_s) * 1_000, (after - before) * 1_000, on_their_way


async def run_failover(plan: FailoverPlan, say: Callable[[str], None]) -> FailoverResult:
    """Measure every rate on one consortium, `plan.repeats` kills at each.

    Raises: ScenarioFault, NodeFault or BusFault when the world does not let it.
    """
    began_ms, load_average = time.time_ns() // 1_000_000, os.getloadavg()[0]
    target_ms = Knobs().target_failover_ms
    promised_ms = PROMISED_FAILOVERS * target_ms
    rates: list[AtRate] = []
    with tempfile.TemporaryDirectory(prefix="quorate-bench-") as folder:
        consortium = LiveConsortium(
            Path(folder) / "consortium",
            members=plan.members,
            founded_ms=began_ms,
            parameters=PARAMETERS,
            node_arguments=("--no-trace",),
            report=say,
        )
        async with consortium, Bench(consortium, pairs=plan.pairs, seed=plan.seed) as bench:
            blocks = Blocks([process.url for process in consortium.members.values()])
            try:
                await bench.open()
                for rate in plan.rates:
                    random = Random(plan.seed)
                    failovers = [
                        await _fail_over(bench, consortium, blocks, rate, random, say) for _ in range(plan.repeats)
                    ]
                    rates.append(AtRate(rate=rate, failovers=tuple(failovers)))
            finally:
                await blocks.close()
    return FailoverResult(
        command=plan.command,
        began_ms=began_ms,
        seed=plan.seed,
        members=plan.members,
        target_failover_ms=target_ms,
        promised_ms=promised_ms,
        machine=this_machine(),
        load_average=round(load_average, 2),
        rates=tuple(rates),
    )


async def _fail_over(
    bench: Bench, consortium: LiveConsortium, blocks: Blocks, rate: int, random: Random, say: Callable[[str], None]
) -> Failover:
    """One load with a kill in it."""
    found: list[Failover] = []

    async def story() -> None:
        async with httpx.AsyncClient(timeout=FAILOVER_TIMEOUT_S, trust_env=False) as http:
            views = Views(consortium, http)
            view = await views.highest(list(consortium.members))
            await asyncio.sleep(random.uniform(*KILL_AFTER_S))
            found.append(await _kill_primary(consortium, blocks, views, view))

    await bench.load_while(Workload.SIGNED, rate, warm_up_s=WARM_UP_S, measure_s=MEASURE_S, story=story)
    (failover,) = found
    say(
        f"  {rate:>6,}/s: {failover.primary} killed in view {failover.view_before}; next block after"
        f" {failover.next_block_ms:>6.0f} ms, in view {failover.view_after}; standstill"
        f" {failover.standstill_ms:>6.0f} ms"
    )
    return failover


@dataclass(frozen=True, slots=True)
class Views:
    """Asks members in which view they are."""

    consortium: LiveConsortium
    http: httpx.AsyncClient

    async def highest(self, names: list[str]) -> int:
        """The latest view that one of them is in or asks for."""
        answers = await asyncio.gather(*map(self.explain, names))
        return max(int(msgspec.json.decode(answer)["view"]) for answer in answers)

    async def explain(self, name: str) -> bytes:
        """What a member says of why it moves or does not."""
        return (await self.http.get(f"{self.consortium.members[name].url}/v1/explain")).content


async def _kill_primary(consortium: LiveConsortium, blocks: Blocks, views: Views, view: int) -> Failover:
    """Kill the primary of `view`, wait until the others went on, and start it again.

    Raises: NoFailover, MemberFailed.
    """
    names = list(consortium.members)
    primary = names[view % len(names)]
    survivors = [name for name in names if name != primary]
    killed_s, view_after = time.monotonic(), view
    begin = max(blocks.seen_s)
    await consortium.kill(primary)
    try:
        async with asyncio.timeout(FAILOVER_TIMEOUT_S):
            while view_after <= view:
                await blocks.until(max(blocks.seen_s) + 1)
                view_after = await views.highest(survivors)
            # The one that was just seen may have been on its way at the kill.
            await blocks.until(max(blocks.seen_s) + 1)
    except TimeoutError:
        stands = [f"{name}: {(await views.explain(name)).decode()}" for name in survivors]
        raise NoFailover(
            f"{primary}, the primary of view {view}, was killed, and within {FAILOVER_TIMEOUT_S:.0f} s the others did"
            " not go on, or had nothing left to do. Where they stand:\n" + "\n".join(stands)
        ) from None
    await consortium.start(primary)
    seen_s = {height: moment for height, moment in blocks.seen_s.items() if height >= begin}
    next_block_ms, standstill_ms, on_their_way = measured(seen_s, killed_s=killed_s)
    return Failover(
        primary=primary,
        view_before=view,
        view_after=view_after,
        next_block_ms=round(next_block_ms, 1),
        standstill_ms=round(standstill_ms, 1),
        blocks_on_their_way=on_their_way,
    )


def failover_lines(result: FailoverResult) -> list[str]:
    """The figures for people."""
    lines = [
        "",
        f"{result.members} members, primary killed under load; promised: the next block in less than"
        f" {PROMISED_FAILOVERS} x target_failover_ms = {result.promised_ms:,} ms",
    ]
    for rate in result.rates:
        lines.append(
            f"  {rate.rate:>6,}/s: next block p50 {rate.next_block_ms_p50:>6.0f} ms, max {rate.next_block_ms_max:>6.0f}"
            f" ms of {len(rate.failovers)}"
        )
    if result.load_average > 0.5:
        lines.append(
            f"  The machine was busy before (load average {result.load_average}): measure again when it is not."
        )
    return [*lines, "kept" if result.is_kept else "NOT KEPT"]


def write_failover(result: FailoverResult, path: Path | None) -> Path:
    """Write the file, under `benchmarks/results` where no path is given.

    Raises: OSError.
    """
    path = path or RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}-failover.json"
    write_result(result, path)
    return path
