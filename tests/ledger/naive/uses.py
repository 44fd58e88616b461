"""What an owner does with what he has, and the buyer who gives it back."""

from ledger.operations.tokens import Burn, Redeem, Refund
from tests.ledger.naive import works
from tests.ledger.naive.known import Known
from tests.ledger.naive.ownership import judge_sold_token
from tests.ledger.naive.reasons import Reasons
from tests.ledger.naive.things import Token
from tests.ledger.naive.winding_down import chose_refund
from tests.ledger.naive.writing import judge_words

USED_UP = ("physical_good", "ticket", "course")


def judge_redeem(known: Known, by: str, operation: Redeem, no: Reasons) -> None:
    token = judge_sold_token(known, operation.token, no)
    judge_words(no, operation.benefit)
    if token is None:
        return
    no.when(by != token.owner, "L6", "E_NOT_OWNER")
    anchors = known.series[token.series].terms.anchors
    promised = [anchor.reference for anchor in anchors if anchor.kind in USED_UP]
    no.when(operation.benefit not in promised, "R1.2", "E_NO_BENEFIT")
    no.when(operation.benefit in token.redeemed, "R1.2", "E_ALREADY_REDEEMED")
    work = known.series[token.series].terms.work
    no.when(works.is_disputed(known, work), "R4.3", "E_DISPUTED")
    no.when(works.token_down(known, operation.token), "R4.3", "E_TAKEN_DOWN")
    no.when(known.case_in_force(operation.token), "R7.2", "E_FROZEN")


def redeem(known: Known, by: str, operation: Redeem) -> None:
    known.tokens[operation.token].redeemed.add(operation.benefit)


def judge_burn(known: Known, by: str, operation: Burn, no: Reasons) -> None:
    token = judge_sold_token(known, operation.token, no)
    if token is not None:
        no.when(by != token.owner, "L6", "E_NOT_OWNER")
        no.when(works.token_down(known, operation.token), "R4.3", "E_TAKEN_DOWN")
        no.when(known.case_in_force(operation.token), "R7.2", "E_FROZEN")


def end(token: Token) -> None:
    token.state, token.approved = "burned", None


def burn(known: Known, by: str, operation: Burn) -> None:
    end(known.tokens[operation.token])


def judge_refund(known: Known, by: str, operation: Refund, no: Reasons) -> None:
    token = judge_sold_token(known, operation.token, no)
    if token is None:
        return
    no.when(known.is_suspended(token.owner), "L5", "E_OWNER_STATE")
    no.when(by not in known.series[token.series].terms.sellers, "L6", "E_AUTHORITY")
    if not chose_refund(known, operation.token):
        no.when(token.approved != by, "R6.3", "E_NO_CONSENT")
        no.when(token.gifts or token.redeemed, "R6.3", "E_NOT_AS_SOLD")
        no.when(bought(known, token) == 0, "R6.3", "E_NOT_BOUGHT")
        is_over = known.now_ms >= token.since_ms + known.days_ms("refund_days")
        no.when(is_over and not token.gifts, "R6.3", "E_REFUND_WINDOW")
    no.when(known.case_in_force(token.owner), "R7.2", "E_ACCOUNT_FROZEN")
    no.when(known.case_in_force(operation.token), "R7.2", "E_FROZEN")


def bought(known: Known, token: Token) -> int:
    """Editions of its series that its owner's person bought; what is not sold is nobody's to have bought."""
    person = known.person(token.owner)
    return 1 if person is None else known.bought.get((token.series, person), 0)


def refund(known: Known, by: str, operation: Refund) -> None:
    token = known.tokens[operation.token]
    person = known.person(token.owner)
    end(token)
    if person is not None and not chose_refund(known, operation.token):
        known.bought[token.series, person] -= 1
