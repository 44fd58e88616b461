"""What will happen in a run, as values drawn from its seed: printed, replayed, shrunk.

A swarm (Groce et al., ISSTA 2012): each seed has some kinds of faults and not others, since a run with everything
at once rarely gets deep. Faults of links and processes may befall any number of members, for safety must not depend on
them. Liars and lost disks are at most as many as the plan allows.
"""

import enum
from dataclasses import dataclass
from random import Random

from node.simulation.chance import stream

SAFETY_MS = 4_000
"""How long faults happen if nothing else is said."""

FAULTS_PER_SECOND_MAX = 2
"""A plan has up to so many faults for each second."""

PROFILE_NAMES = ("lan", "lan", "metro", "wan-china", "wan-world")
"""Where a run takes place; the quick network twice, since most happens there."""


class FaultKind(enum.StrEnum):
    """What can go wrong besides lies."""

    KILL = "kill"
    POWER_CUT = "power-cut"
    TEAR = "tear"
    PAUSE = "pause"
    WIPE = "wipe"
    CLOCK = "clock"
    CUT = "cut"
    PARTITION = "partition"
    LOSS = "loss"
    SLOW = "slow"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    CORRUPT = "corrupt"
    SLOW_DISK = "slow-disk"
    HAND_OVER = "hand-over"


class LiarKind(enum.StrEnum):
    """What a faulty member does with what its core says."""

    SILENT = "silent"
    DEAF_TO_SOME = "selective"
    EQUIVOCATE = "equivocate"
    DOUBLE_VOTE = "double-vote"
    MUTATE = "mutate"
    REPLAY = "replay"
    FORGE = "forge"
    GARBAGE = "garbage"
    EARLY_VIEW_CHANGE = "early-view-change"
    CENSOR_CLIENT = "censor-client"
    CENSOR_TRANSACTION = "censor-transaction"


CENSORS = (LiarKind.CENSOR_CLIENT, LiarKind.CENSOR_TRANSACTION)
"""They came later, and are drawn from a stream of their own: most seeds still stand for the plans that they did."""

CENSOR_SHARE = 0.15
"""Of the liars that do not collude, so many censor instead."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault."""

    at_ms: int
    kind: FaultKind
    members: tuple[int, ...]
    """Whom it befalls; for links, the senders, and for a partition one side."""
    others: tuple[int, ...] = ()
    """For links, the receivers; empty for all."""
    lasts_ms: int = 0
    """After so long it ends."""
    amount: int = 0
    """Per cent of messages, milliseconds of delay or of a clock: as the kind has it."""

    def __str__(self) -> str:
        """One line of a plan."""
        whom = ",".join(map(str, self.members)) + (f" -> {','.join(map(str, self.others))}" if self.others else "")
        return f"at {self.at_ms} ms: {self.kind} of {whom} for {self.lasts_ms} ms, amount {self.amount}"


@dataclass(frozen=True, slots=True)
class Liar:
    """One liar."""

    member: int
    kind: LiarKind

    def __str__(self) -> str:
        """One line of a plan."""
        return f"member {self.member} lies: {self.kind}"


class Change(enum.StrEnum):
    """What becomes of one field of a message, or of the whole, in a corruption."""

    RAISE = "raise"
    """One more; a tuple's first element comes twice."""
    LOWER = "lower"
    """One less; a tuple loses its last element."""
    OLDER = "older"
    """What its sender said there in a message of the same kind before."""
    RANDOM = "random"
    """Anything of the same type: the only change that is not of small scope."""
    OMIT = "omit"
    """The message is not said at all."""


@dataclass(frozen=True, slots=True)
class Corruption:
    """One member says something else in one of its rounds (ByzzFuzz, OOPSLA'23): the same to all `receivers`."""

    member: int
    round: int
    """The how manieth statement of its life it is, from 1."""
    receivers: tuple[int, ...]
    change: Change
    field: int
    """Which field, counted round and round."""

    def __str__(self) -> str:
        """One line of a plan."""
        to = ",".join(map(str, self.receivers))
        return f"round {self.round} of member {self.member}: {self.change} field {self.field}, told to {to}"


@dataclass(frozen=True, slots=True)
class Parting:
    """In one round of each member nothing passes between `side` and the rest."""

    round: int
    side: tuple[int, ...]

    def __str__(self) -> str:
        """One line of a plan."""
        return f"round {self.round} of each member: nothing between {','.join(map(str, self.side))} and the rest"


@dataclass(frozen=True, slots=True)
class LostMessage:
    """One message that never arrives while faults happen. None is drawn: shrinking spells out what a fault lost."""

    source: int
    target: int
    number: int
    """The how manieth message from `source` to `target` of the run it is, from 1."""

    def __str__(self) -> str:
        """One line of a plan."""
        return f"message {self.number} from {self.source} to {self.target} is lost"


