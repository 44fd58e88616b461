"""Rules L7 and L8, the ledger's own: what is named exists, what is created does not exist yet."""

from ledger.charter import Role
from ledger.operations.accounts import RegisterAccount, UpdateAccountState, UpdateClaims
from ledger.operations.freezes import (
    Appeal,
    EmergencyFreeze,
    FreezeAccount,
    FreezeToken,
    UnfreezeAccount,
    UnfreezeToken,
    Uphold,
)
from ledger.operations.series import CosignSeries, CreateSeries, Issue, Mint, MintBatch, SealSeries
from ledger.operations.subjects import AccountSubject
from ledger.operations.tokens import Approve, Burn, Redeem, Refund, SetApprovalForAll, TransferFrom
from ledger.operations.works import RegisterWork, ReviewWork
from ledger.rules.request import Reason, Request, refuse


def account_exists(
    request: Request, operation: UpdateAccountState | UpdateClaims | FreezeAccount | UnfreezeAccount
) -> Reason | None:
    """L7: the account named exists."""
    return _missing_account(request, operation.account)


def licensees_are_platforms(request: Request, operation: RegisterWork) -> Reason | None:
    """L7: every licensee is a platform of the consortium."""
    return _missing_platform(request, operation.licensees)


def sellers_are_platforms(request: Request, operation: CreateSeries) -> Reason | None:
    """L7: every seller is a platform of the consortium, and there is one."""
    return _missing_platform(request, operation.sellers)


def work_exists(request: Request, operation: CreateSeries | ReviewWork) -> Reason | None:
    """L7: the work named exists."""
    if request.state.works.get(operation.work) is not None:
        return None
    return refuse("There is no work {work}.", work=operation.work)


def series_exists(request: Request, operation: SealSeries | Mint | MintBatch | Issue | CosignSeries) -> Reason | None:
    """L7: the series named exists."""
    if request.state.series.get(operation.series) is not None:
        return None
    return refuse("There is no series {series}.", series=operation.series)


def token_exists(
    request: Request, operation: Approve | TransferFrom | Redeem | Burn | Refund | FreezeToken | UnfreezeToken
) -> Reason | None:
    """L7: the token named exists."""
    if request.state.tokens.get(operation.token) is not None:
        return None
    return refuse("There is no token {token}.", token=operation.token)


def approved_exists(request: Request, operation: Approve) -> Reason | None:
    """L7: the account that is to be approved exists."""
    return None if operation.to is None else _missing_account(request, operation.to)


def operator_exists(request: Request, operation: SetApprovalForAll) -> Reason | None:
    """L7: the account that is to be an operator exists."""
    return _missing_account(request, operation.operator)


def subject_exists(request: Request, operation: EmergencyFreeze | Appeal | Uphold) -> Reason | None:
    """L7: so does the token or account that a freeze is about."""
    subject = operation.subject
    if isinstance(subject, AccountSubject):
        return _missing_account(request, subject.account)
    if request.state.tokens.get(subject.token) is not None:
        return None
    return refuse("There is no token {token}.", token=subject.token)


def giver_exists(request: Request, operation: TransferFrom) -> Reason | None:
    """L7: the giver's account exists."""
    return _missing_account(request, operation.sender)


def recipient_exists(request: Request, operation: Issue | TransferFrom) -> Reason | None:
    """L7: the recipient's account exists."""
    return _missing_account(request, operation.to)


def _missing_account(request: Request, account: str) -> Reason | None:
    if request.state.accounts.get(account) is not None:
        return None
    return refuse("There is no account {account}.", account=account)


def _missing_platform(request: Request, members: tuple[str, ...]) -> Reason | None:
    for member in members:
        record = request.state.accounts.get(member)
        if record is None or record.role is not Role.PLATFORM:
            return refuse("There is no platform {member}.", member=member)
    return None


def account_is_new(request: Request, operation: RegisterAccount) -> Reason | None:
    """L8: nothing is created twice: a second creation would overwrite the first."""
    if request.state.accounts.get(operation.account) is None:
        return None
    return refuse("Account {account} exists.", account=operation.account)


def work_is_new(request: Request, operation: RegisterWork) -> Reason | None:
    """L8: nothing is created twice."""
    if request.state.works.get(operation.work) is None:
        return None
    return refuse("Work {work} exists.", work=operation.work)


def series_is_new(request: Request, operation: CreateSeries) -> Reason | None:
    """L8: nothing is created twice."""
    if request.state.series.get(operation.series) is None:
        return None
    return refuse("Series {series} exists.", series=operation.series)
