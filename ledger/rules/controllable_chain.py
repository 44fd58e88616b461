"""Tenet 7, a controllable consortium chain: a freeze takes two parties, on the same terms, and binds.

A case is one freeze of one token or of one person's account: the first party's transaction states its terms, further
parties approve those terms. It takes effect once the regulator and one further party have approved, or as many
governors as the charter counts. One party alone can freeze for a few days in an emergency, and not twice in a row.
"""

from ledger.freezing import case_in_force, emergency_against, held, name_of
from ledger.names import token_id
from ledger.operations.accounts import KeepKey
from ledger.operations.freezes import EmergencyFreeze, FreezeAccount, FreezeToken, UnfreezeAccount, UnfreezeToken
from ledger.operations.series import Issue
from ledger.operations.subjects import AccountSubject
from ledger.operations.tokens import Approve, Burn, Redeem, Refund, TransferFrom
from ledger.operations.winding_down import ChooseHoldOrRefund
from ledger.records.accounts import AccountRecord
from ledger.records.freezes import UNCONFIRMED, FreezeRecord
from ledger.rules.request import Reason, Request, refuse
from ledger.state import State


def signer_is_free(request: Request, operation: object) -> Reason | None:
    """R7.2: a frozen account signs nothing, but that it keeps its key (R8.1)."""
    caller = request.caller
    if caller is None or caller.frozen_until_ms <= request.now_ms or type(operation) is KeepKey:
        return None
    return _account_frozen(request.account, caller)


def buyer_is_free(request: Request, operation: Issue) -> Reason | None:
    """R7.2: nor does it receive."""
    return _frozen_account(request, operation.to)


def both_ends_are_free(request: Request, operation: TransferFrom) -> Reason | None:
    """R7.2: nor does it give, whoever signs for it, or receive."""
    if operation.sender != request.account:
        reason = _frozen_account(request, operation.sender)
        if reason is not None:
            return reason
    return _frozen_account(request, operation.to)


def owner_is_free(request: Request, operation: Refund) -> Reason | None:
    """R7.2: nor is anything taken back from it."""
    token = request.state.tokens.get(operation.token)
    return None if token is None else _frozen_account(request, token.owner)


def _frozen_account(request: Request, account: str) -> Reason | None:
    record = request.state.accounts.get(account)
    if record is None or record.frozen_until_ms <= request.now_ms:
        return None
    return _account_frozen(account, record)


def _account_frozen(account: str, record: AccountRecord) -> Reason:
    return refuse(
        "Account {account} is frozen in case {case}.",
        account=account,
        case=record.freeze_case,
        retry_at_ms=record.frozen_until_ms,
    )


def token_is_free_to_give(
    request: Request, operation: TransferFrom | ChooseHoldOrRefund | Redeem | Burn | Refund
) -> Reason | None:
    """R7.2: a frozen token stays where and as it is."""
    return _frozen_token(request, operation.token)


def token_is_free_to_approve(request: Request, operation: Approve) -> Reason | None:
    """R7.2: nobody is let to give a frozen token; an approval can be ended."""
    return None if operation.to is None else _frozen_token(request, operation.token)


def edition_is_free_to_sell(request: Request, operation: Issue) -> Reason | None:
    """R7.2: so does the edition whose turn it is."""
    series = request.state.series.get(operation.series)
    return None if series is None else _frozen_token(request, token_id(operation.series, series.issued + 1))


def _frozen_token(request: Request, token: str) -> Reason | None:
    record = request.state.tokens.get(token)
    if record is None or record.frozen_until_ms <= request.now_ms:
        return None
    return refuse(
        "Token {token} is frozen in case {case}.",
        token=token,
        case=record.freeze_case,
        retry_at_ms=record.frozen_until_ms,
    )


def account_is_a_persons(request: Request, operation: FreezeAccount) -> Reason | None:
    """R7.2: a member's own account is not frozen, or a freeze could silence those who are to end it."""
    return _members_account(request, operation.account)


def subject_is_a_persons(request: Request, operation: EmergencyFreeze) -> Reason | None:
    """R7.2: nor is it in an emergency."""
    subject = operation.subject
    return _members_account(request, subject.account) if isinstance(subject, AccountSubject) else None


