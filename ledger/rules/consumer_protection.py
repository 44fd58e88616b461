"""Tenet 6, protect consumers: age and real name, one for each person, and freezes that end."""

from ledger.freezing import case_in_force, held, name_of
from ledger.names import series_of_token
from ledger.operations.accounts import Claim
from ledger.operations.freezes import Appeal, EmergencyFreeze, FreezeAccount, FreezeToken, Uphold
from ledger.operations.measures import ForcedTransfer
from ledger.operations.series import Issue
from ledger.operations.tokens import Refund, TransferFrom
from ledger.parameters import DAY_MS
from ledger.records.freezes import FreezeState
from ledger.rules.request import Reason, Request, refuse
from ledger.winding_down import chose_refund

_OVER_18, _REAL_NAME = Claim.OVER_18, Claim.REAL_NAME
"""Looked up once: every gift asks (see ledger/records/accounts.py)."""


def buyer_is_adult(request: Request, operation: Issue) -> Reason | None:
    """R6.1: one buys at 18."""
    return _claim_missing(request, operation.to, _OVER_18)


def recipient_is_old_enough(request: Request, operation: TransferFrom | ForcedTransfer) -> Reason | None:
    """R6.1: one receives a gift at 14, or where 18 is asked at 18; who is over 18 is over 14."""
    recipient = request.state.accounts.get(operation.to)
    if recipient is not None and _OVER_18 in recipient.claims:
        return None
    # Platforms vouch for two ages only, so that an age between them is known to be reached at the second.
    is_14_enough = request.parameters.receive_age_min <= 14
    return _claim_missing(request, operation.to, Claim.OVER_14 if is_14_enough else _OVER_18)


def recipient_has_real_name(request: Request, operation: Issue | TransferFrom | ForcedTransfer) -> Reason | None:
    """R6.1: with an identity that was checked."""
    return _claim_missing(request, operation.to, _REAL_NAME)


def _claim_missing(request: Request, account: str, claim: Claim) -> Reason | None:
    record = request.state.accounts.get(account)
    if record is None or claim in record.claims:
        return None
    return refuse("Account {account} has no claim {claim}.", account=account, claim=claim.value)


def person_is_within_purchase_limit(request: Request, operation: Issue) -> Reason | None:
    """R6.2: so many editions of a series for each person, whatever the account and the platform."""
    recipient = request.state.accounts.get(operation.to)
    if recipient is None or recipient.person is None:
        return None
    bought = request.state.purchases.get(f"{operation.series}/{recipient.person.hex()}")
    most = request.parameters.purchases_per_person
    if bought is None or bought.count < most:
        return None
    return refuse(
        "The person of {account} has bought {bought} of series {series}; {purchases_per_person} is the limit.",
        account=operation.to,
        bought=bought.count,
        series=operation.series,
        purchases_per_person=most,
    )


def buyer_agrees(request: Request, operation: Refund) -> Reason | None:
    """R6.3: nothing is taken back from who has not approved the seller for it, or chose a refund at a wind-down."""
    token = request.state.tokens.get(operation.token)
    if token is None or token.approved == request.account or chose_refund(request.state, operation.token):
        return None
    return refuse(
        "{owner} has not approved {account} for token {token}.",
        owner=token.owner,
        account=request.account,
        token=operation.token,
    )


def edition_is_as_sold(request: Request, operation: Refund) -> Reason | None:
    """R6.3: what was given away or used up is not returned for money."""
    token = request.state.tokens.get(operation.token)
    if token is None or (token.transfers == 0 and token.redeemed == 0) or chose_refund(request.state, operation.token):
        return None
    return refuse(
        "Token {token} was given away {transfers} times or redeemed since its sale.",
        token=operation.token,
        transfers=token.transfers,
    )


def owner_bought_it(request: Request, operation: Refund) -> Reason | None:
    """R6.3: who was given it by a forced transfer did not pay, and is not paid back; at a wind-down every holder is."""
    token, state = request.state.tokens.get(operation.token), request.state
    owner = None if token is None else state.accounts.get(token.owner)
    if token is None or owner is None or owner.person is None or chose_refund(state, operation.token):
        return None
    series = series_of_token(operation.token)
    bought = state.purchases.get(f"{series}/{owner.person.hex()}")
    if bought is not None and bought.count > 0:
        return None
    return refuse("The person of {owner} has bought no edition of series {series}.", owner=token.owner, series=series)


def refund_window_is_open(request: Request, operation: Refund) -> Reason | None:
    """R6.3: so many days from the sale on; at a wind-down, of whoever chose it while he could."""
    token, days = request.state.tokens.get(operation.token), request.parameters.refund_days
    if token is None or token.transfers > 0 or request.now_ms < token.acquired_ms + days * DAY_MS:
        return None
    if chose_refund(request.state, operation.token):
        return None
    return refuse(
        "Token {token} could be returned for {refund_days} days; it was sold at {acquired_ms}.",
        token=operation.token,
        refund_days=days,
        acquired_ms=token.acquired_ms,
    )


def freeze_ends(request: Request, operation: FreezeToken | FreezeAccount | EmergencyFreeze) -> Reason | None:
    """R6.4: a freeze has an end, ahead and not too far ahead."""
    latest_ms = request.now_ms + request.parameters.freeze_days_max * DAY_MS
    if request.now_ms < operation.expires_ms <= latest_ms:
        return None
    return refuse(
        "A freeze now must end after {now_ms} and by {latest_ms}, not at {expires_ms}.",
        now_ms=request.now_ms,
        latest_ms=latest_ms,
        expires_ms=operation.expires_ms,
    )


def case_can_be_appealed(request: Request, operation: Appeal) -> Reason | None:
    """R6.4: what enough parties froze is appealed, once in a case; what one froze alone ends sooner by itself."""
    name = name_of(operation)
    if held(request.state, name) is None:
        return None
    freeze = case_in_force(request.state, name, operation.case, request.now_ms)
    if freeze is None:
        return refuse("{name} is not frozen in case {case}.", name=name, case=operation.case)
    if freeze.state is FreezeState.FROZEN:
        return None
    return refuse(
        "The freeze of {name} in case {case} is {state}; it is appealed once, after enough have approved it.",
        name=name,
        case=operation.case,
        state=freeze.state.value,
    )


def case_is_under_review(request: Request, operation: Uphold) -> Reason | None:
    """R6.4: only a freeze that was appealed, and whose review is not over, is upheld."""
    name = name_of(operation)
    if held(request.state, name) is None:
        return None
    freeze = case_in_force(request.state, name, operation.case, request.now_ms)
    if freeze is not None and freeze.state is FreezeState.APPEALED:
        return None
    return refuse("The freeze of {name} in case {case} is not under review.", name=name, case=operation.case)


def party_is_new_to_review(request: Request, operation: Uphold) -> Reason | None:
    """R6.4: the same party twice counts once."""
    freeze = request.state.freezes.get(f"{name_of(operation)}/{operation.case}")
    if freeze is None or request.account not in freeze.upheld_by:
        return None
    return refuse("{account} has upheld case {case}.", account=request.account, case=operation.case)
