"""Twins (Bano et al., OPODIS'21): two copies of one member under one key, each the unmodified code with its own disk.

Together they do what a liar does: they equivocate, vote twice and forget what the other promised, and no lie has to be
written down. Which copy hears whom changes from round to round; that and who leads is all that a plan draws.
"""

from collections.abc import Mapping
from random import Random

from network.bus import Channel
from node.simulation import Crypto, Said, SimulatedMember, Simulation
from node.simulation.chance import stream
from node.simulation.links import Links
from node.simulation.member import Surroundings
from node.simulation.profiles import profile_of
from node.simulation.world import DEFAULT_RULES, KNOBS, TRACED_BYTES, Network
from scenarios.campaign.plan import PROFILE_NAMES, SAFETY_MS, Fault, FaultKind, Plan

ROUNDS_MAX = 12
"""The paper: every attack it knows shows in less than a dozen rounds."""

ROUNDS_MS = (60, 200, 700, 1_500)
"""How long a round may last: from one phase of agreement to three patiences of a view."""


class Twinned(Simulation):
    """A simulation in which some members run twice. What is sent to such a member goes to both copies of it."""

    def __init__(
        self,
        charter_size: int,
        *,
        twins: tuple[int, ...],
        seed: int,
        profile: str = "lan",
        crypto: Crypto | str = Crypto.IDEAL,
        rules: Mapping[str, int] = DEFAULT_RULES,
    ) -> None:
        """Found a consortium and start every copy.

        Raises: ValueError for a profile or a crypto that does not exist.
        """
        super().__init__(charter_size, seed=seed, profile=profile, crypto=crypto, rules=rules)
        second = [
            SimulatedMember(index, self._around(charter_size + place), stream(seed, f"twin {index}"))
            for place, index in enumerate(twins)
        ]
        self.copies = (*self.members, *second)
        """All copies: the members, then the second copies in the order of `twins`."""
        names = (*(each.id for each in self.members), *(f"{each.id}'" for each in second))
        self.network = Network(
            Links(
                names,
                profile_of(profile, len(names)),
                self.agenda,
                stream(seed, "network"),
                self._deliver_to_copy,
                stream(seed, "link faults"),
            )
        )
        for member in second:
            member.start()

    def _around(self, copy: int) -> Surroundings:
        return Surroundings(
            self.agenda,
            self.charter,
            self.keyring,
            KNOBS,
            lambda _, said, at_us: self._send_from(copy, said, at_us),
            self._executed,
            self._acknowledged,
            self._accused,
            self._rested,
        )

    def _send(self, source: int, said: Said, at_us: int) -> None:
        self._send_from(source, said, at_us)

    def _broadcast(self, source: int, channel: Channel, payload: bytes, at_us: int) -> None:
        for each in self.members:
            if each.index != source:
                self._send_from(source, Said(each.id, channel, payload), at_us)

    def _send_from(self, copy: int, said: Said, at_us: int) -> None:
        sender = self.copies[copy]
        self._hash.update(b"%d %d %s " % (at_us, copy, said.target.encode()))
        self._hash.update(said.payload[-TRACED_BYTES:])
        for call in self.on_said:
            call(sender, said)
        for number, each in enumerate(self.copies):
            if each.id == said.target and each.index != sender.index:
                self.network.links.send(copy, number, said.channel, said.payload, at_us=at_us)

    def _deliver_to_copy(self, source: int, target: int, channel: Channel, payload: bytes) -> None:
        receiver = self.copies[target]
        receiver.arrive(channel, receiver.id if channel is Channel.INBOX else self.copies[source].id, payload)


def copies_of(simulation: Simulation) -> tuple[SimulatedMember, ...]:
    """Everything that runs: the members, and second copies where there are any."""
    return simulation.copies if isinstance(simulation, Twinned) else simulation.members


def draw_twins(seed: int, *, members: int, liars: int, safety_ms: int = SAFETY_MS) -> Plan:
    """The plan of `seed`: `liars` members have twins, and for each round, who hears whom and whether the view ends."""
    chance = stream(seed, "twins")
    twins = tuple(sorted(chance.sample(range(members), min(liars, members))))
    copies = members + len(twins)
    faults: list[Fault] = []
    at_ms = chance.choice((0, 400))
    for _ in range(chance.randrange(2, ROUNDS_MAX)):
        lasts_ms = chance.choice(ROUNDS_MS)
        if at_ms + lasts_ms > safety_ms:
            break
        side = draw_side(chance, members=members, twins=twins)
        if 0 < len(side) < copies:
            faults.append(Fault(at_ms, FaultKind.PARTITION, side, lasts_ms=lasts_ms))
        if chance.random() < 0.4:
            faults.append(Fault(at_ms + chance.randrange(lasts_ms), FaultKind.HAND_OVER, tuple(range(copies))))
        at_ms += lasts_ms
    return Plan(
        seed=seed,
        members=members,
        profile=chance.choice(PROFILE_NAMES),
        faults=tuple(faults),
        liars=(),
        safety_ms=safety_ms,
        load_per_second=chance.choice((5, 20, 60)),
        twins=twins,
    )


def draw_side(chance: Random, *, members: int, twins: tuple[int, ...]) -> tuple[int, ...]:
    """One side of a round's partition: the rest is the other. Copies of one member are mostly apart."""
    if chance.random() < 0.2:
        return ()
    sides = [chance.random() < 0.5 for _ in range(members + len(twins))]
    for place, twin in enumerate(twins):
        if chance.random() < 0.8:
            sides[members + place] = not sides[twin]
    return tuple(number for number, there in enumerate(sides) if there)
