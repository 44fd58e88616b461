"""`quorate bench ledger`: what executing, proving and keeping a ledger costs at each size."""

import re
from pathlib import Path

import click

SIZES = re.compile(r"\d{1,9}(,\d{1,9})*")
TOKENS_MIN, TOKENS_MAX = 1_000, 10_000_000


def _sizes(context: click.Context, parameter: click.Parameter, value: str) -> tuple[int, ...]:
    del context, parameter
    sizes = tuple(map(int, value.split(","))) if SIZES.fullmatch(value) else ()
    if not sizes or not all(TOKENS_MIN <= size <= TOKENS_MAX and size % 1_000 == 0 for size in sizes):
        raise click.BadParameter(
            f"{value} is no list of sizes: whole thousands from {TOKENS_MIN:,} to {TOKENS_MAX:,}, as in 10000,1000000"
        )
    return sizes


@click.command(
    "ledger",
    short_help="Gifts a second, memory and proofs at 10,000 to 1,000,000 tokens.",
    epilog="Exit status: 0 when it was measured; 14 when the result could not be written; 130 after Ctrl-C; 2 for a"
    " wrong command line.",
)
@click.option(
    "--tokens",
    callback=_sizes,
    default="10000,100000,1000000",
    show_default=True,
    help="Sizes. A million takes a minute and 1.2 GiB.",
)
@click.option("--repeats", type=click.IntRange(1, 1_000), default=10, show_default=True, help="Blocks of each shape.")
@click.option("--output", type=click.Path(path_type=Path), help="Default: benchmarks/results/<time>-ledger.json.")
def ledger(tokens: tuple[int, ...], repeats: int, output: Path | None) -> None:
    """Measure one process executing blocks of gifts, signatures aside, in ledgers of growing size.

    Printed for each size: gifts a second by the shape of blocks, memory, the size of proofs of presence and of absence,
    and where the time goes. The same command makes the same ledger and the same gifts.
    """
    from benchmarks.ledger import measure, write_ledger

    command = f"quorate bench ledger --tokens {','.join(map(str, tokens))} --repeats {repeats}"
    try:
        result = measure(tokens, repeats=repeats, command=command, tell=click.echo)
    except KeyboardInterrupt:
        click.echo("Stopped.")
        raise SystemExit(130) from None
    try:
        path = write_ledger(result, output)
    except OSError as error:
        click.echo(f"The result could not be written ({error}).", err=True)
        raise SystemExit(14) from None
    click.echo(f"\nWritten to {path}")
