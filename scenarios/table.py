"""The live table of a story: one row a member, redrawn in place, with the story's lines above it."""

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from scenarios.watch import View

WIDTH_MIN = 92
"""Columns the table needs; a narrower terminal gets plain lines."""

_COLOURS = {"up": "green", "catching up": "yellow", "starting": "yellow", "killed": "bold red", "halted": "bold red"}


def members_table(views: Iterable[View], *, caption: str) -> Table:
    """Draw the members as they were last seen."""
    table = Table(caption=caption, caption_justify="left", caption_style="dim", box=SIMPLE_HEAD)
    table.add_column("member")
    table.add_column("process", justify="right", min_width=7)
    table.add_column("role")
    table.add_column("state", min_width=max(map(len, _COLOURS)))
    for name in ("height", "final", "view"):
        table.add_column(name, justify="right")
    table.add_column("phase", min_width=11)
    table.add_column("tx/s", justify="right", min_width=6)
    table.add_column("memory", justify="right", min_width=7)
    for view in views:
        table.add_row(
            view.member,
            str(view.pid or "-"),
            view.role,
            Text(view.state, style=_COLOURS.get(view.state, "dim")),
            f"{view.height:,}",
            f"{view.certified:,}",
            str(view.view),
            view.phase or "-",
            f"{view.transactions_per_second:,}",
            f"{view.memory_bytes / (1 << 20):.0f} MiB",
        )
    return table


def plain_line(views: Iterable[View]) -> str:
    """The same in one line, for terminals that cannot redraw."""
    return "members: " + " | ".join(
        f"{view.member} {view.state} height {view.height} {view.transactions_per_second} tx/s" for view in views
    )
