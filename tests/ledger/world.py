"""A small consortium with a ledger, for tests: who signs is known, so signatures are zeros; the ledger checks keys."""

from collections.abc import Sequence
from hashlib import sha256

from canonical.hashing import Digest
from canonical.signing import PublicKey, Signature
from ledger.charter import Charter, Member, Role, chain_id
from ledger.envelope import Envelope, Transaction, seal_envelope
from ledger.execute import BlockResult
from ledger.invariants import holdings_match_owners, recent_matches_trails, violations
from ledger.ledger import AuthoredBatch, Ledger
from ledger.operations.accounts import AccountState, Claim, RegisterAccount, SuspensionTerms, UpdateAccountState
from ledger.operations.series import Anchor, AnchorKind, CreateSeries, Disclosure, Issue, MintBatch, SealSeries, Tag
from ledger.operations.table import Operation
from ledger.operations.works import RegisterWork
from ledger.parameters import DAY_MS
from ledger.receipts import Receipt, Status
from tests.ledger.numbers import in_full

FOUNDED_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z, eight in the morning in China."""

ADULT = (Claim.OVER_18, Claim.REAL_NAME)
ANCHOR = Anchor(AnchorKind.EXHIBIT, "Hall 3, cabinet 12")
DISCLOSURE = Disclosure("A digital edition of the scroll.", "Private viewing; no commercial use.")


def key_of(account: str) -> PublicKey:
    """A public key by name."""
    return PublicKey(sha256(f"key of {account}".encode()).digest())


def person(name: str) -> Digest:
    """A person's commitment by name."""
    return Digest(sha256(f"person {name}".encode()).digest())


def charter(
    parameters: dict[str, int] | None = None, policies: dict[str, str] | None = None, chains: tuple[str, ...] = ()
) -> Charter:
    """Five voters and two learners."""
    roles = (
        ("ant", Role.PLATFORM, True),
        ("tencent", Role.PLATFORM, True),
        ("jd", Role.PLATFORM, True),
        ("copyright", Role.REGISTRAR, True),
        ("hunan", Role.INSTITUTION, True),
        ("regulator", Role.REGULATOR, False),
        ("notary", Role.NOTARY, False),
    )
    members = tuple(
        Member(name, name.title(), "成员", role, votes, key_of(f"node {name}"), key_of(name))
        for name, role, votes in roles
    )
    return Charter(1, "test", FOUNDED_MS, members, parameters or {}, policies or {}, chains)


