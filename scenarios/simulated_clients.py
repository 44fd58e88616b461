"""Clients of a simulated world: they arrive at their times, hand in, are told what became of it, and read from quorums.

A single member's answer may be old, since it may lag, or a lie. A reader therefore asks all and believes what a quorum
of them says alike: any quorum shares an honest member with the one that made an earlier answer final.
"""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from random import Random

from canonical.hashing import Digest
from consensus.messages import CertifiedBlock
from consensus.quorum import Committee
from consensus.types import ReplicaId
from ledger.envelope import Envelope
from ledger.receipts import Receipt
from node.admission import Admitted, Known, Refused
from node.certificate_file import certificate_file
from node.simulation import SimulatedMember, Simulation
from node.writes import StoreBlock
from scenarios.certificates import Examiner
from scenarios.false_answers import FalseTongue
from scenarios.heard import Heard
from scenarios.history import Operation, Value
from scenarios.load import Clients
from scenarios.plan import Load
from scenarios.shop import NO_OWNER, Order, Reading

ANSWER_US_MAX = 20_000
"""A member's answer to a reader takes up to so long, each its own time."""

LIE = "nobody"
"""What a liar answers."""


class SimulatedClients:
    """Everybody who talks to the gateways of one simulation."""

    def __init__(
        self, simulation: Simulation, clients: Clients, *, chance: Random, liars: AbstractSet[ReplicaId]
    ) -> None:
        """Let `clients` talk to the members of `simulation`; `liars` is looked at whenever one answers."""
        self.clients = clients
        self._simulation = simulation
        self._chance = chance
        self._liars = liars
        self._load: Load | None = None
        self._gateways: Sequence[int] = ()
        self._loads = 0
        self._orders: dict[Digest, Order] = {}
        """By its first transaction: what was taken in and is not final."""
        self.tongues: dict[int, FalseTongue] = {}
        """By member: who speaks at its gateway in its place."""
        self.heard = Heard(Examiner(simulation.charter, simulation.keyring.verify))
        self._lied_about: dict[Digest, tuple[int, Envelope]] = {}
        """By its first transaction: what was handed in at a gateway that lies, and at which."""

    def open(self, load: Load | None, gateways: Sequence[int]) -> None:
        """Clients come from now on, or stay away."""
        self._load, self._gateways = load, gateways
        self._loads += 1
        if load is not None:
            self._next_arrival(self._loads, self._simulation.agenda.now_us / 1_000)

    def told_final(self, block: StoreBlock) -> None:
        """An honest gateway tells its clients of a final block."""
        first: dict[Digest, Receipt] = {}
        for receipt in block.receipts:
            # What several gateways took in is ordered several times, and refused from the second on.
            first.setdefault(receipt.transaction, receipt)
        for transaction in first:
            order = self._orders.pop(transaction, None)
            if order is not None:
                theirs = tuple(first[each] for each in order.ids)
                self.clients.shop.final(order, theirs, self._simulation.agenda.now_us)

    def told_by_liar(self, member: SimulatedMember, block: StoreBlock) -> None:
        """A gateway that lies tells its clients of a final block, some of them so, some otherwise."""
        tongue = self.tongues.get(member.index)
        for position, transaction in enumerate(block.transaction_ids):
            gateway, envelope = self._lied_about.get(transaction, (-1, None))
            if tongue is None or envelope is None or gateway != member.index:
                continue
            height, charter = block.header.height, self._simulation.charter
            for header, votes in member.disk.proofs(height, height):
                certified = CertifiedBlock(header, block.proposal, votes)
                ids = block.transaction_ids
                proof = certificate_file(charter, certified, envelope, 0, ids, block.receipts, position)
                self.heard.answer(gateway, transaction, tongue.final(proof))

    def hand_in(self, gateway: SimulatedMember, order: Order) -> bool:
        """Give an order to a gateway; return whether it was taken in.

        Whoever is told at once that it is final sees by the proof that it is not, and gives the same order to the next
        gateway: it takes effect once.
        """
        is_taken = self._give(gateway, order)
        tongue = self.tongues.get(gateway.index)
        if tongue is not None and is_taken:
            self.heard.false.add(gateway.index)
            self._lied_about[order.ids[0]] = (gateway.index, order.envelope)
            proof = tongue.too_early(order.envelope, height=gateway.height, timestamp_ms=gateway.wall_ms)
            if self.heard.answer(gateway.index, order.ids[0], proof) is None:
                members = self._simulation.members
                self._give(members[(gateway.index + 1) % len(members)], order)
        return is_taken

    def _give(self, gateway: SimulatedMember, order: Order) -> bool:
        match self._simulation.submit(gateway, order.envelope):
            case Admitted() | Known():
                self._orders[order.ids[0]] = order
                return True
            case Refused(refusals=refusals):
                self.clients.shop.not_taken(order, frozenset(each.code for found in refusals for each in found))
            case _:
                self.clients.shop.not_taken(order)
        return False

    def read(self, reading: Reading) -> None:
        """Ask every member; the answer counts when a quorum has given it, and if none does nobody is told anything."""
        said: Counter[Value] = Counter()
        for member in self._simulation.members:
            after_us = self._chance.randrange(ANSWER_US_MAX)
            agenda = self._simulation.agenda
            agenda.at(agenda.now_us + after_us, partial(self._answer, member, reading.operation, said))

    def _answer(self, member: SimulatedMember, operation: Operation, said: Counter[Value]) -> None:
        if operation.answered_us is not None or not member.up or member.paused:
            return
        is_series = operation.key in self.clients.history.caps
        is_liar = ReplicaId(member.index) in self._liars
        value = LIE if is_liar else value_at(member, operation.key, is_series=is_series)
        if value is None:
            return
        said[value] += 1
        if said[value] == Committee(len(self._simulation.members)).quorum:
            operation.answer, operation.answered_us = value, self._simulation.agenda.now_us
            self.clients.history.ask(operation)

    def _next_arrival(self, number: int, after_ms: float) -> None:
        if self._load is not None and number == self._loads:
            due_ms = after_ms + self.clients.pause_ms(self._load)
            self._simulation.agenda.at(round(due_ms * 1_000), partial(self._arrive, number, due_ms))

    def _arrive(self, number: int, due_ms: float) -> None:
        if number == self._loads and self._gateways and self._load is not None:
            gateway = self._simulation.members[self._gateways[self.clients.sent % len(self._gateways)]]
            wish = self.clients.visit(self._load.kind, self._simulation.agenda.now_us)
            if isinstance(wish, Reading):
                self.read(wish)
            else:
                self.hand_in(gateway, wish)
            self._next_arrival(number, due_ms)


def value_at(member: SimulatedMember, key: str, *, is_series: bool) -> Value | None:
    """How many editions of a series are sold, or whose a token is, at one member; None while a write is under way.

    What is executed and not synced is not told: a crash would take it back. Who lags knows nothing yet of some things.
    """
    ledger = member.core.ledger
    if ledger.height != member.height:
        return None
    if is_series:
        series = ledger.series(key)
        return 0 if series is None else series.issued
    token = ledger.token(key)
    return NO_OWNER if token is None else token.owner
