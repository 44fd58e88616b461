"""What accepted operations on freezes do."""

from msgspec.structs import replace

from ledger.operations.freezes import FreezeToken, UnfreezeToken
from ledger.receipts import Event
from ledger.records.freezes import FreezeRecord, FreezeState
from ledger.rules.controllable_chain import is_enough
from ledger.rules.request import Request


def freeze_token(request: Request, operation: FreezeToken) -> tuple[Event, ...]:
    """Record an approval; with enough of them, freeze."""
    state = request.state
    row = f"{operation.token}/{operation.case}"
    freeze = state.freezes.get(row)
    approvals = tuple(sorted((*(() if freeze is None else freeze.approvals), request.account)))
    is_frozen = is_enough(state, request.parameters, approvals)
    reached = FreezeState.FROZEN if is_frozen else FreezeState.PROPOSED
    state.freezes.put(row, FreezeRecord(reached, operation.reason, operation.expires_ms, approvals, ()))
    params = (("token", operation.token), ("case", operation.case), ("by", request.account))
    approved = Event("freeze_approved", params)
    if not is_frozen:
        return (approved,)
    _mark(request, operation.token, operation.case, operation.expires_ms)
    until = (("token", operation.token), ("case", operation.case), ("expires_ms", str(operation.expires_ms)))
    return (approved, Event("frozen", until))


def unfreeze_token(request: Request, operation: UnfreezeToken) -> tuple[Event, ...]:
    """Record an approval of ending a freeze; with enough of them, end it."""
    state = request.state
    row = f"{operation.token}/{operation.case}"
    freeze = state.freezes.get(row)
    assert freeze is not None, "only a freeze in force is ended (R7.2)"
    assert freeze.state is FreezeState.FROZEN, "only a freeze in force is ended (R7.2)"
    releases = tuple(sorted((*freeze.releases, request.account)))
    is_released = is_enough(state, request.parameters, releases)
    reached = FreezeState.RELEASED if is_released else FreezeState.FROZEN
    state.freezes.put(row, FreezeRecord(reached, freeze.reason, freeze.expires_ms, freeze.approvals, releases))
    params = (("token", operation.token), ("case", operation.case), ("by", request.account))
    approved = Event("unfreeze_approved", params)
    if not is_released:
        return (approved,)
    _mark(request, operation.token, None, 0)
    return (approved, Event("unfrozen", (("token", operation.token), ("case", operation.case))))


def _mark(request: Request, token: str, case: str | None, until_ms: int) -> None:
    old = request.state.tokens.get(token)
    assert old is not None, "rule L7 holds"
    request.state.tokens.put(token, replace(old, freeze_case=case, frozen_until_ms=until_ms))
