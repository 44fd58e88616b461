"""The smallest plan that still fails in the same way: liars and faults are dropped one by one, as long as it does."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from consensus.quorum import Committee
from scenarios.campaign.plan import Corruption, Parting, Plan
from scenarios.campaign.run import Outcome

ATTEMPTS_MAX = 60
"""Runs that shrinking may cost."""

SAFETY_MS_MIN = 250
"""A phase of faults is not made shorter than this, some rounds of agreement."""

Value = TypeVar("Value", bound=Corruption | Parting)


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
    """The plan with less of something, large steps first: faults, liars, changed rounds, members, clients, time."""
    half = len(plan.faults) // 2
    halves = [plan.faults[:half], plan.faults[half:]] if half > 1 else []
    return [
        *(replace(plan, faults=faults) for faults in halves),
        *(replace(plan, liars=tuple(each for each in plan.liars if each != liar)) for liar in plan.liars),
        *(replace(plan, faults=(*plan.faults[:at], *plan.faults[at + 1 :])) for at in range(len(plan.faults))),
        *(replace(plan, corruptions=_without(plan.corruptions, at)) for at in range(len(plan.corruptions))),
        *(replace(plan, partings=_without(plan.partings, at)) for at in range(len(plan.partings))),
        *_with_fewer_members(plan),
        *(replace(plan, load_per_second=plan.load_per_second // 2) for _ in range(plan.load_per_second > 1)),
        *(replace(plan, safety_ms=plan.safety_ms // 2) for _ in range(plan.safety_ms > SAFETY_MS_MIN)),
    ]


def _without(values: tuple[Value, ...], at: int) -> tuple[Value, ...]:
    return (*values[:at], *values[at + 1 :])


def _with_fewer_members(plan: Plan) -> list[Plan]:
    """The plan without its last member, if nothing in it names that one, and the rest bear as many liars."""
    if plan.twins or plan.partings or plan.members == 1:
        return []
    last = plan.members - 1
    named = {each for fault in plan.faults for each in (*fault.members, *fault.others)}
    named |= plan.faulty | {each for corruption in plan.corruptions for each in corruption.receivers}
    too_many = len(plan.faulty) > Committee(plan.members).faults_max
    if last in named or (not too_many and len(plan.faulty) > Committee(last).faults_max):
        return []
    return [replace(plan, members=last)]
