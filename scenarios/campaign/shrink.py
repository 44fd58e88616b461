"""The smallest plan that still fails in the same way, found in a bounded number of runs.

First parts are left out: faults, lies, changed and cut rounds, many at once where that will do (delta.py); then
members, clients and time; then each part is made to befall fewer. Last the losses, cuts and partitions that remain are
spelled out as the messages that they lost, and of these, too, only those are kept without which nothing fails.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from consensus.quorum import Committee
from scenarios.campaign.delta import fewest
from scenarios.campaign.plan import Corruption, Fault, FaultKind, Liar, LostMessage, Parting, Plan
from scenarios.campaign.run import Outcome

ATTEMPTS_MAX = 60
"""Runs that leaving out and narrowing may cost."""

MESSAGE_ATTEMPTS_MAX = 60
"""Runs that single messages may cost besides."""

LOST_MAX = 2_000
"""With more lost messages nothing is spelled out: so many runs would not tell which of them mattered."""

LOST_TOLD_MAX = 24
"""So many single messages say more than the fault that lost them; of more the fault is told."""

SAFETY_MS_MIN = 250
"""A phase of faults is not made shorter than this, some rounds of agreement."""

LOSING = frozenset({FaultKind.PARTITION, FaultKind.CUT, FaultKind.LOSS})
"""Faults that do nothing but lose messages."""

Part = Liar | Fault | Corruption | Parting | LostMessage

Run = Callable[[Plan], Outcome]


@dataclass(slots=True)
class Search:
    """Tries smaller plans, and keeps the last that failed as the first did."""

    smallest: Outcome
    run: Run
    attempts_left: int
    _held: set[Plan] = field(default_factory=set)
    """Plans that did not fail like this."""

    def try_out(self, plan: Plan) -> bool:
        """Whether a plan still fails; then it is the smallest. False, too, when no attempt is left."""
        if plan == self.smallest.plan:
            return True
        if plan in self._held or self.attempts_left == 0:
            return False
        self.attempts_left -= 1
        found = self.run(plan)
        # A fork whose certificates name who made it is not made one that names nobody.
        alike = found.verdict is self.smallest.verdict and bool(found.culprits) >= bool(self.smallest.culprits)
        if alike:
            self.smallest = found
        else:
            self._held.add(plan)
        return alike

    def leave_out(self) -> None:
        """Keep the fewest parts."""
        plan = self.smallest.plan
        fewest(parts_of(plan), lambda parts: self.try_out(_with_parts(plan, parts)))

    def leave_out_messages(self) -> None:
        """Keep the fewest lost messages. Losing fewer may do more harm, so what remains is gone through again."""
        before = None
        while before != self.smallest.plan:
            plan = before = self.smallest.plan
            fewest(plan.lost, partial(self._loses, plan))

    def _loses(self, plan: Plan, lost: tuple[LostMessage, ...]) -> bool:
        return self.try_out(replace(plan, lost=lost))

    def step_down(self, smaller: Callable[[Plan], Iterator[Plan]]) -> None:
        """Take the first of the `smaller` plans that still fails, until none does."""
        while any(self.try_out(each) for each in smaller(self.smallest.plan)):
            pass


def shrink(outcome: Outcome, run: Run, *, attempts_max: int = ATTEMPTS_MAX) -> Outcome:
    """Return the outcome of the smallest plan found; that of the plan itself if nothing can go."""
    search = Search(outcome, run, attempts_max)
    before = None
    while before != search.smallest.plan and search.attempts_left:
        before = search.smallest.plan
        search.leave_out()
        search.step_down(_with_less)
        search.step_down(_narrower)
    return search.smallest


def spell_out(
    outcome: Outcome,
    run: Run,
    lost_in: Callable[[Plan], tuple[LostMessage, ...]],
    *,
    attempts_max: int = MESSAGE_ATTEMPTS_MAX,
) -> Outcome:
    """Put the messages that matter in the place of faults that lost them; `lost_in` tells what a plan loses in a run.

    Returns `outcome` where it fails otherwise than by losses, or where too many of them matter.
    """
    plan = outcome.plan
    if not any(each.kind in LOSING for each in plan.faults):
        return outcome
    lost = lost_in(plan)
    if len(lost) > LOST_MAX:
        return outcome
    search = Search(outcome, run, attempts_max)
    rest = tuple(each for each in plan.faults if each.kind not in LOSING)
    if not search.try_out(replace(plan, faults=rest, lost=lost)):
        return outcome
    search.leave_out_messages()
    return search.smallest if len(search.smallest.plan.lost) <= LOST_TOLD_MAX else outcome


def parts_of(plan: Plan) -> tuple[Part, ...]:
    """All of a plan that can be left out singly."""
    return (*plan.liars, *plan.faults, *plan.corruptions, *plan.partings, *plan.lost)


def _with_parts(plan: Plan, parts: tuple[Part, ...]) -> Plan:
    return replace(
        plan,
        liars=tuple(each for each in parts if isinstance(each, Liar)),
        faults=tuple(each for each in parts if isinstance(each, Fault)),
        corruptions=tuple(each for each in parts if isinstance(each, Corruption)),
        partings=tuple(each for each in parts if isinstance(each, Parting)),
        lost=tuple(each for each in parts if isinstance(each, LostMessage)),
    )


def _with_less(plan: Plan) -> Iterator[Plan]:
    """One member fewer, half as many clients, half the time."""
    yield from _with_fewer_members(plan)
    if plan.load_per_second > 1:
        yield replace(plan, load_per_second=plan.load_per_second // 2)
    if plan.safety_ms > SAFETY_MS_MIN:
        yield replace(plan, safety_ms=plan.safety_ms // 2)


def _with_fewer_members(plan: Plan) -> Iterator[Plan]:
    """The plan without its last member, if nothing in it names that one, and the rest bear as many liars."""
    if plan.twins or plan.partings or plan.members == 1:
        return
    last = plan.members - 1
    named = {each for fault in plan.faults for each in (*fault.members, *fault.others)}
    named |= plan.faulty | {each for corruption in plan.corruptions for each in corruption.receivers}
    named |= {end for each in plan.lost for end in (each.source, each.target)}
    too_many = len(plan.faulty) > Committee(plan.members).faults_max
    if last in named or (not too_many and len(plan.faulty) > Committee(last).faults_max):
        return
    yield replace(plan, members=last)


def _narrower(plan: Plan) -> Iterator[Plan]:
    """One part befalls one member fewer: a fault, those who are told a changed message, one side of a cut round."""
    parts = parts_of(plan)
    for place, part in enumerate(parts):
        for smaller in _with_one_fewer(part):
            yield _with_parts(plan, (*parts[:place], smaller, *parts[place + 1 :]))


def _with_one_fewer(part: Part) -> Iterator[Part]:
    match part:
        case Fault():
            yield from (replace(part, members=each) for each in _one_fewer(part.members))
            yield from (replace(part, others=each) for each in _one_fewer(part.others))
        case Corruption():
            yield from (replace(part, receivers=each) for each in _one_fewer(part.receivers))
        case Parting():
            yield from (replace(part, side=each) for each in _one_fewer(part.side))


def _one_fewer(members: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """All but one, one after the other; the last one stays."""
    if len(members) > 1:
        yield from ((*members[:place], *members[place + 1 :]) for place in range(len(members)))
