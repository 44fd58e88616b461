"""What accepted measures do: record an approval, and act where it makes them enough."""

from msgspec.structs import replace

from ledger.approvals import are_enough_to_dispute, are_enough_to_take_down, committee_decides, with_party
from ledger.docket import enter
from ledger.operations.measures import ForcedTransfer, OpenDispute, Outcome, ResolveDispute, Takedown
from ledger.operations.subjects import Removable, SeriesSubject, TokenSubject, WorkSubject
from ledger.parameters import DAY_MS
from ledger.receipts import Event
from ledger.records.measures import (
    DisputeRecord,
    DisputeState,
    ForcedTransferRecord,
    MeasureState,
    TakedownRecord,
)
from ledger.records.tokens import TokenState
from ledger.records.works import WorkRecord
from ledger.rules.disputes import dispute_of, name_of, takedown_in, takedown_row
from ledger.rules.request import Request
from ledger.transitions.tokens import transferred


def open_dispute(request: Request, operation: OpenDispute) -> tuple[Event, ...]:
    """Record an approval; with enough of them, stop all that is made of the work."""
    state, work = request.state, _work(request, operation.work)
    old = dispute_of(state, operation)
    if old is None:
        enter(request, f"dispute/{operation.work}/{operation.case}")
        old = DisputeRecord(DisputeState.PROPOSED, operation.reason, operation.expires_ms, (), (), ())
    approvals = with_party(old.approvals, request.account)
    is_open = are_enough_to_dispute(
        state, request.parameters, request.now_ms, approvals, is_repeated=work.dispute_case is not None
    )
    reached = DisputeState.OPEN if is_open else old.state
    state.disputes.put(f"{operation.work}/{operation.case}", replace(old, state=reached, approvals=approvals))
    about = (("work", operation.work), ("case", operation.case))
    approved = Event("dispute_approved", (*about, ("by", request.account)))
    if not is_open:
        return (approved,)
    disputed = replace(work, dispute_case=operation.case, disputed_until_ms=operation.expires_ms)
    state.works.put(operation.work, disputed)
    return (approved, Event("dispute_opened", (*about, ("expires_ms", str(operation.expires_ms)))))


def resolve_dispute(request: Request, operation: ResolveDispute) -> tuple[Event, ...]:
    """Record a decision; with enough of one kind, end the dispute in that way."""
    state = request.state
    old = dispute_of(state, operation)
    assert old is not None, "only a dispute in force is decided (R4.3)"
    about = (("work", operation.work), ("case", operation.case))
    decided = Event("dispute_decided", (*about, ("by", request.account), ("outcome", operation.outcome.value)))
    if operation.outcome is Outcome.RESTORE:
        parties, reached = with_party(old.for_restoring, request.account), DisputeState.RESTORED
        record = replace(old, for_restoring=parties)
    else:
        parties, reached = with_party(old.for_taking_down, request.account), DisputeState.TAKEN_DOWN
        record = replace(old, for_taking_down=parties)
    is_decided = committee_decides(state, "resolve_dispute", request.now_ms, parties)
    row = f"{operation.work}/{operation.case}"
    if not is_decided:
        state.disputes.put(row, record)
        return (decided,)
    state.disputes.put(row, replace(record, state=reached))
    state.works.put(operation.work, replace(_work(request, operation.work), disputed_until_ms=0))
    resolved = Event("dispute_resolved", (*about, ("outcome", operation.outcome.value)))
    if operation.outcome is Outcome.RESTORE:
        return (decided, resolved)
    subject = WorkSubject(operation.work)
    done = TakedownRecord(MeasureState.DONE, old.reason, old.expires_ms, parties)
    state.takedowns.put(takedown_row(subject, operation.case), done)
    return (decided, resolved, _take_down(request, subject, operation.case))


def takedown(request: Request, operation: Takedown) -> tuple[Event, ...]:
    """Record an approval; with enough of them, take down."""
    state, subject = request.state, operation.subject
    old = takedown_in(state, operation)
    if old is None:
        enter(request, f"takedown/{takedown_row(subject, operation.case)}")
        expires_ms = request.now_ms + request.parameters.decision_days * DAY_MS
        old = TakedownRecord(MeasureState.PROPOSED, operation.reason, expires_ms, ())
    approvals = with_party(old.approvals, request.account)
    is_done = are_enough_to_take_down(state, request.now_ms, approvals)
    reached = MeasureState.DONE if is_done else old.state
    state.takedowns.put(takedown_row(subject, operation.case), replace(old, state=reached, approvals=approvals))
    params = (_about(subject), ("case", operation.case), ("by", request.account))
    approved = Event("takedown_approved", params)
    return (approved, _take_down(request, subject, operation.case)) if is_done else (approved,)


def _take_down(request: Request, subject: Removable, case: str) -> Event:
    """One row, whatever hangs on it: what is below looks up."""
    state = request.state
    match subject:
        case TokenSubject():
            token = state.tokens.get(subject.token)
            assert token is not None, "rule L7 holds"
            assert token.state is TokenState.ISSUED, "rule R4.3 holds"
            state.tokens.put(subject.token, replace(token, taken_down=case, approved=None))
        case SeriesSubject():
            series = state.series.get(subject.series)
            assert series is not None, "rule L7 holds"
            state.series.put(subject.series, replace(series, taken_down=case))
        case _:
            state.works.put(subject.work, replace(_work(request, subject.work), taken_down=case))
    return Event("taken_down", (_about(subject), ("case", case)))


def _about(subject: Removable) -> tuple[str, str]:
    return (str(subject.__struct_config__.tag), name_of(subject))


def _work(request: Request, work: str) -> WorkRecord:
    record = request.state.works.get(work)
    assert record is not None, "rule L7 holds"
    return record


def forced_transfer(request: Request, operation: ForcedTransfer) -> tuple[Event, ...]:
    """Record an approval; with enough of them, move the token. The hold clock goes on, the trail of gifts ends."""
    state, token, case = request.state, operation.token, operation.case
    row = f"{token}/{case}"
    old = state.forced_transfers.get(row)
    if old is None:
        enter(request, f"forced_transfer/{row}")
        expires_ms = request.now_ms + request.parameters.decision_days * DAY_MS
        terms = (operation.sender, operation.to, operation.reason)
        old = ForcedTransferRecord(MeasureState.PROPOSED, *terms, expires_ms, (), operation.freeze_case)
    approvals = with_party(old.approvals, request.account)
    is_done = committee_decides(state, "forced_transfer", request.now_ms, approvals)
    reached = MeasureState.DONE if is_done else old.state
    state.forced_transfers.put(row, replace(old, state=reached, approvals=approvals))
    approved = Event("forced_transfer_approved", (("token", token), ("case", case), ("by", request.account)))
    if not is_done:
        return (approved,)
    held = state.tokens.get(token)
    assert held is not None, "one owner, and it is taken from him"
    assert held.owner == operation.sender, "one owner, and it is taken from him"
    state.tokens.put(token, replace(held, owner=operation.to, approved=None, trail=()))
    params = (
        ("token", token),
        ("from", operation.sender),
        ("to", operation.to),
        ("case", case),
        ("approvals", ", ".join(approvals)),
    )
    return (approved, transferred(state, token, operation.sender, operation.to), Event("forced_transfer", params))
