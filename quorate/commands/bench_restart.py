"""`quorate bench restart`: how long a member with a large ledger and a long history takes to start."""

from pathlib import Path

import click

NOT_MEASURED = 14


@click.command(
    "restart",
    short_help="From start to voting with 1,000,000 tokens and 10,000 blocks.",
    epilog="Exit status: 0 when it was measured; 14 when this machine could not measure it (the text says why); 130"
    " after Ctrl-C; 2 for a wrong command line.",
)
@click.option("--tokens", type=click.IntRange(1_000, 10_000_000), default=1_000_000, show_default=True)
@click.option("--blocks", type=click.IntRange(20, 1_000_000), default=10_000, show_default=True)
@click.option("--transactions", type=click.IntRange(1, 1_000), default=20, show_default=True, help="In each block.")
@click.option("--repeats", type=click.IntRange(1, 100), default=3, show_default=True, help="Starts.")
@click.option("--output", type=click.Path(path_type=Path), help="Default: benchmarks/results/<time>-restart.json.")
def restart(tokens: int, blocks: int, transactions: int, repeats: int, output: Path | None) -> None:
    """Make a member's home, start its node, and measure until it is ready to vote.

    Making the home takes some minutes and, by default, 400 MiB of the folder for temporary files; it is removed after.
    """
    from benchmarks.restart import NotStarted, measure, write_restart
    from node.errors import NodeFault

    if tokens % 1_000:
        raise click.BadParameter(f"{tokens} is not in whole thousands", param_hint="--tokens")
    command = (
        f"quorate bench restart --tokens {tokens} --blocks {blocks} --transactions {transactions} --repeats {repeats}"
    )
    try:
        result = measure(
            tokens=tokens, blocks=blocks, transactions=transactions, repeats=repeats, command=command, tell=click.echo
        )
        path = write_restart(result, output)
    except KeyboardInterrupt:
        click.echo("Stopped; the home was removed.")
        raise SystemExit(130) from None
    except (NotStarted, NodeFault) as fault:
        click.echo(str(fault), err=True)
        raise SystemExit(NOT_MEASURED) from None
    except OSError as error:
        click.echo(f"The disk refused ({error}).", err=True)
        raise SystemExit(NOT_MEASURED) from None
    click.echo(f"\nWritten to {path}")
