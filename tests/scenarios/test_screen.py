"""What the audience sees, on terminals of all kinds."""

import io
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from scenarios.screen import Screen
from scenarios.table import WIDTH_MIN, Form, members_table
from scenarios.watch import View

VIEWS = (
    View("ant", "up", "primary", height=12_345, certified=12_344, phase="commit", memory_bytes=100 << 20, pid=4711),
    View("tencent", "killed", "backup", height=12_000),
)
BUSY = tuple(
    replace(
        VIEWS[0],
        member="copyright",
        state="catching up",
        height=12_345,
        certified=12_345,
        view=999,
        phase="pre-prepare",
        transactions_per_second=99_999,
        memory_bytes=9_999 << 20,
        pid=4_194_304,
    )
    for _ in range(7)
)
"""Seven members, each with the longest text that a cell will see."""


def console(*, terminal: bool, width: int = 120):
    return Console(file=io.StringIO(), force_terminal=terminal, width=width, color_system=None)


def printed(screen_console):
    return screen_console.file.getvalue()


def test_the_table_shows_every_member_and_its_process():
    out = console(terminal=False)
    out.print(members_table(VIEWS, caption="3 s", width=120))
    for shown in ("ant", "4711", "primary", "up", "12,345", "12,344", "commit", "100 MiB", "tencent", "killed"):
        assert shown in printed(out)


@pytest.mark.parametrize("width", [*Form, 80, 81, 120])
def test_the_table_fits_the_width_it_asks_for(width):
    out = console(terminal=False, width=width)
    out.print(members_table(BUSY, caption="3 s", width=width))
    assert "…" not in printed(out)
    assert all(len(line.rstrip()) <= width for line in printed(out).splitlines())
    assert len(printed(out).splitlines()) <= 24 - 8
    for shown in ("copyright", "4194304", "catching up", "12,345", "99,999", "pre-prepare"):
        assert printed(out).count(shown) >= 1, shown


@pytest.mark.parametrize(
    ("width", "shown", "missing"),
    [
        (Form.FULL, {"memory", "role"}, {"ant*"}),
        (Form.NO_MEMORY, {"role"}, {"memory", "ant*"}),
        (80, {"ant*"}, {"memory", "role"}),
    ],
)
def test_memory_goes_first_then_the_role_whose_primary_is_marked(width, shown, missing):
    out = console(terminal=False, width=width)
    out.print(members_table(VIEWS, caption="3 s", width=width))
    assert all(each in printed(out) for each in shown)
    assert not any(each in printed(out) for each in missing)


def test_a_terminal_of_80_by_24_gets_the_table_and_lines_that_hang_below_their_beginning():
    out = Console(file=io.StringIO(), force_terminal=True, width=80, height=24, color_system=None)
    with Screen(out, table=True) as screen:
        screen.show(VIEWS)
    assert "process" in printed(out)
    out = Console(file=io.StringIO(), force_terminal=True, width=80, height=24, color_system=None)
    with Screen(out, table=False) as screen:
        screen.say("蚂蚁集团 and others " * 8)
    said = [line for line in printed(out).splitlines() if "others" in line]
    assert len(said) > 1
    assert all(line.startswith(" " * 9) for line in said[1:])
    assert all(cell_len(line.rstrip()) <= 80 for line in said)


def test_a_terminal_gets_the_table():
    out = console(terminal=True)
    with Screen(out, table=True) as screen:
        screen.show(VIEWS)
    assert "process" in printed(out)


def test_a_narrow_terminal_gets_lines_and_is_told_so():
    out = console(terminal=True, width=WIDTH_MIN - 1)
    with Screen(out, table=True) as screen:
        screen.show(VIEWS)
    assert "lines instead of the live table" in " ".join(printed(out).split())
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
