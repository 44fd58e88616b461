"""What accepted operations on editions do."""

from msgspec.structs import replace

from ledger.names import series_of_token
from ledger.operations.tokens import (
    Approve,
    Burn,
    Redeem,
    Refund,
    SafeBatchTransferFrom,
    SetApprovalForAll,
    TransferFrom,
)
from ledger.receipts import Event
from ledger.records.counts import GiftRecord, PurchaseRecord
from ledger.records.operators import OPERATORS_MAX, OperatorsRecord
from ledger.records.tokens import TokenRecord, TokenState
from ledger.rules.no_speculation import day_of
from ledger.rules.real_economy import place_of_benefit
from ledger.rules.request import Request
from ledger.state import State
from ledger.transitions.holding import count
from ledger.transitions.trail import trail_after
from ledger.winding_down import chose_refund


def approve(request: Request, operation: Approve) -> tuple[Event, ...]:
    """Let one account give a token, or end that."""
    old = _token(request, operation.token)
    request.state.tokens.put(operation.token, replace(old, approved=operation.to))
    params = (("owner", old.owner), ("approved", operation.to or ""), ("token", operation.token))
    return (Event("approval", params),)


def set_approval_for_all(request: Request, operation: SetApprovalForAll) -> tuple[Event, ...]:
    """Name an operator, or dismiss one."""
    table = request.state.operators
    record = table.get(request.account)
    named = set(() if record is None else record.operators)
    (named.add if operation.approved else named.discard)(operation.operator)
    assert len(named) <= OPERATORS_MAX, "rule L9 holds"
    table.put(request.account, OperatorsRecord(tuple(sorted(named))))
    params = (
        ("owner", request.account),
        ("operator", operation.operator),
        ("approved", "true" if operation.approved else "false"),
    )
    return (Event("approval_for_all", params),)


def transfer_from(request: Request, operation: TransferFrom) -> tuple[Event, ...]:
    """Give a token away; the hold clock starts anew, and an approval ends."""
    state, token = request.state, operation.token
    old = state.tokens.get(token)
    assert old is not None, "one owner, and he gives"
    assert old.owner == operation.sender, "one owner, and he gives"
    record = TokenRecord(
        operation.to,
        old.state,
        old.transfers + 1,
        request.now_ms,
        old.freeze_case,
        old.frozen_until_ms,
        None,
        old.redeemed,
        trail_after(old, request.now_ms),
    )
    state.tokens.put(token, record)
    sender = state.accounts.get(operation.sender)
    assert sender is not None, "a giver is a person (R11.1)"
    assert sender.person is not None, "a giver is a person (R11.1)"
    person, today = sender.person.hex(), day_of(request.now_ms)
    given = state.gifts.get(person)
    state.gifts.put(person, GiftRecord(today, given.count + 1 if given is not None and given.day == today else 1))
    return (transferred(state, token, operation.sender, operation.to),)


def transferred(state: State, token: str, sender: str, to: str) -> Event:
    """Count what changed hands; ERC-721's Transfer, of sale and gift alike: indexes follow owners by it."""
    count(state, sender, -1)
    count(state, to, 1)
    return Event("transfer", (("token", token), ("from", sender), ("to", to)))


def safe_batch_transfer_from(request: Request, operation: SafeBatchTransferFrom) -> tuple[Event, ...]:
    """Give each token away, in order."""
    gifts = [TransferFrom(token, operation.sender, operation.to) for token in operation.tokens]
    return tuple(event for gift in gifts for event in transfer_from(request, gift))


def redeem(request: Request, operation: Redeem) -> tuple[Event, ...]:
    """Use a benefit up."""
    old = _token(request, operation.token)
    series = request.state.series.get(series_of_token(operation.token))
    assert series is not None, "a token has its series"
    place = place_of_benefit(series, operation.benefit)
    assert place is not None, "rule R1.2 holds"
    assert not old.redeemed >> place & 1, "a benefit is redeemed once (R1.2)"
    request.state.tokens.put(operation.token, replace(old, redeemed=old.redeemed | 1 << place))
    params = (
        ("token", operation.token),
        ("owner", old.owner),
        ("kind", series.anchors[place].kind.value),
        ("benefit", operation.benefit),
    )
    return (Event("redeemed", params),)


def burn(request: Request, operation: Burn) -> tuple[Event, ...]:
    """End an edition."""
    return (_burn(request, operation.token, refunded=0),)


def refund(request: Request, operation: Refund) -> tuple[Event, ...]:
    """End an edition whose buyer has his money back, and let him buy again (R6.2), except at a wind-down."""
    state, token = request.state, operation.token
    params = (("token", token), ("seller", request.account), ("receipt", operation.receipt.hex()))
    if chose_refund(state, token):
        return (_burn(request, token, refunded=0), Event("refunded", params))
    owner = state.accounts.get(_token(request, token).owner)
    assert owner is not None, "a sold token is a person's"
    assert owner.person is not None, "a sold token is a person's"
    purchase = f"{series_of_token(token)}/{owner.person.hex()}"
    bought = state.purchases.get(purchase)
    assert bought is not None, "what is returned was bought"
    assert bought.count > 0, "what is returned was bought"
    state.purchases.put(purchase, PurchaseRecord(bought.count - 1))
    return (_burn(request, token, refunded=1), Event("refunded", params))


def _burn(request: Request, token: str, *, refunded: int) -> Event:
    """End an edition. The event tells what was there before, and names the token: there is no amount to get wrong."""
    old = _token(request, token)
    name = series_of_token(token)
    series = request.state.series.get(name)
    assert series is not None, "a token has its series"
    assert old.state is TokenState.ISSUED, "only what was sold is burned, once"
    request.state.tokens.put(token, replace(old, state=TokenState.BURNED, approved=None))
    counted = replace(series, burned=series.burned + 1, refunded=series.refunded + refunded)
    request.state.series.put(name, counted)
    count(request.state, old.owner, -1)
    return Event("burned", (("token", token), ("from", old.owner), ("by", request.account)))


def _token(request: Request, token: str) -> TokenRecord:
    record = request.state.tokens.get(token)
    assert record is not None, "rule L7 holds"
    return record
