"""Rule L6, the ledger's own: a case and a proposal are opened in the name of who opens them.

A case is known by its number to all who join it. If anybody could open it under any number, whoever sees an opening on
its way would be quicker with other terms, and the honest one would be left without a case, each time anew.
"""

from ledger.names import opener_of
from ledger.operations.accounts import UpdateAccountState
from ledger.operations.freezes import EmergencyFreeze, FreezeAccount, FreezeToken
from ledger.operations.governance import Propose
from ledger.operations.measures import ForcedTransfer, OpenDispute, Takedown
from ledger.rules.controllable_chain import freeze_of
from ledger.rules.disputes import dispute_of, takedown_in
from ledger.rules.forced_transfers import transfer_in
from ledger.rules.request import Reason, Request, refuse
from ledger.state import State

Opening = FreezeToken | FreezeAccount | EmergencyFreeze | OpenDispute | Takedown | ForcedTransfer
"""What opens a case or joins one."""


def case_is_opened_in_ones_own_name(request: Request, operation: Opening) -> Reason | None:
    """L6: whoever opens a case gives it his name; others join what is open."""
    if _is_own(request, operation.case) or is_open(request.state, operation):
        return None
    return _not_ones_own(operation.case)


def _is_own(request: Request, name: str) -> bool:
    """Whether the signer may open it; that who is no member opens nothing, other rows say."""
    return opener_of(name) == request.account or request.caller is None or request.caller.role is None


def is_open(state: State, operation: Opening) -> bool:
    """Whether there is such a case, of this kind, about this thing."""
    match operation:
        case OpenDispute():
            return dispute_of(state, operation) is not None
        case Takedown():
            return takedown_in(state, operation) is not None
        case ForcedTransfer():
            return transfer_in(state, operation) is not None
        case _:
            return freeze_of(state, operation) is not None


def suspension_is_in_ones_own_name(request: Request, operation: UpdateAccountState) -> Reason | None:
    """L6: so does whoever suspends, and nobody joins him."""
    if operation.terms is None or _is_own(request, operation.terms.case):
        return None
    return _not_ones_own(operation.terms.case)


def proposal_is_in_ones_own_name(request: Request, operation: Propose) -> Reason | None:
    """L6: so does whoever proposes."""
    if _is_own(request, operation.proposal):
        return None
    return _not_ones_own(operation.proposal)


def _not_ones_own(name: str) -> Reason:
    return refuse("Only {opener} opens {name}.", opener=opener_of(name), name=name)
