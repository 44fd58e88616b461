"""Tenet 4, original and genuine works: who owns a work can be disputed, and what is not genuine is taken down (R4.3).

A dispute stops everything that is made of a work, for some days, and the committee decides: restored, or taken down.
What was taken down stays on record, with its owner; it is neither made nor sold nor given any more.
"""

from ledger.operations.measures import ForcedTransfer, OpenDispute, Outcome, ResolveDispute, Takedown
from ledger.operations.series import CosignSeries, CreateSeries, Issue, Mint, MintBatch, SealSeries
from ledger.operations.subjects import Removable, SeriesSubject, TokenSubject
from ledger.operations.tokens import Approve, Burn, Redeem, TransferFrom
from ledger.parameters import DAY_MS
from ledger.records.measures import DisputeRecord, DisputeState, MeasureState, TakedownRecord
from ledger.records.tokens import TokenState
from ledger.records.works import WorkRecord
from ledger.rules.request import Reason, Request, refuse
from ledger.standing import is_taken_down, takedown_of_series, work_of_series
from ledger.state import State


def token_is_undisputed(request: Request, operation: TransferFrom | ForcedTransfer | Redeem) -> Reason | None:
    """R4.3: no edition of a disputed work moves, whoever orders it."""
    # Written out, here and below: every gift is asked, and calls would cost more than the two rows.
    state = request.state
    series = state.series.get(operation.token.rpartition("-")[0])
    if series is None:
        return None
    work = state.works.get(series.work)
    if work is None or work.disputed_until_ms <= request.now_ms or state.tokens.get(operation.token) is None:
        return None
    return _disputed(work)


def series_is_undisputed(request: Request, operation: Mint | MintBatch | Issue) -> Reason | None:
    """R4.3: none is made or sold."""
    work = work_of_series(request.state, operation.series)
    if work is None or work.disputed_until_ms <= request.now_ms:
        return None
    return _disputed(work)


def work_is_undisputed(request: Request, operation: CreateSeries) -> Reason | None:
    """R4.3: no series of it is opened."""
    work = request.state.works.get(operation.work)
    if work is None or work.disputed_until_ms <= request.now_ms:
        return None
    return _disputed(work)


def _disputed(work: WorkRecord) -> Reason:
    return refuse(
        "Work {title} is disputed in case {case}.",
        title=work.title,
        case=work.dispute_case,
        retry_at_ms=work.disputed_until_ms,
    )


def token_stands(request: Request, operation: Approve | TransferFrom | ForcedTransfer | Redeem | Burn) -> Reason | None:
    """R4.3: what was taken down is its owner's to look at, and nothing more is done with it."""
    state, name = request.state, operation.token
    series, token = state.series.get(name.rpartition("-")[0]), state.tokens.get(name)
    if series is None or token is None:
        return None
    work = state.works.get(series.work)
    if token.taken_down is None is series.taken_down and (work is None or work.taken_down is None):
        return None
    return refuse("Token {token} was taken down.", token=name)


def series_stands(request: Request, operation: Mint | MintBatch | SealSeries | CosignSeries | Issue) -> Reason | None:
    """R4.3: nothing is made or sold of it."""
    case = takedown_of_series(request.state, operation.series)
    return (
        None
        if case is None
        else refuse("Series {series} was taken down in case {case}.", series=operation.series, case=case)
    )


def work_stands(request: Request, operation: CreateSeries | OpenDispute) -> Reason | None:
    """R4.3: and nobody disputes it any more."""
    work = request.state.works.get(operation.work)
    if work is None or work.taken_down is None:
        return None
    return refuse("Work {work} was taken down in case {case}.", work=operation.work, case=work.taken_down)


def dispute_ends(request: Request, operation: OpenDispute) -> Reason | None:
    """R4.3: a dispute has an end, ahead and not too far ahead."""
    latest_ms = request.now_ms + request.parameters.dispute_days_max * DAY_MS
    if request.now_ms < operation.expires_ms <= latest_ms:
        return None
    return refuse(
        "A dispute now must end after {now_ms} and by {latest_ms}, not at {expires_ms}.",
        now_ms=request.now_ms,
        latest_ms=latest_ms,
        expires_ms=operation.expires_ms,
    )


def dispute_has_the_cases_terms(request: Request, operation: OpenDispute) -> Reason | None:
    """R4.3: who approves a case approves its reason and its end; other terms are another case."""
    dispute = dispute_of(request.state, operation)
    if dispute is None or (dispute.reason == operation.reason and dispute.expires_ms == operation.expires_ms):
        return None
    return refuse(
        "Case {case} has other terms: it ends at {expires_ms}, with reason: {reason}",
        case=operation.case,
        reason=dispute.reason,
        expires_ms=dispute.expires_ms,
    )


