"""What accepted operations on accounts do."""

from msgspec.structs import replace

from ledger.daily import count_made
from ledger.keys import key_in_force, set_key
from ledger.nonces import use
from ledger.operations.accounts import (
    AccountState,
    KeepKey,
    RegisterAccount,
    RotateKey,
    SuspensionTerms,
    UpdateAccountState,
    UpdateClaims,
)
from ledger.parameters import DAY_MS, MINUTE_MS
from ledger.receipts import Event
from ledger.records.accounts import AccountRecord
from ledger.records.suspensions import SuspensionRecord
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
    count_made(request, accounts=1)
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
    """Announce another key; the old one signs until the block before. A platform's waits for the holder to object."""
    height, now_ms = request.height, request.now_ms
    from_height = max(operation.from_height, height + 1)
    from_ms = 0
    if request.account != operation.account:
        from_ms = now_ms + request.parameters.key_objection_days * DAY_MS
    set_key(
        request.state,
        operation.account,
        operation.public_key,
        height=height,
        now_ms=now_ms,
        from_height=from_height,
        from_ms=from_ms,
    )
    params = (
        ("account", operation.account),
        ("by", request.account),
        ("public_key", operation.public_key.hex()),
        ("from_height", str(from_height)),
        ("from_ms", str(from_ms)),
    )
    return (Event("key_rotated", params),)


def keep_key(request: Request, operation: KeepKey) -> tuple[Event, ...]:
    """Forget the announced key."""
    account, height, now_ms = request.account, request.height, request.now_ms
    record = request.state.accounts.get(account)
    assert record is not None, "who signs has an account"
    current = key_in_force(request.state, account, record, height, now_ms)
    set_key(request.state, account, current, height=height, now_ms=now_ms, from_height=height)
    return (Event("key_kept", (("account", account), ("refused_key", operation.public_key.hex()))),)


def update_account_state(request: Request, operation: UpdateAccountState) -> tuple[Event, ...]:
    """Set the axes named; what is suspended is so until its time, what is restored at once."""
    name, accounts, terms = operation.account, request.state.accounts, operation.terms
    record = accounts.get(name)
    assert record is not None, "rule L7 holds"
    if operation.platform_state is not None:
        until_ms = _on_terms(request, f"{name}/platform", operation.platform_state, terms)
        record = replace(record, platform_state=operation.platform_state, platform_until_ms=until_ms)
    if operation.operator_state is not None:
        until_ms = _on_terms(request, f"{name}/operator", operation.operator_state, terms)
        record = replace(record, operator_state=operation.operator_state, operator_until_ms=until_ms)
    accounts.put(name, record)
    platform_state, operator_state = record.states(request.now_ms)
    params: tuple[tuple[str, str], ...] = (
        ("account", name),
        ("by", request.account),
        ("platform_state", platform_state.value),
        ("operator_state", operator_state.value),
    )
    if terms is not None:
        params += (("case", terms.case), ("expires_ms", str(terms.expires_ms)))
    return (Event("account_state_updated", params),)


def _on_terms(request: Request, row: str, state: AccountState, terms: SuspensionTerms | None) -> int:
    """Keep on which terms an axis is suspended, or that it is so no longer; until when it is, 0 if it is not."""
    suspensions, now_ms = request.state.suspensions, request.now_ms
    if state is AccountState.SUSPENDED:
        assert terms is not None, "rule R6.5 holds"
        record = SuspensionRecord(request.account, terms.reason, terms.case, now_ms, terms.expires_ms)
        suspensions.put(row, record)
        return terms.expires_ms
    before = suspensions.get(row)
    if before is not None and now_ms < before.until_ms:
        suspensions.put(row, replace(before, until_ms=now_ms))
    return 0
