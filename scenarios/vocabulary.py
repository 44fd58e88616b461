"""The Python spelling of a scenario: a function that says steps, compiled to a plan before anything runs.

    @scenario(members=4, network="wan-china")
    async def deaf_primary(c):
        '''The primary can speak but not hear.'''
        c.load.open(rate_per_s=200)
        await c.until(c.height >= 5)
        cut = c.network.drop(source=c.others, target=c.primary)

Each verb appends a step, so a scenario may be built with loops over `c.members`; what a member does can not be asked,
only waited for. The verbs may be awaited, since that reads well; nothing waits while a plan is compiled.
"""

from collections.abc import Callable, Coroutine, Generator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from consensus.quorum import Committee
from scenarios import plan as values
from scenarios.plan import (
    CHECKED_ALWAYS,
    AnyStep,
    Load,
    LoadKind,
    MessageKind,
    Plan,
    PlanUnreadable,
    Quantity,
    encode_plan,
)
from scenarios.plan_reading import decode_plan, milliseconds, selectors_of
from scenarios.selectors import check_selector

Story = Callable[["Vocabulary"], Coroutine[Any, Any, None]]
"""A function that says steps."""

Types = str | Sequence[str]
"""Types of message by name, one or several; none for all."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story with the setting it was written for."""

    name: str
    story: Story
    members: int
    network: str

    @property
    def says(self) -> str:
        """The first sentence of the story's docstring."""
        return (self.story.__doc__ or "").strip().split("\n")[0]

    def plan(self, *, members: int | None = None) -> Plan:
        """Compile it, for another number of members where one is given.

        Raises: PlanUnreadable.
        """
        vocabulary = Vocabulary(members or self.members)
        telling = self.story(vocabulary)
        try:
            telling.send(None)
        except StopIteration:
            pass
        else:
            telling.close()
            raise PlanUnreadable(f"{self.name} waits for something that is no verb of a scenario")
        said = Plan(
            name=self.name,
            says=self.says,
            members=vocabulary.members,
            network=self.network,
            steps=tuple(vocabulary.steps),
            checks=tuple(vocabulary.checks),
            must_break=tuple(vocabulary.must_break),
        )
        # Bounds are the decoder's: what can not be read back from a report must not be run either.
        return decode_plan(encode_plan(said))


def scenario(*, members: int = 4, network: str = "lan") -> Callable[[Story], Scenario]:
    """Make a story a scenario, named like its function."""

    def named(story: Story) -> Scenario:
        return Scenario(story.__name__.replace("_", "-"), story, members, network)

    return named


@dataclass(frozen=True, slots=True)
class Said:
    """What a verb returns; awaiting it does nothing."""

    def __await__(self) -> Generator[None, None, None]:
        """Be over at once."""
        yield from ()


@dataclass(frozen=True, slots=True)
class Handle:
    """A fault that can be healed."""

    name: str
    vocabulary: "Vocabulary"

    def heal(self) -> Said:
        """Undo it."""
        return self.vocabulary.say(values.Heal(self.name))

    @property
    def struck(self) -> str:
        """Selects whom it struck."""
        return f"@{self.name}"

    def __await__(self) -> Generator[None, None, "Handle"]:
        """Be over at once."""
        yield from ()
        return self


@dataclass(frozen=True, slots=True)
class Measure:
    """Something to wait for; compare it with >=."""

    quantity: Quantity
    who: str

    def __ge__(self, at_least: int) -> values.Until:
        """Say how much of it is awaited."""
        return values.Until(self.quantity, at_least, self.who)


@dataclass(frozen=True, slots=True)
class Indexed:
    """`c.backup[1]` and its like."""

    word: str

    def __getitem__(self, index: int) -> str:
        """The selector's text."""
        return f"{self.word}[{index}]"


@dataclass(frozen=True, slots=True)
class LoadVerbs:
    """Clients."""

    vocabulary: "Vocabulary"

    def open(self, *, rate_per_s: float, arrival: str = "poisson", gateways: str = "all", kind: str = "open") -> Said:
        """Clients send so many transactions a second, at times fixed before the run: accounts unless told otherwise."""
        return self.vocabulary.say(values.OpenLoad(Load(rate_per_s, arrival, gateways, LoadKind(kind))))

    def drop(self, *, rate_per_s: float, arrival: str = "poisson", gateways: str = "all") -> Said:
        """A limited series goes on sale, and more want it than can have it."""
        return self.open(rate_per_s=rate_per_s, arrival=arrival, gateways=gateways, kind=LoadKind.DROP)

    def gifts(self, *, rate_per_s: float, arrival: str = "poisson", gateways: str = "all") -> Said:
        """The same, and tokens are given away."""
        return self.open(rate_per_s=rate_per_s, arrival=arrival, gateways=gateways, kind=LoadKind.GIFTS)

    def stop(self) -> Said:
        """Clients fall silent."""
        return self.vocabulary.say(values.StopLoad())


