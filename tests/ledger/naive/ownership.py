"""What several areas ask of an edition that was sold, and of those who may dispose of it."""

from tests.ledger.naive.known import Known
from tests.ledger.naive.reasons import Reasons
from tests.ledger.naive.things import Token


def judge_sold_token(known: Known, name: str, no: Reasons) -> Token | None:
    """L7 and L9 for an operation on a sold token; the token, if it exists."""
    token = known.tokens.get(name)
    no.when(token is None, "L7", "E_UNKNOWN", name)
    if token is not None:
        no.when(token.state == "minted", "L9", "E_NOT_SOLD", name)
        no.when(token.state == "burned", "L9", "E_BURNED", name)
    return token


def is_operator(known: Known, owner: str, account: str) -> bool:
    known_owner = known.accounts.get(owner)
    return known_owner is not None and account in known_owner.operators


def may_give(known: Known, by: str, token: Token) -> bool:
    """The owner, whom he approved for the token, or for all he has."""
    return by in (token.owner, token.approved) or is_operator(known, token.owner, by)
