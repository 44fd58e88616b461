"""The tests are tested: each known wrong protocol fails where the table says, and the right one holds there."""

import pytest

from tests.consensus.machine import Broken
from tests.consensus.mutant import runs_of
from tests.consensus.mutants import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_mutant_is_found_and_the_protocol_is_not(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the runs of its story must fail. Those of a test are known to hold, as that test is run for itself."""
    if mutant.found_by.startswith("stories."):
        tell(mutant.found_by)
    mutant.apply(monkeypatch)
    with pytest.raises((Broken, AssertionError), match=mutant.words or None):
        tell(mutant.found_by)


def tell(found_by: str) -> None:
    for run in runs_of("tests.consensus", found_by):
        run()


def test_mutants_are_told_apart_and_say_what_they_do() -> None:
    assert len({each.name for each in MUTANTS}) == len(MUTANTS)
    assert all(each.what.endswith(".") and "\n" not in each.what for each in MUTANTS)
