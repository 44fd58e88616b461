"""Whatever is ordered, execution goes on: operations of every kind, put together at random, in the hands of anybody.

Nothing here says what should come out (the naive model does); it must come out without a fault, keep every invariant,
be the same when it is run again, and be told by `check` before it is ordered. A seed that found something stays.
"""

import typing
from random import Random
from typing import Any

import msgspec
import pytest

from canonical.hashing import Digest
from ledger.execute import BlockResult
from ledger.judge import Guilt
from ledger.ledger import Ledger
from ledger.operations.accounts import Claim, SuspensionTerms
from ledger.operations.freezes import Appeal, UnfreezeAccount, Uphold
from ledger.operations.measures import ForcedTransfer
from ledger.operations.part import Part
from ledger.operations.series import Anchor, AnchorKind, Issue, MintBatch, SealSeries
from ledger.operations.subjects import AccountSubject
from ledger.operations.table import OPERATION_TYPES, Operation
from ledger.operations.tokens import Approve, Redeem, Refund, SafeBatchTransferFrom, TransferFrom
from ledger.parameters import DAY_MS
from ledger.receipts import Status
from tests.ledger.test_operations import ACTIONS
from tests.ledger.world import ADULT, DISCLOSURE, World, issue_operation, key_of, person, series_operation

MEMBERS = ("ant", "tencent", "jd", "copyright", "hunan", "regulator", "notary")
PERSONS = ("ant.li", "ant.wang", "jd.zhao", "jd.li")
CASES = ("case-1", "case-2")
TOKENS = tuple(f"{series}-000{edition}" for series in ("s", "t") for edition in range(1, 5))
OF_TOKENS = (Approve, TransferFrom, SafeBatchTransferFrom, Redeem, Refund, Issue) * 2
"""Asked for more often than others: most happens there."""

SHORT = {"hold_hours_first": 0, "hold_hours_later": 0, "gifts_per_day": 1_000, "purchases_per_person": 3}


def judge(proof: bytes) -> Guilt | None:
    """Believes half of what it is shown."""
    return Guilt(MEMBERS[proof[0] % 5], f"prepare-0-{proof[0]}") if proof[0] % 2 else None


class Anybody:
    """Puts operations together by the names and types of their fields."""

    def __init__(self, seed: int, here: World) -> None:
        self.random = Random(seed)
        self.here = here

    def of(self, kind: type[msgspec.Struct]) -> Any:
        """One of a kind."""
        return kind(**{field.name: self._value(field.name, field.type) for field in msgspec.structs.fields(kind)})

    def operation(self) -> Operation:
        """Any, some more often than others."""
        kinds: tuple[type[Part], ...] = (*OPERATION_TYPES, *OF_TOKENS)
        operation: Operation = self.of(self.random.choice(kinds))
        return operation

    def signer(self, operation: Operation) -> str:
        """Often who might: the owner of the token it names, or whom the owner approved. As often anybody."""
        named = str(getattr(operation, "token", getattr(operation, "tokens", ("",))[0]))
        token = self.here.ledger.token(named)
        if token is None or self.random.random() < 0.4:
            return self.random.choice((*MEMBERS, *PERSONS))
        return token.approved or "ant" if isinstance(operation, Refund) else token.owner

    def _value(self, name: str, kind: Any) -> Any:
        choose, here = self.random.choice, self.here
        by_name: dict[str, Any] = {
            "account": lambda: choose((*PERSONS, *MEMBERS, "ant.new")),
            "to": lambda: choose((*PERSONS, "ant", None) if type(None) in typing.get_args(kind) else PERSONS),
            "sender": lambda: here.ledger.owner_of(choose(TOKENS)) or choose(PERSONS),
            "operator": lambda: choose(PERSONS),
            "token": lambda: choose(TOKENS),
            "tokens": lambda: here.ledger.tokens_of(choose(PERSONS))[:3] or (choose(TOKENS),),
            "series": lambda: choose(("s", "t", "u")),
            "work": lambda: choose(("scroll", "vase")),
            "platform": lambda: choose(("ant", "jd")),
            "licensee": lambda: choose(("ant", "jd", "tencent")),
            "licensees": lambda: ("ant", "jd"),
            "sellers": lambda: ("ant", "jd"),
            "case": lambda: choose(CASES),
            "proposal": lambda: choose(("p-1", "p-2", "p-3")),
            "action": lambda: choose(ACTIONS),
            "subject": lambda: self._subject(kind),
            "benefit": lambda: choose(("ticket-7", "course-1", "hall-3")),
            "expires_ms": lambda: here.now_ms + choose((1, 2, 5)) * DAY_MS,
            "price_fen": lambda: 1_990,
            "price_highest_fen": lambda: None,
            "edition_cap": lambda: 4,
            "count": lambda: self.random.randint(1, 3),
            "currency": lambda: "CNY",
            "claims": lambda: choose((ADULT, (Claim.OVER_14, Claim.REAL_NAME))),
            "disclosure": lambda: DISCLOSURE,
            "person": lambda: person(choose(("li", "wang", "zhao"))),
            "public_key": lambda: key_of(choose(PERSONS)),
            "from_height": lambda: here.ledger.height + choose((1, 100)),
            "terms": lambda: choose(
                (None, SuspensionTerms("fraud", f"{choose(MEMBERS)}.case-1", here.now_ms + DAY_MS))
            ),
            "reason": lambda: choose(("a court said so", "it was stolen")),
            "proof": lambda: bytes([self.random.randrange(256)]),
            "content_hash": lambda: Digest(self.random.randbytes(32)),
        }
        if name in by_name:
            return by_name[name]()
        return self._by_type(kind)

    def _subject(self, kind: Any) -> Any:
        alternatives = typing.get_args(kind)
        if alternatives and all(isinstance(each, type) for each in alternatives):
            return self.of(self.random.choice(alternatives))
        return self.random.choice((*TOKENS, "scroll", "s", "1", "999"))

    def _by_type(self, kind: Any) -> Any:
        info = msgspec.inspect.type_info(kind)
        match info:
            case msgspec.inspect.UnionType():
                return None if info.includes_none else self.of(self.random.choice(typing.get_args(kind)))
            case msgspec.inspect.EnumType():
                return self.random.choice(list(info.cls))
            case msgspec.inspect.BoolType():
                return self.random.random() < 0.5
            case msgspec.inspect.BytesType():
                return self.random.randbytes(info.min_length or 4)
            case msgspec.inspect.IntType():
                return self.random.randint(info.ge or 0, 3)
            case msgspec.inspect.VarTupleType():
                return ()
            case _:
                return "anything"


