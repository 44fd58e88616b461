"""The ledger against a naive model: dictionaries, and the rules written again from the design's text.

The model knows nothing of tables, windows or tries. Hypothesis drives both with orders that are mostly plausible and
partly wrong, and compares who owns what, what was refused and why.
"""

from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.ledger import Ledger
from ledger.operations.accounts import AccountState, Claim, RegisterAccount, SuspensionTerms, UpdateAccountState
from ledger.operations.freezes import FreezeToken, UnfreezeToken
from ledger.operations.series import MintBatch, SealSeries
from ledger.operations.tokens import TransferFrom
from ledger.parameters import DAY_MS
from tests.ledger.world import World, issue_operation, key_of, person, series_operation, work_operation

REST_MS = 180 * DAY_MS
"""From the end of a suspension to the next one on the same axis."""

pytestmark = pytest.mark.slow

PLATFORMS = ("ant", "tencent", "jd")
PARTIES = (*PLATFORMS, "copyright", "regulator")
PEOPLE = ("li", "wang", "zhao")
CLAIMS = ((Claim.OVER_18, Claim.REAL_NAME), (Claim.OVER_14, Claim.REAL_NAME), (Claim.OVER_18,), ())

accounts = st.builds(lambda platform, name: f"{platform}.{name}", st.sampled_from(PLATFORMS), st.sampled_from(PEOPLE))
series_names = st.sampled_from(["s", "t"])
tokens = st.just("t-0001") | st.builds(
    lambda series, edition: f"{series}-{edition:04d}", series_names, st.integers(1, 4)
)
members = st.sampled_from((*PLATFORMS, "copyright", "regulator", "hunan"))


@dataclass
class ModelAccount:
    person: str
    claims: tuple[Claim, ...]
    suspended: dict[str, int] = field(default_factory=dict)
    """By axis, when its latest suspension ends or ended."""

    def is_suspended(self, axis: str, now_ms: int) -> bool:
        return now_ms < self.suspended.get(axis, 0)


@dataclass
class ModelSeries:
    issuer: str
    cap: int
    minted: int = 0
    sold: int = 0
    sealed: bool = False


@dataclass
class ModelToken:
    owner: str
    sold: bool = False
    gifts: int = 0
    since_ms: int = 0
    frozen: tuple[str, int] | None = None


@dataclass
class ModelCase:
    expires_ms: int
    approvals: set[str]
    releases: set[str]
    state: str = "proposed"


