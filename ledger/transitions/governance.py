"""What accepted operations on proposals do."""

from msgspec.structs import replace

from ledger.docket import enter
from ledger.governance import AGENDA, agenda_of, settle
from ledger.operations.governance import Ballot, Propose, Vote, kind_of
from ledger.receipts import Event
from ledger.records.governance import AgendaRecord, ProposalRecord, ProposalState
from ledger.rules.request import Request


def propose(request: Request, operation: Propose) -> tuple[Event, ...]:
    """Put it on the agenda with its proposer's vote, which may be all it takes."""
    state, name = request.state, operation.proposal
    votes = (request.account,)
    record = ProposalRecord(
        request.account, operation.action, operation.reason, operation.expires_ms, ProposalState.OPEN, votes, (), 0, 0
    )
    state.proposals.put(name, record)
    enter(request, f"proposal/{name}")
    agenda = agenda_of(state)
    state.agenda.put(AGENDA, AgendaRecord((*agenda.open, name), agenda.adopted))
    params = (
        ("proposal", name),
        ("kind", kind_of(operation.action)),
        ("by", request.account),
        ("expires_ms", str(operation.expires_ms)),
    )
    decided = settle(state, name, height=request.height, parameters=request.parameters)
    return (Event("proposed", params), *decided)


def vote(request: Request, operation: Vote) -> tuple[Event, ...]:
    """Count a vote; with it the proposal may pass or fail."""
    state, name = request.state, operation.proposal
    proposal = state.proposals.get(name)
    assert proposal is not None, "rule L7 holds"
    if operation.ballot is Ballot.FOR:
        record = replace(proposal, votes_for=tuple(sorted((*proposal.votes_for, request.account))))
    else:
        record = replace(proposal, votes_against=tuple(sorted((*proposal.votes_against, request.account))))
    state.proposals.put(name, record)
    params = (("proposal", name), ("by", request.account), ("ballot", operation.ballot.value))
    decided = settle(state, name, height=request.height, parameters=request.parameters)
    return (Event("voted", params), *decided)
