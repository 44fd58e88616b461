"""Tenet 7, a controllable consortium chain: a token can be moved without its owner, by the committee (R7.6).

For a court's order, or an owner who lost his key. It passes by no freeze but the one that its terms name, and by no
dispute; the recipient is judged as that of a gift, and the hold clock goes on: who could not give it yet
cannot now.
"""

from ledger.operations.measures import ForcedTransfer
from ledger.records.measures import ForcedTransferRecord, MeasureState
from ledger.rules.request import Reason, Request, refuse
from ledger.state import State


def token_is_in_no_other_freeze(request: Request, operation: ForcedTransfer) -> Reason | None:
    """R7.6: a freeze that the terms do not name holds the token against everybody."""
    token = request.state.tokens.get(operation.token)
    if token is None or not token.is_frozen(request.now_ms) or token.freeze_case == operation.freeze_case:
        return None
    return refuse(
        "Token {token} is frozen in case {case}.",
        token=operation.token,
        case=token.freeze_case,
        retry_at_ms=token.frozen_until_ms,
    )


def owner_is_in_no_other_freeze(request: Request, operation: ForcedTransfer) -> Reason | None:
    """R7.6: so does one of its owner's account."""
    owner = request.state.accounts.get(operation.sender)
    if owner is None or not owner.is_frozen(request.now_ms) or owner.freeze_case == operation.freeze_case:
        return None
    return refuse(
        "Account {account} is frozen in case {case}.",
        account=operation.sender,
        case=owner.freeze_case,
        retry_at_ms=owner.frozen_until_ms,
    )


def recipient_is_free(request: Request, operation: ForcedTransfer) -> Reason | None:
    """R7.6: and any freeze of the recipient's account."""
    recipient = request.state.accounts.get(operation.to)
    if recipient is None or not recipient.is_frozen(request.now_ms):
        return None
    return refuse(
        "Account {account} is frozen in case {case}.",
        account=operation.to,
        case=recipient.freeze_case,
        retry_at_ms=recipient.frozen_until_ms,
    )


def transfer_has_the_cases_terms(request: Request, operation: ForcedTransfer) -> Reason | None:
    """R7.6: who approves a case approves from whom, to whom, past which freeze and why."""
    transfer = transfer_in(request.state, operation)
    terms = (operation.sender, operation.to, operation.reason, operation.freeze_case)
    if transfer is None or (transfer.sender, transfer.to, transfer.reason, transfer.freeze_case) == terms:
        return None
    return refuse(
        "Case {case} has other terms: from {sender} to {to}, past freeze {freeze_case}, with reason: {reason}",
        case=operation.case,
        sender=transfer.sender,
        to=transfer.to,
        freeze_case=transfer.freeze_case or "none",
        reason=transfer.reason,
    )


def transfer_is_undecided(request: Request, operation: ForcedTransfer) -> Reason | None:
    """R7.6: a case is decided in time, once."""
    transfer = transfer_in(request.state, operation)
    if transfer is None or (transfer.state is MeasureState.PROPOSED and request.now_ms < transfer.expires_ms):
        return None
    return refuse(
        "Case {case} is {state}; it could be approved until {expires_ms}.",
        case=operation.case,
        state=transfer.state.value,
        expires_ms=transfer.expires_ms,
    )


def member_is_new_to_transfer(request: Request, operation: ForcedTransfer) -> Reason | None:
    """R7.6: the same member twice counts once."""
    transfer = transfer_in(request.state, operation)
    if transfer is None or request.account not in transfer.approvals:
        return None
    return refuse("{account} has approved case {case}.", account=request.account, case=operation.case)


def transfer_in(state: State, operation: ForcedTransfer) -> ForcedTransferRecord | None:
    """The case that the operation names."""
    return state.forced_transfers.get(f"{operation.token}/{operation.case}")
