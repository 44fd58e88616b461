"""What accepted operations on freezes do: record an approval, and act where it makes them enough."""

from msgspec.structs import replace

from ledger.approvals import are_enough_to_freeze, are_enough_to_uphold, with_party
from ledger.docket import enter
from ledger.freezing import mark, name_of, remember_emergency
from ledger.operations.freezes import (
    Appeal,
    EmergencyFreeze,
    FreezeAccount,
    FreezeOperation,
    FreezeToken,
    UnfreezeAccount,
    UnfreezeToken,
    Uphold,
)
from ledger.parameters import DAY_MS, HOUR_MS
from ledger.receipts import Event
from ledger.records.freezes import FreezeRecord, FreezeState
from ledger.rules.request import Request


def freeze(request: Request, operation: FreezeToken | FreezeAccount) -> tuple[Event, ...]:
    """Record an approval; with enough of them, freeze."""
    record, is_frozen = _approved(request, operation)
    name = name_of(operation)
    request.state.freezes.put(f"{name}/{operation.case}", record)
    approved = _event(request, "freeze_approved", name, operation.case)
    if not is_frozen:
        return (approved,)
    return (approved, _freeze_until(request, name, operation.case, operation.expires_ms))


def emergency_freeze(request: Request, operation: EmergencyFreeze) -> tuple[Event, ...]:
    """Record an approval and freeze at once: to the end if that makes them enough, else for `emergency_hours`."""
    record, is_frozen = _approved(request, operation)
    name, case = name_of(operation), operation.case
    approved = _event(request, "freeze_approved", name, case)
    if is_frozen:
        request.state.freezes.put(f"{name}/{case}", record)
        return (approved, _freeze_until(request, name, case, operation.expires_ms))
    record = replace(record, state=FreezeState.EMERGENCY, emergency_by=request.account)
    request.state.freezes.put(f"{name}/{case}", record)
    remember_emergency(request.state, request.account, name, case)
    until_ms = min(operation.expires_ms, request.now_ms + request.parameters.emergency_hours * HOUR_MS)
    return (approved, _freeze_until(request, name, case, until_ms))


def _approved(request: Request, operation: FreezeOperation) -> tuple[FreezeRecord, bool]:
    """The case with the signer among its approvals, and whether they are enough."""
    state = request.state
    old = state.freezes.get(f"{name_of(operation)}/{operation.case}")
    if old is None:
        enter(request, f"freeze/{name_of(operation)}/{operation.case}")
        old = FreezeRecord(FreezeState.PROPOSED, operation.reason, operation.expires_ms, (), (), None, None, 0, ())
    approvals = with_party(old.approvals, request.account)
    is_frozen = are_enough_to_freeze(state, request.parameters, request.now_ms, approvals)
    reached = FreezeState.FROZEN if is_frozen else old.state
    return replace(old, state=reached, approvals=approvals), is_frozen


def unfreeze(request: Request, operation: UnfreezeToken | UnfreezeAccount) -> tuple[Event, ...]:
    """Record an approval of ending a freeze; with enough of them, or by whom alone it was made, end it."""
    name, case = name_of(operation), operation.case
    old = _in_force(request, name, case)
    releases = with_party(old.releases, request.account)
    is_withdrawn = old.state is FreezeState.EMERGENCY and old.emergency_by == request.account
    is_ended = is_withdrawn or are_enough_to_freeze(request.state, request.parameters, request.now_ms, releases)
    reached = old.state
    if is_ended:
        reached = FreezeState.WITHDRAWN if old.state is FreezeState.EMERGENCY else FreezeState.RELEASED
    request.state.freezes.put(f"{name}/{case}", replace(old, state=reached, releases=releases))
    approved = _event(request, "unfreeze_approved", name, case)
    if not is_ended:
        return (approved,)
    mark(request.state, name, None, 0)
    return (approved, Event("unfrozen", (_kind_of(name), ("case", case))))


def appeal(request: Request, operation: Appeal) -> tuple[Event, ...]:
    """Open the review: from now on the freeze ends with it, unless it is upheld."""
    name, case = name_of(operation), operation.case
    old = _in_force(request, name, case)
    until_ms = min(old.expires_ms, request.now_ms + request.parameters.appeal_days * DAY_MS)
    reviewed = replace(old, state=FreezeState.APPEALED, appealed_by=request.account, review_until_ms=until_ms)
    request.state.freezes.put(f"{name}/{case}", reviewed)
    mark(request.state, name, case, until_ms)
    params = (_kind_of(name), ("case", case), ("by", request.account), ("review_until_ms", str(until_ms)))
    return (Event("appealed", params),)


def uphold(request: Request, operation: Uphold) -> tuple[Event, ...]:
    """Record an approval of the freeze; with enough of them it runs to its own end."""
    name, case = name_of(operation), operation.case
    old = _in_force(request, name, case)
    upheld_by = with_party(old.upheld_by, request.account)
    is_upheld = are_enough_to_uphold(request.state, request.parameters, request.now_ms, upheld_by, old.approvals)
    reached = FreezeState.UPHELD if is_upheld else old.state
    request.state.freezes.put(f"{name}/{case}", replace(old, state=reached, upheld_by=upheld_by))
    approved = _event(request, "uphold_approved", name, case)
    if not is_upheld:
        return (approved,)
    mark(request.state, name, case, old.expires_ms)
    until = ("expires_ms", str(old.expires_ms))
    return (approved, Event("upheld", (_kind_of(name), ("case", case), until)))


def _in_force(request: Request, name: str, case: str) -> FreezeRecord:
    record = request.state.freezes.get(f"{name}/{case}")
    assert record is not None, "only a freeze in force is ended or reviewed (R7.2, R6.4)"
    return record


def _freeze_until(request: Request, name: str, case: str, until_ms: int) -> Event:
    mark(request.state, name, case, until_ms)
    return Event("frozen", (_kind_of(name), ("case", case), ("expires_ms", str(until_ms))))


def _event(request: Request, event: str, name: str, case: str) -> Event:
    return Event(event, (_kind_of(name), ("case", case), ("by", request.account)))


def _kind_of(name: str) -> tuple[str, str]:
    return ("account" if "." in name else "token", name)
