"""What clients ask for during a run: accounts, sales of a series that is too small for all, and everything twice."""

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

from canonical.hashing import Digest
from ledger.charter import Role
from ledger.envelope import Envelope, Transaction, seal_envelope
from ledger.operations import (
    Anchor,
    AnchorKind,
    Claim,
    CreateSeries,
    Disclosure,
    Issue,
    MintBatch,
    Operation,
    RegisterAccount,
    RegisterWork,
    SealSeries,
)
from node.simulation import SimulatedMember, Simulation
from node.simulation.chance import stream
from scenarios.campaign.twins import copies_of

EDITIONS = 5
"""Of the one series: fewer than will be asked for."""

PRICE_FEN = 1_990
SERIES = "scroll-a"


@dataclass(slots=True)
class Load:
    """Clients of one run."""

    simulation: Simulation
    chance: Random = field(init=False)
    answers: Counter[str] = field(default_factory=Counter)
    """What gateways answered, by kind."""
    _nonces: Counter[str] = field(default_factory=Counter)
    _accounts: list[str] = field(default_factory=list)
    _sent: list[Envelope] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Draw from the load's own stream."""
        self.chance = stream(self.simulation.seed, "load")

    def start(self, *, per_second: int, until_ms: int) -> None:
        """Found a series, and go on asking until `until_ms`."""
        simulation = self.simulation
        platforms = self.platforms()
        registrar = next(each.id for each in simulation.charter.members if each.role is Role.REGISTRAR)
        content = Digest(sha256(b"scroll").digest())
        work = RegisterWork("scroll", "Scroll", "unknown", "Hunan Museum", "Catalogue 1", content, "C-1", platforms)
        disclosure = Disclosure("A digital edition of the scroll.", "Private viewing; no commercial use.")
        anchors = (Anchor(AnchorKind.EXHIBIT, "Hall 3, cabinet 12"),)
        series = CreateSeries(
            SERIES, "scroll", "Scroll, first series", 10_000, PRICE_FEN, platforms, anchors, disclosure
        )
        self.send(self.envelope(registrar, work))
        simulation.at(
            300, lambda: self.send(self.envelope("ant", series, MintBatch(SERIES, EDITIONS), SealSeries(SERIES)))
        )
        gap_ms = 1_000 / per_second
        for number in range(int(until_ms / gap_ms)):
            simulation.at(int((number + self.chance.random()) * gap_ms), self.ask)

    def platforms(self) -> tuple[str, ...]:
        """Members that sell."""
        return tuple(each.id for each in self.simulation.charter.members if each.role is Role.PLATFORM)

    def ask(self) -> None:
        """Ask for something at some gateway, or for the same at another."""
        draw = self.chance.random()
        if draw < 0.2 and self._sent:
            self.send(self.chance.choice(self._sent))
        elif draw < 0.6 and self._accounts:
            to = self.chance.choice(self._accounts)
            payment = Digest(self.chance.randbytes(32))
            self.send(self.envelope(self.chance.choice(self.platforms()), Issue(SERIES, to, PRICE_FEN, payment, "CNY")))
        else:
            self.send(self.registration())

    def registration(self) -> Envelope:
        """A new person's account: always valid."""
        platform = self.chance.choice(self.platforms())
        account = f"{platform}.p{len(self._accounts)}"
        self._accounts.append(account)
        person = Digest(sha256(account.encode()).digest())
        key = self.simulation.keyring.key(account)
        operation = RegisterAccount(account, person, key.public_key, (Claim.OVER_18, Claim.REAL_NAME))
        return self.envelope(platform, operation)

    def envelope(self, account: str, *operations: Operation) -> Envelope:
        """Operations of an account under its signature, with its next nonces."""
        key = self.simulation.keyring.key(account)
        transactions = []
        for operation in operations:
            self._nonces[account] += 1
            transactions.append(Transaction(self._nonces[account], 0, operation))
        return seal_envelope(
            account, tuple(transactions), chain=self.simulation.chain, public_key=key.public_key, sign=key.sign
        )

    def send(self, envelope: Envelope, member: SimulatedMember | None = None) -> None:
        """Hand an envelope to a gateway, any one unless it is said which."""
        self._sent.append(envelope)
        gateway = member or self.chance.choice(copies_of(self.simulation))
        self.answers[type(self.simulation.submit(gateway, envelope)).__name__] += 1
