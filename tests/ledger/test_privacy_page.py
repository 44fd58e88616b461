"""docs/PRIVACY.md is run."""

import doctest
from pathlib import Path


def test_every_example_of_the_page_prints_what_it_says():
    page = Path(__file__).parents[2] / "docs" / "PRIVACY.md"
    failed, tried = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert tried >= 8
    assert failed == 0
