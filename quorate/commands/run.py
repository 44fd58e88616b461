"""`quorate run`: one scenario, in virtual time or with real processes; a verdict, and a report left behind."""

import traceback
from datetime import datetime
from pathlib import Path

import click

RUNS = Path("runs")
"""Where reports go that are not told where; git ignores it."""


EXIT_INTERRUPTED = 130
"""As shells say it of Ctrl-C: 128 and the number of the signal."""


@click.command(
    "run",
    epilog="Exit status: 0 when everything held, or the world can not do what the plan needs (it says so); 10 when"
    " something happened that must never happen; 11 when something that must happen did not, in time; 12 when a member"
    " crashed; 13 when two runs of one seed differed; 14 when this machine or the harness could not run it; 2 for a"
    " plan that can not be read; 130 after Ctrl-C.",
)
@click.argument("scenario", metavar="NAME|FILE")
@click.option(
    "--world",
    type=click.Choice(("sim", "live")),
    default="sim",
    show_default=True,
    help="Virtual time, or real processes.",
)
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="Same seed, same run.")
@click.option("--members", type=click.IntRange(1, 64), default=None, help="Default: what the scenario says.")
@click.option("--twice", is_flag=True, help="Run it again under the same seed and compare, in virtual time.")
@click.option(
    "--crypto",
    type=click.Choice(("ideal", "ed25519")),
    default=None,
    help="Signatures in virtual time. Default: ideal.",
)
@click.option(
    "--directory",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The report's folder. Default: runs/<time>-<name>.",
)
@click.option(
    "--record", is_flag=True, help="Record every member in the live world; `quorate replay` takes their homes."
)
@click.option(
    "--bus",
    "buses",
    multiple=True,
    metavar="URL",
    help="MQTT broker for the live world, in place of its own; repeat it to use several at once.",
)
@click.option("--quiet", is_flag=True, help="Print the last line only.")
def run(
    scenario: str,
    world: str,
    seed: int,
    members: int | None,
    twice: bool,
    crypto: str | None,
    directory: Path | None,
    record: bool,
    buses: tuple[str, ...],
    quiet: bool,
) -> None:
    """Run a scenario of the library (`quorate scenarios` lists them), a YAML or Python file, or a report's plan.json.

    A Python file is executed, with all that it does; FILE.py::NAME is one of several scenarios in it.

    The steps are printed as they happen, then what held. The folder has the plan, a trace, the verdict and a picture.
    """
    from network.errors import BadBusUrl
    from scenarios.errors import ScenarioFault
    from scenarios.plan import PlanUnreadable
    from scenarios.run import RunOptions, find_plan
    from scenarios.run import run as run_plan

    if record and world != "live":
        raise click.UsageError("--record is for the live world: in virtual time the seed repeats everything")
    if buses and world != "live":
        raise click.UsageError("--bus is for the live world: in virtual time there is no broker")
    if twice and world == "live":
        raise click.UsageError("--twice is for virtual time: real processes never run the same way twice")
    if crypto is not None and world == "live":
        raise click.UsageError("--crypto is for virtual time: real processes always sign with Ed25519")
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if not quiet:
            click.echo(line)

    try:
        plan = find_plan(scenario, members=members)
        folder = directory or RUNS / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}-{plan.name}"
        try:
            verdict = run_plan(plan, RunOptions(world, seed, folder, twice, crypto or "ideal", record, buses), say=say)
        except KeyboardInterrupt as interrupt:
            left = f" What the members wrote lies in {folder}." if folder.exists() else ""
            click.echo(f"interrupted: there is no verdict, and every process of the run has ended.{left}", err=True)
            raise SystemExit(EXIT_INTERRUPTED) from interrupt
    except (PlanUnreadable, BadBusUrl) as error:
        raise click.UsageError(str(error)) from error
    except ScenarioFault as fault:
        if quiet and said:
            click.echo(said[-1])
        click.echo(str(fault), err=True)
        raise SystemExit(14) from fault
    except Exception as error:
        click.echo(traceback.format_exc(), err=True)
        click.echo("The harness itself is wrong here. No member is to blame; please report the lines above.", err=True)
        raise SystemExit(14) from error
    if quiet:
        click.echo(said[-1])
    if not verdict.skipped:
        click.echo(f"report: {folder}")
        if verdict.outcome:
            click.echo(f"again:  quorate run {folder / 'plan.json'} --world {world} --seed {seed}")
    raise SystemExit(int(verdict.outcome))
