"""`quorate start`: members that were founded before run again, with a broker, until Ctrl-C."""

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path

import click


@click.command(
    "start",
    epilog="Exit status: 0 when stopped by Ctrl-C or SIGTERM; 1 when they cannot run; 2 for a wrong command line.",
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--bus",
    "buses",
    multiple=True,
    metavar="URL",
    help="Use this MQTT broker instead of an embedded one (mqtt://[user:password@]host:port, or mqtts://...). Repeat it"
    " to use several at once.",
)
def start(folder: Path, buses: tuple[str, ...]) -> None:
    """Start all members whose homes lie in FOLDER, until Ctrl-C.

    FOLDER is what `quorate demo` leaves under runs/, or what `quorate charter new` made. The members go on where they
    stopped. While they run, another terminal can ask them and hand in transactions:

    \b
        quorate query runs/20261123-0900-demo/ant members
        quorate submit --help

    Keys that have a passphrase need it in the file that $QUORATE_PASSPHRASE_FILE names, the same for all.
    """  # noqa: D301 click knows the backspace, not two letters
    from network.errors import BusFault
    from network.url import parse_bus_url
    from scenarios.errors import ScenarioFault
    from scenarios.reopened import homes_in

    try:
        for bus in buses:
            parse_bus_url(bus)
        asyncio.run(_start(homes_in(folder), buses))
    except (ScenarioFault, BusFault, OSError) as fault:
        raise click.ClickException(str(fault)) from fault


async def _start(homes: Sequence[Path], buses: Sequence[str]) -> None:
    from scenarios.reopened import run_again

    enough = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, enough.set)
    click.echo(f"Starting {len(homes)} nodes{'' if buses else ' and a broker'}...")
    await run_again(homes, buses=buses, report=click.echo, enough=enough)
    click.echo("Stopped: their databases stay, to be started again.")
