"""What the model keeps of each thing: what happened to it, rather than what follows from that."""

from dataclasses import dataclass, field

from ledger.operations.governance import Action
from ledger.operations.series import CreateSeries
from ledger.operations.works import RegisterWork


@dataclass
class Account:
    """A member, or a person at a platform."""

    platform: str
    key: bytes
    role: str | None = None
    votes: bool = False
    person: bytes | None = None
    claims: set[str] = field(default_factory=set)
    suspended: dict[str, int] = field(default_factory=dict)
    """Until when it is, by axis: `platform`, `operator`."""
    suspensions: dict[str, int] = field(default_factory=dict)
    """When the last suspension on terms ended, or ends, by axis."""
    next_key: tuple[int, int, bytes] | None = None
    """From which block and time on another key signs, and that key."""
    nonces: set[int] = field(default_factory=set)
    signed: dict[int, int] = field(default_factory=dict)
    """How often it signed, by minute."""
    operators: set[str] = field(default_factory=set)
    keys_until_ms: dict[str, int] = field(default_factory=dict)
    """Until when each idempotency key stands for its transaction."""


@dataclass
class Work:
    """As it was entered, and what became of it."""

    entry: RegisterWork
    registrar: str
    licensees: set[str]
    review: str = "clear"
    resembles: str | None = None
    taken_down: str | None = None


@dataclass
class Series:
    """As it was opened, and how far it came."""

    terms: CreateSeries
    issuer: str
    minted: int = 0
    sold: int = 0
    cap: int = 0
    sealed: bool = False
    cosigner: str | None = None
    taken_down: str | None = None


@dataclass
class Token:
    """One edition."""

    series: str
    owner: str
    since_ms: int
    state: str = "minted"
    gifts: int = 0
    gifts_ms: list[int] = field(default_factory=list)
    """When it was given."""
    approved: str | None = None
    redeemed: set[str] = field(default_factory=set)
    taken_down: str | None = None


@dataclass
class Freeze:
    """One case of freezing one thing, as what happened."""

    reason: str
    ends_ms: int
    approved: set[str] = field(default_factory=set)
    released: set[str] = field(default_factory=set)
    upheld: set[str] = field(default_factory=set)
    alone: str | None = None
    """Who put it into force alone."""
    alone_until_ms: int = 0
    confirmed: bool = False
    review_until_ms: int = 0
    is_upheld: bool = False
    over: bool = False

    def end_ms(self) -> int:
        """When it ends by itself; 0 if it never took effect, or was ended."""
        if self.over:
            return 0
        if not self.confirmed:
            return self.alone_until_ms
        if self.review_until_ms and not self.is_upheld:
            return min(self.ends_ms, self.review_until_ms)
        return self.ends_ms


@dataclass
class Dispute:
    """One case about one work."""

    reason: str
    ends_ms: int
    approved: set[str] = field(default_factory=set)
    opened: bool = False
    decided: dict[str, str] = field(default_factory=dict)
    outcome: str | None = None


@dataclass
class Measure:
    """A takedown, or a forced transfer from somebody to somebody."""

    terms: tuple[str, ...]
    until_ms: int
    approved: set[str] = field(default_factory=set)
    done: bool = False


@dataclass
class Proposal:
    """What was put to the vote."""

    proposer: str
    action: Action
    expires_ms: int
    state: str = "open"
    votes_for: set[str] = field(default_factory=set)
    votes_against: set[str] = field(default_factory=set)
    decided: int = 0
    effective: int = 0
    adopted_as: int = 0
    """Its place among all that were ever adopted."""
