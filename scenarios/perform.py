"""Runs a plan in a world, step by step, and judges what is left: one verdict, with the exit code that says its kind."""

import asyncio
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from consensus.explain import Explanation
from consensus.quorum import Committee
from network.policy import LinkPolicy
from scenarios import plan as values
from scenarios.adversary import LIES
from scenarios.checkers import checker
from scenarios.crash import crashed_member, told_crash
from scenarios.errors import MemberFailed
from scenarios.plan import AnyStep, Plan, PlanUnreadable, Quantity, selectors_of
from scenarios.selectors import Scene, resolve
from scenarios.told import told_look, told_step
from scenarios.world import Findings, Happening, Look, Undo, World

TRICKLE = values.Load(rate_per_s=20.0, arrival="even")
"""What clients send while a plan wants progress and has no load of its own: no transactions, no blocks."""


class Outcome(enum.IntEnum):
    """How a run ended; the number is the exit code."""

    HELD = 0
    SAFETY = 10
    LIVENESS = 11
    CRASH = 12
    NOT_DETERMINISTIC = 13
    HARNESS = 14


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a plan in a world."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    """Why it is not HELD, in sentences."""
    skipped: str = ""
    """Why it was not run here at all; empty where it was."""
    checks: tuple[tuple[str, bool], ...] = ()
    """Each check and whether what was expected of it came about."""
    unseen: tuple[str, ...] = ()
    """Checks that were left out, because this world shows nothing of what they read."""
    heights: tuple[int, ...] = ()
    """The last final block of each member."""
    transactions: int = 0
    """Distinct transactions in the longest honest chain."""
    view: int = 0
    """The view at the end."""
    lasted_ms: int = 0
    """Time in the world, not on the wall."""
    trace_hash: str = ""
    explained: Mapping[str, Explanation] = field(default_factory=dict)
    """Of a run that got stuck: where each member that was up stood then and what it waited for, by its id."""


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
    performance = _Performance(plan, world, say)
    stuck: tuple[str, ...] = ()
    crashed: tuple[str, ...] = ()
    await world.open()
    look = None
    explained: dict[str, Explanation] = {}
    try:
        for number, step in enumerate(plan.steps, start=1):
            await performance.step(number, step)
        look = await world.look()
    except _Stuck as waited:
        stuck = (str(waited),)
        look = await world.look()
        explained = await _explained(world, look)
    except MemberFailed as failure:
        crashed = (f"a member stopped: {failure}",)
    except Exception as error:
        member = crashed_member(error)
        if member is None:
            raise
        crashed = (told_crash(member, error),)
    finally:
        findings = await world.close()
    verdict = _judged(plan, world, findings, stuck=stuck, crashed=crashed, look=look)
    return replace(verdict, explained=explained)


async def _explained(world: World, look: Look) -> dict[str, Explanation]:
    """Ask everybody who is up why it does not move; the trace keeps it too."""
    said = await world.explain()
    for member, each in said.items():
        world.story.add(Happening(look.now_ms, member, "explain", msgspec.json.encode(each).decode()))
    return {world.id_of(member): each for member, each in said.items()}


def _judged(
    plan: Plan, world: World, findings: Findings, *, stuck: tuple[str, ...], crashed: tuple[str, ...], look: Look | None
) -> Verdict:
    wrong: list[str] = []
    checks: list[tuple[str, bool]] = []
    for name in plan.checks:
        if name in world.unseen_checks:
            continue
        found = checker(name)(findings)
        checks.append((name, not found))
        wrong += [f"{name}: {each}" for each in found[:5]]
    for name in plan.must_break:
        found = checker(name)(findings)
        checks.append((f"{name} is seen to break", bool(found)))
        if not found:
            wrong.append(f"{name} held, although the plan is made to break it")
    outcome = Outcome.HELD
    if crashed:
        outcome = Outcome.CRASH
    elif wrong:
        outcome = Outcome.SAFETY
    elif stuck and not plan.must_break:
        outcome = Outcome.LIVENESS
    longest = max((findings.blocks[each] for each in findings.honest), key=len, default=())
    return Verdict(
        outcome,
        reasons=() if outcome is Outcome.HELD else (*crashed, *wrong, *stuck),
        checks=tuple(checks),
        unseen=tuple(name for name in plan.checks if name in world.unseen_checks),
        heights=tuple(max((each.height for each in blocks if each.is_final), default=0) for blocks in findings.blocks),
        transactions=len({transaction for block in longest for transaction in block.transactions}),
        view=0 if look is None else look.top_view(),
        lasted_ms=0 if look is None else look.now_ms,
        trace_hash=findings.trace_hash,
    )


@dataclass(slots=True)
class _Performance:
    """A plan under way."""

    plan: Plan
    world: World
    say: Callable[[str], None]
    down: set[int] = field(default_factory=set)
    tears: set[int] = field(default_factory=set)
    """Who is to die in the middle of a write, and was not seen dead yet."""
    fallen: set[int] = field(default_factory=set)
    """Those of `down` that died so, and by no other step: what is awaited of them is not reached."""
    frozen: set[int] = field(default_factory=set)
    liars: set[int] = field(default_factory=set)
    struck: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """By the name of a fault, and by the words that selected: whom it struck."""
    undo: dict[str, Undo] = field(default_factory=dict)
    """Ends each fault that is not healed yet, in the order of their beginning."""
    loaded: bool = False

    async def step(self, number: int, step: AnyStep) -> None:
        """Do one step."""
        look = await self.world.look()
        self._note_fallen(look)
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
                await self._stabilise()
            case values.OpenLoad(load=load):
                self.loaded = True
                await self.world.load(load, await self._resolve(load.gateways))
            case values.StopLoad():
                self.loaded = False
                await self.world.load(None, ())
            case values.Start():
                await self._start(step.who)
            case values.Wipe():
                losing = await self._resolve(step.who)
                running = [each for each in losing if each not in self.down]
                if running:
                    raise PlanUnreadable(f"step {number}: member {running[0]} is up; kill it before its disk is lost")
                for member in losing:
                    await self.world.wipe(member)
            case values.TearNextWrite():
                # Whoever is down writes nothing that could be torn.
                torn = tuple(each for each in await self._resolve(step.who) if each not in self.down)
                self.struck[step.who] = torn
                self.tears.update(torn)
                for member in torn:
                    await self.world.tear_next_write(member)
            case values.Heal():
                await self._heal(step.handle)
            case _:
                self.undo[step.handle] = await self._fault(step)

    def _note_fallen(self, look: Look) -> None:
        fallen = {each for each in self.tears - self.down - self.frozen if not look.members[each].up}
        self.tears -= fallen
        self.fallen |= fallen
        self.down |= fallen

    async def _scene(self) -> Scene:
        look = await self.world.look()
        up = frozenset(each for each in range(self.plan.members) if each not in self.down | self.frozen)
        return Scene(self.world.roles, look.top_view(), up, frozenset(self.liars), self.struck)

    async def _resolve(self, selector: str, *, strike: str = "") -> tuple[int, ...]:
        chosen = resolve(selector, await self._scene())
        if strike:
            self.struck[strike] = self.struck[selector] = chosen
        return chosen

    async def _fault(self, step: values.Fault) -> Undo:
        match step:
            case values.Kill():
                killed = await self._resolve(step.who, strike=step.handle)
                self.fallen.difference_update(killed)
                for member in killed:
                    if member not in self.down:
                        self.down.add(member)
                        await self.world.kill(member)
                return lambda: self._start_all(killed)
            case values.Pause():
                paused = await self._resolve(step.who, strike=step.handle)
                for member in paused:
                    self.frozen.add(member)
                    await self.world.pause(member)
                return lambda: self._resume_all(paused)
            case values.SetClock():
                wrong = await self._resolve(step.who, strike=step.handle)
                for member in wrong:
                    await self.world.set_clock(member, offset_ms=step.offset_ms, drift_ppm=step.drift_ppm)
                return lambda: self._set_right(wrong)
            case values.Lie():
                to = await self._resolve(step.to)
                liars = await self._resolve(step.who, strike=step.handle)
                self.liars.update(liars)
                return await self.world.lie(liars, step.way, to=to)
            case values.Links():
                names = [tuple(map(self.world.id_of, await self._resolve(who))) for who in (step.source, step.target)]
                policy = LinkPolicy(
                    source=names[0],
                    target=names[1],
                    drop=step.drop,
                    tags=step.types,
                    duplicate=step.duplicate,
                    corrupt=step.corrupt,
                    reorder=step.reorder,
                    delay_ms=step.delay_ms,
                    delay_ms_spread=step.jitter_ms,
                )
                return await self.world.links([policy])
            case values.Partition():
                groups = [set(await self._resolve(group)) for group in step.groups]
                cuts: list[LinkPolicy] = []
                for member in range(self.plan.members):
                    heard = set().union(*(group for group in groups if member in group), {member})
                    deaf = tuple(self.world.id_of(each) for each in range(self.plan.members) if each not in heard)
                    if deaf:
                        cuts.append(LinkPolicy(source=(self.world.id_of(member),), target=deaf, drop=1.0))
                return await self.world.links(cuts)
            case values.StopBroker():
                return await self.world.stop_broker()

    async def _heal(self, handle: str) -> None:
        undo = self.undo.pop(handle, None)
        if undo is not None:
            await undo()

    async def _start(self, who: str) -> None:
        chosen = [each for each in await self._resolve(who) if each in self.down]
        await self._start_all(tuple(chosen) or self.struck.get(who, ()))

    async def _start_all(self, members: tuple[int, ...]) -> None:
        starting = [member for member in members if member in self.down]
        self.down.difference_update(starting)
        self.fallen.difference_update(starting)
        # Together: after a power cut nobody waits for the one before.
        await asyncio.gather(*map(self.world.start, starting))

    async def _resume_all(self, members: tuple[int, ...]) -> None:
        for member in members:
            if member in self.frozen:
                self.frozen.discard(member)
                await self.world.resume(member)

    async def _set_right(self, members: tuple[int, ...]) -> None:
        for member in members:
            await self.world.set_clock(member, offset_ms=0, drift_ppm=0)

    async def _stabilise(self) -> None:
        """Heal what is not a killed member or a lie, then start members until a quorum of honest ones is up."""
        kept = {step.handle for step in self.plan.steps if isinstance(step, values.Kill | values.Lie)}
        for handle in [each for each in self.undo if each not in kept]:
            await self._heal(handle)
        needed = Committee(self.plan.members).quorum
        honest_down = sorted(self.down - self.liars)
        up = self.plan.members - len(self.down | self.liars)
        await self._start_all(tuple(honest_down[: max(0, needed - up)]))

    def _honest_up(self, look: Look) -> list[int]:
        return [
            number
            for number, member in enumerate(look.members)
            if member.up and number not in self.liars and number not in self.down
        ]

    async def _until(self, step: values.Until) -> None:
        who = await self._resolve(step.who)

        def reached(look: Look) -> bool:
            self._note_fallen(look)
            excused = (self.down - self.fallen) | self.frozen
            asked = [look.members[each] for each in who if each not in excused]
            seen = [look.members[each] for each in who if look.members[each].up and each not in self.down]
            match step.quantity:
                case Quantity.VIEW:
                    active = sorted((each.view for each in seen if each.active), reverse=True)
                    needed = min(Committee(self.plan.members).quorum, len(who))
                    return len(active) >= needed and active[needed - 1] >= step.at_least
                case Quantity.BETWEEN_VIEWS:
                    return sum(not each.active for each in seen) >= step.at_least
                case Quantity.EXECUTED:
                    return bool(asked) and all(each.up and each.executed >= step.at_least for each in asked)
                case Quantity.TOP:
                    return max((each.certified for each in seen), default=0) >= step.at_least
                case Quantity.HEIGHT:
                    return bool(asked) and all(each.up and each.certified >= step.at_least for each in asked)

        if not await self.world.wait(reached, within_ms=step.within_ms):
            look = await self.world.look()
            raise _Stuck(
                f"{step.quantity} of {step.who} did not reach {step.at_least} within {step.within_ms / 1000:g} s:"
                f" {told_look(look)}"
            )

    async def _until_said(self, step: values.UntilSaid) -> None:
        sources, targets = await self._resolve(step.source), await self._resolve(step.target)
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
            await self.world.load(TRICKLE, (await self._scene_up_honest()))
        start = await self.world.look()
        goal = max((start.members[each].certified for each in self._honest_up(start)), default=0) + step.blocks

        def moved(look: Look) -> bool:
            alive = self._honest_up(look)
            return bool(alive) and all(look.members[each].certified >= goal for each in alive)

        if not await self.world.wait(moved, within_ms=step.within_ms):
            look = await self.world.look()
            raise _Stuck(
                f"not every honest member that is up has block {goal} after {step.within_ms / 1000:g} s:"
                f" {told_look(look)}"
            )
        if not self.loaded:
            await self.world.load(None, ())

    async def _scene_up_honest(self) -> tuple[int, ...]:
        return tuple(self._honest_up(await self.world.look()))
