"""What is asked for next: operations of every kind, mostly by whom and of what they make sense."""

from collections.abc import Sequence
from hashlib import sha256
from random import Random
from typing import TypeVar

from canonical.hashing import Digest
from canonical.signing import PublicKey
from ledger.operations.access import RecordAccess
from ledger.operations.accounts import (
    AccountState,
    Claim,
    KeepKey,
    RegisterAccount,
    RotateKey,
    SuspensionTerms,
    UpdateAccountState,
    UpdateClaims,
)
from ledger.operations.series import (
    Anchor,
    AnchorKind,
    CosignSeries,
    CreateSeries,
    Disclosure,
    Issue,
    Mint,
    MintBatch,
    SealSeries,
    Tag,
)
from ledger.operations.table import Operation
from ledger.operations.tokens import (
    Approve,
    Burn,
    Redeem,
    Refund,
    SafeBatchTransferFrom,
    SetApprovalForAll,
    TransferFrom,
)
from ledger.operations.works import GrantLicence, RegisterWork, ReviewWork, RevokeLicence
from tests.ledger.naive.figures import DAY_MS
from tests.ledger.naive.founding import ROLES, key_of
from tests.ledger.naive.known import Known
from tests.ledger.naive.writing import PERSONAL

Asked = tuple[str, Operation]
"""Who asks, and for what."""

T = TypeVar("T")

PLATFORMS = ("ant", "tencent", "jd")
NAMES = ("li", "wang", "zhao", "teen")
CLAIMS = (
    (Claim.OVER_18, Claim.REAL_NAME),
    (Claim.OVER_18, Claim.OVER_14, Claim.REAL_NAME),
    (Claim.OVER_14, Claim.REAL_NAME),
    (Claim.OVER_18,),
    (),
)
ANCHORS = (
    Anchor(AnchorKind.TICKET, "ticket-7"),
    Anchor(AnchorKind.EXHIBIT, "hall-3"),
    Anchor(AnchorKind.COURSE, "course-1"),
    Anchor(AnchorKind.PHYSICAL_GOOD, "vase-2"),
)
PICTURE = 0x0123_4567_89AB_CDEF


def digest_of(text: str) -> Digest:
    return Digest(sha256(text.encode()).digest())