def _members_account(request: Request, account: str) -> Reason | None:
    record = request.state.accounts.get(account)
    if record is None or record.role is None:
        return None
    return refuse("{account} is a member; only persons' accounts are frozen.", account=account)


def terms_are_the_cases(request: Request, operation: FreezeToken | FreezeAccount | EmergencyFreeze) -> Reason | None:
    """R7.2: who approves a case approves its reason and its end; other terms are another case."""
    freeze = freeze_of(request.state, operation)
    if freeze is None or (freeze.reason == operation.reason and freeze.expires_ms == operation.expires_ms):
        return None
    return refuse(
        "Case {case} has other terms: it ends at {expires_ms}, with reason: {reason}",
        case=operation.case,
        reason=freeze.reason,
        expires_ms=freeze.expires_ms,
    )


def case_is_undecided(request: Request, operation: FreezeToken | FreezeAccount | EmergencyFreeze) -> Reason | None:
    """R7.2: a case that took effect, or was ended, is not approved again."""
    freeze = freeze_of(request.state, operation)
    if freeze is None or freeze.state in UNCONFIRMED:
        return None
    return refuse("Case {case} is already {state}.", case=operation.case, state=freeze.state.value)


def nothing_is_in_another_case(
    request: Request, operation: FreezeToken | FreezeAccount | EmergencyFreeze
) -> Reason | None:
    """R7.2: a token or an account has one freeze at a time; the next one can begin when it is over."""
    name = name_of(operation)
    record = held(request.state, name)
    if record is None or record.freeze_case == operation.case or record.frozen_until_ms <= request.now_ms:
        return None
    return refuse(
        "{name} is frozen in case {case} already.",
        name=name,
        case=record.freeze_case,
        retry_at_ms=record.frozen_until_ms,
    )


def party_is_new_to_freeze(request: Request, operation: FreezeToken | FreezeAccount) -> Reason | None:
    """R7.2: the same party twice counts once."""
    freeze = freeze_of(request.state, operation)
    if freeze is None or request.account not in freeze.approvals:
        return None
    return refuse("{account} has approved case {case}.", account=request.account, case=operation.case)


def emergency_is_the_cases_first(request: Request, operation: EmergencyFreeze) -> Reason | None:
    """R7.2: a case has one emergency freeze; what lapsed is for enough parties to confirm."""
    freeze = freeze_of(request.state, operation)
    if freeze is None or freeze.emergency_by is None:
        return None
    return refuse(
        "Case {case} had its emergency freeze, by {party}; others can confirm it.",
        case=operation.case,
        party=freeze.emergency_by,
    )


def emergency_is_not_chained(request: Request, operation: EmergencyFreeze) -> Reason | None:
    """R7.2: nobody freezes the same alone again, under whatever case, before his last one was confirmed."""
    earlier = emergency_against(request.state, request.account, name_of(operation))
    if earlier is None or earlier == (name_of(operation), operation.case):
        return None
    return refuse(
        "{account} froze {name} alone in case {case}, which was not confirmed.",
        account=request.account,
        name=earlier[0],
        case=earlier[1],
    )


def case_can_be_ended(request: Request, operation: UnfreezeToken | UnfreezeAccount) -> Reason | None:
    """R7.2: only a freeze in force can be ended."""
    name = name_of(operation)
    if held(request.state, name) is None or case_in_force(request.state, name, operation.case, request.now_ms):
        return None
    return refuse("{name} is not frozen in case {case}.", name=name, case=operation.case)


def party_is_new_to_release(request: Request, operation: UnfreezeToken | UnfreezeAccount) -> Reason | None:
    """R7.2: the same party twice counts once."""
    freeze = freeze_of(request.state, operation)
    if freeze is None or request.account not in freeze.releases:
        return None
    return refuse("{account} has approved ending case {case}.", account=request.account, case=operation.case)


def freeze_of(
    state: State, operation: FreezeToken | FreezeAccount | EmergencyFreeze | UnfreezeToken | UnfreezeAccount
) -> FreezeRecord | None:
    """The case that the operation names."""
    return state.freezes.get(f"{name_of(operation)}/{operation.case}")
