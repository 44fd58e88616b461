"""What accepted operations on accounts do."""

from msgspec.structs import replace

from ledger.nonces import use
from ledger.operations.accounts import AccountState, RegisterAccount, UpdateAccountState
from ledger.receipts import Event
from ledger.records.accounts import AccountRecord
from ledger.rules.request import Request


def use_nonce(request: Request) -> None:
    """Mark the transaction's nonce as used; the account exists and the nonce is unused."""
    caller = request.caller
    assert caller is not None, "a nonce belongs to an account"
    highest, used = use(caller.nonce_highest, caller.nonces_used, request.transaction.nonce)
    request.state.accounts.put(request.account, replace(caller, nonce_highest=highest, nonces_used=used))


def register_account(request: Request, operation: RegisterAccount) -> tuple[Event, ...]:
    """Open a person's account, active on both axes."""
    claims = tuple(sorted(set(operation.claims)))
    active = AccountState.ACTIVE
    record = AccountRecord(
        request.account, None, False, operation.person, operation.public_key, claims, active, active, 0, b""
    )
    request.state.accounts.put(operation.account, record)
    return (Event("account_registered", (("account", operation.account), ("platform", request.account))),)


def update_account_state(request: Request, operation: UpdateAccountState) -> tuple[Event, ...]:
    """Set the axes named."""
    accounts = request.state.accounts
    old = accounts.get(operation.account)
    assert old is not None, "rule L7 holds"
    record = replace(
        old,
        platform_state=operation.platform_state or old.platform_state,
        operator_state=operation.operator_state or old.operator_state,
    )
    accounts.put(operation.account, record)
    params = (
        ("account", operation.account),
        ("platform_state", record.platform_state.value),
        ("operator_state", record.operator_state.value),
    )
    return (Event("account_state_updated", params),)
