"""Rules L1 to L5, the ledger's own: a known account, its key, once, in time, active. All others rest on them."""

from ledger.keys import key_in_force
from ledger.nonces import WINDOW, is_too_old, is_used
from ledger.operations.accounts import KeepKey
from ledger.operations.measures import ForcedTransfer
from ledger.operations.series import Issue
from ledger.operations.tokens import Refund, TransferFrom
from ledger.records.accounts import NO_END_MS, AccountRecord
from ledger.rules.request import Reason, Request, refuse


def signer_is_registered(request: Request, _: object) -> Reason | None:
    """L1: the account that signed exists."""
    if request.caller is not None:
        return None
    return refuse("There is no account {account}.", account=request.account)


def key_is_the_accounts(request: Request, _: object) -> Reason | None:
    """L2: the key that signed is the account's in this block."""
    caller, account = request.caller, request.account
    if (
        caller is None
        or key_in_force(request.state, account, caller, request.height, request.now_ms) == request.public_key
    ):
        return None
    return refuse("The key that signed is not that of account {account}.", account=request.account)


def nonce_is_unused(request: Request, _: object) -> Reason | None:
    """L3: the nonce was not used, as far as the window of 1,024 remembers; what lies before it counts as used."""
    caller, nonce = request.caller, request.transaction.nonce
    if caller is None or nonce > caller.nonce_highest:
        return None
    if is_too_old(caller.nonce_highest, nonce):
        return refuse(
            "Nonce {nonce} is too old: only {oldest} and later ones are told apart.",
            nonce=nonce,
            oldest=caller.nonce_highest - WINDOW + 1,
        )
    if is_used(caller.nonce_highest, caller.nonces_used, nonce):
        return refuse(
            "Nonce {nonce} has been used; the highest is {highest}.", nonce=nonce, highest=caller.nonce_highest
        )
    return None


def deadline_is_ahead(request: Request, _: object) -> Reason | None:
    """L4: block time has not passed the deadline the signer set; 0 is none."""
    deadline_ms = request.transaction.deadline_ms
    if deadline_ms == 0 or request.now_ms <= deadline_ms:
        return None
    return refuse("Its deadline was {deadline_ms}; it is {now_ms}.", deadline_ms=deadline_ms, now_ms=request.now_ms)


def signer_is_active(request: Request, operation: object) -> Reason | None:
    """L5: the signer's account is active on both axes; he can keep his key all the same (R8.1)."""
    if request.caller is None:
        return None
    reason = _inactive(request, request.account, request.caller)
    return None if type(operation) is KeepKey else reason


def recipient_is_active(request: Request, operation: Issue | TransferFrom | ForcedTransfer) -> Reason | None:
    """L5: so is the account that is to receive."""
    recipient = request.state.accounts.get(operation.to)
    return None if recipient is None else _inactive(request, operation.to, recipient)


def owner_is_active(request: Request, operation: TransferFrom) -> Reason | None:
    """L5: so is the owner whose token somebody else gives: what he approved rests while he is suspended."""
    if operation.sender == request.account:
        return None
    owner = request.state.accounts.get(operation.sender)
    return None if owner is None else _inactive(request, operation.sender, owner)


def returning_owner_is_active(request: Request, operation: Refund) -> Reason | None:
    """L5: and the buyer whose approval a seller takes a token back by."""
    token = request.state.tokens.get(operation.token)
    owner = None if token is None else request.state.accounts.get(token.owner)
    return None if token is None or owner is None else _inactive(request, token.owner, owner)


def _inactive(request: Request, account: str, record: AccountRecord) -> Reason | None:
    now_ms = request.now_ms
    if record.is_active(now_ms):
        return None
    platform_state, operator_state = record.states(now_ms)
    until_ms = max(record.platform_until_ms, record.operator_until_ms)
    return refuse(
        "Account {account} is suspended (platform: {platform_state}, operator: {operator_state}).",
        account=account,
        platform_state=platform_state.value,
        operator_state=operator_state.value,
        retry_at_ms=None if until_ms == NO_END_MS else until_ms,
    )
