"""ByzzFuzz (Winter et al., OOPSLA'23): few rounds, few changes. Most bugs need no clever liar, only the right moment.

A round of a member is the how manieth statement of its life it says: another phase, view or number is another round,
and what it says again is not. In some rounds one member's statement is changed a little, the same for all who are told
the change; in others nothing crosses between two sides. Everything else is as it should be.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from random import Random
from typing import TypeVar

import msgspec

from canonical.encoding import encode
from canonical.hashing import Digest
from consensus.bundle import Bundle, seal
from consensus.messages import BlockVote, Commit, Item, NewView, Prepare, PrePrepare, Proposal, ViewChange
from consensus.types import Epoch, ReplicaId
from node.simulation import Said, SimulatedMember, Simulation
from node.simulation.chance import stream
from scenarios.campaign.plan import PROFILE_NAMES, SAFETY_MS, Change, Corruption, Parting, Plan

ROUNDS = (8, 16, 40)
"""In how many first rounds of a member something may happen: the first view change, some blocks, a checkpoint."""

CORRUPTIONS_MAX = 4
PARTINGS_MAX = 3

PARTED_ROUNDS_MAX = 8
"""A partition lasts up to so many rounds: two blocks, or a block and a view change."""

ANY_SCOPE_CHANCE = 0.3
"""Share of the plans whose changes may be any; those of the others are small, which finds more."""

Statement = PrePrepare | Prepare | Commit | BlockVote | ViewChange | NewView
"""What makes a round."""

_BUNDLES = msgspec.msgpack.Decoder(Bundle)


@dataclass(slots=True)
class Rounds:
    """Counts one member's rounds."""

    _round_of: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def of(self, statement: Statement) -> int:
        """The round that a statement is of, from 1."""
        view = 0 if isinstance(statement, BlockVote) else statement.view
        sequence = 0 if isinstance(statement, ViewChange | NewView) else statement.sequence
        name = (type(statement).__name__, int(view), int(sequence))
        return self._round_of.setdefault(name, len(self._round_of) + 1)


@dataclass(slots=True)
class RoundFaults:
    """Stands between one member and the bus, and does in each round what the plan has for it."""

    simulation: Simulation
    partings: dict[int, frozenset[int]]
    """By round: one side."""
    corruptions: dict[int, Corruption]
    """By round, those of this member."""
    rounds: Rounds = field(default_factory=Rounds)
    _older: dict[type, Statement] = field(default_factory=dict)
    """The statement before, of each kind, as it was meant."""
    _meant: dict[type, Statement] = field(default_factory=dict)

    def say(self, member: SimulatedMember, said: Said) -> Iterable[Said]:
        """What arrives of a frame, and how."""
        try:
            bundle = _BUNDLES.decode(said.payload)
        except msgspec.DecodeError:
            return [said]
        target = next(each.index for each in self.simulation.members if each.id == said.target)
        items: list[Item] = []
        for item in bundle.items:
            if not isinstance(item, Statement):
                items.append(item)
                continue
            self._note(item)
            number = self.rounds.of(item)
            side = self.partings.get(number, frozenset())
            if (member.index in side) != (target in side):
                return []
            items += self._told(item, number, target)
        if items == list(bundle.items):
            return [said]
        if not items:
            return []
        opened = seal(
            items, chain=self.simulation.chain, epoch=Epoch(0), sender=ReplicaId(member.index), sign=member.sign
        )
        return [replace(said, payload=encode(opened.bundle))]

    def _note(self, item: Statement) -> None:
        kind = type(item)
        meant = self._meant.get(kind)
        if meant != item:
            if meant is not None:
                self._older[kind] = meant
            self._meant[kind] = item

    def _told(self, item: Statement, number: int, target: int) -> list[Item]:
        corruption = self.corruptions.get(number)
        if corruption is None or target not in corruption.receivers:
            return [item]
        if corruption.change is Change.OMIT:
            return []
        # One stream a round, begun anew: whoever is told the change is told the same.
        chance = stream(self.simulation.seed, f"corruption {corruption.member} {number}")
        return [corrupted(item, corruption, older=self._older.get(type(item)), chance=chance)]


