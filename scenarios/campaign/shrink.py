"""The smallest plan that still fails in the same way: liars and faults are dropped one by one, as long as it does."""

from collections.abc import Callable
from dataclasses import replace

from scenarios.campaign.plan import Plan
from scenarios.campaign.run import Outcome

ATTEMPTS_MAX = 60
"""Runs that shrinking may cost."""


def shrink(outcome: Outcome, run: Callable[[Plan], Outcome], *, attempts_max: int = ATTEMPTS_MAX) -> Outcome:
    """Return the outcome of the smallest plan found; that of the plan itself if nothing can go."""
    smallest, attempts = outcome, 0
    shrunk = True
    while shrunk and attempts < attempts_max:
        shrunk = False
        for smaller in smaller_plans(smallest.plan):
            attempts += 1
            found = run(smaller)
            if found.verdict is outcome.verdict:
                smallest, shrunk = found, True
                break
            if attempts >= attempts_max:
                break
    return smallest


def smaller_plans(plan: Plan) -> list[Plan]:
    """The plan without half of its faults, without each liar, and without each fault: the largest steps first."""
    half = len(plan.faults) // 2
    halves = [plan.faults[:half], plan.faults[half:]] if half > 1 else []
    return [
        *(replace(plan, faults=faults) for faults in halves),
        *(replace(plan, liars=tuple(each for each in plan.liars if each != liar)) for liar in plan.liars),
        *(replace(plan, faults=(*plan.faults[:at], *plan.faults[at + 1 :])) for at in range(len(plan.faults))),
    ]
