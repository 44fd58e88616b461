"""How long a member takes from its start to voting, with a large ledger and a long history on its disk.

The home is made first (`benchmarks/restart_home.py`) and is the same however often it is started. What is timed is the
command that an operator gives, `quorate node`, from the start of its process to the line that says that it is ready: by
then everything on its disk has been audited, the ledger stands, the replica goes on where it stopped, and the first
message that asks for a vote gets it. Peers are not needed for that, and none run.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import psutil

from benchmarks.ledger_world import Size
from benchmarks.machine import Machine, this_machine
from benchmarks.restart_home import HomeMaker
from benchmarks.results import RESULTS, write_result
from benchmarks.statistics import Spread

START_S_MAX = 20
"""What is asked for, at a million tokens and ten thousand blocks."""

WAIT_S_MAX = 600
EVERY_S = 0.05
"""How often its memory is looked at."""

CONDITIONS = (
    "Ready: every row audited (certificates, batches, receipts, votes, the state against the certified root), ledger"
    " and replica restored, gateway answering. The files were in the operating system's cache.",
)


class StartFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One start."""

    ready_s: float
    """From the start of the process to its ready line."""
    cpu_s: float
    """Processor time until then, with that of the process beside it."""
    peak_mib: float
    """Most memory that both had at once until then."""


class RestartResult(msgspec.Struct, frozen=True, kw_only=True):
    """One call of `quorate bench restart`; a file in benchmarks/results."""

    command: str
    began_ms: int
    """Unix milliseconds."""
    machine: Machine
    load_average: float
    """Of the machine's last minute at the end."""
    conditions: tuple[str, ...]
    tokens: int
    blocks: int
    transactions: int
    """In each block."""
    database_mib: float
    starts: tuple[StartFigure, ...]


class NotStarted(Exception):
    """The node ended, or was not ready in time; the text has its last words."""


def measure(
    *, tokens: int, blocks: int, transactions: int, repeats: int, command: str, tell: Callable[[str], None]
) -> RestartResult:
    """Make a home and start its member `repeats` times.

    Raises: NotStarted.
    """
    began_ms = time.time_ns() // 1_000_000
    with TemporaryDirectory(prefix="quorate-restart-") as directory:
        made = Path(directory) / "consortium"
        tell(f"Making a home with {tokens:,} tokens and {blocks:,} blocks of {transactions} gifts.")
        maker = HomeMaker(made, Size(tokens))
        maker.make(blocks=blocks, transactions=transactions, tell=lambda line: tell(f"  {line}"))
        home, database = maker.home.path, maker.home.database
        del maker
        starts: list[StartFigure] = []
        for _ in range(repeats):
            starts.append(_start(home))
            tell(row(starts[-1]))
        database_mib = database.stat().st_size / (1 << 20)
    result = RestartResult(
        command=command,
        began_ms=began_ms,
        machine=this_machine(),
        load_average=round(os.getloadavg()[0], 2),
        conditions=CONDITIONS,
        tokens=tokens,
        blocks=blocks,
        transactions=transactions,
        database_mib=round(database_mib, 1),
        starts=tuple(starts),
    )
    for line in remarks(result):
        tell(line)
    return result


def _start(home: Path) -> StartFigure:
    """Start the node, wait until it is ready, stop it."""
    command = [sys.executable, "-m", "quorate", "node", "--home", str(home), "--with-parent"]
    root = Path(__file__).resolve().parent.parent
    started = time.monotonic()
    with (
        (home / "restart.log").open("wb+") as log,
        subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.PIPE) as process,
    ):
        assert process.stdout is not None, "it was asked for"
        os.set_blocking(process.stdout.fileno(), False)
        watched = psutil.Process(process.pid)
        peak = cpu_s = 0.0
        line = b""
        try:
            while not line.endswith(b"\n"):
                if process.poll() is not None or time.monotonic() - started > WAIT_S_MAX:
                    log.seek(0)
                    words = log.read()[-2_000:].decode("utf-8", "replace")
                    raise NotStarted(f"The node was not ready (exit status {process.poll()}). Its last words: {words}")
                seen = _use(watched)
                cpu_s, peak = seen[0] or cpu_s, max(peak, seen[1])
                line += process.stdout.read() or b""
                time.sleep(EVERY_S)
            ready_s = time.monotonic() - started
            assert json.loads(line)["ready"], "the first line says that it is ready"
        finally:
            if process.poll() is None:
                process.terminate()
    return StartFigure(ready_s=round(ready_s, 2), cpu_s=round(cpu_s, 2), peak_mib=round(peak / (1 << 20), 1))


def _use(node: psutil.Process) -> tuple[float, float]:
    """Processor time and memory of a node and of the process beside it; zeros where it has just ended."""
    cpu_s = resident = 0.0
    with suppress(psutil.Error):
        own = node.cpu_times()
        cpu_s = own.user + own.system + own.children_user + own.children_system
        for each in (node, *node.children(recursive=True)):
            with suppress(psutil.Error):
                resident += each.memory_info().rss
    return cpu_s, resident


def row(figure: StartFigure) -> str:
    """One line."""
    return (
        f"ready after {figure.ready_s:.1f} s ({figure.cpu_s:.1f} s of processor time),"
        f" {figure.peak_mib:,.0f} MiB at most"
    )


def remarks(result: RestartResult) -> list[str]:
    """What was asked for, and whether it is there."""
    machine = result.machine
    spread = Spread.of([start.ready_s for start in result.starts], digits=1)
    lines = [
        "",
        f"{machine.processor}, {machine.cores} cores, Python {machine.python}, commit {machine.commit}; load average"
        f" {result.load_average}; database {result.database_mib:,.0f} MiB",
        *result.conditions,
        f"{result.tokens:,} tokens, {result.blocks:,} blocks of {result.transactions}: ready after {spread.median} s"
        f" ({spread.lowest}..{spread.highest}).",
    ]
    if result.tokens >= 1_000_000 and result.blocks >= 10_000:
        kept = "kept" if spread.highest < START_S_MAX else "NOT KEPT"
        lines.append(f"Asked for: under {START_S_MAX} s ({kept}).")
    return lines


def write_restart(result: RestartResult, path: Path | None) -> Path:
    """Write the file, by default beside the others; return where.

    Raises: OSError.
    """
    path = path or RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}-restart.json"
    write_result(result, path)
    return path
