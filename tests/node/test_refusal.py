"""Why a node does not start, in the log and at a terminal."""

import io

import pytest

from node.errors import DatabaseEdited, HomeInUse
from node.process import Node, NodeOptions

EDITED = DatabaseEdited("quorate.db: altered.", rows=("blocks height=1: a", "state key=2: b"), advice="Move it away.")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def refused(stream, fault, tmp_path):
    node = Node(NodeOptions(tmp_path, passphrase=None), stdout=io.StringIO(), stderr=stream)
    node._refuse(fault)
    return stream.getvalue().splitlines()


def test_the_log_names_the_rows_in_one_line_before_the_text(tmp_path):
    (line,) = refused(io.StringIO(), EDITED, tmp_path)
    assert line.index('rows="blocks height=1: a; state key=2: b"') < line.index("fault=DatabaseEdited")
    assert 'text="quorate.db: altered. Move it away."' in line


def test_a_terminal_is_told_once_more_with_each_row_on_a_line_of_its_own(tmp_path):
    assert refused(Terminal(), EDITED, tmp_path)[1:] == [
        "Error: quorate.db: altered.",
        "  blocks height=1: a",
        "  state key=2: b",
        "Move it away.",
    ]


@pytest.mark.parametrize(("stream", "lines"), [(io.StringIO, 1), (Terminal, 2)])
def test_every_fault_is_in_the_log_and_plain_at_a_terminal(stream, lines, tmp_path):
    said = refused(stream(), HomeInUse("another node runs on this home"), tmp_path)
    assert len(said) == lines
    assert "another node runs on this home" in said[-1]
