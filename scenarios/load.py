"""What clients send in a scenario: accounts of persons, opened by the platforms, each transaction by itself.

Opening an account depends on nothing but the platform, so transactions may be lost, late and out of order, and each
that arrives is accepted once. Times are drawn before anything is sent: a slow chain does not slow the load down.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

from canonical.hashing import Digest
from canonical.signing import PublicKey, Sign
from ledger.charter import Charter, Role, chain_id
from ledger.envelope import Envelope, Transaction, seal_envelope
from ledger.operations import Claim, RegisterAccount
from scenarios.plan import Load

Key = Callable[[str], tuple[PublicKey, Sign]]
"""The key of a member's operator."""


@dataclass(slots=True)
class Clients:
    """Everybody who sends transactions in one run."""

    charter: Charter
    key: Key
    chance: Random
    nonce_first: int = 1
    sent: int = 0
    _platforms: tuple[str, ...] = field(init=False)
    _nonces: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find out who may open accounts."""
        self._platforms = tuple(each.id for each in self.charter.voters() if each.role is Role.PLATFORM)
        assert self._platforms, "a consortium has a platform"

    def pause_ms(self, load: Load) -> float:
        """Time to the next transaction: drawn, or even."""
        mean_ms = 1_000 / load.rate_per_s
        return self.chance.expovariate(1 / mean_ms) if load.arrival == "poisson" else mean_ms

    def envelope(self) -> Envelope:
        """The next transaction, signed."""
        platform = self._platforms[self.sent % len(self._platforms)]
        self.sent += 1
        nonce = self._nonces.get(platform, self.nonce_first - 1) + 1
        self._nonces[platform] = nonce
        public_key, sign = self.key(platform)
        name = f"{platform}.p{self.nonce_first}-{self.sent}"
        person = Digest(sha256(name.encode()).digest())
        operation = RegisterAccount(name, person, public_key, (Claim.OVER_18, Claim.REAL_NAME))
        transactions = (Transaction(nonce, 0, operation),)
        return seal_envelope(platform, transactions, chain=chain_id(self.charter), public_key=public_key, sign=sign)
