"""`python -m tests.ledger.naive --seeds A..B`: many lives, one a seed, and how often everything was met."""

import sys
from random import Random
from time import monotonic

import click

from tests.ledger.naive.both import Counts, Difference
from tests.ledger.naive.play import Play
from tests.ledger.naive.shrinking import shrunk, told


def live(seed: int, blocks: int) -> Counts:
    """The life of one seed.

    Raises: Difference.
    """
    return Play(Random(seed)).live(blocks).counts


@click.command()
@click.option("--seeds", default="0..99", help="First and last seed.")
@click.option("--blocks", default=60, help="Blocks of each life.")
def main(seeds: str, blocks: int) -> None:
    first, last = (int(each) for each in seeds.split(".."))
    counts, start = Counts(), monotonic()
    for seed in range(first, last + 1):
        play = Play(Random(seed))
        try:
            counts.add(play.live(blocks).counts)
        except Exception as difference:
            click.echo(f"seed {seed}: {difference}")
            if isinstance(difference, Difference):
                charter, found = play.both.charter, [block for block, _ in play.both.blocks]
                click.echo(told(shrunk(charter, found)))
                sys.exit(1)
            raise
    click.echo(f"{last + 1 - first} lives, {counts.blocks} blocks, {counts.restarts} restarts, no difference")
    click.echo(f"{monotonic() - start:.0f} s")
    for kind in sorted(counts.executed | counts.refused):
        click.echo(f"  {kind:26}{counts.executed[kind]:8} executed {counts.refused[kind]:8} refused")
    for (rule, code), count in sorted(counts.codes.items()):
        click.echo(f"  {rule:6}{code:26}{count:8}")


if __name__ == "__main__":
    main()
