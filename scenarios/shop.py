"""Clients who want things of which there are few: a series goes on sale, is bought, given away, and looked at.

What they ask for follows from what they were told: nothing is sold before the series is final, nobody gives what he
was not told is his. A gift may still come too late, since two of one token may be under way; the ledger says which won.
Whatever sets the stage, work, series and accounts, is sent again until it is final, the same bytes each time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

from canonical.hashing import Digest
from canonical.signing import PublicKey, Sign
from ledger.charter import Charter, Role, chain_id
from ledger.envelope import Envelope, Transaction, seal_envelope, transaction_ids
from ledger.operations.accounts import Claim, RegisterAccount
from ledger.operations.series import Anchor, AnchorKind, CreateSeries, Disclosure, Issue, MintBatch, SealSeries
from ledger.operations.table import Operation as LedgerOperation
from ledger.operations.tokens import TransferFrom
from ledger.operations.works import RegisterWork
from ledger.receipts import Receipt, Status
from scenarios.history import Act, Answer, History, Operation

Key = Callable[[str], tuple[PublicKey, Sign]]
"""The key of a member's operator."""

EDITIONS = 8
"""Of one series: fewer than are asked for. When it is sold out the next one goes on sale."""

PERSONS = 6
"""Buyers and givers; few, so that their wishes collide."""

PRICE_FEN = 1_990

RULES = {"hold_hours_first": 0, "hold_hours_later": 0, "gifts_per_day": 1_000, "purchases_per_person": 10_000}
"""What the charters of stories say otherwise than the defaults: a run lasts seconds, and people give in it."""

WANTED = 4
"""People give and look at the last tokens only, so that what they do meets."""

READ_CHANCE = 0.3
"""Share of the visits in which somebody only looks."""

NO_OWNER = ""
"""What a member answers of a token that it does not know."""

ANSWERED_NO = frozenset({"E_SOLD_OUT", "E_NOT_OWNER"})
"""Refusals that say something about the thing. Any other says nothing, so such an operation is left out."""


@dataclass(frozen=True, slots=True)
class Order:
    """An envelope to hand in, and what its client wants by it."""

    envelope: Envelope
    ids: tuple[Digest, ...]
    operation: Operation | None = None
    """None for what sets the stage."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody looks: at a quorum of members, for one alone may lag or lie."""

    operation: Operation


