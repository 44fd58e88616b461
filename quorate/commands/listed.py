"""A command of which one argument is a word of a long list: `--help` lists the words, or explains the one beside it.

quorate query --help              every question
quorate query owner_of --help     what this one takes
"""

from collections.abc import Callable, Sequence
from typing import Any

import click

Rows = Sequence[tuple[str, str]]
"""A word and what it is, in one line."""


class Listed(click.Command):
    """Lists are made when somebody asks for help, so that a command starts without importing what they are made of."""

    def __init__(
        self, *arguments: Any, heading: str, listing: Callable[[], Rows], explained: Callable[[str], Rows], **more: Any
    ) -> None:
        """`explained` is asked about a word of `listing`, and says what goes with it."""
        super().__init__(*arguments, **more)
        self._heading = heading
        self._listing = listing
        self._explained = explained

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Explain the word that stands beside `--help`; without such a word go on as any command."""
        if not set(ctx.help_option_names).isdisjoint(args):
            lines = dict(self._listing())
            word = next((each for each in args if each in lines), None)
            if word is not None:
                click.echo(self._explain(ctx, word, lines[word]))
                ctx.exit()
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, and the list below them."""
        super().format_options(ctx, formatter)
        with formatter.section(self._heading):
            formatter.write_dl(self._listing())

    def _explain(self, ctx: click.Context, word: str, line: str) -> str:
        formatter = ctx.make_formatter()
        formatter.write_text(f"{word}: {line}")
        rows = self._explained(word)
        with formatter.section("Fields" if rows else "It has no fields"):
            formatter.write_dl(rows)
        return formatter.getvalue().rstrip()
