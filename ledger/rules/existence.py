"""Rules L7 and L8, the ledger's own: what is named exists, what is created does not exist yet."""

from ledger.charter import Role
from ledger.enactment import may_be_admitted
from ledger.governance import members
from ledger.operations.accounts import RegisterAccount, RotateKey, UpdateAccountState, UpdateClaims
from ledger.operations.freezes import (
    Appeal,
    EmergencyFreeze,
    FreezeAccount,
    FreezeToken,
    UnfreezeAccount,
    UnfreezeToken,
    Uphold,
)
from ledger.operations.governance import AdmitMember, Propose, Vote, concerned_by
from ledger.operations.measures import ForcedTransfer, OpenDispute, ResolveDispute, Takedown
from ledger.operations.series import CosignSeries, CreateSeries, Issue, Mint, MintBatch, SealSeries
from ledger.operations.statements import Attest, Attested, ReportSuspicious
from ledger.operations.subjects import AccountSubject, SeriesSubject, TokenSubject
from ledger.operations.tokens import Approve, Burn, Redeem, Refund, SetApprovalForAll, TransferFrom
from ledger.operations.winding_down import ChooseHoldOrRefund, WindDown
from ledger.operations.works import GrantLicence, RegisterWork, ReviewWork, RevokeLicence
from ledger.rules.request import Reason, Request, refuse


def account_exists(
    request: Request,
    operation: RotateKey | UpdateAccountState | UpdateClaims | FreezeAccount | UnfreezeAccount | ReportSuspicious,
) -> Reason | None:
    """L7: the account named exists."""
    return _missing_account(request, operation.account)


def licensees_are_platforms(request: Request, operation: RegisterWork) -> Reason | None:
    """L7: every licensee is a platform of the consortium."""
    return _missing_platform(request, operation.licensees)


def sellers_are_platforms(request: Request, operation: CreateSeries) -> Reason | None:
    """L7: every seller is a platform of the consortium, and there is one."""
    if not operation.sellers:
        return refuse("Series {series} names no seller, and nobody could sell it.", series=operation.series)
    return _missing_platform(request, operation.sellers)


def work_exists(request: Request, operation: CreateSeries | ReviewWork | GrantLicence | RevokeLicence) -> Reason | None:
    """L7: the work named exists."""
    return _missing_work(request, operation.work)


def series_exists(request: Request, operation: SealSeries | Mint | MintBatch | Issue | CosignSeries) -> Reason | None:
    """L7: the series named exists."""
    return _missing_series(request, operation.series)


def token_exists(
    request: Request,
    operation: Approve
    | TransferFrom
    | ForcedTransfer
    | ChooseHoldOrRefund
    | Redeem
    | Burn
    | Refund
    | FreezeToken
    | UnfreezeToken,
) -> Reason | None:
    """L7: the token named exists."""
    return _missing_token(request, operation.token)


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
    return _missing_token(request, subject.token)


def disputed_work_exists(request: Request, operation: OpenDispute | ResolveDispute) -> Reason | None:
    """L7: so does the work that is disputed."""
    return _missing_work(request, operation.work)


def removable_exists(request: Request, operation: Takedown) -> Reason | None:
    """L7: so does what is to be taken down."""
    subject = operation.subject
    match subject:
        case TokenSubject():
            return _missing_token(request, subject.token)
        case SeriesSubject():
            return _missing_series(request, subject.series)
        case _:
            return _missing_work(request, subject.work)


def closable_exists(request: Request, operation: WindDown) -> Reason | None:
    """L7: so does what is to be wound down."""
    subject = operation.subject
    if isinstance(subject, SeriesSubject):
        return _missing_series(request, subject.series)
    return _missing_platform(request, (subject.platform,))


def giver_exists(request: Request, operation: TransferFrom | ForcedTransfer) -> Reason | None:
    """L7: the giver's account exists."""
    return _missing_account(request, operation.sender)


