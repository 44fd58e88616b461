"""Who governs, and what their votes make of a proposal (tenet 7).

A proposal passes the moment the policy of its kind is met by members in office, and fails the moment it cannot be met
any more. Both are asked anew whenever members or policies change: a member that was removed takes its votes along. In
office is every voting member of the roster, also one that is suspended: who can suspend must not thereby win a vote.
"""

from msgspec.structs import replace

from ledger.operations.governance import Action, Pause, Resume, concerned_by, kind_of
from ledger.parameters import Parameters
from ledger.policies import DEFAULT_POLICIES
from ledger.policy import SELF, can_be_met, is_met
from ledger.receipts import Event
from ledger.records.governance import AgendaRecord, ProposalRecord, ProposalState
from ledger.state import State

ROSTER = "members"
"""The one row of the roster."""

AGENDA = "proposals"
"""The one row of the agenda."""

CHAIN = "chain"
"""The one row about a pause."""

AGENDA_MAX = 512
"""Proposals that may be unsettled at once: bounds the agenda's row and the work at a block's end."""

CHAINS_MAX = 64
"""Chains that a charter may list."""

AT_ONCE = (Pause, Resume)
"""Actions that do not wait out `change_delay_blocks`: a pause that comes later stops nothing."""


def members(state: State) -> tuple[str, ...]:
    """Every member of the consortium, sorted."""
    roster = state.roster.get(ROSTER)
    return () if roster is None else roster.members


def governors(state: State) -> tuple[str, ...]:
    """The voting members, sorted."""
    records = ((name, state.accounts.get(name)) for name in members(state))
    return tuple(name for name, record in records if record is not None and record.governor)


def policy_of(state: State, kind: str) -> str:
    """Who has to agree to decisions of this kind."""
    row = state.policies.get(kind)
    return DEFAULT_POLICIES[kind] if row is None else row.policy


def electorate(state: State, action: Action) -> tuple[str, ...]:
    """Whose votes count on `action`, sorted: the voting members, or where the policy is SELF the member concerned."""
    concerned = concerned_by(action)
    if concerned is not None and policy_of(state, kind_of(action)) == SELF:
        return (concerned,) if concerned in members(state) else ()
    return governors(state)


def can_pass(state: State, action: Action) -> bool:
    """Whether there are members enough to adopt such a proposal at all."""
    return can_be_met(policy_of(state, kind_of(action)), (), electorate(state, action))


def is_paused(state: State) -> bool:
    """Whether the chain is paused."""
    row = state.pauses.get(CHAIN)
    return row is not None and row.is_paused


def is_listed(state: State, chain: str) -> bool:
    """Whether a bridge to `chain` is permitted (R9.3)."""
    row = state.chains.get(chain)
    return row is not None and row.is_listed


def agenda_of(state: State) -> AgendaRecord:
    """What is not settled yet."""
    agenda = state.agenda.get(AGENDA)
    return AgendaRecord((), ()) if agenda is None else agenda


def is_open(proposal: ProposalRecord, now_ms: int) -> bool:
    """Whether votes on it are taken at block time `now_ms`."""
    return proposal.state is ProposalState.OPEN and now_ms < proposal.expires_ms


def settle(state: State, name: str, *, height: int, parameters: Parameters) -> tuple[Event, ...]:
    """Adopt or reject the open proposal `name` if the votes on it decide it, as of block `height`; say which."""
    proposal = state.proposals.get(name)
    assert proposal is not None, "what is on the agenda was proposed"
    assert proposal.state is ProposalState.OPEN, "what was decided is not decided again"
    policy = policy_of(state, kind_of(proposal.action))
    voters = electorate(state, proposal.action)
    agenda = agenda_of(state)
    still_open = tuple(each for each in agenda.open if each != name)
    if is_met(policy, proposal.votes_for, voters):
        delay_blocks = 1 if isinstance(proposal.action, AT_ONCE) else parameters.change_delay_blocks
        effective = height + delay_blocks
        adopted = replace(proposal, state=ProposalState.ADOPTED, decided_height=height, effective_height=effective)
        state.proposals.put(name, adopted)
        state.agenda.put(AGENDA, AgendaRecord(still_open, (*agenda.adopted, name)))
        return (Event("proposal_adopted", (("proposal", name), ("effective_height", str(effective)))),)
    if not can_be_met(policy, proposal.votes_against, voters):
        state.proposals.put(name, replace(proposal, state=ProposalState.REJECTED, decided_height=height))
        state.agenda.put(AGENDA, AgendaRecord(still_open, agenda.adopted))
        return (Event("proposal_rejected", (("proposal", name),)),)
    return ()
