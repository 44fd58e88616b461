"""linearizable.py: answers that one order explains pass, and each wrong answer is seen."""

from collections.abc import Iterable

import pytest

from scenarios.history import OPERATIONS_MAX, Act, Answer, History, Operation, Value
from scenarios.linearizable import check_linearizable

CAP = 2


def bought(asked: int, answered: int | None, edition: Value | None, to: str = "b") -> Operation:
    return Operation("s", Act.BUY, asked, to=to, answered_us=answered, answer=edition)


def gave(asked: int, answered: int | None, sender: str, to: str, answer: Answer = Answer.YES) -> Operation:
    return Operation("s-0001", Act.GIVE, asked, sender, to, answered, answer)


def owner(asked: int, answered: int, name: str) -> Operation:
    return Operation("s-0001", Act.READ, asked, answered_us=answered, answer=name)


def sold(asked: int, answered: int, count: int) -> Operation:
    return Operation("s", Act.READ, asked, answered_us=answered, answer=count)


def judged(operations: Iterable[Operation]) -> list[str]:
    return check_linearizable(History(list(operations), {"s": CAP}))


SOLD = bought(0, 10, 1, "b")

EXPLAINED = {
    "nothing happened": [],
    "one after the other": [SOLD, bought(20, 30, 2), bought(40, 50, Answer.NO)],
    "two at once, answered the other way round": [bought(0, 30, 2), bought(5, 10, 1)],
    "a read beside a purchase sees it or not": [sold(0, 20, 0), SOLD, sold(1, 20, 1)],
    "a purchase that nobody answered may have happened": [bought(0, None, None), bought(20, 30, 2)],
    "and may not": [bought(0, None, None), bought(20, 30, 1)],
    "and may happen long after": [bought(0, None, None), sold(10, 20, 0), sold(30, 40, 1)],
    "a gift changes the owner": [SOLD, gave(20, 30, "b", "c"), owner(40, 50, "c")],
    "of two gifts at once the ledger takes one": [
        SOLD,
        gave(20, 40, "b", "c"),
        gave(20, 40, "b", "d", Answer.NO),
        owner(50, 60, "c"),
    ],
    "a gift that nobody answered may be seen later": [
        SOLD,
        gave(20, None, "b", "c"),
        owner(30, 40, "b"),
        owner(50, 60, "c"),
    ],
}


@pytest.mark.parametrize("story", EXPLAINED)
def test_what_one_order_explains_is_linearizable(story):
    assert judged(EXPLAINED[story]) == []


WRONG = {
    "oversold": [SOLD, bought(20, 30, 2), bought(40, 50, 3)],
    "one edition sold twice": [bought(0, 10, 1, "b"), bought(5, 15, 1, "c")],
    "sold out too early": [SOLD, bought(20, 30, Answer.NO)],
    "an old count is read": [SOLD, sold(20, 30, 0)],
    "a count is read before anything was asked": [sold(0, 10, 1), bought(20, 30, 1)],
    "editions leave out one": [bought(0, 10, 2)],
    "an old owner is read after a gift": [SOLD, gave(20, 30, "b", "c"), owner(40, 50, "b")],
    "two readers see a gift in different orders": [
        SOLD,
        gave(20, 90, "b", "c"),
        owner(30, 40, "c"),
        owner(50, 60, "b"),
    ],
    "one token is given twice": [SOLD, gave(20, 30, "b", "c"), gave(20, 30, "b", "d")],
    "a gift is refused that was the owner's": [SOLD, gave(20, 30, "b", "c", Answer.NO)],
    "nobody's word is believed": [SOLD, owner(20, 30, "nobody")],
}


@pytest.mark.parametrize("story", WRONG)
def test_what_no_order_explains_is_told_with_the_operation_that_does_not_fit(story):
    (told, *_) = judged(WRONG[story])
    assert "no order of" in told


def test_one_thing_that_is_wrong_does_not_blame_another():
    (told,) = judged([SOLD, sold(20, 30, 0), gave(20, 30, "b", "c"), owner(40, 50, "c")])
    assert told.startswith("s: ")


def test_a_long_history_with_many_at_once_is_judged_in_few_steps():
    operations = [Operation("s-0001", Act.GIVE, at * 10, "b", "b", at * 10 + 55, Answer.YES) for at in range(400)]
    assert judged([bought(0, 0, 1, "b"), *operations]) == []


def test_a_history_that_is_full_claims_nothing_of_what_it_left_out():
    history = History(caps={"s": CAP})
    for at in range(OPERATIONS_MAX):
        history.ask(sold(at * 10, at * 10 + 1, 0))
    history.ask(bought(0, 1, 1))
    assert history.left_out == 1
    history.ask(sold(10**9, 10**9 + 1, 1))
    assert check_linearizable(history) == []


def test_what_was_not_taken_in_never_happened():
    history = History(caps={"s": CAP})
    operation = bought(0, None, None)
    history.ask(operation)
    history.forget(operation)
    assert history.operations == []
