"""`quorate replay`: the inputs of a recorded node go through a fresh core; does it ask for the same?"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from node.recording.replay import Difference, Life, Replayed

SAME, DIFFERS, UNREADABLE = 0, 13, 14

EFFECTS_SHOWN_MAX = 30
"""Lines of a difference, around the first item that differs."""

INPUTS_SHOWN_MAX = 20


@click.command(
    "replay",
    epilog="Exit status: 0 when the effects are the same; 13 when they differ, and the first difference is shown; 14"
    " when a file can not be read, or not to its end: the text names the byte; 2 for a wrong command line.",
)
@click.argument("recordings", metavar="FILE|HOME...", nargs=-1, required=True, type=click.Path(path_type=Path))
def replay(recordings: tuple[Path, ...]) -> None:
    """Ask a fresh core everything that a recorded one was asked, and compare what it asks for, round by round.

    FILE is what `quorate node --record FILE` wrote; HOME is a member's folder with a node.recording in it. Time passes
    as it is recorded, so nothing waits. A node that broke breaks again, here, in a debugger if you like.
    """
    from node.errors import RecordingUnreadable
    from node.home.home import RECORDING_FILE
    from node.home.keys import verify_signature
    from node.recording.replay import replay as replay_file

    outcome = SAME
    for each in recordings:
        path = each / RECORDING_FILE if each.is_dir() else each
        try:
            replayed = replay_file(path, verify=verify_signature)
        except RecordingUnreadable as fault:
            click.echo(str(fault), err=True)
            outcome = max(outcome, UNREADABLE)
            continue
        click.echo("\n".join(told(path, replayed)))
        if replayed.damage is not None:
            click.echo(str(replayed.damage), err=True)
        outcome = max(outcome, UNREADABLE if replayed.damage else DIFFERS if replayed.difference else SAME)
    raise SystemExit(outcome)


def told(path: Path, replayed: "Replayed") -> list[str]:
    """What came out, in lines."""
    is_cut = replayed.difference is not None or replayed.damage is not None
    last = len(replayed.lives)
    lines = [
        _life(number, life, is_cut=is_cut and number == last) for number, life in enumerate(replayed.lives, start=1)
    ]
    if replayed.is_torn:
        lines.append("  the file ends within a frame: its node was killed while it wrote; that round had no effect yet")
    if replayed.difference is not None:
        return [*lines, *_difference(replayed.difference), f"{path}: DIFFERS"]
    how_far = "up to the damage" if replayed.damage else "to the end"
    rounds = sum(life.rounds for life in replayed.lives)
    return [*lines, f"{path}: the same effects {how_far}, {rounds:,} rounds"]


def _life(number: int, life: "Life", *, is_cut: bool) -> str:
    from node.recording.records import Ending

    born = life.born
    seconds = (life.last_ms - life.first_ms) / 1_000
    endings = {
        Ending.STOPPED: "stopped",
        Ending.FULL: "ran on; the recording was full",
        Ending.BROKEN: f"broke, as it did then: {life.broke}",
        None: "killed, or still running",
    }
    ending = "no further" if is_cut else endings[Ending.BROKEN if life.broke else life.ending]
    return (
        f"{born.member}, life {number}, born at height {born.height} (version {born.program}): {life.rounds:,} rounds,"
        f" {life.inputs:,} inputs, {seconds:,.1f} s; {ending}"
    )


def _difference(difference: "Difference") -> list[str]:
    lines = [
        f"  life {difference.life}, round {difference.round} (byte {difference.offset}): this core is another;"
        f" {difference.why}.",
        "  what was handed in:",
        *(f"    {text}" for text in difference.inputs[:INPUTS_SHOWN_MAX]),
    ]
    if len(difference.inputs) > INPUTS_SHOWN_MAX:
        lines.append(f"    and {len(difference.inputs) - INPUTS_SHOWN_MAX} more")
    if not difference.recorded and not difference.replayed:
        return lines
    lines.append("  what it asked for then | what it asks for now:")
    first = difference.first
    last = max(len(difference.recorded), len(difference.replayed))
    begin = max(0, min(first - EFFECTS_SHOWN_MAX // 2, last - EFFECTS_SHOWN_MAX))
    for index in range(begin, min(last, begin + EFFECTS_SHOWN_MAX)):
        then = difference.recorded[index].what if index < len(difference.recorded) else "nothing"
        now = difference.replayed[index].what if index < len(difference.replayed) else "nothing"
        mark = "*" if index == first else " "
        lines.append(f"  {mark} {index + 1:>3}  {then} | {now}")
    if first < len(difference.replayed):
        lines.append(f"    now {first + 1}: {difference.replayed[first].spelled_out()}")
    return lines
