"""`quorate bench detectors`: precision and recall of the money-laundering detectors, by typology and detector."""

import time
from pathlib import Path

import click


@click.command(
    "detectors",
    short_help="Precision and recall of the detectors.",
    epilog="Exit status: 0 when it was measured; 14 when a file could not be read or written; 130 after Ctrl-C; 2 for a"
    " wrong command line.",
)
@click.option(
    "--history",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A history of real transfers: CSV with token, from, to and at_ms or hour_utc, also gzipped. Default: the"
    " extract that comes with Quorate.",
)
@click.option(
    "--labels",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What is known of it: CSV with token, pattern, start_time_utc, end_time_utc.",
)
@click.option("--without", multiple=True, help="Somebody in the history who only keeps things for others. Repeatable.")
@click.option("--cases", type=click.IntRange(1, 500), default=40, show_default=True, help="Planted of each typology.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=2021, show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Default: benchmarks/results/<time>-detectors.json.")
def detectors(
    history: Path | None, labels: Path | None, without: tuple[str, ...], cases: int, seed: int, output: Path | None
) -> None:
    """Measure how well the detectors see.

    AMLSim's eight typologies, and five evasions that were made against these detectors, are planted one after another
    in two honest worlds; then a real history is looked at. Precision is of findings, recall of planted cases. Some
    five minutes of processor time; a long history takes longer.
    """
    from benchmarks.detectors import measure
    from benchmarks.results import RESULTS, write_result
    from scenarios.errors import HistoryUnreadable
    from scenarios.laboratory.history import HISTORY_FILE, LABELS_FILE, WRAPPER, read_history, read_labels

    words = [f"quorate bench detectors --cases {cases} --seed {seed}"]
    words += [f"--history {history.name}"] if history else []
    words += [f"--labels {labels.name}"] if labels else []
    words += [f"--without {each}" for each in without]
    try:
        if history is None:
            read = read_history(HISTORY_FILE, without=frozenset(without) | {WRAPPER})
            known = read_labels(labels or LABELS_FILE)
        else:
            read = read_history(history, without=frozenset(without))
            known = () if labels is None else read_labels(labels)
        result = measure(seed=seed, cases=cases, history=read, labels=known, command=" ".join(words), tell=click.echo)
    except KeyboardInterrupt:
        click.echo("Stopped.")
        raise SystemExit(130) from None
    except HistoryUnreadable as fault:
        click.echo(f"{fault}.", err=True)
        raise SystemExit(14) from None
    path = output or RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}-detectors.json"
    try:
        write_result(result, path)
    except OSError as error:
        click.echo(f"{path}: the result could not be written ({error.strerror}).", err=True)
        raise SystemExit(14) from None
    click.echo(f"\nWritten to {path}")
