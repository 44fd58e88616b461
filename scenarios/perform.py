"""Runs a plan in a world, step by step, and judges what is left: one verdict, with the exit code that says its kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from consensus.explain import Explanation
from scenarios import plan as values
from scenarios.adversary import LIES
from scenarios.checkers import checker
from scenarios.crash import crashed_member, told_crash
from scenarios.errors import MemberCrashed
from scenarios.faults import Faults
from scenarios.plan import AnyStep, Plan, PlanUnreadable
from scenarios.plan_reading import selectors_of
from scenarios.roster import Roster
from scenarios.selectors import Scene, resolve
from scenarios.told import told_look, told_step
from scenarios.verdict import Outcome, Verdict, judged
from scenarios.world import Happening, Look, World

TRICKLE = values.Load(rate_per_s=20.0, arrival="even")
"""What clients send while a plan wants progress and has no load of its own: no transactions, no blocks."""


class _Stuck(Exception):
    """What a step waited for did not come about."""


def reason_to_skip(plan: Plan, world: World) -> str:
    """Why this world can not run the plan; empty where it can."""
    lacking = sorted(plan.needs() - world.capabilities)
    return "" if not lacking else f"the {world.name} world can not " + "; nor ".join(lacking)


async def perform(plan: Plan, world: World, *, say: Callable[[str], None] = lambda _: None) -> Verdict:
    """Run the plan; the world is opened and closed here.

    Raises: PlanUnreadable for a check, a lie or a member that does not exist, before anything is started, and for the
    loss of a running member's disk; ScenarioFault, NodeFault or BusFault when the world does not let it.
    """
    for name in (*plan.checks, *plan.must_break):
        checker(name)
    unknown = [step.way for step in plan.steps if isinstance(step, values.Lie) and step.way not in LIES]
    if unknown:
        raise PlanUnreadable(f"nobody knows how to lie by {unknown[0]!r}; there are {', '.join(sorted(LIES))}")
    skipped = reason_to_skip(plan, world)
    if skipped:
        return Verdict(Outcome.HELD, skipped=skipped)
    everybody_up = Scene(world.roles, 0, frozenset(range(plan.members)))
    for selector in (each for step in plan.steps for each in selectors_of(step)):
        resolve(selector, everybody_up)
    roster = Roster(world, plan.members)
    performance = _Performance(plan, world, say, roster, Faults(world, roster))
    told = _Told()
    crashed: tuple[str, ...] = ()
    await world.open()
    try:
        told = await _tell(performance)
    except MemberCrashed as failure:
        crashed = (f"a member stopped: {failure}",)
    except Exception as error:
        member = crashed_member(error)
        if member is None:
            raise
        crashed = (told_crash(member, error),)
    finally:
        findings = await world.close()
    verdict = judged(plan, world, findings, stuck=told.stuck, crashed=crashed, look=told.look)
    return replace(verdict, explained=told.explained)


@dataclass(frozen=True, slots=True)
class _Told:
    """How far the steps came."""

    stuck: tuple[str, ...] = ()
    """What a step waited for in vain, if one did."""
    look: Look | None = None
    """Where the members stood at the end; None where nobody could be asked any more."""
    explained: Mapping[str, Explanation] = field(default_factory=dict)
    """Of those that are up where a step waited in vain: what they wait for themselves."""


async def _tell(performance: "_Performance") -> _Told:
    """Do one step after the other, up to the first that waits in vain."""
    world = performance.world
    try:
        for number, step in enumerate(performance.plan.steps, start=1):
            await performance.step(number, step)
    except _Stuck as waited:
        look = await world.look()
        return _Told((str(waited),), look, await _explained(world, look))
    return _Told(look=await world.look())


async def _explained(world: World, look: Look) -> dict[str, Explanation]:
    """Ask everybody who is up why it does not move; the trace keeps it too."""
    said = await world.explain()
    for member, each in said.items():
        world.story.add(Happening(look.now_ms, member, "explain", msgspec.json.encode(each).decode()))
    return {world.id_of(member): each for member, each in said.items()}


@dataclass(slots=True)
class _Performance:
    """A plan under way."""

    plan: Plan
    world: World
    say: Callable[[str], None]
    roster: Roster
    faults: Faults
    loaded: bool = False
    """Whether clients send because a step said so."""

    async def step(self, number: int, step: AnyStep) -> None:
        """Do one step."""
        look = await self.world.look()
        self.roster.note_fallen(look)
        told = told_step(step)
        self.say(f"{look.now_ms / 1000:8.3f} s  {number:3}. {told}")
        self.world.story.add(Happening(look.now_ms, -1, "step", told))
        match step:
            case values.Wait():
                await self.world.wait(lambda _: False, within_ms=step.lasting_ms)
            case values.Until():
                await self._until(step)
            case values.UntilSaid():
                await self._until_said(step)
            case values.Progress():
                await self._progress(step)
            case values.Stabilise():
                lasting = values.Kill | values.HandOver | values.Lie
                await self.faults.stabilise({each.handle for each in self.plan.steps if isinstance(each, lasting)})
            case values.OpenLoad(load=load):
                self.loaded = True
                await self.world.load(load, await self.roster.resolve(load.gateways))
            case values.StopLoad():
                self.loaded = False
                await self.world.load(None, ())
            case values.Start():
                await self.faults.start(step.who)
            case values.Wipe():
                losing = await self.roster.resolve(step.who)
                running = [each for each in losing if each not in self.roster.down]
                if running:
                    raise PlanUnreadable(f"step {number}: member {running[0]} is up; kill it before its disk is lost")
                for member in losing:
                    await self.world.wipe(member)
            case values.TearNextWrite():
                # Whoever is down writes nothing that could be torn.
                torn = tuple(each for each in await self.roster.resolve(step.who) if each not in self.roster.down)
                self.roster.struck[step.who] = torn
                self.roster.torn.update(torn)
                for member in torn:
                    await self.world.tear_next_write(member)
            case values.Heal():
                await self.faults.heal(step.handle)
            case _:
                await self.faults.begin(step)

    async def _until(self, step: values.Until) -> None:
        who = await self.roster.resolve(step.who)

        if not await self.world.wait(lambda look: self.roster.is_reached(step, who, look), within_ms=step.within_ms):
            look = await self.world.look()
            raise _Stuck(
                f"{step.quantity} of {step.who} did not reach {step.at_least} within {step.within_ms / 1000:g} s:"
                f" {told_look(look)}"
            )

    async def _until_said(self, step: values.UntilSaid) -> None:
        sources, targets = await self.roster.resolve(step.source), await self.roster.resolve(step.target)
        if not await self.world.said(
            step.kind, sources=sources, targets=targets, count=step.count, within_ms=step.within_ms
        ):
            look = await self.world.look()
            raise _Stuck(
                f"{step.source} did not say {step.kind} to {step.target} {step.count} times within"
                f" {step.within_ms / 1000:g} s: {told_look(look)}"
            )

    async def _progress(self, step: values.Progress) -> None:
        if not self.loaded:
            await self.world.load(TRICKLE, tuple(self.roster.honest_up(await self.world.look())))
        start = await self.world.look()
        goal = max((start.members[each].certified for each in self.roster.honest_up(start)), default=0) + step.blocks

        def moved(look: Look) -> bool:
            alive = self.roster.honest_up(look)
            return bool(alive) and all(look.members[each].certified >= goal for each in alive)

        if not await self.world.wait(moved, within_ms=step.within_ms):
            look = await self.world.look()
            raise _Stuck(
                f"not every honest member that is up has block {goal} after {step.within_ms / 1000:g} s:"
                f" {told_look(look)}"
            )
        if not self.loaded:
            await self.world.load(None, ())
