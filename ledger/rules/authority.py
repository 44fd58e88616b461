"""Rule L6, the ledger's own: who may do what. Nothing here can be done by whoever comes along."""

from ledger.charter import Role
from ledger.freezing import held, may_appeal, name_of, owner_of
from ledger.governance import electorate
from ledger.names import platform_of, series_of_token
from ledger.operations.access import RecordAccess
from ledger.operations.accounts import KeepKey, RegisterAccount, RotateKey, UpdateAccountState, UpdateClaims
from ledger.operations.freezes import (
    Appeal,
    EmergencyFreeze,
    FreezeAccount,
    FreezeToken,
    UnfreezeAccount,
    UnfreezeToken,
    Uphold,
)
from ledger.operations.governance import Propose, Vote
from ledger.operations.measures import ForcedTransfer, OpenDispute, ResolveDispute, Takedown
from ledger.operations.series import CosignSeries, CreateSeries, Issue, Mint, MintBatch, SealSeries
from ledger.operations.statements import Attest, ReportSuspicious, SubmitEvidence
from ledger.operations.subjects import SeriesSubject
from ledger.operations.tokens import Approve, Burn, Redeem, Refund, SetApprovalForAll, TransferFrom
from ledger.operations.winding_down import ChooseHoldOrRefund, WindDown
from ledger.operations.works import GrantLicence, RegisterWork, ReviewWork, RevokeLicence
from ledger.rules.request import Reason, Request, refuse

FREEZING_ROLES = (Role.REGULATOR, Role.PLATFORM, Role.REGISTRAR)
"""Who may be a party to a freeze (R7.2); other voting members join where the charter lets governors freeze."""


def account_is_opened_by_its_platform(request: Request, operation: RegisterAccount) -> Reason | None:
    """L6: a platform opens accounts in its own name space only."""
    if request.caller is None:
        return None
    is_inside = operation.account.startswith(f"{request.account}.")
    if request.caller.role is Role.PLATFORM and is_inside:
        return None
    return refuse(
        "Only platform {platform} may open {account}.",
        platform=platform_of(operation.account),
        account=operation.account,
    )


def key_is_changed_by_its_holder(request: Request, operation: RotateKey) -> Reason | None:
    """L6: an account's holder changes its key; a person's platform too, for a key that was lost."""
    target = request.state.accounts.get(operation.account)
    if target is None or request.account == operation.account:
        return None
    if target.person is not None and target.platform == request.account:
        return None
    return refuse("{account} does not change the key of {target}.", account=request.account, target=operation.account)


def key_is_kept_by_its_holder(request: Request, _: KeepKey) -> Reason | None:
    """L6: a person objects to another key; what a member's key is, the member says or a vote."""
    if request.caller is None or request.caller.person is not None:
        return None
    return refuse("{account} is a member; nobody but itself or a vote changes its key.", account=request.account)


def state_is_set_by_its_axis(request: Request, operation: UpdateAccountState) -> Reason | None:
    """L6: the platform axis is the account's platform's, the operator axis the regulator's."""
    target = request.state.accounts.get(operation.account)
    if request.caller is None or target is None:
        return None
    if operation.platform_state is not None and target.platform != request.account:
        return refuse(
            "Only {platform} sets the platform state of {account}.", platform=target.platform, account=operation.account
        )
    if operation.operator_state is not None and request.caller.role is not Role.REGULATOR:
        return refuse("Only the regulator sets the operator state of {account}.", account=operation.account)
    return None


def work_is_entered_by_a_registrar(request: Request, _: RegisterWork) -> Reason | None:
    """L6: only a registrar enters works."""
    if request.caller is None or request.caller.role is Role.REGISTRAR:
        return None
    return refuse("{account} is no registrar; only a registrar registers works.", account=request.account)


def claims_are_the_platforms(request: Request, operation: UpdateClaims) -> Reason | None:
    """L6: only the platform that keeps an account vouches for the person behind it."""
    target = request.state.accounts.get(operation.account)
    if target is None or (target.person is not None and target.platform == request.account):
        return None
    return refuse("{account} keeps no person's account {named}.", account=request.account, named=operation.account)


