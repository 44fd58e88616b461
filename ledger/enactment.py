"""What the end of a block does to governance: proposals expire, and adopted ones take effect at their height (R7.4).

A change that is in force from block h on is made at the end of block h-1, after its transactions. So all transactions
of a block are judged alike, and the state after a block is the one by which the next is judged, and by which is asked
before ordering what would be refused. A block pays for this only while something is on the agenda.
"""

from msgspec.structs import replace

from ledger.governance import AGENDA, CHAIN, ROSTER, agenda_of, governors, members, settle
from ledger.keys import set_key
from ledger.moment import Moment
from ledger.operations.accounts import AccountState
from ledger.operations.governance import (
    Action,
    AdmitMember,
    ChangeParameters,
    ListChain,
    Pause,
    RemoveMember,
    Resume,
    RotateOperatorKey,
    SetPolicy,
    SetRole,
    UnlistChain,
)
from ledger.parameters import figures_of
from ledger.records.accounts import NO_END_MS, AccountRecord
from ledger.records.governance import (
    AgendaRecord,
    ChainRecord,
    ParametersRecord,
    PauseRecord,
    PolicyRecord,
    ProposalState,
    RosterRecord,
)
from ledger.state import State

ROSTER_MAX = 1_024
"""Members at most: as many as a charter may name."""


def end_block(state: State, moment: Moment) -> None:
    """Settle what the end of block `moment.height` settles, before its changes are committed."""
    agenda = state.agenda.get(AGENDA)
    if agenda is None or not (agenda.open or agenda.adopted):
        return
    _expire(state, moment)
    if _take_effect(state, moment):
        # Members or policies may be others from the next block on, and with them what the votes are worth.
        for name in agenda_of(state).open:
            _forget_votes_of_strangers(state, name)
            settle(state, name, height=moment.height + 1, parameters=moment.parameters)


def _expire(state: State, moment: Moment) -> None:
    agenda = agenda_of(state)
    left: list[str] = []
    for name in agenda.open:
        proposal = state.proposals.get(name)
        assert proposal is not None, "what is on the agenda was proposed"
        if moment.now_ms < proposal.expires_ms:
            left.append(name)
        else:
            expired = replace(proposal, state=ProposalState.EXPIRED, decided_height=moment.height)
            state.proposals.put(name, expired)
    if len(left) < len(agenda.open):
        state.agenda.put(AGENDA, AgendaRecord(tuple(left), agenda.adopted))


def _take_effect(state: State, moment: Moment) -> bool:
    """Carry out what was adopted for the next block, in the order of adoption; return whether there was anything."""
    height = moment.height + 1
    figures = figures_of(moment.parameters)
    changed = dict(figures)
    agenda = agenda_of(state)
    left: list[str] = []
    for name in agenda.adopted:
        proposal = state.proposals.get(name)
        assert proposal is not None, "what is on the agenda was proposed"
        if proposal.effective_height > height:
            left.append(name)
            continue
        is_possible = can_be_done(state, proposal.action)
        if is_possible:
            _carry_out(state, proposal.action, changed, height, moment.now_ms)
        reached = ProposalState.IN_FORCE if is_possible else ProposalState.VOID
        state.proposals.put(name, replace(proposal, state=reached))
    if len(left) == len(agenda.adopted):
        return False
    state.agenda.put(AGENDA, AgendaRecord(agenda.open, tuple(left)))
    if changed != figures:
        state.parameters.put(parameters_row(height), ParametersRecord(tuple(sorted(changed.items()))))
    return True


def _forget_votes_of_strangers(state: State, name: str) -> None:
    proposal = state.proposals.get(name)
    assert proposal is not None, "what is on the agenda was proposed"
    roster = frozenset(members(state))
    votes_for = tuple(each for each in proposal.votes_for if each in roster)
    votes_against = tuple(each for each in proposal.votes_against if each in roster)
    if (votes_for, votes_against) != (proposal.votes_for, proposal.votes_against):
        state.proposals.put(name, replace(proposal, votes_for=votes_for, votes_against=votes_against))


def parameters_row(height: int) -> str:
    """The row of the figures that are in force from block `height` on: as many digits for each, so that rows sort."""
    return f"{height:012d}"


def can_be_done(state: State, action: Action) -> bool:
    """Whether the state still permits what was adopted: another change may have come first."""
    match action:
        case AdmitMember():
            roster = members(state)
            return action.member not in roster and may_be_admitted(state, action.member) and len(roster) < ROSTER_MAX
        case RemoveMember():
            return action.member in members(state) and leaves_a_governor(state, action.member)
        case SetRole():
            return action.member in members(state) and (action.votes or leaves_a_governor(state, action.member))
        case RotateOperatorKey():
            return action.member in members(state)
    return True


def may_be_admitted(state: State, member: str) -> bool:
    """Whether the id is nobody's, or that of an institution that was a member before."""
    account = state.accounts.get(member)
    return account is None or account.role is not None


def leaves_a_governor(state: State, member: str) -> bool:
    """Whether somebody can still vote when `member` does not."""
    return any(each != member for each in governors(state))


def _carry_out(state: State, action: Action, figures: dict[str, int], height: int, now_ms: int) -> None:
    match action:
        case ChangeParameters():
            figures.update((each.name, each.value) for each in action.changes)
        case AdmitMember():
            _admit(state, action, height, now_ms)
        case RemoveMember():
            account = _account(state, action.member)
            suspended = AccountState.SUSPENDED
            state.accounts.put(
                action.member, replace(account, governor=False, operator_state=suspended, operator_until_ms=NO_END_MS)
            )
            state.roster.put(ROSTER, RosterRecord(tuple(each for each in members(state) if each != action.member)))
        case SetRole():
            account = _account(state, action.member)
            state.accounts.put(action.member, replace(account, role=action.role, governor=action.votes))
        case RotateOperatorKey():
            set_key(state, action.member, action.operator_key, height=height, now_ms=now_ms, from_height=height)
        case SetPolicy():
            state.policies.put(action.kind, PolicyRecord(action.policy, height))
        case Pause() | Resume():
            state.pauses.put(CHAIN, PauseRecord(isinstance(action, Pause), height))
        case ListChain() | UnlistChain():
            state.chains.put(action.chain, ChainRecord(isinstance(action, ListChain), height))


def _admit(state: State, action: AdmitMember, height: int, now_ms: int) -> None:
    name, active, old = action.member, AccountState.ACTIVE, state.accounts.get(action.member)
    if old is None:
        state.accounts.put(
            name,
            AccountRecord(name, action.role, action.votes, None, action.operator_key, (), active, active, 0, b""),
        )
    else:
        # Its nonces stay used: what it signed as a member before must not be executed again.
        returning = replace(
            old,
            role=action.role,
            governor=action.votes,
            platform_state=active,
            operator_state=active,
            platform_until_ms=0,
            operator_until_ms=0,
        )
        state.accounts.put(name, returning)
        set_key(state, name, action.operator_key, height=height, now_ms=now_ms, from_height=height)
    state.roster.put(ROSTER, RosterRecord(tuple(sorted((*members(state), name)))))


def _account(state: State, member: str) -> AccountRecord:
    account = state.accounts.get(member)
    assert account is not None, "a member has an account"
    return account