def beginning() -> World:
    """Two works, an open series and a sealed one with two of four sold, four accounts of three persons."""
    here = World(SHORT)
    here.ledger.appoint(judge)
    for account in PERSONS:
        here.open_account(account, who=account.partition(".")[2])
    here.register_work()
    anchors = tuple(
        Anchor(kind, reference)
        for kind, reference in (
            (AnchorKind.EXHIBIT, "hall-3"),
            (AnchorKind.TICKET, "ticket-7"),
            (AnchorKind.COURSE, "course-1"),
        )
    )
    here.must("ant", series_operation("s", anchors=anchors), MintBatch("s", 4), SealSeries("s"))
    here.must("ant", issue_operation("s", "ant.li"), issue_operation("s", "jd.zhao"))
    here.must("ant", series_operation("t", cap=4), MintBatch("t", 2), SealSeries("t"))
    return here


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_ordered_execution_goes_on(seed):
    here = beginning()
    anybody = Anybody(seed, here)
    accepted: set[type] = set()
    results: list[BlockResult] = []
    for _ in range(30):
        envelopes = []
        for _ in range(8):
            operation = anybody.operation()
            envelope = here.envelope(anybody.signer(operation), operation)
            assert len(here.ledger.check(envelope, here.now_ms)) == 1
            envelopes.append(envelope)
        result = here.execute(envelopes)
        results.append(result)
        for envelope, receipt in zip(envelopes, result.receipts, strict=True):
            if receipt.status is Status.ACCEPTED:
                accepted.add(type(envelope.transactions[0].operation))
        here.wait_days(anybody.random.choice((0, 0, 0.5, 2)))
    assert len(accepted) >= 10, "some of what is asked for should make sense"
    again = Ledger.genesis(here.charter)
    again.appoint(judge)
    for height, (now_ms, batch, result) in enumerate(here.blocks, start=1):
        assert again.execute(height, now_ms, [batch]).state_root == result.state_root
    assert [each.receipts_root for _, _, each in here.blocks][-30:] == [each.receipts_root for each in results]


@pytest.mark.parametrize(
    "operation",
    [
        UnfreezeAccount("jd", "case-1"),
        Appeal(AccountSubject("jd"), "case-1", "there is no such case"),
        Uphold(AccountSubject("jd"), "case-1"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_case_against_a_member_that_never_was_is_refused_and_stops_nobody(operation):
    """Found by seeds 1 to 4: an asserted case of a member, whose account can be named and never be frozen."""
    here = beginning()
    receipt = here.do("jd", operation)
    assert receipt.refusals
    assert here.must("ant.li", Approve("s-0001", "jd.zhao")).events


def test_who_got_a_token_by_force_is_not_paid_back_and_stops_nobody__r6_3():
    """Who did not buy has no purchase to be counted back: the refund once ended the node that executed it."""
    here = beginning()
    force = ForcedTransfer("s-0001", "ant.li", "ant.wang", "a court said so", "case-1")
    for member in ("ant", "tencent", "jd", "copyright", "hunan"):
        here.do(member, force)
    assert here.ledger.owner_of("s-0001") == "ant.wang"
    here.must("ant.wang", Approve("s-0001", "ant"))
    refusals = here.do("ant", Refund("s-0001", Digest(bytes(32)))).refusals
    assert [each.code for each in refusals] == ["E_NOT_BOUGHT"]
