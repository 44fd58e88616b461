"""`quorate campaign`: many seeds of simulated faults and lies, each judged; one line for each that fails."""

import re

import click

SEEDS = re.compile(r"(\d{1,12})\.\.(\d{1,12})")


def _seeds(context: click.Context, parameter: click.Parameter, value: str) -> tuple[int, int]:
    del context, parameter
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
@click.option("--seeds", required=True, metavar="A..B", callback=_seeds, help="Seeds from A to B; each is one run.")
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
@click.option("--dask", metavar="ADDRESS", help="Run on the Dask cluster with this scheduler instead.")
@click.option("--no-shrink", "shrinks", is_flag=True, flag_value=False, default=True, help="Report plans as drawn.")
@click.option("--plans", is_flag=True, help="Print the plan of each failure, and where its members stood.")
def campaign(
    seeds: tuple[int, int],
    members: int,
    liars: int | None,
    seconds: float,
    crypto: str,
    jobs: int | None,
    dask: str | None,
    shrinks: bool,
    plans: bool,
) -> None:
    """Run whole consortia in virtual time, with faults and lies drawn from each seed.

    A run has two phases. First anything may happen: members are killed, paused and cut off, power fails, disks tear
    their last write, clocks jump, messages are lost, late, doubled and changed, and some members lie. Nothing of it
    may ever make honest members disagree. Then the network is healed and everybody started, but liars go on; now
    everything that an honest gateway acknowledged must be executed by every honest member.
    """
    import time

    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from consensus.quorum import Committee
    from node.simulation import Crypto
    from scenarios.campaign.report import failure_lines, summary_lines
    from scenarios.campaign.run import Outcome, Verdict
    from scenarios.campaign.swarm import Campaign, executor_of, jobs_at_most, run_campaign
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
    )
    console = Console(stderr=True)
    processes = jobs or jobs_at_most()
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeRemainingColumn())
    started = time.monotonic()
    try:
        with executor_of(jobs=processes, dask=dask) as executor, Progress(*columns, console=console) as progress:
            task = progress.add_task("seeds", total=last - first + 1)

            def tell(outcome: Outcome) -> None:
                progress.advance(task)
                if outcome.verdict is not Verdict.HELD:
                    click.echo("\n".join(failure_lines(outcome, plan, with_plan=plans)))

            tally = run_campaign(plan, executor, jobs=processes, tell=tell)
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        raise SystemExit(130) from None
    except (ScenarioFault, OSError) as fault:
        click.echo(str(fault), err=True)
        raise SystemExit(14) from None
    click.echo("\n".join(summary_lines(tally, plan, elapsed_s=time.monotonic() - started, jobs=processes)))
    raise SystemExit(int(tally.verdict))
