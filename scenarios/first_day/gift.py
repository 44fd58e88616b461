"""Act five: a gift before its time is refused, with the day from which it may be given."""

from datetime import datetime, timedelta, timezone

from ledger.operations.tokens import TransferFrom
from node.client import Refused
from node.gateway.types import RefusalReply
from node.wallet import Wallet
from scenarios.first_day.claims import Kind
from scenarios.first_day.people import Person
from scenarios.first_day.rush import Order
from scenarios.first_day.stage import Stage

CHINA = timezone(timedelta(hours=8), "China Standard Time")

HOLD_DAYS = 180
"""R10.1 by default: days between the purchase and the first gift."""

DAY_MS = 86_400_000


async def give_too_early(stage: Stage, sale: Order) -> None:
    """The winner of `sale` tries to give the token to a friend on the same day."""
    assert sale.token is not None, "the sale went through"
    friend = next(person for person in stage.people if person is not sale.person)
    refusals = await try_gift(stage, sale, to=friend)
    by_code = {refusal.code: refusal for refusal in refusals}
    token = await stage.client(sale.platform).token(sale.token)
    hold = by_code.get("E_HOLD")
    retry_at_ms = None if hold is None else hold.retry_at_ms
    stage.claims.check(
        Kind.SAFETY,
        "a gift before its time is refused, with the day to try again",
        retry_at_ms == token.acquired_ms + HOLD_DAYS * DAY_MS,
        found=f"{', '.join(sorted(by_code)) or 'not refused'}, {_day(retry_at_ms)}",
    )
    if retry_at_ms is None:
        stage.say(f"{sale.token} was to be given away on the day it was bought, and nothing refused it.")
        return
    stage.say(
        f"The owner of {sale.token} wants to give it to a friend today. Refused by R10.1, held too short a time:"
        f" try again {_day(retry_at_ms)}."
    )


def _day(time_ms: int | None) -> str:
    """Unix milliseconds as people say it."""
    if time_ms is None:
        return "without a day"
    return f"{datetime.fromtimestamp(time_ms / 1000, CHINA):from %Y-%m-%d %H:%M China time}"


async def try_gift(stage: Stage, sale: Order, *, to: Person) -> tuple[RefusalReply, ...]:
    """Submit the gift, signed by the owner; return every rule that refuses it, none if it went through."""
    assert sale.token is not None, "the sale went through"
    owner = sale.person.account(sale.platform)
    wallet = Wallet(owner, sale.person.keys, chain=stage.consortium.chain)
    gift = wallet.seal(TransferFrom(sale.token, owner, to.account(sale.platform)))
    try:
        (reply,) = await stage.client(sale.platform).finalise(gift)
    except Refused as refused:
        return refused.replies[0].refusals if refused.replies else ()
    return () if reply.receipt is None else reply.receipt.refusals
