"""Tenet 7, a controllable consortium chain: a freeze takes two parties, on the same terms, and binds.

A case is one freeze of one token: the first party's transaction states its terms, further parties approve those terms.
It takes effect once the regulator and one further party have approved, or as many governors as the charter counts.
"""

from ledger.charter import Role
from ledger.names import token_id
from ledger.operations.freezes import FreezeToken, UnfreezeToken
from ledger.operations.series import Issue
from ledger.operations.tokens import Approve, Burn, Redeem, Refund, TransferFrom
from ledger.parameters import Parameters
from ledger.records.freezes import FreezeState
from ledger.rules.request import Reason, Request, refuse
from ledger.state import State


def is_enough(state: State, parameters: Parameters, parties: tuple[str, ...]) -> bool:
    """R7.2: whether `parties`, each once, can freeze or end a freeze together."""
    records = [record for record in map(state.accounts.get, parties) if record is not None]
    regulators = sum(record.role is Role.REGULATOR for record in records)
    governors = sum(record.governor for record in records)
    if 0 < parameters.freeze_governors <= governors:
        return True
    return regulators >= 1 and len(records) >= 2


def token_is_free_to_give(request: Request, operation: TransferFrom | Redeem | Burn | Refund) -> Reason | None:
    """R7.2: a frozen token stays where and as it is."""
    return _frozen(request, operation.token)


def token_is_free_to_approve(request: Request, operation: Approve) -> Reason | None:
    """R7.2: nobody is let to give a frozen token; an approval can be ended."""
    return None if operation.to is None else _frozen(request, operation.token)


def edition_is_free_to_sell(request: Request, operation: Issue) -> Reason | None:
    """R7.2: so does the edition whose turn it is."""
    series = request.state.series.get(operation.series)
    return None if series is None else _frozen(request, token_id(operation.series, series.issued + 1))


def _frozen(request: Request, token: str) -> Reason | None:
    record = request.state.tokens.get(token)
    if record is None or not record.is_frozen(request.now_ms):
        return None
    return refuse(
        "Token {token} is frozen in case {case}.",
        token=token,
        case=record.freeze_case,
        retry_at_ms=record.frozen_until_ms,
    )


def terms_are_the_cases(request: Request, operation: FreezeToken) -> Reason | None:
    """R7.2: who approves a case approves its reason and its end; other terms are another case."""
    freeze = request.state.freezes.get(f"{operation.token}/{operation.case}")
    if freeze is None or (freeze.reason == operation.reason and freeze.expires_ms == operation.expires_ms):
        return None
    return refuse(
        "Case {case} has other terms: it ends at {expires_ms}, with reason: {reason}",
        case=operation.case,
        reason=freeze.reason,
        expires_ms=freeze.expires_ms,
    )


def case_is_undecided(request: Request, operation: FreezeToken) -> Reason | None:
    """R7.2: a case that took effect, or was ended, is not approved again."""
    freeze = request.state.freezes.get(f"{operation.token}/{operation.case}")
    if freeze is None or freeze.state is FreezeState.PROPOSED:
        return None
    return refuse("Case {case} is already {state}.", case=operation.case, state=freeze.state.value)


def token_is_in_no_other_case(request: Request, operation: FreezeToken) -> Reason | None:
    """R7.2: a token has one freeze at a time; the next one can begin when it is over."""
    token = request.state.tokens.get(operation.token)
    return None if token is None or token.freeze_case == operation.case else _frozen(request, operation.token)


def party_is_new_to_freeze(request: Request, operation: FreezeToken) -> Reason | None:
    """R7.2: the same party twice counts once."""
    freeze = request.state.freezes.get(f"{operation.token}/{operation.case}")
    if freeze is None or request.account not in freeze.approvals:
        return None
    return refuse("{account} has approved case {case}.", account=request.account, case=operation.case)


def case_is_in_force(request: Request, operation: UnfreezeToken) -> Reason | None:
    """R7.2: only a freeze in force can be ended."""
    token = request.state.tokens.get(operation.token)
    if token is None or (token.freeze_case == operation.case and token.is_frozen(request.now_ms)):
        return None
    return refuse("Token {token} is not frozen in case {case}.", token=operation.token, case=operation.case)


def party_is_new_to_release(request: Request, operation: UnfreezeToken) -> Reason | None:
    """R7.2: the same party twice counts once."""
    freeze = request.state.freezes.get(f"{operation.token}/{operation.case}")
    if freeze is None or request.account not in freeze.releases:
        return None
    return refuse("{account} has approved ending case {case}.", account=request.account, case=operation.case)