class Drawing:
    """Draws from what is known: the areas of things; drawing_cases.py has those of the members."""

    def __init__(self, random: Random, known: Known) -> None:
        self.random = random
        self.known = known

    def rarely(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

    def one(self, options: Sequence[T]) -> T:
        return self.random.choice(options)

    def one_or(self, options: Sequence[str], otherwise: str, one_in: int = 12) -> str:
        """One of `options`, and sometimes, or if there is none, something else."""
        return otherwise if not options or self.rarely(one_in) else self.one(options)

    def words(self, text: str) -> str:
        """What people write, and sometimes should not."""
        return f"{text} {self.one(PERSONAL)}" if self.rarely(40) else text

    def member(self) -> str:
        return self.one_or(sorted(self.known.members & {*ROLES, "caa", "cctv"}), self.one((*ROLES, "caa")), 20)

    def with_role(self, *roles: str) -> str:
        """A member of one of these roles, mostly."""
        return self.one_or([name for name in sorted(self.known.members) if self.known.role(name) in roles], "hunan", 20)

    def people(self) -> list[str]:
        return [name for name, account in self.known.accounts.items() if account.role is None]

    def account(self) -> str:
        return self.one_or(self.people(), self.one((*ROLES, "ant.nobody")))

    def adult(self, *others: str) -> str:
        """Somebody who may buy and be given, and is none of the others."""
        able = [
            name
            for name in self.people()
            if {"over18", "real_name"} <= self.known.accounts[name].claims
            and not self.known.accounts[name].suspended
            and self.known.case_in_force(name) is None
            and name not in others
        ]
        return self.one_or(able, self.account(), 30)

    def work(self) -> str:
        return self.one_or(list(self.known.works), "nothing", 30)

    def series(self, *, sealed: bool | None = None) -> str:
        found = [name for name, each in self.known.series.items() if sealed is None or each.sealed == sealed]
        return self.one_or(found, self.one_or(list(self.known.series), "nothing"), 15)

    def token(self, *states: str) -> str:
        found = [name for name, each in self.known.tokens.items() if not states or each.state in states]
        return self.one_or(found, self.one_or(list(self.known.tokens), "s0-9999"), 15)

    def owner(self, token: str) -> str:
        known = self.known.tokens.get(token)
        return self.one_or([] if known is None else [known.owner], self.account(), 15)

    def register_account(self) -> Asked:
        platform = self.one(PLATFORMS)
        name = self.one(PERSONAL[:1]) if self.rarely(30) else self.one(NAMES)
        account = f"{platform}.{name}"
        by = self.one_or([platform], self.member())
        return by, RegisterAccount(account, digest_of(f"person {name}"), key_of(account), self.one(CLAIMS))

    def update_claims(self) -> Asked:
        account = self.account()
        return self.one_or([account.partition(".")[0]], self.member()), UpdateClaims(
            account, self.one(CLAIMS[:2] * 3 + CLAIMS)
        )

    def rotate_key(self) -> Asked:
        account = self.one_or(self.people(), self.member(), 4)
        by = self.one_or([account, account.partition(".")[0]], self.member())
        key = key_of(self.one((account, f"{account} {self.random.randrange(4)}")))
        return by, RotateKey(account, key, self.known.height + self.one((0, 1, 2, 5)))

    def update_state(self) -> Asked:
        removed = [name for name, each in self.known.accounts.items() if each.role and name not in self.known.members]
        account = self.one_or(self.people(), self.one_or(removed, self.member(), 3), 3)
        known = self.known.accounts.get(account)
        axis = self.one(
            ("operator", "operator", "operator", "both") if known and known.role else ("platform", "operator")
        )
        suspended = self.known.suspended(account)
        # What is suspended is mostly restored, or soon nobody can do anything.
        states = {
            each: AccountState.ACTIVE if each in suspended or self.rarely(6) else AccountState.SUSPENDED
            for each in ("platform", "operator")
        }
        platform_state = states["platform"] if axis in ("platform", "both") else None
        operator_state = states["operator"] if axis in ("operator", "both") else None
        by = self.one_or([account.partition(".")[0] if axis == "platform" else "regulator"], self.member())
        days = self.one((1, 2, 2, self.known.figure("suspension_days_max")))
        end_ms = self.known.now_ms + self.one((days * DAY_MS,) * 8 + (0, 40 * DAY_MS))
        case = f"{self.one((by,) * 10 + ('hunan',)).replace('.', '-')}.s{self.random.randrange(9)}"
        terms = SuspensionTerms(self.words("it was asked for"), case, end_ms)
        suspends = AccountState.SUSPENDED in (platform_state, operator_state)
        is_stated = suspends != self.rarely(15)
        return by, UpdateAccountState(account, platform_state, operator_state, terms if is_stated else None)

    def keep_key(self) -> Asked:
        announced = [name for name in self.people() if self.known.key_announced(name)]
        account = self.one_or(announced, self.one((self.account(), self.member())))
        known = self.known.key_announced(account) if account in self.known.accounts else None
        return account, KeepKey(PublicKey(known) if known and not self.rarely(8) else key_of("nobody"))

    def register_work(self) -> Asked:
        number = len(self.known.works) if not self.rarely(8) else self.random.randrange(4)
        content = number if not self.rarely(8) else 0
        picture = PICTURE ^ self.one((0, 1, 0b111_1111, self.random.getrandbits(64), self.random.getrandbits(64)))
        licensees = self.one(
            (("ant", "jd"), ("jd", "ant"), PLATFORMS, PLATFORMS, ("ant",), ("hunan",), ("nobody", "ant"))
        )
        return self.with_role("registrar"), RegisterWork(
            f"w{number}",
            self.words("Scroll"),
            "unknown",
            "Hunan Museum",
            self.words("Catalogue 1"),
            digest_of(f"content {content}"),
            f"C-{number}",
            licensees,
            picture.to_bytes(8, "big") if self.rarely(2) else None,
        )

    def review_work(self) -> Asked:
        waiting = [name for name, work in self.known.works.items() if work.review == "waiting"]
        return self.one_or(sorted(self.known.voting()), self.member()), ReviewWork(
            self.one_or(waiting, self.work()), accepted=not self.rarely(5)
        )

    def _registrar(self, work: str) -> str:
        known = self.known.works.get(work)
        return self.one_or([known.registrar] if known else [], self.member())

    def grant_licence(self) -> Asked:
        work = self.work()
        return self._registrar(work), GrantLicence(work, self.one((*PLATFORMS, *PLATFORMS, "hunan")))

    def revoke_licence(self) -> Asked:
        work = self.work()
        return self._registrar(work), RevokeLicence(work, self.one(PLATFORMS), self.words("expired"))

    def create_series(self) -> Asked:
        work = self.work()
        licensees = sorted(self.known.works[work].licensees) if work in self.known.works else []
        number = len(self.known.series) if not self.rarely(8) else self.random.randrange(4)
        anchors = self.random.sample(ANCHORS, self.random.randint(2, 4)) if not self.rarely(6) else ANCHORS[:1]
        if self.rarely(12):
            anchors = [*anchors, Anchor(self.one((AnchorKind.CREDIT, AnchorKind.SECURITY)), "bond-1")]
        if self.rarely(12):
            anchors = []
        told = ["A digital edition.", "Private viewing.", "No promise of value."]
        if self.rarely(12):
            told[self.random.randrange(3)] = self.one(("", " ", self.words("Told.")))
        return self.one_or(licensees, self.member(), 10), CreateSeries(
            f"s{number}" if not self.rarely(30) else self.one(PERSONAL[:1]),
            work,
            self.words("Scroll, first series"),
            self.one((1, 3, 12, 40, 40, 10_001)),
            1_990,
            self.one((PLATFORMS, PLATFORMS, PLATFORMS, ("ant", "ant"), ("tencent",), (), ("hunan",))),
            tuple(anchors),
            Disclosure(*told),
            self.one((None, None, 2_990, 1_000)),
            self.one(((), (Tag.CULTURE,), (Tag.HERITAGE,), (Tag.HERITAGE, Tag.CULTURE))),
        )

    def cosign_series(self) -> Asked:
        wanting = [n for n, s in self.known.series.items() if "heritage" in s.terms.tags and not s.cosigner]
        return self.with_role("institution"), CosignSeries(self.one_or(wanting, self.series()))

    def _issuer(self, series: str) -> str:
        known = self.known.series.get(series)
        return self.one_or([known.issuer] if known else [], self.member())

    def seal_series(self) -> Asked:
        minted = [name for name, each in self.known.series.items() if each.minted and not each.sealed]
        series = self.one_or(minted, self.series(), 5)
        return self._issuer(series), SealSeries(series)

    def mint(self) -> Asked:
        series = self.series(sealed=False)
        return self._issuer(series), Mint(series)

    def mint_batch(self) -> Asked:
        series = self.series(sealed=False)
        return self._issuer(series), MintBatch(series, self.one((1, 2, 3, 12, 12, 40)))

    def issue(self) -> Asked:
        left = [name for name, each in self.known.series.items() if each.sealed and each.sold < each.minted]
        series = self.one_or(left, self.series(sealed=True))
        known = self.known.series.get(series)
        by = self.one_or(list(known.terms.sellers) if known else [], self.member())
        price, currency = self.one((1_990,) * 8 + (2_990, 1_989)), self.one(("CNY",) * 12 + ("USDT",))
        return by, Issue(series, self.account(), price, digest_of("paid"), currency)

    def approve(self) -> Asked:
        token = self.token("issued")
        known = self.known.tokens.get(token)
        current = [known.approved] if known and known.approved else []
        to = self.one((None, None, self.account(), self.one(PLATFORMS), self.one(PLATFORMS), *current))
        return self.owner(token), Approve(token, to)

    def set_approval_for_all(self) -> Asked:
        by = self.account()
        known = self.known.accounts.get(by)
        named = sorted(known.operators) if known else []
        if named and self.rarely(3):
            return by, SetApprovalForAll(self.one(named), False)
        return by, SetApprovalForAll(self.one((self.account(), self.account(), by)), not self.rarely(6))

    def _givers(self, token: str, sender: str) -> list[str]:
        known, owner = self.known.tokens.get(token), self.known.accounts.get(sender)
        approved = [known.approved] if known and known.approved else []
        return [sender, sender, *approved, *(sorted(owner.operators) if owner else [])]

    def transfer_from(self) -> Asked:
        token = self.token("issued")
        sender = self.owner(token)
        return self.one_or(self._givers(token, sender), self.account()), TransferFrom(token, sender, self.account())

    def safe_batch_transfer_from(self) -> Asked:
        token = self.token("issued")
        sender = self.owner(token)
        own = [name for name, each in self.known.tokens.items() if each.owner == sender and each.state == "issued"]
        tokens = self.random.sample(own, min(len(own), self.one((1, 2, 3, 12)))) or [token]
        if self.rarely(8):
            tokens.append(self.one((tokens[0], self.token())))
        return self.one_or(self._givers(token, sender), self.account()), SafeBatchTransferFrom(
            tuple(tokens), sender, self.account()
        )

    def redeem(self) -> Asked:
        token = self.token("issued")
        return self.owner(token), Redeem(token, self.words(self.one(("ticket-7", "course-1", "vase-2", "hall-3"))))

    def burn(self) -> Asked:
        token = self.token("issued")
        return self.owner(token), Burn(token)

    def refund(self) -> Asked:
        agreed = [name for name, each in self.known.tokens.items() if each.approved in PLATFORMS]
        token = self.one_or([*agreed, *self.known.choices], self.token("issued"))
        known = self.known.tokens.get(token)
        by = self.one_or([known.approved] if known and known.approved else PLATFORMS, self.member())
        return by, Refund(token, digest_of("paid back"))

    def record_access(self) -> Asked:
        return self.with_role("regulator"), RecordAccess(
            self.words("payloads of reports"), self.one(("regulator.c1", "regulator.c2"))
        )
