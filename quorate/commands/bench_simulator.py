"""`quorate bench simulator`: how fast virtual time runs, beside the least that Python could take for it."""

import re
import time
from pathlib import Path

import click

from consensus.types import MEMBERS_MAX

SIZES = re.compile(r"\d{1,4}(,\d{1,4})*")


def _sizes(context: click.Context, parameter: click.Parameter, value: str) -> tuple[int, ...]:
    del context, parameter
    sizes = tuple(map(int, value.split(","))) if SIZES.fullmatch(value) else ()
    if not sizes or not all(1 <= size <= MEMBERS_MAX for size in sizes):
        raise click.BadParameter(f"{value} is no list of sizes from 1 to {MEMBERS_MAX}; write them as in 16,64,128")
    return sizes


@click.command(
    "simulator",
    short_help="How fast virtual time runs.",
    epilog="Exit status: 0 when it was measured; 14 when the result could not be written; 130 after Ctrl-C; 2 for a"
    " wrong command line.",
)
@click.option(
    "--members",
    callback=_sizes,
    default="16,32,64,128,256,512",
    show_default=True,
    help="Sizes of committees. 512 takes most of a minute and some 300 MiB.",
)
@click.option("--repeats", type=click.IntRange(1, 100), default=3, show_default=True, help="Of each size.")
@click.option(
    "--seeds", type=click.IntRange(0, 1_000), default=10, show_default=True, help="Of a campaign; 0 for none."
)
@click.option("--seed", type=click.IntRange(0, 2**31), default=2021, show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Default: benchmarks/results/<time>-simulator.json.")
def simulator(members: tuple[int, ...], repeats: int, seeds: int, seed: int, output: Path | None) -> None:
    """Measure how fast virtual time runs: one slot among so many whole nodes, and campaign seeds.

    Beside each slot stands the bare ceiling: the same votes as counters in a loop over a heap, measured in the same
    process right before it. Then slots of 16, 128 and 512 members, where these are among the sizes, and the seeds are
    run once more and looked at: where the time goes, by part of the node.
    """
    from benchmarks.results import RESULTS, write_result
    from benchmarks.simulator import measure

    sizes = ",".join(map(str, members))
    command = f"quorate bench simulator --members {sizes} --repeats {repeats} --seeds {seeds} --seed {seed}"
    try:
        result = measure(members, seed=seed, repeats=repeats, seeds=seeds, command=command, tell=click.echo)
    except KeyboardInterrupt:
        click.echo("Stopped.")
        raise SystemExit(130) from None
    path = output or RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}-simulator.json"
    try:
        write_result(result, path)
    except OSError as error:
        click.echo(f"{path}: the result could not be written ({error.strerror}).", err=True)
        raise SystemExit(14) from None
    click.echo(f"\nWritten to {path}")