def corrupted(item: Statement, corruption: Corruption, *, older: Statement | None, chance: Random) -> Statement:
    """The statement with one field changed, a proposal's fields counted as the statement's own."""
    if isinstance(item, PrePrepare) and corruption.field % 3 == 2:
        before = older.proposal if isinstance(older, PrePrepare) else None
        return msgspec.structs.replace(item, proposal=_changed_field(item.proposal, corruption, before, chance))
    return _changed_field(item, corruption, older, chance)


Changed = TypeVar("Changed", bound=Statement | Proposal)


def _changed_field(message: Changed, corruption: Corruption, older: object, chance: Random) -> Changed:
    names = message.__struct_fields__
    # Every third field of a PRE-PREPARE is its proposal, whose own fields are counted by threes.
    name = names[(corruption.field // 3 if isinstance(message, Proposal) else corruption.field) % len(names)]
    before = getattr(older, name) if isinstance(older, type(message)) else None
    return msgspec.structs.replace(
        message, **{name: _changed(getattr(message, name), corruption.change, before, chance)}
    )


def _changed(value: object, change: Change, before: object, chance: Random) -> object:
    if change is Change.OLDER:
        return value if before is None else before
    match value:
        case int():
            return {Change.RAISE: value + 1, Change.LOWER: max(0, value - 1)}.get(change, chance.randrange(2**62))
        case bytes():
            return Digest(chance.randbytes(32))
        case tuple():
            return value[:1] + value if change is Change.RAISE else value[:-1]
        case _:
            return None


def draw_byzzfuzz(seed: int, *, members: int, liars: int, safety_ms: int = SAFETY_MS) -> Plan:
    """The plan of `seed`: changes by at most `liars` members in a few rounds, and partitions of a few rounds."""
    chance = stream(seed, "byzzfuzz")
    rounds = chance.choice(ROUNDS)
    lying = sorted(chance.sample(range(members), min(liars, members)))
    any_scope = chance.random() < ANY_SCOPE_CHANCE
    changes = [each for each in Change if any_scope or each is not Change.RANDOM]
    corruptions = {
        (member, number): Corruption(
            member, number, _some(chance, members), chance.choice(changes), chance.randrange(60)
        )
        for member, number in (
            (chance.choice(lying), chance.randrange(1, rounds + 1))
            for _ in range(chance.randrange(CORRUPTIONS_MAX + 1) if lying else 0)
        )
    }
    partings: dict[int, Parting] = {}
    for _ in range(chance.randrange(PARTINGS_MAX + 1)):
        first, side = chance.randrange(1, rounds + 1), _some(chance, members)
        for number in range(first, first + chance.randrange(1, PARTED_ROUNDS_MAX + 1)):
            partings[number] = Parting(number, side)
    return Plan(
        seed=seed,
        members=members,
        profile=chance.choice(PROFILE_NAMES),
        faults=(),
        liars=(),
        safety_ms=safety_ms,
        load_per_second=chance.choice((5, 20, 60)),
        corruptions=tuple(corruptions[key] for key in sorted(corruptions)),
        partings=tuple(partings[key] for key in sorted(partings)),
    )


def _some(chance: Random, members: int) -> tuple[int, ...]:
    return tuple(sorted(chance.sample(range(members), chance.randrange(1, members + 1))))


def stand_between(simulation: Simulation, plan: Plan) -> None:
    """Let the plan's rounds happen."""
    partings = {each.round: frozenset(each.side) for each in plan.partings}
    corruptions: dict[int, dict[int, Corruption]] = defaultdict(dict)
    for each in plan.corruptions:
        corruptions[each.member][each.round] = each
    for member in simulation.members:
        if partings or corruptions[member.index]:
            simulation.replace_member(member.index, RoundFaults(simulation, partings, corruptions[member.index]))


def step_aside(simulation: Simulation) -> None:
    """From here on everybody says what it means: the time of a plan's rounds is over."""
    for member in simulation.members:
        if isinstance(member.wrapper, RoundFaults):
            simulation.replace_member(member.index, None)