def review_is_by_an_outsider(request: Request, operation: ReviewWork) -> Reason | None:
    """L6: a voting member that neither entered the work nor may issue it says whether it is a work of its own."""
    caller, work = request.caller, request.state.works.get(operation.work)
    if caller is None or work is None:
        return None
    if caller.governor and request.account != work.registrar and request.account not in work.licensees:
        return None
    return refuse("{account} has a part in work {work}, or no vote.", account=request.account, work=operation.work)


def cosignature_is_an_institutions(request: Request, _: CosignSeries) -> Reason | None:
    """L6: a museum or studio co-signs."""
    if request.caller is None or request.caller.role is Role.INSTITUTION:
        return None
    return refuse("{account} is no cultural institution; only one co-signs a series.", account=request.account)


def series_is_opened_by_a_platform(request: Request, _: CreateSeries) -> Reason | None:
    """L6: only a platform opens series."""
    if request.caller is None or request.caller.role is Role.PLATFORM:
        return None
    return refuse("{account} is no platform; only a platform creates series.", account=request.account)


def series_is_run_by_its_issuer(request: Request, operation: SealSeries | Mint | MintBatch) -> Reason | None:
    """L6: only the issuer mints and seals."""
    series = request.state.series.get(operation.series)
    if series is None or series.issuer == request.account:
        return None
    return refuse("Series {series} is {issuer}'s.", series=operation.series, issuer=series.issuer)


def sale_is_by_a_seller(request: Request, operation: Issue) -> Reason | None:
    """L6: only the sellers named at its creation sell a series."""
    series = request.state.series.get(operation.series)
    if series is None or request.account in series.sellers:
        return None
    return refuse("{account} is no seller of series {series}.", account=request.account, series=operation.series)


def gift_is_by_the_owner(request: Request, operation: TransferFrom) -> Reason | None:
    """L6: the owner gives: he signs, or whom he approved for this token or for all."""
    token, account = request.state.tokens.get(operation.token), request.account
    if token is None or token.owner == operation.sender == account:
        return None
    if token.owner == operation.sender and (token.approved == account or is_operator(request, token.owner)):
        return None
    return refuse("Token {token} is not {account}'s to give.", token=operation.token, account=account)


def is_operator(request: Request, owner: str) -> bool:
    """Whether the signer may give any token of `owner` (ERC-721's `isApprovedForAll`)."""
    named = request.state.operators.get(owner)
    return named is not None and request.account in named.operators


def approval_is_by_the_owner(request: Request, operation: Approve) -> Reason | None:
    """L6: the owner approves, or an operator of his (as in ERC-721)."""
    token = request.state.tokens.get(operation.token)
    if token is None or token.owner == request.account or is_operator(request, token.owner):
        return None
    return refuse("Token {token} is not {account}'s to approve.", token=operation.token, account=request.account)


def operator_is_named_by_a_person(request: Request, _: SetApprovalForAll) -> Reason | None:
    """L6: a person names operators; what a member has is not sold yet, and nobody can give that."""
    if request.caller is None or request.caller.person is not None:
        return None
    return refuse("{account} is a member; only a person names operators.", account=request.account)


def use_is_by_the_owner(request: Request, operation: Redeem | Burn | ChooseHoldOrRefund) -> Reason | None:
    """L6: using up and ending a token is its owner's alone; who may give it may not."""
    token = request.state.tokens.get(operation.token)
    if token is None or token.owner == request.account:
        return None
    return refuse("Token {token} is {owner}'s.", token=operation.token, owner=token.owner)


def refund_is_by_a_seller(request: Request, operation: Refund) -> Reason | None:
    """L6: only who may sell a series takes its editions back."""
    series = request.state.series.get(series_of_token(operation.token))
    if series is None or request.state.tokens.get(operation.token) is None or request.account in series.sellers:
        return None
    return refuse(
        "{account} is no seller of series {series}.", account=request.account, series=series_of_token(operation.token)
    )


def proposal_is_by_a_voter(request: Request, operation: Propose) -> Reason | None:
    """L6: members that vote propose, and whoever alone decides; a regulator never does."""
    caller = request.caller
    if caller is None or (
        caller.role is not Role.REGULATOR
        and (caller.governor or request.account in electorate(request.state, operation.action))
    ):
        return None
    return refuse("{account} has no vote, so it proposes nothing.", account=request.account)


def vote_is_by_a_voter(request: Request, operation: Vote) -> Reason | None:
    """L6: votes are the voting members', or, where the policy is SELF, the concerned member's."""
    proposal = request.state.proposals.get(operation.proposal)
    if request.caller is None or proposal is None or request.account in electorate(request.state, proposal.action):
        return None
    return refuse("{account} has no vote on {proposal}.", account=request.account, proposal=operation.proposal)


