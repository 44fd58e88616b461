"""What clients send in a scenario: accounts of persons, each transaction by itself, or what people want of a shop.

Opening an account depends on nothing but the platform, so transactions may be lost, late and out of order, and each
that arrives is accepted once. Times are drawn before anything is sent: a slow chain does not slow the load down.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

from canonical.hashing import Digest
from ledger.charter import Charter, Role, chain_id
from ledger.envelope import Envelope, Transaction, seal_envelope, transaction_ids
from ledger.operations.accounts import Claim, RegisterAccount
from scenarios.history import History
from scenarios.plan import Load, LoadKind
from scenarios.shop import Key, Order, Reading, Shop


@dataclass(slots=True)
class Clients:
    """Everybody who sends transactions in one run."""

    charter: Charter
    key: Key
    chance: Random
    nonce_first: int = 1
    sent: int = 0
    history: History = field(default_factory=History)
    """What was asked of the shop and answered."""
    asked: set[Digest] = field(default_factory=set)
    """Every transaction that anybody signed, whatever became of it."""
    shop: Shop = field(init=False)
    _platforms: tuple[str, ...] = field(init=False)
    _nonces: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find out who may open accounts."""
        self._platforms = tuple(each.id for each in self.charter.voters() if each.role is Role.PLATFORM)
        assert self._platforms, "a consortium has a platform"
        self.shop = Shop(self.charter, self.key, self.chance, self.history, self._nonce)

    def pause_ms(self, load: Load) -> float:
        """Time to the next transaction: drawn, or even."""
        mean_ms = 1_000 / load.rate_per_s
        return self.chance.expovariate(1 / mean_ms) if load.arrival == "poisson" else mean_ms

    def visit(self, kind: LoadKind, now_us: int) -> Order | Reading:
        """What the next client wants."""
        if kind is LoadKind.OPEN:
            return self._registration()
        self.sent += 1
        self.shop.gives = kind is LoadKind.GIFTS
        wish = self.shop.visit(now_us)
        if isinstance(wish, Order):
            self.asked.update(wish.ids)
        return wish

    def envelope(self) -> Envelope:
        """The next account, signed."""
        return self._registration().envelope

    def _registration(self) -> Order:
        platform = self._platforms[self.sent % len(self._platforms)]
        self.sent += 1
        nonce = self._nonce(platform)
        public_key, sign = self.key(platform)
        name = f"{platform}.p{self.nonce_first}-{self.sent}"
        person = Digest(sha256(name.encode()).digest())
        operation = RegisterAccount(name, person, public_key, (Claim.OVER_18, Claim.REAL_NAME))
        transactions = (Transaction(nonce, 0, operation),)
        chain = chain_id(self.charter)
        envelope = seal_envelope(platform, transactions, chain=chain, public_key=public_key, sign=sign)
        order = Order(envelope, transaction_ids(envelope, chain=chain))
        self.asked.update(order.ids)
        return order

    def _nonce(self, account: str) -> int:
        """The next one of an account."""
        nonce = self._nonces.get(account, self.nonce_first - 1) + 1
        self._nonces[account] = nonce
        return nonce