@dataclass(frozen=True, slots=True)
class Plan:
    """One run."""

    seed: int
    members: int
    profile: str
    faults: tuple[Fault, ...]
    liars: tuple[Liar, ...]
    safety_ms: int
    load_per_second: int
    twins: tuple[int, ...] = ()
    """Members of whom two copies run under one key; the second copies are numbered on from `members`, in this order."""
    corruptions: tuple[Corruption, ...] = ()
    partings: tuple[Parting, ...] = ()
    lost: tuple[LostMessage, ...] = ()

    @property
    def faulty(self) -> frozenset[int]:
        """Members that lie, lose their disk or have a twin: at most f may, if the rest is to go on."""
        return self.lying | self.wiped

    @property
    def lying(self) -> frozenset[int]:
        """Members that lie or have a twin."""
        lying = {each.member for each in self.liars} | {each.member for each in self.corruptions}
        return frozenset(lying | set(self.twins))

    @property
    def wiped(self) -> frozenset[int]:
        """Members that lose their disk: honest all the same."""
        return frozenset(member for fault in self.faults if fault.kind is FaultKind.WIPE for member in fault.members)

    @property
    def options(self) -> tuple[str, ...]:
        """The kinds of faults and lies in it, sorted, and its network."""
        faults = {each.kind.value for each in self.faults}
        lies = {f"lies: {each.kind.value}" for each in self.liars}
        changes = {f"changes: {each.change.value}" for each in self.corruptions}
        others = {f"on {self.profile}"} | ({"twins"} if self.twins else set())
        cut = ({"round cut"} if self.partings else set()) | ({"message lost"} if self.lost else set())
        return tuple(sorted(faults | lies | changes | others | cut))

    def lines(self) -> list[str]:
        """The plan for people."""
        head = (
            f"seed {self.seed}: {self.members} members on {self.profile},"
            f" {self.safety_ms} ms of faults, {self.load_per_second} envelopes a second"
        )
        twins = [f"member {each} has a twin, number {self.members + at}" for at, each in enumerate(self.twins)]
        parts = (*twins, *self.liars, *self.corruptions, *self.partings, *self.faults, *self.lost)
        return [head, *(f"  {each}" for each in parts)]


def draw_plan(seed: int, *, members: int, liars: int, safety_ms: int = SAFETY_MS) -> Plan:
    """The plan of `seed`: with at most `liars` members that lie or lose their disks."""
    chance = stream(seed, "plan")
    bad = chance.sample(range(members), min(liars, members))
    wiped = [each for each in bad if chance.random() < 0.15]
    lying = [each for each in bad if each not in wiped and chance.random() < 0.8]
    kinds = [kind for kind in FaultKind if kind is not FaultKind.WIPE and chance.random() < 0.4]
    count = chance.randrange(FAULTS_PER_SECOND_MAX * safety_ms // 1_000 + 1) if kinds else 0
    faults = [draw_fault(chance.choice(kinds), chance, members=members, safety_ms=safety_ms) for _ in range(count)]
    faults += [
        Fault(chance.randrange(safety_ms), FaultKind.WIPE, (each,), lasts_ms=chance.randrange(2_000)) for each in wiped
    ]
    colluding = len(lying) > 1 and chance.random() < 0.5
    kind = LiarKind.EQUIVOCATE if colluding else None
    return Plan(
        seed=seed,
        members=members,
        profile=chance.choice(PROFILE_NAMES),
        faults=tuple(sorted(faults, key=lambda each: each.at_ms)),
        liars=tuple(Liar(each, kind or _draw_lie(chance, seed, each)) for each in sorted(lying)),
        safety_ms=safety_ms,
        load_per_second=chance.choice((2, 10, 30)),
    )


def _draw_lie(chance: Random, seed: int, member: int) -> LiarKind:
    spoken = chance.choice([each for each in LiarKind if each not in CENSORS])
    heard = stream(seed, f"censor {member}")
    return heard.choice(CENSORS) if heard.random() < CENSOR_SHARE else spoken


def draw_fault(kind: FaultKind, chance: Random, *, members: int, safety_ms: int) -> Fault:
    """One fault of a kind."""
    at_ms, lasts_ms = chance.randrange(safety_ms), chance.choice((50, 200, 600, 1_500, 4_000))
    everybody = tuple(range(members))
    some = tuple(sorted(chance.sample(everybody, chance.randrange(1, members + 1))))
    others = tuple(sorted(chance.sample(everybody, chance.randrange(1, members + 1))))
    one = (chance.choice(everybody),)
    match kind:
        case FaultKind.KILL | FaultKind.TEAR | FaultKind.PAUSE | FaultKind.HAND_OVER | FaultKind.WIPE:
            return Fault(at_ms, kind, one, lasts_ms=lasts_ms)
        case FaultKind.POWER_CUT:
            return Fault(at_ms, kind, everybody, lasts_ms=lasts_ms)
        case FaultKind.CLOCK:
            return Fault(at_ms, kind, one, lasts_ms=lasts_ms, amount=chance.choice((-60_000, -900, -20, 300, 30_000)))
        case FaultKind.SLOW_DISK:
            return Fault(at_ms, kind, some, lasts_ms=lasts_ms, amount=chance.choice((20, 200)))
        case FaultKind.PARTITION:
            return Fault(at_ms, kind, some, lasts_ms=lasts_ms)
        case FaultKind.CUT:
            return Fault(at_ms, kind, some, others, lasts_ms=lasts_ms, amount=100)
        case FaultKind.SLOW:
            return Fault(at_ms, kind, some, others, lasts_ms=lasts_ms, amount=chance.choice((30, 300, 2_000)))
        case FaultKind.LOSS | FaultKind.DUPLICATE | FaultKind.REORDER | FaultKind.CORRUPT:
            return Fault(at_ms, kind, some, lasts_ms=lasts_ms, amount=chance.choice((5, 30, 70)))
