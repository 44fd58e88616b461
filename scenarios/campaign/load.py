"""What clients ask for during a run: accounts, and what people want of a shop; and much of it twice, anywhere."""

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from random import Random

from canonical.hashing import Digest
from consensus.types import ReplicaId
from ledger.envelope import Envelope
from node.simulation import SimulatedMember, Simulation
from node.simulation.chance import stream
from scenarios.campaign.twins import copies_of
from scenarios.linearizable import check_linearizable
from scenarios.load import Clients
from scenarios.plan import LoadKind
from scenarios.shop import Reading
from scenarios.simulated_clients import SimulatedClients

TOLD_MS = 25
"""How often gateways tell their clients what became final."""


@dataclass(slots=True)
class Load:
    """Clients of one run."""

    simulation: Simulation
    faulty: frozenset[int]
    """Members whose word to a client is worth nothing."""
    chance: Random = field(init=False)
    answers: Counter[str] = field(default_factory=Counter)
    """What gateways answered, by kind."""
    _visitors: SimulatedClients = field(init=False)
    _sent: list[Envelope] = field(default_factory=list)
    _told: dict[int, int] = field(default_factory=dict)
    """By member: up to which height its clients know."""

    def __post_init__(self) -> None:
        """Draw from the load's own stream."""
        simulation = self.simulation
        self.chance = stream(simulation.seed, "load")
        clients = Clients(simulation.charter, simulation.keyring.pair, self.chance)
        liars = frozenset(map(ReplicaId, self.faulty))
        self._visitors = SimulatedClients(simulation, clients, chance=stream(simulation.seed, "readers"), liars=liars)

    def start(self, *, per_second: int, until_ms: int) -> None:
        """Go on asking until `until_ms`."""
        gap_ms = 1_000 / per_second
        for number in range(int(until_ms / gap_ms)):
            self.simulation.at(int((number + self.chance.random()) * gap_ms), self.ask)
        self.simulation.at(TOLD_MS, self._tell)

    def ask(self) -> None:
        """Ask for something at some gateway, or for the same at another."""
        draw = self.chance.random()
        if draw < 0.15 and self._sent:
            self.send(self.chance.choice(self._sent))
        elif draw < 0.3:
            self.send(self.registration())
        else:
            now_us = self.simulation.agenda.now_us
            wish = self._visitors.clients.visit(LoadKind.GIFTS, now_us)
            if isinstance(wish, Reading):
                self._visitors.read(wish)
            elif self._visitors.hand_in(self.chance.choice(copies_of(self.simulation)), wish):
                # Nobody sends again what a gateway refused: for its client it never happened.
                self._sent.append(wish.envelope)

    @property
    def asked(self) -> AbstractSet[Digest]:
        """Every transaction that a client signed, as it grows."""
        return self._visitors.clients.asked

    def unexplained(self) -> list[str]:
        """What clients were told that no order of what they asked explains."""
        return check_linearizable(self._visitors.clients.history)

    def _tell(self) -> None:
        for member in self.simulation.members:
            if member.index in self.faulty or not member.up:
                continue
            known = self._told.get(member.index, 0)
            final = min(member.core.replica.state.certified, member.height)
            base = member.disk.base_height
            for block in member.disk.blocks[max(0, known - base) : final - base]:
                self._visitors.told_final(block)
            self._told[member.index] = max(known, final)
        self.simulation.at(self.simulation.now_ms + TOLD_MS, self._tell)

    def registration(self) -> Envelope:
        """A new person's account: always valid."""
        return self._visitors.clients.envelope()

    def send(self, envelope: Envelope, member: SimulatedMember | None = None) -> None:
        """Hand an envelope to a gateway, any one unless it is said which."""
        self._sent.append(envelope)
        gateway = member or self.chance.choice(copies_of(self.simulation))
        self.answers[type(self.simulation.submit(gateway, envelope)).__name__] += 1
