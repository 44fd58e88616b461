"""Rule L9, the ledger's own: things happen in their order: mint, seal, sell, give."""

from ledger.freezing import name_of
from ledger.governance import is_listed, is_paused, members, policy_of
from ledger.keys import key_announced, key_in_force
from ledger.operations.accounts import KeepKey, UpdateAccountState
from ledger.operations.freezes import EmergencyFreeze, FreezeToken
from ledger.operations.governance import (
    Action,
    ChangeParameters,
    ListChain,
    Pause,
    Propose,
    Resume,
    RotateOperatorKey,
    SetPolicy,
    SetRole,
    UnlistChain,
    concerned_by,
    kind_of,
)
from ledger.operations.measures import ForcedTransfer
from ledger.operations.part import MEMBERS_NAMED_MAX
from ledger.operations.series import CosignSeries, Issue, Mint, MintBatch, SealSeries
from ledger.operations.subjects import AccountSubject
from ledger.operations.tokens import Approve, Burn, Redeem, Refund, SetApprovalForAll, TransferFrom
from ledger.operations.winding_down import ChooseHoldOrRefund
from ledger.operations.works import GrantLicence, RevokeLicence
from ledger.policies import DEFAULT_POLICIES
from ledger.records.operators import OPERATORS_MAX
from ledger.records.tokens import TokenState
from ledger.rules.request import Reason, Request, refuse

_MINTED, _BURNED = TokenState.MINTED, TokenState.BURNED
"""Looked up once: every gift asks (see ledger/records/accounts.py)."""


def state_changes(request: Request, operation: UpdateAccountState) -> Reason | None:
    """L9: an order to set a state sets one to what it is not, on every axis it names."""
    target = request.state.accounts.get(operation.account)
    if target is None:
        return None
    platform_state, operator_state = target.states(request.now_ms)
    wanted = (operation.platform_state, operation.operator_state)
    if (
        wanted != (None, None)
        and operation.platform_state != platform_state
        and operation.operator_state != operator_state
    ):
        return None
    return refuse(
        "Nothing to change: account {account} is {platform_state} (platform) and {operator_state} (operator).",
        account=operation.account,
        platform_state=platform_state.value,
        operator_state=operator_state.value,
    )


def another_key_is_announced(request: Request, operation: KeepKey) -> Reason | None:
    """L9: who objects to another key objects to the one that is announced."""
    announced = key_announced(request.state, request.account, request.height, request.now_ms)
    if request.caller is None or (announced is not None and announced.public_key == operation.public_key):
        return None
    return refuse(
        "Nothing to change: for {account} no key {public_key} is announced.",
        account=request.account,
        public_key=operation.public_key.hex(),
    )


def proposal_changes_something(request: Request, operation: Propose) -> Reason | None:
    """L9: what is proposed is not so already."""
    if not _is_so_already(request, operation.action):
        return None
    return refuse("Nothing to change: {kind} would leave everything as it is.", kind=kind_of(operation.action))


def _is_so_already(request: Request, action: Action) -> bool:
    state, concerned = request.state, concerned_by(action)
    if concerned is not None and concerned not in members(state):
        return False
    match action:
        case ChangeParameters():
            return all(getattr(request.parameters, each.name, None) == each.value for each in action.changes)
        case SetRole():
            member = state.accounts.get(action.member)
            return member is not None and (member.role, member.governor) == (action.role, action.votes)
        case RotateOperatorKey():
            member = state.accounts.get(action.member)
            return (
                member is not None
                and key_in_force(state, action.member, member, request.height, request.now_ms) == action.operator_key
            )
        case SetPolicy():
            return action.kind in DEFAULT_POLICIES and policy_of(state, action.kind) == action.policy
        case Pause() | Resume():
            return is_paused(state) == isinstance(action, Pause)
        case ListChain() | UnlistChain():
            return is_listed(state, action.chain) == isinstance(action, ListChain)
    return False


def series_is_open(request: Request, operation: SealSeries | Mint | MintBatch | CosignSeries) -> Reason | None:
    """L9: nothing is minted, sealed or co-signed after sealing."""
    series = request.state.series.get(operation.series)
    if series is None or not series.sealed:
        return None
    return refuse(
        "Series {series} is sealed at {edition_cap} editions.", series=operation.series, edition_cap=series.edition_cap
    )


def series_has_editions(request: Request, operation: SealSeries) -> Reason | None:
    """L9: an empty series cannot be sealed: its cap would be nothing."""
    series = request.state.series.get(operation.series)
    if series is None or series.minted > 0:
        return None
    return refuse("Series {series} has no edition yet.", series=operation.series)