class LedgerMachine(RuleBasedStateMachine):
    """Every rule below: what the model expects as codes, then the same order given to the ledger."""

    @initialize()
    def start(self) -> None:
        self.world = World({"hold_hours_first": 48, "hold_hours_later": 120, "gifts_per_day": 2})
        self.world.must("copyright", work_operation("scroll", licensees=("ant", "jd")))
        self.people: dict[str, ModelAccount] = {}
        self.series: dict[str, ModelSeries] = {}
        self.tokens: dict[str, ModelToken] = {}
        self.bought: set[tuple[str, str]] = set()
        self.given: dict[tuple[str, int], int] = {}
        self.cases: dict[tuple[str, str], ModelCase] = {}
        for account in ("ant.li", "jd.li", "jd.wang"):
            self.register_account(account, account.split(".")[0], CLAIMS[0])
        self.create_series("t", "jd", 2)
        self.mint("t", "jd", 2)
        self.seal("t", "jd")
        self.issue("t", "ant.li", "ant", 1_990)

    def give(self, account: str, operation: object, expected: list[str]) -> bool:
        """Execute; compare the codes; True if accepted."""
        receipt = self.world.do(account, operation)  # type: ignore[arg-type]
        assert [refusal.code for refusal in receipt.refusals] == expected
        return not expected

    @rule(days=st.sampled_from([0.1, 0.5, 1, 2, 5]))
    def time_passes(self, days):
        self.world.wait_days(days)

    @rule(account=accounts, by=members, claims=st.sampled_from(CLAIMS))
    def register_account(self, account, by, claims):
        expected = []
        if by != account.split(".")[0]:
            expected.append("E_AUTHORITY")
        if account in self.people:
            expected.append("E_EXISTS")
        name = account.split(".")[1]
        if self.give(by, RegisterAccount(account, person(name), key_of(account), claims), expected):
            self.people[account] = ModelAccount(name, claims)

    @rule(account=accounts, by=members, suspend=st.booleans())
    def update_account_state(self, account, by, suspend):
        state = AccountState.SUSPENDED if suspend else AccountState.ACTIVE
        axis = "operator" if by == "regulator" else "platform"
        record, now_ms = self.people.get(account), self.world.now_ms
        expected = []
        if record is None:
            expected.append("E_UNKNOWN")
        else:
            if by not in ("regulator", account.split(".")[0]):
                expected.append("E_AUTHORITY")
            if suspend == record.is_suspended(axis, now_ms):
                expected.append("E_NO_CHANGE")
            if suspend and now_ms < record.suspended.get(axis, -REST_MS) + REST_MS:
                expected.append("E_SUSPENSION_SPENT")
        terms = SuspensionTerms("fraud", f"{by}.s-1", now_ms + 2 * DAY_MS) if suspend else None
        platform_state, operator_state = (None, state) if axis == "operator" else (state, None)
        order = UpdateAccountState(account, platform_state, operator_state, terms)
        if self.give(by, order, expected):
            assert record is not None
            record.suspended[axis] = now_ms + 2 * DAY_MS if suspend else now_ms

    @rule(name=series_names, by=members, cap=st.integers(1, 4))
    def create_series(self, name, by, cap):
        expected = []
        if by not in PLATFORMS:
            expected.append("E_AUTHORITY")
        if name in self.series:
            expected.append("E_EXISTS")
        if by not in ("ant", "jd"):
            expected.append("E_NO_LICENCE")
        if self.give(by, series_operation(name, cap=cap, sellers=("ant", "tencent")), expected):
            self.series[name] = ModelSeries(by, cap)

    @rule(name=series_names, by=st.sampled_from(PLATFORMS), count=st.integers(1, 3))
    def mint(self, name, by, count):
        series = self.series.get(name)
        expected = []
        if series is None:
            expected.append("E_UNKNOWN")
        else:
            if series.issuer != by:
                expected.append("E_AUTHORITY")
            if series.sealed:
                expected.append("E_SEALED")
            if series.minted + count > series.cap:
                expected.append("E_EDITION_CAP")
        if self.give(by, MintBatch(name, count), expected):
            assert series is not None
            for _ in range(count):
                series.minted += 1
                self.tokens[f"{name}-{series.minted:04d}"] = ModelToken(by)

    @rule(name=series_names, by=st.sampled_from(PLATFORMS))
    def seal(self, name, by):
        series = self.series.get(name)
        expected = []
        if series is None:
            expected.append("E_UNKNOWN")
        else:
            if series.issuer != by:
                expected.append("E_AUTHORITY")
            if series.sealed:
                expected.append("E_SEALED")
            if series.minted == 0:
                expected.append("E_EMPTY")
        if self.give(by, SealSeries(name), expected):
            assert series is not None
            series.sealed, series.cap = True, series.minted

    def unusable(self, account: str, code: str) -> list[str]:
        record = self.people.get(account)
        is_suspended = record is not None and any(
            record.is_suspended(axis, self.world.now_ms) for axis in record.suspended
        )
        return [code] if is_suspended else []

    def frozen(self, token: str) -> list[str]:
        record = self.tokens.get(token)
        return ["E_FROZEN"] if record and record.frozen and self.world.now_ms < record.frozen[1] else []

    @rule(name=series_names, to=accounts, by=members, price=st.sampled_from([1_990] * 4 + [1]))
    def issue(self, name, to, by, price):
        series, buyer = self.series.get(name), self.people.get(to)
        expected = self.unusable(to, "E_RECIPIENT_STATE")
        if series is not None and by not in ("ant", "tencent"):
            expected.append("E_AUTHORITY")
        if series is None:
            expected.append("E_UNKNOWN")
        if buyer is None:
            expected.append("E_UNKNOWN")
        if series is not None:
            if not series.sealed:
                expected.append("E_NOT_SEALED")
            if price != 1_990:
                expected.append("E_PRICE")
            if series.sealed and series.sold == series.minted:
                expected.append("E_SOLD_OUT")
        if buyer is not None:
            if Claim.OVER_18 not in buyer.claims:
                expected.append("E_AGE")
            if Claim.REAL_NAME not in buyer.claims:
                expected.append("E_REAL_NAME")
            if (name, buyer.person) in self.bought:
                expected.append("E_PURCHASE_LIMIT")
        if series is not None:
            expected += self.frozen(f"{name}-{series.sold + 1:04d}")
        if buyer is not None and Claim.REAL_NAME not in buyer.claims:
            expected.append("E_IDENTITY")
        if self.give(by, issue_operation(name, to, price_fen=price), expected):
            assert series is not None
            assert buyer is not None
            series.sold += 1
            token = self.tokens[f"{name}-{series.sold:04d}"]
            token.owner, token.sold, token.since_ms = to, True, self.world.now_ms
            self.bought.add((name, buyer.person))

    @rule(token=tokens, to=accounts, stranger=st.none() | accounts)
    def gift(self, token, to, stranger):
        record = self.tokens.get(token)
        by = stranger or (record.owner if record is not None else "ant.li")
        giver, receiver = self.people.get(by), self.people.get(to)
        is_member = by in PLATFORMS
        expected = []
        if giver is None and not is_member:
            expected.append("E_ACCOUNT_UNKNOWN")
        expected += self.unusable(by, "E_ACCOUNT_STATE") + self.unusable(to, "E_RECIPIENT_STATE")
        if record is not None and record.owner != by:
            expected.append("E_NOT_OWNER")
        missing = [record is None, giver is None and not is_member, receiver is None]
        expected += ["E_UNKNOWN"] * sum(missing)
        if record is not None and not record.sold:
            expected.append("E_NOT_SOLD")
        if by == to:
            expected.append("E_SELF_GIFT")
        if receiver is not None:
            if not {Claim.OVER_14, Claim.OVER_18} & set(receiver.claims):
                expected.append("E_AGE")
            if Claim.REAL_NAME not in receiver.claims:
                expected.append("E_REAL_NAME")
        expected += self.frozen(token)
        now_ms = self.world.now_ms
        today = (now_ms + 8 * 3_600_000) // DAY_MS
        if record is not None:
            since_ms = record.since_ms if record.sold else self.token_minted_ms(token)
            if now_ms < since_ms + (2 if record.gifts == 0 else 5) * DAY_MS:
                expected.append("E_HOLD")
        if giver is not None and self.given.get((giver.person, today), 0) >= 2:
            expected.append("E_GIFT_LIMIT")
        # The giver's identity was checked when he got it.
        if is_member or (receiver is not None and Claim.REAL_NAME not in receiver.claims):
            expected.append("E_IDENTITY")
        if self.give(by, TransferFrom(token, by, to), expected):
            assert record is not None
            assert giver is not None
            record.owner, record.gifts, record.since_ms = to, record.gifts + 1, now_ms
            self.given[giver.person, today] = self.given.get((giver.person, today), 0) + 1

    def token_minted_ms(self, token: str) -> int:
        """An unsold token's clock began when it was made; the model does not care and asks."""
        record = self.world.ledger.token(token)
        assert record is not None
        return record.acquired_ms

    @rule(token=tokens, case=st.sampled_from(["case-1", "case-2"]), by=members, day=st.integers(1, 3))
    def freeze(self, token, case, by, day):
        now_ms, record, known = self.world.now_ms, self.tokens.get(token), self.cases.get((token, case))
        expires_ms = known.expires_ms if known is not None else now_ms + day * DAY_MS
        expected = []
        if by not in PARTIES:
            expected.append("E_AUTHORITY")
        if record is None:
            expected.append("E_UNKNOWN")
        if expires_ms <= now_ms:
            expected.append("E_FREEZE_EXPIRY")
        if known is not None and known.state != "proposed":
            expected.append("E_CASE_CLOSED")
        if record is not None and record.frozen is not None and record.frozen[0] != case:
            expected += self.frozen(token)
        if known is not None and by in known.approvals:
            expected.append("E_ALREADY_APPROVED")
        if self.give(by, FreezeToken(token, "court order", case, expires_ms), expected):
            assert record is not None
            known = self.cases.setdefault((token, case), ModelCase(expires_ms, set(), set()))
            known.approvals.add(by)
            if "regulator" in known.approvals and len(known.approvals) > 1:
                known.state, record.frozen = "frozen", (case, expires_ms)

    @rule(token=tokens, case=st.sampled_from(["case-1", "case-2"]), by=members)
    def unfreeze(self, token, case, by):
        record, known = self.tokens.get(token), self.cases.get((token, case))
        expected = []
        if by not in PARTIES:
            expected.append("E_AUTHORITY")
        if record is None:
            expected.append("E_UNKNOWN")
        elif record.frozen is None or record.frozen[0] != case or not self.frozen(token):
            expected.append("E_NOT_FROZEN")
        if known is not None and by in known.releases:
            expected.append("E_ALREADY_APPROVED")
        if self.give(by, UnfreezeToken(token, case), expected):
            assert record is not None
            assert known is not None
            known.releases.add(by)
            if "regulator" in known.releases and len(known.releases) > 1:
                known.state, record.frozen = "released", None

    @invariant()
    def owners_are_the_models(self):
        for name, token in self.tokens.items():
            assert self.world.ledger.owner_of(name) == token.owner
        for account in (*self.people, *PLATFORMS):
            owned = sorted(name for name, token in self.tokens.items() if token.owner == account)
            assert list(self.world.ledger.tokens_of(account)) == owned

    def teardown(self) -> None:
        """The whole life replayed from the start, and the end restored from its entries, are the same ledger."""
        ledger = self.world.ledger
        again = Ledger.genesis(self.world.charter)
        for height, (timestamp_ms, batch, result) in enumerate(self.world.blocks, start=1):
            assert again.execute(height, timestamp_ms, [batch]) == result
        restored = Ledger.restore(
            self.world.charter, ledger.entries(), height=ledger.height, timestamp_ms=ledger.timestamp_ms
        )
        assert restored.state_root == ledger.state_root


LedgerMachine.TestCase.settings = settings(max_examples=50, stateful_step_count=50, deadline=None)
TestLedgerAgainstModel = LedgerMachine.TestCase