def recipient_exists(request: Request, operation: Issue | TransferFrom | ForcedTransfer) -> Reason | None:
    """L7: the recipient's account exists."""
    return _missing_account(request, operation.to)


def proposal_exists(request: Request, operation: Vote) -> Reason | None:
    """L7: the proposal named exists."""
    if request.state.proposals.get(operation.proposal) is not None:
        return None
    return refuse("There is no proposal {proposal}.", proposal=operation.proposal)


def member_concerned_exists(request: Request, operation: Propose) -> Reason | None:
    """L7: the member that a proposal is about is one."""
    member = concerned_by(operation.action)
    if member is None or member in members(request.state):
        return None
    return refuse("There is no member {member}.", member=member)


def _missing_token(request: Request, token: str) -> Reason | None:
    if request.state.tokens.get(token) is not None:
        return None
    return refuse("There is no token {token}.", token=token)


def _missing_series(request: Request, series: str) -> Reason | None:
    if request.state.series.get(series) is not None:
        return None
    return refuse("There is no series {series}.", series=series)


def _missing_work(request: Request, work: str) -> Reason | None:
    if request.state.works.get(work) is not None:
        return None
    return refuse("There is no work {work}.", work=work)


def _missing_account(request: Request, account: str) -> Reason | None:
    if request.state.accounts.get(account) is not None:
        return None
    return refuse("There is no account {account}.", account=account)


def _missing_platform(request: Request, named: tuple[str, ...]) -> Reason | None:
    for member in named:
        record = request.state.accounts.get(member)
        if record is None or record.role is not Role.PLATFORM or member not in members(request.state):
            return refuse("There is no platform {member}.", member=member)
    return None


def new_licensee_is_a_platform(request: Request, operation: GrantLicence) -> Reason | None:
    """L7: the new licensee is a platform of the consortium."""
    return _missing_platform(request, (operation.licensee,))


def attested_exists(request: Request, operation: Attest) -> Reason | None:
    """L7: what a notary's statement is about exists; a block, if it lies below the one that is being made."""
    state, subject = request.state, operation.subject
    match operation.kind:
        case Attested.WORK:
            exists = state.works.get(subject) is not None
        case Attested.SERIES:
            exists = state.series.get(subject) is not None
        case Attested.TOKEN:
            exists = state.tokens.get(subject) is not None
        case Attested.BLOCK:
            exists = subject.isdigit() and subject[0] != "0" and int(subject) < request.height
    return None if exists else refuse("There is no {kind} {subject}.", kind=operation.kind.value, subject=subject)


def account_is_new(request: Request, operation: RegisterAccount) -> Reason | None:
    """L8: nothing is created twice: a second creation would overwrite the first."""
    if request.state.accounts.get(operation.account) is None:
        return None
    return refuse("Account {account} exists.", account=operation.account)


def proposal_is_new(request: Request, operation: Propose) -> Reason | None:
    """L8: nothing is proposed twice under one number."""
    if request.state.proposals.get(operation.proposal) is None:
        return None
    return refuse("Proposal {proposal} exists.", proposal=operation.proposal)


def member_is_new(request: Request, operation: Propose) -> Reason | None:
    """L8: whom a proposal admits is no member yet; one that was removed may come back."""
    action = operation.action
    if not isinstance(action, AdmitMember):
        return None
    if action.member not in members(request.state) and may_be_admitted(request.state, action.member):
        return None
    return refuse("Account {account} exists.", account=action.member)


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


def attestation_is_new(request: Request, operation: Attest) -> Reason | None:
    """L8: nothing is created twice: one document attests one subject once."""
    document = operation.document_hash.hex()
    if request.state.attestations.get(f"{operation.kind.value}-{operation.subject}/{document}") is None:
        return None
    return refuse(
        "Document {document} has attested {kind} {subject}.",
        document=document,
        kind=operation.kind.value,
        subject=operation.subject,
    )
