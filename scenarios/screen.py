"""What the audience sees: lines that stay, and under them a table that is redrawn; or lines only."""

import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from scenarios.table import WIDTH_MIN, members_table, plain_line
from scenarios.watch import View

PLAIN_EVERY_S = 5.0
"""How often the members are shown where nothing can be redrawn."""


class Screen:
    """A context manager around a terminal, or around whatever else takes lines."""

    def __init__(self, console: Console, *, table: bool) -> None:
        """Draw the table if it is wanted, the console is a terminal, and the table fits."""
        self.lines: list[str] = []
        """Everything that was said, with the time since the beginning; for the report."""
        self.on_line: Callable[[str], None] = lambda _: None
        """Called with each line, for a log."""
        self.on_gone: Callable[[], None] = lambda: None
        """Called once when nobody reads any more: the pipe that the lines went into was closed."""
        self._console = console
        self._live: Live | None = None
        self._draws = table and console.is_terminal and console.width >= WIDTH_MIN
        self._too_narrow = table and console.is_terminal and console.width < WIDTH_MIN
        self._began = time.monotonic()
        self._shown_at = self._began

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began

    def __enter__(self) -> Self:
        """Begin to draw."""
        if self._draws:
            self._live = Live(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False)
            self._live.start()
        if self._too_narrow:
            self.say(f"The terminal has fewer than {WIDTH_MIN} columns: lines instead of the live table.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the table away; the lines stay."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def say(self, line: str) -> None:
        """Tell one sentence."""
        stamp = f"{self.seconds:5.1f} s"
        stamped = f"{stamp}  {line}"
        self.lines.append(stamped)
        self.on_line(stamped)
        if self._console.is_terminal:
            self._print(_beside(stamp, line), soft_wrap=False)
        else:
            self._print(Text(stamped), soft_wrap=True)

    def show(self, views: Iterable[View]) -> None:
        """Show the members as they are now."""
        if self._live is not None:
            caption = f"{self.seconds:.0f} s; Ctrl-C stops everything"
            self._live.update(members_table(views, caption=caption, width=self._console.width), refresh=True)
        elif time.monotonic() - self._shown_at >= PLAIN_EVERY_S:
            self._shown_at = time.monotonic()
            self._print(Text(f"{self.seconds:5.1f} s  {plain_line(views)}"), soft_wrap=True)

    def _print(self, line: RenderableType, *, soft_wrap: bool) -> None:
        try:
            self._console.print(line, soft_wrap=soft_wrap)
        except SystemExit:
            # Rich's word for a broken pipe; its console is quiet from now on.
            self.on_gone()


def _beside(stamp: str, line: str) -> Table:
    """A line beside its time; where it is longer than the terminal, its rest stands below its beginning."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    grid.add_row(stamp, Text(line, overflow="fold"))
    return grid