class World:
    """A ledger whose blocks are one call each and whose invariants are checked after every one."""

    def __init__(
        self,
        parameters: dict[str, int] | None = None,
        policies: dict[str, str] | None = None,
        chains: tuple[str, ...] = (),
    ) -> None:
        self.charter = charter(parameters, policies, chains)
        self.chain = chain_id(self.charter)
        self.ledger = Ledger.genesis(self.charter)
        self.now_ms = FOUNDED_MS
        self.nonces: dict[str, int] = {}
        self.blocks: list[tuple[int, AuthoredBatch, BlockResult]] = []

    def transaction(
        self, account: str, operation: Operation, *, nonce: int = 0, deadline_ms: int = 0, key: str | None = None
    ) -> Transaction:
        """With the account's next nonce, unless one is given, and the numbers of cases in full."""
        operation = in_full(self.ledger, account, operation)
        if nonce == 0:
            nonce = self.nonces[account] = self.nonces.get(account, 0) + 1
        return Transaction(nonce, deadline_ms, operation, key)

    def envelope(self, account: str, *operations: Operation) -> Envelope:
        """Signed with the account's key."""
        return self.seal(account, *(self.transaction(account, operation) for operation in operations))

    def seal(self, account: str, *transactions: Transaction, key: PublicKey | None = None) -> Envelope:
        """Signed with `key`, or with the account's own."""
        key = key or key_of(account)
        return seal_envelope(
            account, transactions, chain=self.chain, public_key=key, sign=lambda _: Signature(bytes(64))
        )

    def execute(self, envelopes: Sequence[Envelope]) -> BlockResult:
        """One block with one batch of member 0."""
        batch = AuthoredBatch(0, self.ledger.last_batch(0) + 1, tuple(envelopes))
        result = self.ledger.execute(self.ledger.height + 1, self.now_ms, [batch])
        self.blocks.append((self.now_ms, batch, result))
        assert violations(self.ledger.state) == []
        assert holdings_match_owners(self.ledger.state, self.ledger._holdings) == []
        assert recent_matches_trails(self.ledger.state, self.ledger._recent, self.now_ms) == []
        return result

    def do(self, account: str, *operations: Operation) -> Receipt:
        """One block with one envelope; the receipt of its last transaction."""
        return self.execute([self.envelope(account, *operations)]).receipts[-1]

    def must(self, account: str, *operations: Operation) -> Receipt:
        """The same, all accepted."""
        receipts = self.execute([self.envelope(account, *operations)]).receipts
        for receipt in receipts:
            assert receipt.status is Status.ACCEPTED, receipt
        return receipts[-1]

    def suspend(self, account: str, *, axis: str = "platform", days: float = 30) -> None:
        """By its platform, or on the operator's axis by the regulator."""
        operation = suspension(account, ends_ms=self.now_ms + int(days * DAY_MS), axis=axis)
        assert operation.terms is not None
        self.must(operation.terms.case.partition(".")[0], operation)

    def wait_days(self, days: float) -> None:
        """Let block time pass."""
        self.now_ms += int(days * DAY_MS)

    def open_account(self, account: str, *, who: str = "", claims: tuple[Claim, ...] = ADULT) -> None:
        """Register a person's account at its platform; the person has the account's name unless `who` is given."""
        operation = RegisterAccount(account, person(who or account), key_of(account), claims)
        self.must(account.partition(".")[0], operation)

    def register_work(self, work: str = "scroll", *, licensees: tuple[str, ...] = ("ant",)) -> None:
        """Register a work whose content is its name."""
        self.must("copyright", work_operation(work, licensees=licensees))

    def sealed_series(self, series: str = "scroll-a", *, editions: int = 3, work: str = "scroll") -> None:
        """Register the work if it is new, create the series at Ant, mint and seal it."""
        if self.ledger.work(work) is None:
            self.register_work(work)
        self.must("ant", series_operation(series, work=work), MintBatch(series, editions), SealSeries(series))

    def sold_token(self, to: str = "ant.li") -> str:
        """A token of a new series, sold to `to`, whose account is opened if it is new."""
        if self.ledger.account(to) is None:
            self.open_account(to)
        series = f"series{self.ledger.height}"
        self.sealed_series(series, editions=1)
        self.must("ant", issue_operation(series, to))
        return f"{series}-0001"


def work_operation(
    work: str = "scroll",
    *,
    licensees: tuple[str, ...] = ("ant",),
    content: str = "",
    perceptual_hash: bytes | None = None,
    title: str = "Scroll",
) -> RegisterWork:
    """A valid registration."""
    content_hash = Digest(sha256((content or work).encode()).digest())
    return RegisterWork(
        work, title, "unknown", "Hunan Museum", "Catalogue 1", content_hash, f"C-{work}", licensees, perceptual_hash
    )


def series_operation(
    series: str = "scroll-a",
    *,
    work: str = "scroll",
    cap: int = 10_000,
    anchors: tuple[Anchor, ...] = (ANCHOR,),
    sellers: tuple[str, ...] = ("ant", "tencent", "jd"),
    disclosure: Disclosure = DISCLOSURE,
    price_highest_fen: int | None = None,
    tags: tuple[Tag, ...] = (),
) -> CreateSeries:
    """A valid series at 19.90 yuan."""
    return CreateSeries(
        series, work, "Scroll, first series", cap, 1_990, sellers, anchors, disclosure, price_highest_fen, tags
    )


def suspension(
    account: str, *, ends_ms: int, axis: str = "platform", by: str = "", reason: str = "fraud"
) -> UpdateAccountState:
    """A valid suspension, by its platform or, on the operator's axis, by the regulator."""
    by = by or (account.partition(".")[0] if axis == "platform" else "regulator")
    terms = SuspensionTerms(reason, f"{by}.s-1", ends_ms)
    suspended = AccountState.SUSPENDED
    if axis == "platform":
        return UpdateAccountState(account, suspended, None, terms)
    return UpdateAccountState(account, None, suspended, terms)


def issue_operation(series: str, to: str, *, price_fen: int = 1_990, currency: str = "CNY") -> Issue:
    """A valid sale."""
    return Issue(series, to, price_fen, Digest(sha256(f"receipt of {to}".encode()).digest()), currency)
