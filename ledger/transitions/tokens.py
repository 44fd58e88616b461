"""What accepted operations on editions do."""

from ledger.operations.tokens import TransferFrom
from ledger.receipts import Event
from ledger.records.counts import GiftRecord
from ledger.records.tokens import TokenRecord
from ledger.rules.no_speculation import day_of
from ledger.rules.request import Request


def transfer_from(request: Request, operation: TransferFrom) -> tuple[Event, ...]:
    """Give a token away; the hold clock starts anew."""
    state, token = request.state, operation.token
    old = state.tokens.get(token)
    assert old is not None, "one owner, and he gives"
    assert old.owner == operation.sender, "one owner, and he gives"
    record = TokenRecord(
        operation.to, old.state, old.transfers + 1, request.now_ms, old.freeze_case, old.frozen_until_ms
    )
    state.tokens.put(token, record)
    sender = state.accounts.get(operation.sender)
    assert sender is not None, "a giver is a person (R11.1)"
    assert sender.person is not None, "a giver is a person (R11.1)"
    person, today = sender.person.hex(), day_of(request.now_ms)
    given = state.gifts.get(person)
    state.gifts.put(person, GiftRecord(today, given.count + 1 if given is not None and given.day == today else 1))
    return (transferred(token, operation.sender, operation.to),)


def transferred(token: str, sender: str, to: str) -> Event:
    """ERC-721's Transfer, of sale and gift alike: indexes follow owners by it."""
    return Event("transfer", (("token", token), ("from", sender), ("to", to)))
