"""Tenet 7, a controllable consortium chain: what the members decide by vote, and what nobody does without one.

R7.1 membership and policies, R7.4 figures that wait, R7.5 the pause. Freezes are in controllable_chain.py.
"""

from ledger.charter import Role
from ledger.enactment import leaves_a_governor
from ledger.governance import AGENDA_MAX, CHAIN, agenda_of, can_pass, is_open, members, policy_of
from ledger.operations.access import RecordAccess
from ledger.operations.accounts import KeepKey, RotateKey, UpdateAccountState
from ledger.operations.freezes import (
    Appeal,
    EmergencyFreeze,
    FreezeAccount,
    FreezeToken,
    UnfreezeAccount,
    UnfreezeToken,
    Uphold,
)
from ledger.operations.governance import (
    AdmitMember,
    ChangeParameters,
    Propose,
    RemoveMember,
    SetPolicy,
    SetRole,
    Vote,
    concerned_by,
    kind_of,
)
from ledger.operations.measures import ForcedTransfer, OpenDispute, ResolveDispute, Takedown
from ledger.operations.statements import ReportSuspicious, SubmitEvidence
from ledger.operations.winding_down import ChooseHoldOrRefund
from ledger.parameters import DAY_MS, RANGES
from ledger.policies import is_permitted
from ledger.rules.request import Reason, Request, refuse

VOTELESS_ROLES = (Role.NOTARY, Role.REGULATOR)
"""They watch; whoever watches has no part in what is watched."""

PERMITTED_WHILE_PAUSED = frozenset(
    {
        Propose,
        Vote,
        RotateKey,
        KeepKey,
        UpdateAccountState,
        FreezeToken,
        UnfreezeToken,
        FreezeAccount,
        UnfreezeAccount,
        EmergencyFreeze,
        Appeal,
        Uphold,
        OpenDispute,
        ResolveDispute,
        Takedown,
        ForcedTransfer,
        RecordAccess,
        ChooseHoldOrRefund,
        ReportSuspicious,
        SubmitEvidence,
    }
)
"""Governance and due process, which a pause is there to make room for; every other operation waits."""


def decision_is_possible(request: Request, operation: Propose) -> Reason | None:
    """R7.1: nothing is put to a vote that no votes can decide: forbidden by its policy, or too few members for it."""
    concerned = concerned_by(operation.action)
    if can_pass(request.state, operation.action) or (concerned is not None and concerned not in members(request.state)):
        return None
    kind = kind_of(operation.action)
    return refuse(
        "No votes decide on {kind}: its policy is {policy}.", kind=kind, policy=policy_of(request.state, kind)
    )


def policy_is_one(_: Request, operation: Propose) -> Reason | None:
    """R7.1: a policy is in the words there are, for a kind of decision there is."""
    action = operation.action
    if not isinstance(action, SetPolicy) or is_permitted(action.kind, action.policy):
        return None
    return refuse("{policy} is no policy for {kind}.", policy=action.policy, kind=action.kind)


def watchers_have_no_vote(_: Request, operation: Propose) -> Reason | None:
    """R7.1: a notary or a regulator does not vote."""
    action = operation.action
    if not isinstance(action, AdmitMember | SetRole) or not action.votes or action.role not in VOTELESS_ROLES:
        return None
    return refuse("{member} cannot have a vote as {role}.", member=action.member, role=action.role.value)


def somebody_still_votes(request: Request, operation: Propose) -> Reason | None:
    """R7.1: the last voting member stays one, or nothing could be decided ever again."""
    action = operation.action
    if not isinstance(action, RemoveMember | SetRole) or (isinstance(action, SetRole) and action.votes):
        return None
    if leaves_a_governor(request.state, action.member):
        return None
    return refuse("{member} is the last member that votes.", member=action.member)


def agenda_has_room(request: Request, _: Propose) -> Reason | None:
    """R7.1: so many open proposals for each member, so many unsettled ones in all: nobody crowds others out."""
    state, most = request.state, request.parameters.proposals_open_max
    agenda = agenda_of(state)
    records = (state.proposals.get(name) for name in agenda.open)
    own = sum(record is not None and record.proposer == request.account for record in records)
    if own < most and len(agenda.open) + len(agenda.adopted) < AGENDA_MAX:
        return None
    return refuse(
        "{account} has {own} of {proposals_open_max} proposals open; {unsettled} of {unsettled_max} are unsettled.",
        account=request.account,
        own=own,
        proposals_open_max=most,
        unsettled=len(agenda.open) + len(agenda.adopted),
        unsettled_max=AGENDA_MAX,
    )


def proposal_is_open(request: Request, operation: Vote) -> Reason | None:
    """R7.1: votes are taken until a proposal is decided or expires."""
    proposal = request.state.proposals.get(operation.proposal)
    if proposal is None or is_open(proposal, request.now_ms):
        return None
    return refuse(
        "No votes are taken on {proposal}: it is {state}, and expires at {expires_ms}.",
        proposal=operation.proposal,
        state=proposal.state.value,
        expires_ms=proposal.expires_ms,
    )


def voter_is_new(request: Request, operation: Vote) -> Reason | None:
    """R7.1: one member, one vote."""
    proposal = request.state.proposals.get(operation.proposal)
    if proposal is None or request.account not in (*proposal.votes_for, *proposal.votes_against):
        return None
    return refuse("{account} has voted on {proposal}.", account=request.account, proposal=operation.proposal)


def removal_is_undone_by_vote(request: Request, operation: UpdateAccountState) -> Reason | None:
    """R7.1: whom a vote removed, only a vote takes back."""
    account = request.state.accounts.get(operation.account)
    if account is None or account.role is None or operation.account in members(request.state):
        return None
    return refuse("{account} was removed by vote; only a vote admits it again.", account=operation.account)


def figures_are_permitted(_: Request, operation: Propose) -> Reason | None:
    """R7.4: a rule parameter there is, each once, with a value in its range."""
    action = operation.action
    if not isinstance(action, ChangeParameters):
        return None
    seen: set[str] = set()
    for each in action.changes:
        if each.name not in RANGES:
            return refuse("There is no rule parameter {name}.", name=each.name)
        smallest, largest = RANGES[each.name]
        if not smallest <= each.value <= largest:
            return refuse(
                "Rule parameter {name} cannot be {value}; {smallest} to {largest} are permitted.",
                name=each.name,
                value=each.value,
                smallest=smallest,
                largest=largest,
            )
        if each.name in seen:
            return refuse("Rule parameter {name} stands in the proposal twice.", name=each.name)
        seen.add(each.name)
    return None


def voting_ends(request: Request, operation: Propose) -> Reason | None:
    """R7.4: a proposal has an end, ahead and not too far ahead."""
    latest_ms = request.now_ms + request.parameters.proposal_days_max * DAY_MS
    if request.now_ms < operation.expires_ms <= latest_ms:
        return None
    return refuse(
        "A proposal now must end after {now_ms} and by {latest_ms}, not at {expires_ms}.",
        now_ms=request.now_ms,
        latest_ms=latest_ms,
        expires_ms=operation.expires_ms,
    )


def chain_is_not_paused(request: Request, operation: object) -> Reason | None:
    """R7.5: while the chain is paused, only governance and due process go on."""
    pause = request.state.pauses.get(CHAIN)
    if pause is None or not pause.is_paused or type(operation) in PERMITTED_WHILE_PAUSED:
        return None
    return refuse("The chain is paused since block {since_height}.", since_height=pause.since_height)
