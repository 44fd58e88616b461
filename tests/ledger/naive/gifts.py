"""Approvals and gifts: one, or several to one person, all or none."""

import copy
import dataclasses

from ledger.operations.tokens import Approve, SafeBatchTransferFrom, SetApprovalForAll, TransferFrom
from tests.ledger.naive import works
from tests.ledger.naive.figures import DAY_MS, HOUR_MS
from tests.ledger.naive.identity import judge_claims, judge_identity
from tests.ledger.naive.known import Known
from tests.ledger.naive.ownership import is_operator, judge_sold_token, may_give
from tests.ledger.naive.reasons import Reason, Reasons
from tests.ledger.naive.things import Token

OPERATORS_MAX = 32


def judge_approve(known: Known, by: str, operation: Approve, no: Reasons) -> None:
    token = judge_sold_token(known, operation.token, no)
    no.when(operation.to is not None and operation.to not in known.accounts, "L7", "E_UNKNOWN")
    if token is None:
        return
    no.when(by != token.owner and not is_operator(known, token.owner, by), "L6", "E_NOT_OWNER")
    no.when(operation.to == token.approved, "L9", "E_NO_CHANGE")
    no.when(operation.to == token.owner, "L9", "E_SELF_APPROVAL")
    no.when(works.token_down(known, operation.token), "R4.3", "E_TAKEN_DOWN")
    no.when(operation.to is not None and known.case_in_force(operation.token), "R7.2", "E_FROZEN")


def approve(known: Known, by: str, operation: Approve) -> None:
    known.tokens[operation.token].approved = operation.to


def judge_operator(known: Known, by: str, operation: SetApprovalForAll, no: Reasons) -> None:
    signer = known.accounts.get(by)
    no.unless_may(signer is not None and signer.person is not None)
    no.when(operation.operator not in known.accounts, "L7", "E_UNKNOWN")
    named = set() if signer is None else signer.operators
    no.when((operation.operator in named) == operation.approved, "L9", "E_NO_CHANGE")
    no.when(operation.operator == by, "L9", "E_SELF_APPROVAL")
    is_new = operation.approved and operation.operator not in named
    no.when(is_new and len(named) >= OPERATORS_MAX, "L9", "E_TOO_MANY_OPERATORS")


def set_operator(known: Known, by: str, operation: SetApprovalForAll) -> None:
    operators = known.accounts[by].operators
    (operators.add if operation.approved else operators.discard)(operation.operator)


def day(now_ms: int) -> int:
    """The calendar day of China Standard Time, eight hours ahead."""
    return (now_ms + 8 * HOUR_MS) // DAY_MS


def hold_ms(known: Known, token: Token) -> int:
    return known.hours_ms("hold_hours_first" if token.gifts == 0 else "hold_hours_later")


def judge_gift(known: Known, by: str, operation: TransferFrom, no: Reasons) -> None:
    sender, to = operation.sender, operation.to
    token = judge_sold_token(known, operation.token, no)
    no.when(known.is_suspended(to), "L5", "E_RECIPIENT_STATE", to)
    no.when(by != sender and known.is_suspended(sender), "L5", "E_OWNER_STATE", sender)
    no.when(sender not in known.accounts, "L7", "E_UNKNOWN", sender)
    no.when(to not in known.accounts, "L7", "E_UNKNOWN", to)
    no.when(sender == to, "L9", "E_SELF_GIFT")
    judge_claims(known, to, known.figure("receive_age_min"), no)
    others = (to,) if by == sender else (sender, to)
    frozen_end = next((end for end in others if known.case_in_force(end)), None)
    no.when(frozen_end, "R7.2", "E_ACCOUNT_FROZEN", frozen_end)
    given = gifts_today(known, sender)
    no.when(given >= known.figure("gifts_per_day"), "R10.4", "E_GIFT_LIMIT", sender, given)
    judge_identity(known, (sender, to), no)
    if token is not None:
        no.when(token.owner != sender or not may_give(known, by, token), "L6", "E_NOT_OWNER", operation.token)
        judge_thing(known, operation.token, token, no)


def judge_thing(known: Known, name: str, token: Token, no: Reasons) -> None:
    """The rules of a gift that speak of the edition."""
    work = known.series[token.series].terms.work
    no.when(works.is_disputed(known, work), "R4.3", "E_DISPUTED", work)
    down = works.token_down(known, name)
    no.when(down, "R4.3", "E_TAKEN_DOWN", name)
    no.when(known.case_in_force(name), "R7.2", "E_FROZEN", name)
    held_ms = known.now_ms - token.since_ms
    no.when(held_ms < hold_ms(known, token), "R10.1", "E_HOLD", name)
    no.when(token.gifts >= known.figure("transfers_max"), "R10.2", "E_TRANSFERS", name)
    is_cooling = known.now_ms < known.cooling.get(token.series, 0)
    no.when(is_cooling and held_ms < 2 * hold_ms(known, token), "R10.5", "E_COOLING", name)


def gifts_today(known: Known, account: str) -> int:
    """On this day of China, by the account's person, from whatever account; nobody's, where it is a member's own."""
    person = known.person(account)
    return -1 if person is None else known.given.get((person, day(known.now_ms)), 0)


def give(known: Known, by: str, operation: TransferFrom) -> None:
    token, giver = known.tokens[operation.token], known.person(operation.sender)
    assert giver is not None
    token.owner, token.since_ms, token.approved = operation.to, known.now_ms, None
    token.gifts += 1
    token.gifts_ms.append(known.now_ms)
    today = (giver, day(known.now_ms))
    known.given[today] = known.given.get(today, 0) + 1


def reasons_of_batch(known: Known, by: str, operation: SafeBatchTransferFrom) -> list[Reason]:
    """Each is judged as a gift, seeing those before it; what is said of several in the same words is said once."""
    named = {name: copy.deepcopy(known.tokens[name]) for name in operation.tokens if name in known.tokens}
    tried = dataclasses.replace(known, tokens={**known.tokens, **named}, given=dict(known.given))
    found: list[Reason] = []
    for token in operation.tokens:
        gift, no = TransferFrom(token, operation.sender, operation.to), Reasons()
        judge_gift(tried, by, gift, no)
        reasons = no.in_order()
        found.extend(reason for reason in reasons if reason not in found)
        if not reasons:
            give(tried, by, gift)
    return found


def give_all(known: Known, by: str, operation: SafeBatchTransferFrom) -> None:
    for token in operation.tokens:
        give(known, by, TransferFrom(token, operation.sender, operation.to))