def freeze_is_by_a_party(
    request: Request, _: FreezeToken | UnfreezeToken | FreezeAccount | UnfreezeAccount | EmergencyFreeze
) -> Reason | None:
    """L6: regulator, platforms and registrars freeze; voting members too where the charter counts governors."""
    caller = request.caller
    if caller is None or caller.role in FREEZING_ROLES or (caller.governor and request.parameters.freeze_governors > 0):
        return None
    return refuse("{account} is no party to a freeze.", account=request.account)


def appeal_is_the_owners(request: Request, operation: Appeal) -> Reason | None:
    """L6: the owner appeals, or his platform or another account of his: a frozen account signs nothing."""
    name = name_of(operation)
    if request.caller is None or held(request.state, name) is None or owner_of(request.state, name) is None:
        return None
    if may_appeal(request.state, request.account, name):
        return None
    return refuse("{account} does not speak for the owner of {name}.", account=request.account, name=name)


def review_is_by_a_party(request: Request, _: Uphold) -> Reason | None:
    """L6: who may freeze may uphold, and every voting member: a review is for other eyes."""
    caller = request.caller
    if caller is None or caller.role in FREEZING_ROLES or caller.governor:
        return None
    return refuse("{account} is no party to a review.", account=request.account)


def licence_is_the_registrars(request: Request, operation: GrantLicence | RevokeLicence) -> Reason | None:
    """L6: the registrar who entered a work grants and revokes its licences."""
    work = request.state.works.get(operation.work)
    if work is None or work.registrar == request.account:
        return None
    return refuse("Work {work} is registered by {registrar}.", work=operation.work, registrar=work.registrar)


def attestation_is_a_notarys(request: Request, _: Attest) -> Reason | None:
    """L6: only a notary attests."""
    if request.caller is None or request.caller.role is Role.NOTARY:
        return None
    return refuse("{account} is no notary; only a notary attests.", account=request.account)


def statement_is_a_members(request: Request, _: ReportSuspicious | SubmitEvidence) -> Reason | None:
    """L6: members report and accuse."""
    if request.caller is None or request.caller.role is not None:
        return None
    return refuse("{account} is no member; only members report and submit evidence.", account=request.account)


def dispute_is_by_a_party(request: Request, _: OpenDispute) -> Reason | None:
    """L6: who may freeze may dispute a work, and every voting member: a museum is often the one whose work it is."""
    caller = request.caller
    if caller is None or caller.role in FREEZING_ROLES or caller.governor:
        return None
    return refuse("{account} is no party to a dispute.", account=request.account)


def measure_is_by_the_committee(request: Request, _: ResolveDispute | Takedown | ForcedTransfer) -> Reason | None:
    """L6: voting members decide disputes, take down and move; a registrar takes down too."""
    caller = request.caller
    if caller is None or caller.governor:
        return None
    if caller.role is Role.REGISTRAR and isinstance(request.transaction.operation, Takedown):
        return None
    return refuse("{account} has no vote in the committee.", account=request.account)


def end_is_the_issuers(request: Request, operation: WindDown) -> Reason | None:
    """L6: an issuer winds down its series, a platform itself."""
    subject = operation.subject
    if isinstance(subject, SeriesSubject):
        series = request.state.series.get(subject.series)
        owner = None if series is None else series.issuer
    else:
        owner = subject.platform
    if request.caller is None or owner is None or owner == request.account:
        return None
    return refuse("{account} is not {owner}, who alone can wind this down.", account=request.account, owner=owner)


def access_is_the_regulators(request: Request, _: RecordAccess) -> Reason | None:
    """L6: the regulator puts its own reads on record."""
    if request.caller is None or request.caller.role is Role.REGULATOR:
        return None
    return refuse("{account} is no regulator.", account=request.account)


def token_is_taken_from_its_owner(request: Request, operation: ForcedTransfer) -> Reason | None:
    """L6: a forced transfer names the owner it takes from; if the token moved meanwhile, it is another case."""
    token = request.state.tokens.get(operation.token)
    if token is None or token.owner == operation.sender:
        return None
    return refuse("Token {token} is not {sender}'s.", token=operation.token, sender=operation.sender)