def dispute_is_not_open(request: Request, operation: OpenDispute) -> Reason | None:
    """R4.3: a case that took effect is not approved again."""
    dispute = dispute_of(request.state, operation)
    if dispute is None or dispute.state is DisputeState.PROPOSED:
        return None
    return refuse("Case {case} is already {state}.", case=operation.case, state=dispute.state.value)


def work_is_in_no_other_dispute(request: Request, operation: OpenDispute) -> Reason | None:
    """R4.3: a work has one dispute at a time."""
    work = request.state.works.get(operation.work)
    if work is None or work.dispute_case == operation.case or work.disputed_until_ms <= request.now_ms:
        return None
    return _disputed(work)


def party_is_new_to_dispute(request: Request, operation: OpenDispute) -> Reason | None:
    """R4.3: the same party twice counts once."""
    dispute = dispute_of(request.state, operation)
    if dispute is None or request.account not in dispute.approvals:
        return None
    return refuse("{account} has approved case {case}.", account=request.account, case=operation.case)


def dispute_can_be_decided(request: Request, operation: ResolveDispute) -> Reason | None:
    """R4.3: only a dispute in force is decided; what ended by itself is over."""
    work = request.state.works.get(operation.work)
    if work is None or (work.dispute_case == operation.case and request.now_ms < work.disputed_until_ms):
        return None
    return refuse("Work {work} is not in dispute in case {case}.", work=operation.work, case=operation.case)


def member_is_new_to_decision(request: Request, operation: ResolveDispute) -> Reason | None:
    """R4.3: a member decides once, one way or the other."""
    dispute = dispute_of(request.state, operation)
    if dispute is None or request.account not in (*dispute.for_restoring, *dispute.for_taking_down):
        return None
    outcome = Outcome.RESTORE if request.account in dispute.for_restoring else Outcome.TAKE_DOWN
    return refuse(
        "{account} has decided case {case}: {outcome}.",
        account=request.account,
        case=operation.case,
        outcome=outcome.value,
    )


def dispute_of(state: State, operation: OpenDispute | ResolveDispute) -> DisputeRecord | None:
    """The case that the operation names."""
    return state.disputes.get(f"{operation.work}/{operation.case}")


def subject_still_stands(request: Request, operation: Takedown) -> Reason | None:
    """R4.3: what was taken down is not taken down again."""
    state, subject = request.state, operation.subject
    match subject:
        case TokenSubject():
            is_known = state.tokens.get(subject.token) is not None
            case = "it" if is_known and is_taken_down(state, subject.token) else None
        case SeriesSubject():
            case = takedown_of_series(state, subject.series)
        case _:
            work = state.works.get(subject.work)
            case = None if work is None else work.taken_down
    return None if case is None else refuse("{subject} was taken down before.", subject=name_of(subject))


def takedown_has_the_cases_terms(request: Request, operation: Takedown) -> Reason | None:
    """R4.3: who approves a case approves its reason."""
    takedown = takedown_in(request.state, operation)
    if takedown is None or takedown.reason == operation.reason:
        return None
    return refuse("Case {case} has another reason: {reason}", case=operation.case, reason=takedown.reason)


def takedown_is_undecided(request: Request, operation: Takedown) -> Reason | None:
    """R4.3: a case is decided in time, once."""
    takedown = takedown_in(request.state, operation)
    if takedown is None or (takedown.state is MeasureState.PROPOSED and request.now_ms < takedown.expires_ms):
        return None
    return refuse(
        "Case {case} is {state}; it could be approved until {expires_ms}.",
        case=operation.case,
        state=takedown.state.value,
        expires_ms=takedown.expires_ms,
    )


def party_is_new_to_takedown(request: Request, operation: Takedown) -> Reason | None:
    """R4.3: the same party twice counts once."""
    takedown = takedown_in(request.state, operation)
    if takedown is None or request.account not in takedown.approvals:
        return None
    return refuse("{account} has approved case {case}.", account=request.account, case=operation.case)


def takedown_in(state: State, operation: Takedown) -> TakedownRecord | None:
    """The case that the operation names."""
    return state.takedowns.get(takedown_row(operation.subject, operation.case))


def takedown_row(subject: Removable, case: str) -> str:
    """The row of a case, by kind and name of what it is about."""
    return f"{subject.__struct_config__.tag}/{name_of(subject)}/{case}"


def name_of(subject: Removable) -> str:
    """What the subject is called."""
    match subject:
        case TokenSubject():
            return subject.token
        case SeriesSubject():
            return subject.series
        case _:
            return subject.work


def token_to_take_down_was_sold(request: Request, operation: Takedown) -> Reason | None:
    """R4.3: an edition that was not sold is taken down with its series, or the next sale would come upon it."""
    if not isinstance(operation.subject, TokenSubject):
        return None
    token = request.state.tokens.get(operation.subject.token)
    if token is None or token.state is TokenState.ISSUED:
        return None
    return refuse(
        "Token {token} is {state}; only one that was sold, and still is, is taken down by itself.",
        token=operation.subject.token,
        state=token.state.value,
    )
