"""`quorate policy`: what would have happened under other rules."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scenarios.laboratory.outcome import Outcome, Policy

UNREADABLE = 14

SQLITE_BEGINS = b"SQLite format 3\0"


@click.group("policy")
def policy() -> None:
    """Replay what happened under other rules, and compare."""


@policy.command(
    "replay",
    epilog="Exit status: 0 when it was compared; 14 when a file can not be read or written, or does not hold what a"
    " replay needs: the text names it; 130 after Ctrl-C; 2 for a wrong command line.",
)
@click.argument("source", metavar="[LEDGER|HISTORY]", required=False, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--preset", "presets", multiple=True, metavar="NAME", help="Rules of a real platform: quorate charter presets."
)
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=NUMBER",
    help="A figure of one more policy, called custom, for example hold_hours_first=24. Repeatable.",
)
@click.option(
    "--charter",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="For a database that is not in a member's home: the chain's charter.json.",
)
@click.option("--without", multiple=True, help="Somebody in a history who only keeps things for others. Repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of the table.")
@click.option(
    "--plot", "plot_file", type=click.Path(dir_okay=False, path_type=Path), help="Draw an SVG into this file."
)
def replay(
    source: Path | None,
    presets: tuple[str, ...],
    parameters: tuple[str, ...],
    charter: Path | None,
    without: tuple[str, ...],
    as_json: bool,
    plot_file: Path | None,
) -> None:
    """Replay a recorded ledger, or a history of transfers, under other rules.

    LEDGER is a member's home or its database: every transaction is executed again, in its block and at its time.
    HISTORY is a CSV with token, from, to and at_ms or hour_utc, also gzipped: each transfer is asked for as a gift.
    Without either the extract of a real history is taken that comes with Quorate.

    What was in force, or no limit at all for a history, is the first column. A refused gift is not tried again.
    """
    from node.errors import NodeFault
    from scenarios.errors import HistoryUnreadable, LedgerNotReplayed
    from scenarios.laboratory.plot import plot

    policies = _policies(presets, parameters)
    try:
        name, outcomes = _replayed(source, charter, frozenset(without), policies)
    except KeyboardInterrupt:
        click.echo("Stopped.")
        raise SystemExit(130) from None
    except (NodeFault, HistoryUnreadable, LedgerNotReplayed) as fault:
        click.echo(str(fault), err=True)
        raise SystemExit(UNREADABLE) from None
    click.echo(json.dumps(as_object(name, outcomes), indent=2) if as_json else "\n".join(as_text(name, outcomes)))
    if plot_file is not None:
        try:
            plot_file.write_text(plot(outcomes, title=f"{name} under other rules"), encoding="utf-8")
        except OSError as error:
            click.echo(f"{plot_file}: the plot could not be written ({error.strerror}).", err=True)
            raise SystemExit(UNREADABLE) from None
        click.echo(f"\nDrawn into {plot_file}", err=as_json)


def _policies(presets: Sequence[str], parameters: Sequence[str]) -> list["Policy"]:
    """What to compare with; at least one.

    Raises: click.UsageError naming the field and what is permitted.
    """
    from ledger.parameters import parameters_from
    from ledger.presets import preset_named
    from scenarios.laboratory.outcome import Policy

    found: list[Policy] = []
    for name in dict.fromkeys(presets):
        try:
            preset = preset_named(name)
        except ValueError as error:
            raise click.UsageError(f"--preset {error}.") from None
        found.append(Policy(name, preset.says, dict(preset.parameters)))
    figures: dict[str, int] = {}
    for written in parameters:
        name, _, number = written.partition("=")
        if not (number.isascii() and number.isdigit() and len(number) <= 15):
            raise click.UsageError(f"--parameter {written}: expected NAME=NUMBER, for example hold_hours_first=24.")
        figures[name] = int(number)
    if figures:
        try:
            parameters_from(figures)
        except ValueError as error:
            raise click.UsageError(f"--parameter: {error}.") from None
        says = ", ".join(f"{name} {value}" for name, value in figures.items())
        found.append(Policy("custom", f"{says}.", figures))
    if not found:
        raise click.UsageError("Name something to compare with: --preset jingtan-2022, or --parameter NAME=NUMBER.")
    return found


def _replayed(
    source: Path | None, charter: Path | None, without: frozenset[str], policies: Sequence["Policy"]
) -> tuple[str, list["Outcome"]]:
    """The name of what was replayed, and what became of it under each policy.

    Raises: click.UsageError, NodeFault, HistoryUnreadable or LedgerNotReplayed, each naming the file and the fix.
    """
    from node.home.charter_file import read_charter
    from node.home.home import CHARTER_FILE, DATABASE_FILE
    from scenarios.laboratory.history import HISTORY_FILE, WRAPPER, read_history
    from scenarios.laboratory.market import FREE, replay_history
    from scenarios.laboratory.recorded import RECORDED, RecordedLedger

    if source is not None and (source.is_dir() or _is_database(source)):
        database = source / DATABASE_FILE if source.is_dir() else source
        if not database.exists():
            raise click.UsageError(f"{source} holds no {DATABASE_FILE}; give the home of a member whose node has run.")
        if charter is None and not source.is_dir():
            raise click.UsageError(f"{source} is no member's home; give its chain's charter with --charter.")
        recorded = RecordedLedger(database, read_charter(charter or source / CHARTER_FILE))
        return source.name, [recorded.replay(each) for each in (RECORDED, *policies)]
    if source is None:
        history = read_history(HISTORY_FILE, without=without | {WRAPPER})
    else:
        history = read_history(source, without=without)
    return history.name, [replay_history(history, each) for each in (FREE, *policies)]


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(SQLITE_BEGINS)) == SQLITE_BEGINS
    except OSError:
        return False


def as_object(name: str, outcomes: Sequence["Outcome"]) -> dict[str, object]:
    """Return the comparison for a program."""
    import msgspec

    return {
        "replayed": name,
        "policies": [
            {**msgspec.to_builtins(outcome), "turnover_permille": outcome.turnover_permille} for outcome in outcomes
        ],
    }


def as_text(name: str, outcomes: Sequence["Outcome"]) -> list[str]:
    """Return the comparison as a table: a column a policy."""
    lines = [name, ""]
    lines += [f"  {outcome.policy.name:<18}{outcome.policy.says}" for outcome in outcomes]
    lines += ["", f"{'':<34}" + "".join(f"{outcome.policy.name:>18}" for outcome in outcomes)]

    def row(label: str, values: Sequence[str]) -> None:
        lines.append(f"{label:<34}" + "".join(f"{value:>18}" for value in values))

    row("transactions", [f"{each.transactions:,}" for each in outcomes])
    row("gifts asked for", [f"{each.gifts_asked:,}" for each in outcomes])
    row("gifts given", [f"{each.gifts:,}" for each in outcomes])
    row("not his to give any more", [f"{each.without_token:,}" for each in outcomes])
    for rule in dict.fromkeys(rule for each in outcomes for rule in each.refused):
        row(f"refused by {rule}", [f"{each.refused.get(rule, 0):,}" for each in outcomes])
    turnovers = [each.turnover_permille for each in outcomes]
    row("gifts a year for 1,000 editions", ["-" if each is None else f"{each:,}" for each in turnovers])
    row("editions", [f"{each.editions:,}" for each in outcomes])
    row("holders", [f"{each.holders:,}" for each in outcomes])
    row("Gini of the holders", [f"0.{each.gini_permille:03d}" for each in outcomes])
    row("findings of the detectors", [f"{sum(each.findings.values()):,}" for each in outcomes])
    row("  of them high", [f"{each.findings_high:,}" for each in outcomes])
    for detector in dict.fromkeys(name for each in outcomes for name in each.findings):
        row(f"  {detector}", [f"{each.findings.get(detector, 0):,}" for each in outcomes])
    return [*lines, "", "A transaction is counted under every rule that refuses it."]
