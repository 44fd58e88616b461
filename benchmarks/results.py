"""What a benchmark found: as a JSON file that is kept, and as a table that is read."""

from pathlib import Path

import msgspec

from benchmarks.machine import Machine
from benchmarks.members import Use
from benchmarks.orders import Loaded, Workload
from benchmarks.statistics import Spread, is_carried

RESULTS = Path(__file__).parent / "results"
"""Committed: a claim of speed has its file here."""

LAG_MS_MAX = 50.0
"""A generator whose requests leave later than this, once in a hundred, was the limit itself."""

OTHERS_CORES_MAX = 0.25
"""The kernel's own work and an idle desktop need less."""

GENERATOR_CPU_MAX = 0.9
"""So is one that uses more of a core than this."""


class Run(msgspec.Struct, frozen=True):
    """One load with what it took."""

    load: Loaded
    use: Use

    @property
    def transactions_per_second(self) -> float:
        """Final in the window."""
        return self.load.finalised_in_window / self.load.seconds

    @property
    def cpu_ms_per_transaction(self) -> float:
        """Of all members together."""
        return self.use.cpu_ms / max(1, self.load.finalised_in_window)

    @property
    def others_cores(self) -> float:
        """Cores that something else on this machine used meanwhile: above a few hundredths, the figure is spoilt."""
        generator_ms = self.load.generator_cpu_share * self.load.seconds * 1000
        others_ms = self.use.machine_cpu_ms - self.use.cpu_ms - self.use.broker_cpu_ms - generator_ms
        return max(0.0, others_ms / (self.load.seconds * 1000))

    @property
    def is_carried(self) -> bool:
        """Whether the load was carried."""
        return is_carried(offered=self.load.offered, finalised=self.load.finalised, p99_ms=self.load.p99_ms)

    @property
    def generator_was_limit(self) -> bool:
        """Whether the figure says more about the generator than about the consortium."""
        return self.load.lag_p99_ms > LAG_MS_MAX or self.load.generator_cpu_share > GENERATOR_CPU_MAX


class WorkloadResult(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one workload."""

    workload: Workload
    probes: tuple[Run, ...]
    """On the way to saturation, in order."""
    saturation: int
    """Highest offered load that was carried, transactions a second; 0 where the rates were given."""
    saturated: tuple[Run, ...]
    """Repeats at saturation, or at the rates given."""
    light: tuple[Run, ...]
    """Repeats at a tenth of it."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One call of `quorate bench`; a file in benchmarks/results."""

    command: str
    began_ms: int
    """Unix milliseconds."""
    seconds: float
    seed: int
    members: int
    bus: str
    """What carried the messages."""
    repeats: int
    warm_up_s: float
    measure_s: float
    pairs: int
    machine: Machine
    conditions: tuple[str, ...]
    """What a transaction is, what is verified, what is on disk."""
    workloads: tuple[WorkloadResult, ...]


CONDITIONS = (
    "Transaction: a gift (transfer_from) of one collectible between two persons, judged by the whole rule book.",
    "  signed: one to an envelope of about 256 bytes, one Ed25519 signature each. bundle: 100 under one signature.",
    "Verified: every envelope's signature once by every member, every bundle of votes, every batch, every block vote.",
    "On disk, at every member: batches, votes, blocks, receipts, certificates and state; SQLite, synchronous=FULL, one"
    " sync a turn, before a vote leaves and before a client is answered.",
    "Final: in a block with a certificate by a quorum, and the client has been told. Latency counts from the moment at"
    " which a transaction was meant to be sent.",
    "Clients hand over together what is due every 20 ms (4 ms below 250 envelopes a second), at three gateways' HTTP.",
    "Charter: holding periods 0, 1,000 gifts a day and person; nothing else is changed. Traces are off.",
)


def write_result(result: msgspec.Struct, path: Path) -> None:
    """Write the file of a benchmark; people read it in a diff, hence the indentation.

    Raises: OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")


def as_lines(result: Result) -> list[str]:
    """The table."""
    machine = result.machine
    lines = [
        "",
        f"{result.members} members and the load on one machine: {machine.processor}, {machine.cores} cores,"
        f" Python {machine.python}; bus: {result.bus}; commit {machine.commit}",
        *result.conditions,
        "",
        f"{'':28}{'offered':>9}{'final tx/s (low..high)':>27}{'p50 ms':>9}{'p99 ms':>9}{'CPU-ms/tx':>11}"
        f"{'MiB':>6}{'tx/block':>10}{'msg/block':>11}{'kB/block':>10}",
    ]
    for workload in result.workloads:
        lines.append(_row(f"{workload.workload.value}, saturated", workload.saturated))
        if workload.light:
            lines.append(_row(f"{workload.workload.value}, at a tenth of it", workload.light))
    lines += ["", *_remarks(result)]
    return lines


def _row(name: str, runs: tuple[Run, ...]) -> str:
    rate = Spread.of([run.transactions_per_second for run in runs], digits=0)
    blocks = [max(1, run.use.blocks) for run in runs]
    per_block = [
        Spread.of([amount / count for amount, count in zip(amounts, blocks, strict=True)]).median
        for amounts in (
            [run.load.finalised_in_window for run in runs],
            [run.use.messages for run in runs],
            [run.use.message_bytes / 1000 for run in runs],
        )
    ]
    spread = f"{rate.median:,.0f} ({rate.lowest:,.0f}..{rate.highest:,.0f})"
    return (
        f"{name:28}{runs[0].load.rate:>9,}{spread:>27}"
        f"{Spread.of([run.load.p50_ms for run in runs]).median:>9.1f}"
        f"{Spread.of([run.load.p99_ms for run in runs]).median:>9.1f}"
        f"{Spread.of([run.cpu_ms_per_transaction for run in runs]).median:>11.2f}"
        f"{max(max(run.use.memory_mib.values(), default=0.0) for run in runs):>6.0f}"
        f"{per_block[0]:>10.1f}{per_block[1]:>11.1f}{per_block[2]:>10.1f}"
    )


def _remarks(result: Result) -> list[str]:
    lines = []
    for workload in result.workloads:
        runs = workload.saturated + workload.light
        name = workload.workload.value
        lag = max(run.load.lag_p99_ms for run in runs)
        share = max(run.load.generator_cpu_share for run in runs)
        limit = (
            "WAS THE LIMIT: believe none of it" if any(run.generator_was_limit for run in runs) else "was not the limit"
        )
        lines.append(
            f"{name}: the generator {limit} (requests left at most {lag:.0f} ms late at p99, {share:.2f} of a core)."
        )
        window_ms = workload.saturated[0].load.seconds * 1000
        broker = Spread.of([run.use.broker_cpu_ms / window_ms for run in workload.saturated]).median
        own = Spread.of([run.use.cpu_ms / window_ms for run in workload.saturated]).median
        lines.append(f"{name}: at saturation the members used {own:.2f} cores, the embedded broker {broker:.2f}.")
        others = Spread.of([run.others_cores for run in runs])
        spoilt = (
            ": the figures are SPOILT, measure again on a quiet machine" if others.median > OTHERS_CORES_MAX else ""
        )
        lines.append(f"{name}: everything else on this machine used {others.median:.2f} cores{spoilt}.")
        missed = sum(not run.is_carried for run in runs)
        if missed:
            lines.append(f"{name}: {missed} of {len(runs)} repeats were not carried (99 % final, p99 below 1 s).")
        failures = {what: count for run in runs for what, count in run.load.failures.items()}
        if failures:
            lines.append(f"{name}: not final and accepted: {failures}.")
    return lines
