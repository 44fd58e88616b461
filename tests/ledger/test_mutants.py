"""The tests are tested: each known wrong ledger fails the test that the table names.

That the right ledger holds there is known: those tests are run for themselves.
"""

from collections.abc import Callable

import pytest

from tests.consensus.mutant import Mutant, runs_of
from tests.ledger.mutants import MUTANTS


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_mutant_is_found(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the runs of its test must fail: what it asserts is not so, or of one refusal there is none or another."""
    runs = list(runs_of("tests.ledger", mutant.found_by))
    mutant.apply(monkeypatch)
    with pytest.raises((AssertionError, ValueError, IndexError), match=mutant.words or None):
        run_all(runs)


def run_all(runs: list[Callable[[], None]]) -> None:
    for run in runs:
        run()


def test_mutants_are_told_apart_and_say_what_they_do() -> None:
    assert len({each.name for each in MUTANTS}) == len(MUTANTS)
    assert all(each.what.endswith(".") and "\n" not in each.what for each in MUTANTS)
