"""The pages for newcomers name files, links and fields that are there."""

import re
from typing import get_args

import pytest

from consensus.messages import Item
from node.recording.records import AnyRecord
from node.trace import TraceLine
from tests.architecture.files import PACKAGES, ROOT

PAGES = (
    "consensus/README.md",
    "docs/ARCHITECTURE.md",
    "docs/BOUNDS.md",
    "docs/CASES.md",
    "docs/HACKING.md",
    "docs/INVARIANTS.md",
    "docs/LEDGER.md",
    "docs/PERFORMANCE.md",
    "docs/PROTOCOL.md",
    "docs/RECORDING.md",
    "docs/SCENARIOS.md",
    "docs/TRACE.md",
    "docs/decisions/011-publish-passes-the-wire.md",
    "tests/README.md",
)


def text_of(page):
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_file_named_exists(page):
    rooms = "|".join((*PACKAGES, "tests", "docs"))
    named = set(re.findall(rf"`((?:{rooms})/[\w./-]*)`", text_of(page)))
    assert not [each for each in named if not (ROOT / each).exists()]
    assert named


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#:]+)\)", text_of(page))
    assert not [each for each in links if not ((ROOT / page).parent / each).exists()]


def test_every_test_file_named_without_its_folder_exists():
    for name in re.findall(r"`(\w+\.py)`", text_of("tests/README.md")):
        assert list((ROOT / "tests").rglob(name)), name


def test_every_folder_of_tests_has_its_line():
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and list(path.glob("test_*.py"))}
    assert not [folder for folder in folders if f"`tests/{folder}" not in text_of("tests/README.md")]


def test_the_reading_order_of_consensus_has_every_file():
    order = text_of("consensus/README.md").split("## Reading order")[1]
    files = {path.name for path in (ROOT / "consensus").glob("*.py")} - {"__init__.py"}
    assert not [name for name in files if f"`{name}`" not in order]


def test_every_message_has_its_row():
    rows = set(re.findall(r"^\| ([A-Z-]+) ", text_of("consensus/README.md"), re.MULTILINE))
    assert rows == {re.sub(r"\B([A-Z])", r"-\1", item.__name__).upper() for item in get_args(Item)}


def test_the_trace_s_page_has_the_fields_of_a_line_in_their_order():
    fields = re.findall(
        r"^\| `(\w+)` \| (?:integer|string|array of strings) \|", text_of("docs/TRACE.md"), re.MULTILINE
    )
    assert tuple(fields) == TraceLine.__struct_fields__


def test_the_trace_s_page_has_every_event():
    said = re.findall(r"\"?\byield f\"\{?(\w+)", (ROOT / "node" / "trace_lines.py").read_text(encoding="utf-8"))
    assert set(said) == {"halt", "phase", "batch", "executed", "certified", "stable", "mute", "installed"}
    listed = re.findall(r"^\| `([\w-]+) [AN]", text_of("docs/TRACE.md"), re.MULTILINE)
    assert set(listed) == set(said) - {"phase"} | {"pre-prepare", "prepare", "commit", "block-vote"}


def test_every_decision_is_listed():
    listed = re.findall(r"\]\((\d{3}-[\w-]+\.md)\)", text_of("docs/decisions/README.md"))
    assert sorted(listed) == sorted(path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))


def test_every_kind_of_record_is_on_the_page_of_recordings():
    tags = {each.__struct_config__.tag for each in get_args(AnyRecord)}
    rows = {
        tag
        for row in re.findall(r"^\| (`.*?) \|", text_of("docs/RECORDING.md"), re.MULTILINE)
        for tag in row.split("`")[1::2]
    }
    assert tags == rows