def _kinds(types: Types) -> tuple[MessageKind, ...]:
    """Types of message by their names.

    Raises: PlanUnreadable.
    """
    names = (types,) if isinstance(types, str) else tuple(types)
    known = {kind.value: kind for kind in MessageKind}
    for name in names:
        if name not in known:
            raise PlanUnreadable(f"{name!r} is no type of message; there are {', '.join(known)}")
    return tuple(known[name] for name in names)


@dataclass(frozen=True, slots=True)
class NetworkVerbs:
    """Links between members. Each harm is to everything that is sent, or only to what carries one of `types`."""

    vocabulary: "Vocabulary"

    def drop(self, *, source: str, target: str, chance: float = 1.0, types: Types = ()) -> Handle:
        """What `source` sends to `target` is lost."""
        return self._harm("cut", values.Links(source, target, drop=chance, types=_kinds(types)))

    def delay(self, *, source: str, target: str, by: str | int, jitter: str | int = 0, types: Types = ()) -> Handle:
        """It comes later, by `by` and up to `jitter` more."""
        late, more = milliseconds(by), milliseconds(jitter)
        return self._harm("delay", values.Links(source, target, delay_ms=late, jitter_ms=more, types=_kinds(types)))

    def duplicate(self, *, source: str, target: str, chance: float = 1.0, types: Types = ()) -> Handle:
        """It comes twice."""
        return self._harm("copy", values.Links(source, target, duplicate=chance, types=_kinds(types)))

    def corrupt(self, *, source: str, target: str, chance: float = 1.0, types: Types = ()) -> Handle:
        """One of its bytes is another on arrival."""
        return self._harm("corrupt", values.Links(source, target, corrupt=chance, types=_kinds(types)))

    def reorder(
        self, *, source: str, target: str, chance: float = 1.0, jitter: str | int = "20 ms", types: Types = ()
    ) -> Handle:
        """It may overtake what was sent before it; all are up to `jitter` late: else there is little to overtake."""
        more = milliseconds(jitter)
        return self._harm("reorder", values.Links(source, target, reorder=chance, jitter_ms=more, types=_kinds(types)))

    def _harm(self, word: str, links: values.Links) -> Handle:
        return self.vocabulary.fault(lambda name: msgspec.structs.replace(links, handle=name), word)

    def partition(self, *groups: str) -> Handle:
        """Members hear only those with whom they share a group."""
        return self.vocabulary.fault(lambda name: values.Partition(groups, handle=name), "partition")


