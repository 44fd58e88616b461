"""`quorate bench`: figures about four members on this machine, each with what it takes to judge it."""

import asyncio
import time
from pathlib import Path

import click

from quorate.commands.bench_detectors import detectors
from quorate.commands.bench_failover import failover
from quorate.commands.bench_ledger import ledger
from quorate.commands.bench_recording import recording
from quorate.commands.bench_restart import restart
from quorate.commands.bench_simulator import simulator

WORKLOADS = ("signed", "bundle")


@click.group(
    "bench",
    invoke_without_command=True,
    epilog="Exit status: 0 when it was measured; 14 when this machine could not measure it (the text says why); 130"
    " after Ctrl-C; 2 for a wrong command line.",
)
@click.option(
    "--workload",
    "workloads",
    multiple=True,
    type=click.Choice(WORKLOADS),
    help="signed: one gift of 256 bytes a signature. bundle: a hundred gifts a signature. Default: both.",
)
@click.option(
    "--transactions-per-second",
    "rates",
    multiple=True,
    type=click.IntRange(1, 1_000_000),
    help="Offer this load instead of searching for saturation. Repeatable.",
)
@click.option(
    "--bus", "buses", multiple=True, metavar="URL", help="Use this MQTT broker instead of the embedded one. Repeatable."
)
@click.option("--members", type=click.IntRange(4, 31), default=4, show_default=True)
@click.option("--repeats", type=click.IntRange(1, 100), default=3, show_default=True, help="Of each measurement.")
@click.option("--seconds", type=click.FloatRange(1, 600), default=5, show_default=True, help="Measured, after warm-up.")
@click.option("--warm-up", type=click.FloatRange(0, 600), default=2, show_default=True, help="Seconds not counted.")
@click.option("--pairs", type=click.IntRange(3, 10_000), default=300, show_default=True, help="Pairs of accounts.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=2021, show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Default: benchmarks/results/<time>.json.")
@click.pass_context
def bench(
    context: click.Context,
    workloads: tuple[str, ...],
    rates: tuple[int, ...],
    buses: tuple[str, ...],
    members: int,
    repeats: int,
    seconds: float,
    warm_up: float,
    pairs: int,
    seed: int,
    output: Path | None,
) -> None:
    """Measure a consortium on this machine: throughput, latency, processor time, memory, messages.

    The load is open loop: when each transaction is to be sent is fixed beforehand, and its latency counts from that
    moment, so that a consortium that falls behind cannot slow the load down and look better for it. Saturation is the
    highest load offered of which 99 % became final with 99 % of the latencies below one second.

    Both workloads take some five minutes; a COMMAND is measured instead of them. Everything runs on this machine at
    once: members, bus and load.
    """
    if context.invoked_subcommand is not None:
        return
    from benchmarks.orders import Workload
    from benchmarks.results import RESULTS, as_lines, write_result
    from benchmarks.runner import Plan, run_plan
    from network.errors import BusFault
    from node.errors import NodeFault
    from scenarios.errors import ScenarioFault

    plan = Plan(
        workloads=tuple(map(Workload, workloads or WORKLOADS)),
        rates=rates,
        members=members,
        buses=buses,
        repeats=repeats,
        warm_up_s=warm_up,
        measure_s=seconds,
        pairs=pairs,
        seed=seed,
        command=_command(workloads, rates, members=members, buses=len(buses), repeats=repeats),
    )
    try:
        result = asyncio.run(run_plan(plan, click.echo))
    except KeyboardInterrupt:
        click.echo("Stopped; every process has ended.")
        raise SystemExit(130) from None
    except (ScenarioFault, NodeFault, BusFault) as fault:
        click.echo(str(fault), err=True)
        raise SystemExit(14) from None
    click.echo("\n".join(as_lines(result)))
    path = (
        output or RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}-{'-'.join(each.value for each in plan.workloads)}.json"
    )
    try:
        write_result(result, path)
    except OSError as error:
        click.echo(f"{path}: the result could not be written ({error.strerror}).", err=True)
        raise SystemExit(14) from None
    click.echo(f"\nWritten to {path}")


def _command(workloads: tuple[str, ...], rates: tuple[int, ...], *, members: int, buses: int, repeats: int) -> str:
    """The command without what is this machine's own: brokers' addresses and paths. The rest stands in the result."""
    words = ["quorate bench"]
    words += [f"--workload {each}" for each in workloads]
    words += [f"--transactions-per-second {each}" for each in rates]
    words += [f"--members {members}", f"--repeats {repeats}"] + ["--bus ..."] * buses
    return " ".join(words)


bench.add_command(detectors)
bench.add_command(failover)
bench.add_command(ledger)
bench.add_command(restart)
bench.add_command(recording)
bench.add_command(simulator)
