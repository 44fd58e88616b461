"""Each checker finds what it is for, and says nothing of what is well or of a liar's disk."""

from dataclasses import replace
from hashlib import sha256

import pytest

from canonical.hashing import Digest
from ledger.receipts import Status
from scenarios.checkers import CHECKERS, checker
from scenarios.history import Act, History, Operation
from scenarios.plan import PlanUnreadable
from scenarios.world import Findings, SeenBlock


def digest(name):
    return Digest(sha256(name.encode()).digest())


def chain(*names):
    blocks = []
    parent = digest("genesis")
    for height, name in enumerate(names, start=1):
        transaction = (digest(f"transaction of {name}"),)
        state = digest(f"state {name}")
        blocks.append(
            SeenBlock(height, digest(name), parent, state, 1_000 * height, True, transaction, (Status.ACCEPTED,))
        )
        parent = digest(name)
    return tuple(blocks)


GOOD = Findings(
    honest=frozenset({0, 1, 2}),
    blocks=(chain("a", "b", "c"), chain("a", "b"), chain("a", "b", "c"), chain("x", "y")),
    views=((0, 1, 2), (0, 2), (0,), (3, 0)),
    accused=frozenset({3}),
    acknowledged=frozenset({digest("transaction of c")}),
    believed={digest("transaction of a"): Status.ACCEPTED},
    false_answers=frozenset({3}),
    doubted=frozenset({3}),
    asked=frozenset(digest(f"transaction of {name}") for name in "abc"),
)


def with_block(findings, member, index, **changes):
    blocks = [list(each) for each in findings.blocks]
    blocks[member][index] = replace(blocks[member][index], **changes)
    return replace(findings, blocks=tuple(map(tuple, blocks)))


WRONG = {
    "agreement": with_block(GOOD, 1, 1, digest=digest("fork")),
    "prefix": with_block(GOOD, 0, 2, parent=digest("fork")),
    "exactly-once": with_block(GOOD, 0, 2, transactions=(digest("transaction of a"),)),
    "validity": with_block(GOOD, 1, 1, transactions=(digest("a gift that nobody gave"),)),
    "certificates": replace(GOOD, unsound=("ant: what lies beside block 2 does not prove it final",)),
    "recorded": replace(GOOD, unrecorded=("ant said commit in view 0 for 2, and it is not on its disk",)),
    "no-coin": replace(GOOD, violations=("ant: no transferable balance: Pay could move ['fen']",)),
    "believed": replace(GOOD, believed={digest("transaction of x"): Status.ACCEPTED}),
    "liars-exposed": replace(GOOD, doubted=frozenset()),
    "state-root": with_block(GOOD, 1, 1, state_root=digest("fork")),
    "linearizable": replace(GOOD, history=History([Operation("s", Act.READ, 0, answered_us=1, answer=1)], {"s": 1})),
    "time": with_block(GOOD, 2, 2, timestamp_ms=1),
    "view-monotone": replace(GOOD, views=((0, 2, 1), (0,), (0,), ())),
    "evidence": replace(GOOD, accused=frozenset({0})),
    "liars-named": replace(GOOD, accused=frozenset()),
    "one-owner": replace(GOOD, violations=("ant: one owner: token 7 belongs to nobody",)),
    "never-oversold": replace(GOOD, violations=("ant: never oversold: drop-1 sold 9, made 8 of 8",)),
    "read-your-commit": replace(GOOD, acknowledged=frozenset({digest("transaction of x")})),
}


@pytest.mark.parametrize("name", CHECKERS)
def test_checker_is_silent_when_all_is_well(name):
    assert checker(name)(GOOD) == []


@pytest.mark.parametrize("name", CHECKERS)
def test_checker_says_what_is_wrong(name):
    assert checker(name)(WRONG[name])


@pytest.mark.parametrize(
    "found", ["one owner: x", "never oversold: x", "purchases match sales: x", "no transferable balance: x", "other: x"]
)
def test_each_violation_of_the_ledger_is_one_check_s_to_tell(found):
    told = [name for name in CHECKERS if checker(name)(replace(GOOD, violations=(f"ant: {found}",)))]
    assert len(told) == 1


def test_who_believes_that_an_accepted_transaction_was_refused_was_lied_to():
    (told,) = checker("believed")(replace(GOOD, believed={digest("transaction of b"): Status.REFUSED}))
    assert "refused; but it was: accepted" in told


def test_one_gap_breaks_the_prefix():
    blocks = GOOD.blocks[0]
    assert checker("prefix")(replace(GOOD, blocks=((blocks[0], blocks[2]), *GOOD.blocks[1:])))


def test_a_transaction_refused_the_second_time_took_effect_once():
    again = with_block(GOOD, 0, 2, transactions=(digest("transaction of a"),), statuses=(Status.REFUSED,))
    assert checker("exactly-once")(again) == []


def test_an_unknown_check_is_refused_with_those_there_are():
    assert checker("exactly_once") is checker("exactly-once")
    with pytest.raises(PlanUnreadable, match="agreement, prefix"):
        checker("goodness")
