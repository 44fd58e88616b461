"""`quorate campaign`: many seeds of simulated faults and lies, each judged; one line for each that fails."""

import re
from datetime import datetime
from pathlib import Path

import click

RUNS = Path("runs")
"""Where failures go that are not told where; git ignores it."""

SEEDS = re.compile(r"(\d{1,12})\.\.(\d{1,12})")


def _seeds(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[int, int] | None:
    del context, parameter
    if value is None:
        return None
    found = SEEDS.fullmatch(value)
    if found is None or int(found[2]) < int(found[1]):
        raise click.BadParameter(f"{value} is no range of seeds; write FIRST..LAST, as in 1..200")
    return int(found[1]), int(found[2])


@click.command(
    "campaign",
    epilog="Exit status: 0 when everything held; 10 when something happened that must never happen; 11 when something"
    " that must happen did not, in time; 12 when a node crashed; 13 when two runs of one seed differed; 14 when this"
    " machine could not run it; 130 after Ctrl-C; 2 for a wrong command line.",
)
@click.option("--seeds", metavar="A..B", callback=_seeds, help="Seeds from A to B; each is one run.")
@click.option(
    "--mode",
    type=click.Choice(("swarm", "twins", "byzzfuzz")),
    default="swarm",
    show_default=True,
    help="What seeds stand for: swarm, any faults and liars that always lie; twins, two copies of each faulty member"
    " and a partition a round; byzzfuzz, a few changed messages and a few rounds that do not pass.",
)
@click.option(
    "--replay",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Run the plan of a failure again, instead of seeds.",
)
@click.option("--members", type=click.IntRange(1, 64), default=4, show_default=True)
@click.option(
    "--liars",
    type=click.IntRange(0, 64),
    default=None,
    help="So many members may lie or lose their disk. Default: as many as the committee tolerates. With one more, forks"
    " are to be expected: that is how one sees that the checkers would see them.",
)
@click.option("--seconds", type=click.FloatRange(0.1, 3_600), default=4, show_default=True, help="Of faults in a run.")
@click.option("--crypto", type=click.Choice(("ideal", "ed25519")), default="ideal", show_default=True)
@click.option("--jobs", type=click.IntRange(1, 512), default=None, help="Processes. Default: all cores.")
@click.option("--dask", metavar="ADDRESS", help="Run on all workers of the Dask cluster with this scheduler instead.")
@click.option(
    "--directory",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where failures go, a plan and a picture each. Default: runs/<time>-campaign; not made where all held.",
)
@click.option("--no-shrink", "shrinks", is_flag=True, flag_value=False, default=True, help="Report plans as drawn.")
@click.option("--plans", is_flag=True, help="Print the plan of each failure, and where its members stood.")
def campaign(
    seeds: tuple[int, int] | None,
    mode: str,
    replay: Path | None,
    members: int,
    liars: int | None,
    seconds: float,
    crypto: str,
    jobs: int | None,
    dask: str | None,
    directory: Path | None,
    shrinks: bool,
    plans: bool,
) -> None:
    """Run whole consortia in virtual time, with faults and lies drawn from each seed.

    A run has two phases. First anything may happen: members are killed, paused and cut off, power fails, disks tear
    their last write, clocks jump, messages are lost, late, doubled and changed, and some members lie. Nothing of it
    may ever make honest members disagree. Then the network is healed and everybody started, but liars go on; now
    everything that an honest gateway acknowledged must be executed by every honest member.
    """
    if (seeds is None) == (replay is None):
        raise click.UsageError("give either --seeds A..B or --replay FILE")
    if replay is not None:
        raise SystemExit(_replay(replay))
    if jobs is not None and dask is not None:
        raise click.UsageError(
            "--jobs is for this machine; a Dask cluster takes as many seeds as its workers have cores"
        )
    assert seeds is not None, "one of the two is given"
    import time

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from consensus.quorum import Committee
    from node.simulation import Crypto
    from scenarios.campaign.failure_file import write_failure
    from scenarios.campaign.report import failure_lines, stopped_lines, summary_lines
    from scenarios.campaign.run import Outcome, Verdict
    from scenarios.campaign.swarm import Campaign, Mode, Tally, run_campaign
    from scenarios.campaign.workforce import jobs_at_most, workforce
    from scenarios.errors import ScenarioFault

    first, last = seeds
    plan = Campaign(
        first,
        last,
        members,
        Committee(members).faults_max if liars is None else liars,
        safety_ms=int(seconds * 1_000),
        crypto=Crypto(crypto),
        shrinks=shrinks,
        mode=Mode(mode),
    )
    console = Console(stderr=True)
    folder = directory or RUNS / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}-campaign"
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    started, tally, failures = time.monotonic(), Tally(), list[str]()
    on = f"{jobs or jobs_at_most()} processes" if dask is None else f"Dask at {dask}"

    def told_so_far() -> str:
        return "\n".join(summary_lines(tally, plan, elapsed_s=time.monotonic() - started, on=on))

    try:
        with (
            workforce(jobs=jobs or jobs_at_most(), dask=dask) as workers,
            Progress(*columns, console=console) as progress,
        ):
            on = workers.told
            task = progress.add_task("seeds", total=last - first + 1)

            def tell(outcome: Outcome) -> None:
                progress.advance(task)
                if outcome.verdict is not Verdict.HELD:
                    left = write_failure(folder, outcome, crypto=plan.crypto)
                    lines = failure_lines(outcome, f"quorate campaign --replay {left}", with_plan=plans)
                    failures.append(lines[0])
                    click.echo("\n".join(lines))

            run_campaign(plan, workers.executor, tally, jobs=workers.jobs, tell=tell)
    except KeyboardInterrupt:
        click.echo("\n".join(stopped_lines(tally, plan, failures)))
        click.echo(told_so_far())
        raise SystemExit(130) from None
    except (ScenarioFault, OSError) as fault:
        if tally.judged:
            click.echo(told_so_far())
        click.echo(str(fault), err=True)
        raise SystemExit(14) from None
    click.echo(told_so_far())
    raise SystemExit(int(tally.verdict))


def _replay(path: Path) -> int:
    """Run the plan of a failure; say what it is and what it came to; return the exit status."""
    from scenarios.campaign.failure_file import read_failure
    from scenarios.campaign.run import NAMES, run_plan
    from scenarios.errors import ScenarioFault

    try:
        failure = read_failure(path)
    except ScenarioFault as fault:
        raise click.UsageError(str(fault)) from fault
    outcome = run_plan(failure.plan, crypto=failure.crypto)
    click.echo("\n".join(failure.plan.lines()))
    click.echo(f"{NAMES[outcome.verdict]} seed {failure.plan.seed}: {outcome.reason or 'everything held'}")
    if outcome.detail:
        click.echo(outcome.detail)
    same = "the same run as then" if outcome.trace == failure.trace else "another run than then: the code has changed"
    click.echo(f"{same} (trace {outcome.trace[:12]})")
    return int(outcome.verdict)
