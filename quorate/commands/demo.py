"""`quorate demo`: a consortium's first day, on this machine, in under a minute."""

import os
import signal
from datetime import datetime
from pathlib import Path

import click

RUNS = Path("runs")
"""Where runs go that are not told where; git ignores it."""

MEMBERS = ("4", "7")
PACES = ("classroom", "quick")
SEED = 2021


def _members_of(count: int) -> tuple[str, ...]:
    from node.home.institutions import voters

    return tuple(member.id for member in voters(count))


@click.command(
    "demo",
    epilog="Exit status: 0 when every claim holds; 10 when something happened that must never happen; 11 when something"
    " that must happen did not, in time; 14 when this machine could not tell the story (the text says why); 130 after"
    " Ctrl-C; 2 for a wrong command line.",
)
@click.option(
    "--members",
    type=click.Choice(MEMBERS),
    default="4",
    show_default=True,
    help="How many institutions vote. Four survive one failure, seven survive two.",
)
@click.option(
    "--bus",
    "buses",
    multiple=True,
    metavar="URL",
    help="Use this MQTT broker (mqtt://[user:password@]host:port, or mqtts://...) instead of the embedded one. Give it"
    " several times to use several at once: then the loss of one loses nothing.",
)
@click.option(
    "--works",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Register works of your own: a CSV file with the columns of scenarios/data/works.csv, 40 rows at least.",
)
@click.option(
    "--kill",
    "victims",
    multiple=True,
    metavar="MEMBER",
    help="Whom to kill in the middle of the rush: ant (the primary), tencent, jd, copyright, ... Default: the last."
    " Of seven members two may be given.",
)
@click.option(
    "--directory", type=click.Path(path_type=Path), metavar="DIR", help="The run's folder. Default: runs/<time>-demo."
)
@click.option("--seed", type=click.IntRange(0, 2**31), default=SEED, show_default=True, help="Same seed, same people.")
@click.option(
    "--pace",
    type=click.Choice(PACES),
    help="classroom: a few seconds at each moment, to look, ask and try; still under a minute. quick: none. Default:"
    " classroom on a terminal, else quick.",
)
@click.option("--record", is_flag=True, help="Record every member; `quorate replay` takes their homes.")
@click.option("--plain", "--no-table", "plain", is_flag=True, help="Plain lines, no live table.")
def demo(
    members: str,
    buses: tuple[str, ...],
    works: Path | None,
    victims: tuple[str, ...],
    directory: Path | None,
    seed: int,
    pace: str | None,
    record: bool,
    plain: bool,
) -> None:
    """A day in the life of a chain without a coin.

    Starts a consortium on this machine: every institution is a process of its own with its own keys and its own
    database. They agree on the order of transactions by PBFT, by sending each other signed messages over an MQTT bus.
    Then a day goes by, in under a minute. Watch for these moments:

    \b
      1  The registrar registers 40 works that exist: real museum objects.
      2  Three platforms create series of 300 numbered editions each, and seal
         them. Nobody can add an edition to a sealed series.
      3  1,000 people open accounts. The chain knows their keys, and that they
         are of age; not who they are.
      4  All 1,000 want one of 300 editions, at all three platforms, at once.
         Exactly 300 get one. Everybody else is told why not.
      5  In the middle of it one member is killed, without warning. The others
         go on. It is started again and catches up.
      6  Somebody gives an edition away on the day it was bought: refused, with
         the day on which it may be tried again. Collectibles are no shares.
      7  A token is frozen. Regulator and platform must both want it; one of
         them alone cannot do it.
      8  The members are stopped and their databases compared: the same chain,
         to the last byte.
      9  A certificate of one sale is checked by a program that has nothing but
         the charter: no node, no network, nobody to trust.

    What to ask a class: who decided which 300? What would two liars among four members change? Kill a member yourself
    while it runs (kill -9; the table shows its process) and see what happens. Then open the run's folder: the
    databases open with sqlite3, and report.html in a browser. `quorate start` starts its members again.
    """  # noqa: D301 click knows the backspace, not two letters
    from rich.console import Console

    from consensus.quorum import Committee
    from scenarios.first_day.pace import Pace
    from scenarios.first_day.story import Options, tell
    from scenarios.works import CATALOGUE_FILE

    names = _members_of(int(members))
    if not set(victims) <= set(names):
        raise click.BadParameter(f"one of {', '.join(names)}", param_hint="--kill")
    most = Committee(len(names)).faults_max
    if not len(victims) == len(set(victims)) <= most:
        raise click.BadParameter(f"of {members} members {most} can be missed, each named once", param_hint="--kill")
    console = Console()
    unhurried = console.is_terminal and not os.environ.get("CI")
    options = Options(
        directory=directory or RUNS / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}-demo",
        members=int(members),
        buses=buses,
        works=works or CATALOGUE_FILE,
        victims=victims,
        seed=seed,
        table=not plain,
        recorded=record,
        pace=Pace(pace) if pace else Pace.CLASSROOM if unhurried else Pace.QUICK,
    )
    code = tell(options, console)
    # Everything has ended; a Ctrl-C that comes now has nothing left to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise SystemExit(code)