@dataclass(slots=True)
class Shop:
    """One series after the other, and the people who want it."""

    charter: Charter
    key: Key
    chance: Random
    history: History
    nonce: Callable[[str], int]
    """The next nonce of an account."""
    gives: bool = False
    """Whether owners give away what they have."""
    _staged: dict[str, Order] = field(default_factory=dict)
    _done: set[str] = field(default_factory=set)
    _owners: dict[str, str] = field(default_factory=dict)
    """By token: who owns it, as far as anybody was told."""
    _platforms: tuple[str, ...] = field(init=False)
    _series: int = 1
    _visits: int = 0

    def __post_init__(self) -> None:
        """Find out who sells."""
        self._platforms = tuple(each.id for each in self.charter.voters() if each.role is Role.PLATFORM)

    def visit(self, now_us: int) -> Order | Reading:
        """What the next client does."""
        self._visits += 1
        stage = self._next_of_stage()
        if stage is not None:
            return stage
        tokens = list(self._owners)[-WANTED:]
        if self.chance.random() < READ_CHANCE:
            return self._look(self.chance.choice([self.series, *tokens]), now_us)
        if self.gives and tokens and self.chance.random() < 0.6:
            return self._gift(self.chance.choice(tokens), now_us)
        return self._purchase(now_us)

    def final(self, order: Order, receipts: tuple[Receipt, ...], now_us: int) -> None:
        """An order's transactions are final."""
        if order.operation is None:
            name = next((name for name, staged in self._staged.items() if staged is order), None)
            if name is not None and all(each.status is Status.ACCEPTED for each in receipts):
                self._done.add(name)
            return
        self._answer(order.operation, receipts[0], now_us)

    def not_taken(self, order: Order, codes: frozenset[str] = frozenset()) -> None:
        """No gateway took it in, for the reasons in `codes` if the ledger had any: it never happens."""
        if order.operation is not None:
            self.history.forget(order.operation)
            if "E_SOLD_OUT" in codes:
                self._move_on(order.operation)

    def _move_on(self, operation: Operation) -> None:
        """The series is sold out: the next one goes on sale."""
        if operation.act is Act.BUY and operation.key == self.series:
            self._series += 1

    @property
    def series(self) -> str:
        """What is on sale."""
        return f"drop-{self._series}"

    def _answer(self, operation: Operation, receipt: Receipt, now_us: int) -> None:
        if receipt.status is Status.ACCEPTED:
            token = next(dict(each.params)["token"] for each in receipt.events if each.name == "transfer")
            self._owners[token] = operation.to
            operation.answer = int(token.rpartition("-")[2]) if operation.act is Act.BUY else Answer.YES
        elif {each.code for each in receipt.refusals} <= ANSWERED_NO:
            operation.answer = Answer.NO
            self._move_on(operation)
        else:
            self.history.forget(operation)
            return
        operation.answered_us = now_us

    # What sets the stage

    def _next_of_stage(self) -> Order | None:
        """What is not final yet of all that a sale needs, one after the other in turn; None where all is."""
        needed = ["work"] if "work" not in self._done else [self.series, *map(self._person, range(PERSONS))]
        missing = [name for name in needed if name not in self._done]
        if not missing:
            return None
        name = missing[self._visits % len(missing)]
        if name not in self._staged:
            self._staged[name] = self._stage(name)
        return self._staged[name]

    def _stage(self, name: str) -> Order:
        platforms = self._platforms
        if name == "work":
            registrar = next(each.id for each in self.charter.members if each.role is Role.REGISTRAR)
            content = Digest(sha256(b"scroll").digest())
            work = RegisterWork("scroll", "Scroll", "unknown", "Hunan Museum", "Cat. 1", content, "C-1", platforms)
            return self._order(registrar, registrar, work)
        if name == self.series:
            disclosure = Disclosure("A digital edition of the scroll.", "Private viewing; no commercial use.")
            anchors = (Anchor(AnchorKind.EXHIBIT, "Hall 3, cabinet 12"),)
            created = CreateSeries(name, "scroll", "Scroll", EDITIONS, PRICE_FEN, platforms, anchors, disclosure)
            self.history.caps[name] = EDITIONS
            return self._order(platforms[0], platforms[0], created, MintBatch(name, EDITIONS), SealSeries(name))
        platform = name.partition(".")[0]
        person = Digest(sha256(name.encode()).digest())
        claims = (Claim.OVER_18, Claim.REAL_NAME)
        return self._order(platform, platform, RegisterAccount(name, person, self.key(platform)[0], claims))

    # What people want

    def _purchase(self, now_us: int) -> Order:
        to = self._person(self.chance.randrange(PERSONS))
        payment = Digest(self.chance.randbytes(32))
        seller = self.chance.choice(self._platforms)
        operation = Operation(self.series, Act.BUY, now_us, to=to)
        return self._wish(operation, seller, seller, Issue(self.series, to, PRICE_FEN, payment, "CNY"))

    def _gift(self, token: str, now_us: int) -> Order:
        sender = self._owners[token]
        others = [name for name in map(self._person, range(PERSONS)) if name != sender]
        to = self.chance.choice(others)
        operation = Operation(token, Act.GIVE, now_us, sender=sender, to=to)
        return self._wish(operation, sender, sender.partition(".")[0], TransferFrom(token, sender, to))

    def _look(self, key: str, now_us: int) -> Reading:
        operation = Operation(key, Act.READ, now_us)
        return Reading(operation)

    def _wish(self, operation: Operation, account: str, signer: str, asked: LedgerOperation) -> Order:
        self.history.ask(operation)
        order = self._order(account, signer, asked)
        return Order(order.envelope, order.ids, operation)

    def _order(self, account: str, signer: str, *operations: LedgerOperation) -> Order:
        """Operations of `account` under the key of the member that keeps it."""
        public_key, sign = self.key(signer)
        transactions = tuple(Transaction(self.nonce(account), 0, each) for each in operations)
        chain = chain_id(self.charter)
        envelope = seal_envelope(account, transactions, chain=chain, public_key=public_key, sign=sign)
        return Order(envelope, transaction_ids(envelope, chain=chain))

    def _person(self, number: int) -> str:
        return f"{self._platforms[number % len(self._platforms)]}.buyer-{number}"
