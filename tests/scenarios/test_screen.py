"""What the audience sees, on terminals of all kinds."""

import io

from rich.console import Console

from scenarios.screen import Screen
from scenarios.table import WIDTH_MIN, members_table
from scenarios.watch import View

VIEWS = (
    View("ant", "up", "primary", height=12_345, certified=12_344, phase="commit", memory_bytes=100 << 20, pid=4711),
    View("tencent", "killed", "backup", height=12_000),
)


def console(*, terminal: bool, width: int = 120):
    return Console(file=io.StringIO(), force_terminal=terminal, width=width, color_system=None)


def printed(screen_console):
    return screen_console.file.getvalue()


def test_the_table_shows_every_member_and_its_process():
    out = console(terminal=False)
    out.print(members_table(VIEWS, caption="3 s"))
    for shown in ("ant", "4711", "primary", "up", "12,345", "12,344", "commit", "100 MiB", "tencent", "killed"):
        assert shown in printed(out)


def test_the_table_fits_the_width_it_asks_for():
    out = console(terminal=False, width=WIDTH_MIN)
    out.print(members_table(VIEWS, caption="3 s"))
    assert "…" not in printed(out)
    assert all(len(line) <= WIDTH_MIN for line in printed(out).splitlines())


def test_a_terminal_gets_the_table():
    out = console(terminal=True)
    with Screen(out, table=True) as screen:
        screen.show(VIEWS)
    assert "process" in printed(out)


def test_a_narrow_terminal_gets_lines_and_is_told_so():
    out = console(terminal=True, width=WIDTH_MIN - 1)
    with Screen(out, table=True) as screen:
        screen.show(VIEWS)
    assert "lines instead of the live table" in printed(out)
    assert "process" not in printed(out)


def test_what_is_no_terminal_gets_lines_that_are_not_broken():
    out = console(terminal=False, width=20)
    with Screen(out, table=True) as screen:
        screen.say("a sentence that is longer than twenty characters [not] a style")
    assert "a sentence that is longer than twenty characters [not] a style" in printed(out)


def test_members_are_shown_in_plain_lines_now_and_then(monkeypatch):
    out = console(terminal=False)
    monkeypatch.setattr("scenarios.screen.PLAIN_EVERY_S", 0)
    with Screen(out, table=True) as screen:
        screen.show(VIEWS)
    assert "ant up height 12345 0 tx/s | tencent killed height 12000" in printed(out)


def test_lines_are_kept_and_handed_on():
    heard: list[str] = []
    with Screen(console(terminal=False), table=False) as screen:
        screen.on_line = heard.append
        screen.say("hello")
    assert heard == screen.lines
    assert heard[0].endswith("s  hello")
