"""Cases and proposals that a member opened and nobody took up: what counts against `cases_open_max` (R8.2).

A case counts for `decision_days`, however soon it ends: rows are kept for good, and one key could open a case that ends
at once for as long as it signs. It counts no longer when enough members have approved it, or, of a proposal, when their
votes decided it: then it is the work of several.
"""

from ledger.parameters import DAY_MS
from ledger.records.bounds import DocketRecord
from ledger.records.freezes import UNCONFIRMED, FreezeState
from ledger.records.governance import ProposalState
from ledger.records.measures import DisputeState, MeasureState
from ledger.rules.request import Request
from ledger.state import State


def counted_cases(request: Request) -> tuple[tuple[str, int], ...]:
    """Those of the signer that count at this time, by their rows, and until when they do."""
    docket = request.state.dockets.get(request.account)
    if docket is None:
        return ()
    return tuple(
        (row, until_ms)
        for row, until_ms in docket.cases
        if request.now_ms < until_ms and not _is_taken_up(request.state, row)
    )


def enter(request: Request, row: str) -> None:
    """Note a case or a proposal that the signer opens, by its row in the state."""
    until_ms = request.now_ms + request.parameters.decision_days * DAY_MS
    cases = (*counted_cases(request), (row, until_ms))
    assert len(cases) <= request.parameters.cases_open_max, "rule R8.2 holds"
    request.state.dockets.put(request.account, DocketRecord(cases))


def _is_taken_up(state: State, row: str) -> bool:
    """Whether enough members approved the case, or decided the proposal."""
    table, _, name = row.partition("/")
    match table:
        case "freeze":
            freeze = state.freezes.get(name)
            return freeze is not None and freeze.state not in (*UNCONFIRMED, FreezeState.WITHDRAWN)
        case "dispute":
            dispute = state.disputes.get(name)
            return dispute is not None and dispute.state is not DisputeState.PROPOSED
        case "takedown":
            takedown = state.takedowns.get(name)
            return takedown is not None and takedown.state is MeasureState.DONE
        case "forced_transfer":
            transfer = state.forced_transfers.get(name)
            return transfer is not None and transfer.state is MeasureState.DONE
        case _:
            proposal = state.proposals.get(name)
            return proposal is not None and proposal.state not in (ProposalState.OPEN, ProposalState.EXPIRED)
