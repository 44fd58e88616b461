"""All mutants, in one table. `test_mutants.py` has each found; a campaign may look for them too."""

from tests.consensus import (
    mutants_of_bounds,
    mutants_of_liveness,
    mutants_of_recovery,
    mutants_of_views,
    mutants_of_votes,
)
from tests.consensus.mutant import Mutant as Mutant

MUTANTS: tuple[Mutant, ...] = tuple(
    each
    for module in (mutants_of_votes, mutants_of_views, mutants_of_liveness, mutants_of_recovery, mutants_of_bounds)
    for each in vars(module).values()
    if isinstance(each, Mutant)
)
"""In the order of PROTOCOL.md: votes, views, liveness, restart and repair; then those about one member's key."""
