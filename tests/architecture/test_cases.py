"""Every case of docs/CASES.md is in the name of a test, or docs/INVARIANTS.md says why there is none."""

import re
from functools import lru_cache

import pytest

from tests.architecture.files import ROOT

ROW = re.compile(r"^\| (T-[A-K]\d+) \| (\S.*\S) \|$", re.MULTILINE)
LAST = {"A": 12, "B": 9, "C": 16, "D": 33, "E": 17, "F": 8, "G": 8, "H": 11, "I": 6, "J": 6, "K": 9}
"""How many cases each family has."""

IN_NAME = re.compile(r"def test_\w+?__(t_[a-k]\d+(?:_{1,2}(?:t_)?[a-k]\d+)*)\(")
"""Where a test's name says which cases it is: `__t_d24__t_c11`, or `__t_b7_a9`."""


def rows(page: str, *, after: str = "") -> dict[str, str]:
    """The cases of a page's tables, from a heading on."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return dict(ROW.findall(text[text.index(after) :]))


@lru_cache
def in_names() -> set[str]:
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for ids in IN_NAME.findall(path.read_text(encoding="utf-8")):
            found |= {f"T-{each.upper()}" for each in re.findall(r"[a-k]\d+", ids)}
    return found


CASES = rows("docs/CASES.md")
REASONS = rows("docs/INVARIANTS.md", after="## Cases without a test")


def test_no_case_is_missing_from_the_list():
    assert list(CASES) == [f"T-{family}{number}" for family, last in LAST.items() for number in range(1, last + 1)]


@pytest.mark.parametrize("case", [each for each in CASES if not each.startswith("T-K")])
def test_a_case_has_a_test_or_a_reason(case):
    assert (case in in_names()) != (case in REASONS), f"{case}: a test's name has it, or a reason stands, and not both"


def test_tests_and_reasons_name_cases_that_exist():
    assert in_names() | set(REASONS) <= set(CASES)


@pytest.mark.parametrize("case", [each for each in CASES if each.startswith("T-K")])
def test_a_way_to_look_is_where_it_is_said_to_be(case):
    named = re.findall(r"`([\w/.]+)`", CASES[case])
    assert named
    assert not [each for each in named if not (ROOT / each).exists()]
