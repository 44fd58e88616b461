"""`quorate bench failover`: how long the chain stands still when its primary is killed under load."""

import asyncio
from pathlib import Path

import click

KEPT, BROKEN_PROMISE, NOT_MEASURED = 0, 11, 14


@click.command(
    "failover",
    short_help="Kill the primary under load; when is the next block final?",
    epilog="Exit status: 0 when every next block came in less than 2 x target_failover_ms; 11 when one did not; 14 when"
    " this machine could not measure it (the text says why); 130 after Ctrl-C; 2 for a wrong command line.",
)
@click.option(
    "--transactions-per-second",
    "rates",
    multiple=True,
    type=click.IntRange(10, 100_000),
    help="Signed gifts offered, open loop. Repeatable. Default: 200 and 1200, about half of what four members carry.",
)
@click.option("--members", type=click.IntRange(4, 31), default=4, show_default=True)
@click.option("--repeats", type=click.IntRange(1, 100), default=5, show_default=True, help="Kills at each load.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=2021, show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Default: benchmarks/results/<time>-failover.json.")
def failover(rates: tuple[int, ...], members: int, repeats: int, seed: int, output: Path | None) -> None:
    """Kill the primary under load, again and again, and measure when the next block is final."""
    from benchmarks.failover import FailoverPlan, failover_lines, run_failover, write_failover
    from network.errors import BusFault
    from node.errors import NodeFault
    from scenarios.errors import ScenarioFault

    rates = rates or (200, 1_200)
    command = " ".join(
        ["quorate bench failover", *(f"--transactions-per-second {rate}" for rate in rates), f"--repeats {repeats}"]
    )
    plan = FailoverPlan(rates=rates, members=members, repeats=repeats, seed=seed, command=command)
    try:
        result = asyncio.run(run_failover(plan, click.echo))
    except KeyboardInterrupt:
        click.echo("Stopped; every process has ended.")
        raise SystemExit(130) from None
    except (ScenarioFault, NodeFault, BusFault) as fault:
        click.echo(str(fault), err=True)
        raise SystemExit(NOT_MEASURED) from None
    click.echo("\n".join(failover_lines(result)))
    try:
        path = write_failover(result, output)
    except OSError as error:
        click.echo(f"The result could not be written ({error}).", err=True)
        raise SystemExit(NOT_MEASURED) from None
    click.echo(f"\nWritten to {path}")
    raise SystemExit(KEPT if result.is_kept else BROKEN_PROMISE)