class Vocabulary:
    """What a story may say. Selectors are plain text; the properties spell the common ones."""

    all, honest, liars, up, down = "all", "honest", "liars", "up", "down"
    primary, backups, others, minority, majority = "primary", "backups", "others", "minority", "majority"
    backup, half, member = Indexed("backup"), Indexed("half"), Indexed("member")

    def __init__(self, members: int) -> None:
        """Begin an empty plan for `members`."""
        self.members = members
        self.steps: list[AnyStep] = []
        self.checks: list[str] = [*CHECKED_ALWAYS]
        self.must_break: list[str] = []
        self.load = LoadVerbs(self)
        self.network = NetworkVerbs(self)
        self._faults = 0

    @property
    def faults_max(self) -> int:
        """f: how many of the members may fail."""
        return Committee(self.members).faults_max

    @property
    def quorum(self) -> int:
        """How many members decide."""
        return Committee(self.members).quorum

    def role(self, name: str) -> str:
        """Members by what the institution is."""
        return f"role:{name}"

    # What can be waited for

    @property
    def height(self) -> Measure:
        """The highest block that is final at an honest member."""
        return Measure(Quantity.TOP, "honest")

    @property
    def view(self) -> Measure:
        """The view that a quorum of honest members at least votes in."""
        return Measure(Quantity.VIEW, "honest")

    def height_of(self, who: str) -> Measure:
        """The lowest final block among those selected."""
        return Measure(Quantity.HEIGHT, who)

    def executed_of(self, who: str) -> Measure:
        """The lowest executed block among those selected: a mark before the block is final."""
        return Measure(Quantity.EXECUTED, who)

    def between_views(self, who: str = "honest") -> Measure:
        """How many of the selected left their view and wait for the next one."""
        return Measure(Quantity.BETWEEN_VIEWS, who)

    def said(self, kind: str, *, source: str = "all", target: str = "all", count: int = 1) -> values.UntilSaid:
        """A message of a kind, the `count`-th from now on: `until` stops at that moment, before it arrives."""
        return values.UntilSaid(MessageKind(kind), source, target, count)

    # Verbs

    def until(self, awaited: values.Until | values.UntilSaid, *, within: str | int = "10 s") -> Said:
        """Wait; a failure of liveness if it does not come about."""
        return self.say(msgspec.structs.replace(awaited, within_ms=milliseconds(within)))

    def wait(self, lasting: str | int) -> Said:
        """Let time pass."""
        return self.say(values.Wait(milliseconds(lasting)))

    def kill(self, who: str) -> Handle:
        """A power cut; heal it, or `start` the same."""
        return self.fault(lambda name: values.Kill(who, name), "kill")

    def start(self, who: str) -> Said:
        """Start what is down."""
        return self.say(values.Start(who))

    def pause(self, who: str) -> Handle:
        """Freeze; heal to let go on."""
        return self.fault(lambda name: values.Pause(who, name), "pause")

    def wipe(self, who: str) -> Said:
        """Lose the disks of members that are down."""
        return self.say(values.Wipe(who))

    def tear_next_write(self, who: str) -> Said:
        """The member dies in the middle of its next write."""
        return self.say(values.TearNextWrite(who))

    def set_clock(self, who: str, *, offset: str | int, drift_ppm: int = 0) -> Handle:
        """Their clocks are wrong from now on; an offset may be negative as a number of milliseconds."""
        late = milliseconds(offset)
        return self.fault(lambda name: values.SetClock(who, late, drift_ppm, name), "clock")

    def slow_disk(self, who: str, *, by: str | int) -> Handle:
        """Each write of theirs takes so much longer."""
        late = milliseconds(by)
        return self.fault(lambda name: values.SlowDisk(who, late, name), "slow-disk")

    def fill_disk(self, who: str) -> Handle:
        """Nothing more fits on their disks, and their next write stops them; heal it: there is room, they start."""
        return self.fault(lambda name: values.FillDisk(who, name), "full-disk")

    def hand_over(self, who: str) -> Handle:
        """Stop them as their operators do: who leads says so first; heal it, or `start` the same."""
        return self.fault(lambda name: values.HandOver(who, name), "hand-over")

    def lie(self, who: str, way: str, *, to: str = "all") -> Handle:
        """They lie from now on, in the way named."""
        return self.fault(lambda name: values.Lie(who, way, to, name), "lie")

    def stop_broker(self) -> Handle:
        """The broker is gone until healed."""
        return self.fault(lambda name: values.StopBroker(name), "broker")

    def stabilise(self) -> Said:
        """From here on the world is kind."""
        return self.say(values.Stabilise())

    def progress(self, *, blocks: int = 3, within: str | int = "10 s") -> Said:
        """The chain must move."""
        return self.say(values.Progress(blocks, milliseconds(within)))

    def check(self, *names: str) -> None:
        """What must hold in the end, beside what always must (`CHECKED_ALWAYS` in plan.py)."""
        self.checks += [name for name in names if name not in self.checks]

    def expect_broken(self, *names: str) -> None:
        """What must be seen to break: too many lie here."""
        self.must_break += names
        self.checks = [name for name in self.checks if name not in names]

    # Steps

    def say(self, step: AnyStep) -> Said:
        """Append a step.

        Raises: PlanUnreadable for a selector that selects nobody in any scene.
        """
        for selector in selectors_of(step):
            check_selector(selector)
        self.steps.append(step)
        return Said()

    def fault(self, make: Callable[[str], AnyStep], word: str) -> Handle:
        """Append a fault under a name of its own."""
        self._faults += 1
        name = f"{word}-{self._faults}"
        self.say(make(name))
        return Handle(name, self)
