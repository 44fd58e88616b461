"""All wrong ledgers, in one table, and their section of docs/MUTANTS.md. `test_mutants.py` has each found."""

from tests.consensus.mutant import Mutant
from tests.ledger import mutants_of_effects, mutants_of_rules

MUTANTS: tuple[Mutant, ...] = (
    *mutants_of_rules.MUTANTS,
    *(each for each in vars(mutants_of_effects).values() if isinstance(each, Mutant)),
)
"""Rules that are off, in the order of the rule table; then rules that are off by one, and effects that are wrong."""


def section() -> list[str]:
    """The lines of the page about them."""
    rows = ((each.name, each.what.rstrip("."), each.breaks, f"`{each.found_by}`") for each in MUTANTS)
    return [
        "## The ledger",
        "",
        f"{len(MUTANTS)} deliberate faults in the ledger: a rule that is off or off by one, an operation that leaves",
        "the wrong state behind. Each is found by the test of `tests/ledger` that it names, where the right ledger",
        "holds (`tests/ledger/test_mutants.py`).",
        "",
        "| mutant | what it does | breaks | named test |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
