"""The live table of a story: one row a member, redrawn in place, with the story's lines above it.

It takes the fullest form that fits the terminal. What a narrow one loses first is the memory, then the word for a
member's role: the primary bears an asterisk there.
"""

import enum
from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from scenarios.watch import View


class Form(enum.IntEnum):
    """What the table shows; the value is the number of columns it needs."""

    FULL = 96
    NO_MEMORY = 86
    NARROW = 78
    """Without roles: fits a terminal of 80 columns."""


WIDTH_MIN = min(Form)
"""Columns of the narrowest form; a terminal with fewer gets plain lines."""

_COLOURS = {"up": "green", "catching up": "yellow", "starting": "yellow", "killed": "bold red", "halted": "bold red"}


def members_table(views: Iterable[View], *, caption: str, width: int) -> Table:
    """Draw the members as they were last seen, in the fullest form that fits `width` columns."""
    form = next((each for each in sorted(Form, reverse=True) if each <= width), Form.NARROW)
    table = Table(
        caption=caption if form is not Form.NARROW else f"{caption}; * is the primary",
        caption_justify="left",
        caption_style="dim",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    table.add_column("member", min_width=10)
    table.add_column("process", justify="right", min_width=7)
    if form is not Form.NARROW:
        table.add_column("role", min_width=7)
    table.add_column("state", min_width=max(map(len, _COLOURS)))
    for name in ("height", "final"):
        table.add_column(name, justify="right", min_width=6)
    table.add_column("view", justify="right")
    table.add_column("phase", min_width=11)
    table.add_column("tx/s", justify="right", min_width=6)
    if form is Form.FULL:
        table.add_column("memory", justify="right", min_width=7)
    for view in views:
        table.add_row(*_cells(view, form))
    return table


def _cells(view: View, form: Form) -> list[str | Text]:
    """One member's row."""
    is_marked = form is Form.NARROW and view.role == "primary"
    cells: list[str | Text] = [f"{view.member}{'*' if is_marked else ''}", str(view.pid or "-")]
    if form is not Form.NARROW:
        cells.append(view.role or "-")
    cells += [
        Text(view.state, style=_COLOURS.get(view.state, "dim")),
        f"{view.height:,}",
        f"{view.certified:,}",
        str(view.view),
        view.phase or "-",
        f"{view.transactions_per_second:,}",
    ]
    if form is Form.FULL:
        cells.append(f"{view.memory_bytes / (1 << 20):.0f} MiB")
    return cells


def plain_line(views: Iterable[View]) -> str:
    """The same in one line, for terminals that cannot redraw."""
    return "members: " + " | ".join(
        f"{view.member} {view.state} height {view.height} {view.transactions_per_second} tx/s" for view in views
    )