def series_is_sealed(request: Request, operation: Issue) -> Reason | None:
    """L9: nothing is sold before sealing: a buyer must know how many there are."""
    series = request.state.series.get(operation.series)
    if series is None or series.sealed:
        return None
    return refuse("Series {series} is not sealed yet.", series=operation.series)


def token_is_sold(
    request: Request, operation: Approve | TransferFrom | ForcedTransfer | ChooseHoldOrRefund | Redeem | Burn | Refund
) -> Reason | None:
    """L9: an edition leaves its issuer by sale, never as a gift, or price and purchase limit would mean nothing."""
    token = request.state.tokens.get(operation.token)
    if token is None or token.state is not _MINTED:
        return None
    return refuse("Token {token} has not been sold yet.", token=operation.token)


def token_is_not_burned(
    request: Request,
    operation: Approve | TransferFrom | ForcedTransfer | ChooseHoldOrRefund | Redeem | Burn | Refund | FreezeToken,
) -> Reason | None:
    """L9: what was burned is over."""
    token = request.state.tokens.get(operation.token)
    if token is None or token.state is not _BURNED:
        return None
    return refuse("Token {token} was burned.", token=operation.token)


def frozen_token_is_not_burned(request: Request, operation: EmergencyFreeze) -> Reason | None:
    """L9: nor is it frozen any more."""
    subject = operation.subject
    token = None if isinstance(subject, AccountSubject) else request.state.tokens.get(subject.token)
    if token is None or token.state is not TokenState.BURNED:
        return None
    return refuse("Token {token} was burned.", token=name_of(operation))


def approval_changes(request: Request, operation: Approve) -> Reason | None:
    """L9: an order to approve changes something."""
    token = request.state.tokens.get(operation.token)
    if token is None or token.approved != operation.to:
        return None
    return refuse("Nothing to change: {to} is approved for token {token}.", to=operation.to, token=operation.token)


def operators_change(request: Request, operation: SetApprovalForAll) -> Reason | None:
    """L9: an order to name or dismiss an operator changes something."""
    named = request.state.operators.get(request.account)
    is_named = named is not None and operation.operator in named.operators
    if is_named != operation.approved:
        return None
    return refuse(
        "Nothing to change: {operator} {is_or_is_not} an operator of {account}.",
        operator=operation.operator,
        is_or_is_not="is" if is_named else "is not",
        account=request.account,
    )


def operators_have_room(request: Request, operation: SetApprovalForAll) -> Reason | None:
    """L9: an account has a bounded number of operators; one it has already takes no room."""
    named = request.state.operators.get(request.account)
    if not operation.approved or named is None or operation.operator in named.operators:
        return None
    if len(named.operators) < OPERATORS_MAX:
        return None
    return refuse(
        "{account} has {operators} operators, the most there may be.",
        account=request.account,
        operators=len(named.operators),
    )


def approval_is_for_another(request: Request, operation: Approve) -> Reason | None:
    """L9: an owner needs no approval of his own."""
    token = request.state.tokens.get(operation.token)
    if token is None or token.owner != operation.to:
        return None
    return refuse("{account} owns token {token} and needs no approval.", account=token.owner, token=operation.token)


def operator_is_another(request: Request, operation: SetApprovalForAll) -> Reason | None:
    """L9: nobody is his own operator."""
    if operation.operator != request.account:
        return None
    return refuse("{account} needs no approval of its own.", account=request.account)


def gift_goes_elsewhere(_: Request, operation: TransferFrom | ForcedTransfer) -> Reason | None:
    """L9: giver and recipient are two accounts."""
    if operation.sender != operation.to:
        return None
    return refuse("{account} cannot give to itself.", account=operation.to)


def licence_changes(request: Request, operation: GrantLicence | RevokeLicence) -> Reason | None:
    """L9: who is licensed is not licensed again, and who is not loses nothing."""
    work = request.state.works.get(operation.work)
    if work is None or (operation.licensee in work.licensees) == isinstance(operation, RevokeLicence):
        return None
    return refuse(
        "Nothing to change: {licensee} {has_or_has_not} a licence for work {work}.",
        licensee=operation.licensee,
        has_or_has_not="has" if operation.licensee in work.licensees else "has not",
        work=operation.work,
    )


def licences_have_room(request: Request, operation: GrantLicence) -> Reason | None:
    """L9: a work has a bounded number of licensees; one it has already takes no room."""
    work = request.state.works.get(operation.work)
    if work is None or operation.licensee in work.licensees or len(work.licensees) < MEMBERS_NAMED_MAX:
        return None
    return refuse(
        "Work {work} has {licensees} licensees, the most there may be.",
        work=operation.work,
        licensees=len(work.licensees),
    )
