"""What accepted operations on accounts do."""

from msgspec.structs import replace

from ledger.keys import set_key
from ledger.nonces import use
from ledger.operations.accounts import AccountState, RegisterAccount, RotateKey, UpdateAccountState, UpdateClaims
from ledger.parameters import MINUTE_MS
from ledger.receipts import Event
from ledger.records.accounts import AccountRecord
from ledger.rules.request import Request


def use_nonce(request: Request) -> None:
    """Mark the transaction's nonce as used; the account exists and the nonce is unused."""
    caller = request.caller
    assert caller is not None, "a nonce belongs to an account"
    highest, used = use(caller.nonce_highest, caller.nonces_used, request.transaction.nonce)
    minute = request.now_ms // MINUTE_MS
    in_minute = caller.in_minute + 1 if caller.minute == minute else 1
    record = replace(caller, nonce_highest=highest, nonces_used=used, minute=minute, in_minute=in_minute)
    request.state.accounts.put(request.account, record)


def register_account(request: Request, operation: RegisterAccount) -> tuple[Event, ...]:
    """Open a person's account, active on both axes."""
    claims = tuple(sorted(set(operation.claims)))
    active = AccountState.ACTIVE
    record = AccountRecord(
        request.account, None, False, operation.person, operation.public_key, claims, active, active, 0, b""
    )
    request.state.accounts.put(operation.account, record)
    return (Event("account_registered", (("account", operation.account), ("platform", request.account))),)


def update_claims(request: Request, operation: UpdateClaims) -> tuple[Event, ...]:
    """Put the claims in the place of those before."""
    accounts = request.state.accounts
    old = accounts.get(operation.account)
    assert old is not None, "rule L7 holds"
    claims = tuple(sorted(set(operation.claims)))
    accounts.put(operation.account, replace(old, claims=claims))
    params = (("account", operation.account), ("claims", " ".join(claim.value for claim in claims)))
    return (Event("claims_updated", params),)


def rotate_key(request: Request, operation: RotateKey) -> tuple[Event, ...]:
    """Announce another key; the old one signs until the block before."""
    height = request.height
    from_height = max(operation.from_height, height + 1)
    set_key(request.state, operation.account, operation.public_key, height=height, from_height=from_height)
    params = (
        ("account", operation.account),
        ("by", request.account),
        ("public_key", operation.public_key.hex()),
        ("from_height", str(from_height)),
    )
    return (Event("key_rotated", params),)


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
