"""`quorate bench recording`: what `quorate node --record` costs a consortium under load."""

import asyncio
from pathlib import Path

import click

MEASURED, NOT_MEASURED = 0, 14


@click.command(
    "recording",
    short_help="What --record costs: the same load with and without, in pairs.",
    epilog="Exit status: 0 when it was measured; 14 when this machine could not measure it (the text says why); 130"
    " after Ctrl-C; 2 for a wrong command line.",
)
@click.option(
    "--transactions-per-second",
    "rates",
    multiple=True,
    type=click.IntRange(10, 100_000),
    help="Signed gifts offered, open loop. Repeatable. Default: 1000, and 4000, which is more than four members carry.",
)
@click.option("--members", type=click.IntRange(4, 31), default=4, show_default=True)
@click.option("--pairs", type=click.IntRange(1, 100), default=5, show_default=True, help="With and without, each.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=2021, show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Default: benchmarks/results/<time>-recording.json.")
def recording(rates: tuple[int, ...], members: int, pairs: int, seed: int, output: Path | None) -> None:
    """Load a consortium that records every member and one that does not, one after the other, and compare."""
    from benchmarks.recording import RecordingPlan, recording_lines, run_recording, write_recording
    from network.errors import BusFault
    from node.errors import NodeFault
    from scenarios.errors import ScenarioFault

    rates = rates or (1_000, 4_000)
    command = " ".join(
        ["quorate bench recording", *(f"--transactions-per-second {rate}" for rate in rates), f"--pairs {pairs}"]
    )
    plan = RecordingPlan(rates=rates, members=members, pairs=pairs, seed=seed, command=command)
    try:
        result = asyncio.run(run_recording(plan, click.echo))
    except KeyboardInterrupt:
        click.echo("Stopped; every process has ended.")
        raise SystemExit(130) from None
    except (ScenarioFault, NodeFault, BusFault) as fault:
        click.echo(str(fault), err=True)
        raise SystemExit(NOT_MEASURED) from None
    click.echo("\n".join(recording_lines(result)))
    try:
        path = write_recording(result, output)
    except OSError as error:
        click.echo(f"The result could not be written ({error}).", err=True)
        raise SystemExit(NOT_MEASURED) from None
    click.echo(f"\nWritten to {path}")
    raise SystemExit(MEASURED)
