"""Proposals and votes, and what the end of a block makes of them (R7.1, R7.4, *Governance*)."""

import re

from ledger.operations.governance import (
    Action,
    AdmitMember,
    Ballot,
    ChangeParameters,
    ListChain,
    Pause,
    Propose,
    RemoveMember,
    Resume,
    RotateOperatorKey,
    SetPolicy,
    SetRole,
    UnlistChain,
    Vote,
    kind_of,
)
from tests.ledger.naive.accounts import set_key
from tests.ledger.naive.figures import FIGURES, OF_ONE_MEMBER, POLICIES
from tests.ledger.naive.known import Known
from tests.ledger.naive.reasons import Reasons
from tests.ledger.naive.statements import NO_END_MS
from tests.ledger.naive.things import Account, Proposal
from tests.ledger.naive.writing import judge_words

UNSETTLED_MAX = 512


def concerned(action: Action) -> str | None:
    return action.member if isinstance(action, RemoveMember | SetRole | RotateOperatorKey) else None


def electorate(known: Known, action: Action) -> set[str]:
    if known.policies[kind_of(action)] == "SELF":
        return {str(concerned(action))} & known.members
    return known.voting()


def is_enough(known: Known, action: Action, approvals: set[str]) -> bool:
    return known.agree(known.policies[kind_of(action)], approvals, electorate(known, action))


def judge_propose(known: Known, by: str, operation: Propose, no: Reasons) -> None:
    action, whom = operation.action, concerned(operation.action)
    is_known = whom is None or whom in known.members
    may = by in known.voting() | electorate(known, action)
    no.unless_may(may and known.role(by) != "regulator")
    no.unless_may(known.may_open(by, operation.proposal))
    no.when(not is_known, "L7", "E_UNKNOWN")
    no.when(operation.proposal in known.proposals, "L8", "E_EXISTS")
    no.when(isinstance(action, AdmitMember) and action.member in known.members, "L8", "E_EXISTS")
    no.when(is_so(known, action), "L9", "E_NO_CHANGE")
    names = (action.name, action.name_zh, action.member) if isinstance(action, AdmitMember) else ()
    judge_words(no, operation.proposal, operation.reason, *names)
    everybody = electorate(known, action)
    no.when(is_known and not is_enough(known, action, everybody), "R7.1", "E_FORBIDDEN")
    no.when(isinstance(action, SetPolicy) and not is_policy(action.kind, action.policy), "R7.1", "E_POLICY")
    votes_watching = (
        isinstance(action, AdmitMember | SetRole) and action.votes and action.role in ("notary", "regulator")
    )
    no.when(votes_watching, "R7.1", "E_ROLE")
    leaves = isinstance(action, RemoveMember) or (isinstance(action, SetRole) and not action.votes)
    no.when(leaves and known.voting() <= {whom}, "R7.1", "E_LAST_VOTER")
    mine = [each for each in known.proposals.values() if each.state == "open" and each.proposer == by]
    unsettled = [each for each in known.proposals.values() if each.state in ("open", "adopted")]
    is_full = len(mine) >= known.figure("proposals_open_max") or len(unsettled) >= UNSETTLED_MAX
    no.when(is_full, "R7.1", "E_AGENDA_FULL")
    if isinstance(action, ChangeParameters):
        no.when(not are_permitted(action), "R7.4", "E_PARAMETER")
    latest_ms = known.now_ms + known.days_ms("proposal_days_max")
    no.when(not known.now_ms < operation.expires_ms <= latest_ms, "R7.4", "E_PROPOSAL_EXPIRY")


def are_permitted(action: ChangeParameters) -> bool:
    names = [each.name for each in action.changes]
    return len(set(names)) == len(names) and all(
        each.name in FIGURES and FIGURES[each.name][1] <= each.value <= FIGURES[each.name][2] for each in action.changes
    )


def is_policy(kind: str, policy: str) -> bool:
    """ChainMaker's words: `2/3` is at most the whole, and SELF is for what concerns one member."""
    if kind not in POLICIES:
        return False
    if policy in ("ANY", "MAJORITY", "ALL", "FORBIDDEN"):
        return True
    if policy == "SELF":
        return kind in OF_ONE_MEMBER
    found = re.fullmatch(r"([1-9][0-9]*)(?:/([1-9][0-9]*))?", policy)
    return found is not None and int(found[1]) <= int(found[2] or 1_024) <= 1_024


def is_so(known: Known, action: Action) -> bool:
    match action:
        case ChangeParameters():
            return all(known.figures.get(each.name) == each.value for each in action.changes)
        case SetRole():
            account = known.accounts.get(action.member) if action.member in known.members else None
            return account is not None and (account.role, account.votes) == (action.role, action.votes)
        case RotateOperatorKey():
            return action.member in known.members and known.key_in_force(action.member) == action.operator_key
        case SetPolicy():
            return known.policies.get(action.kind) == action.policy
        case Pause() | Resume():
            return known.paused == isinstance(action, Pause)
        case ListChain() | UnlistChain():
            return (action.chain in known.chains) == isinstance(action, ListChain)
    return False


def propose(known: Known, by: str, operation: Propose) -> None:
    proposal = Proposal(by, operation.action, operation.expires_ms, votes_for={by})
    known.proposals[operation.proposal] = proposal
    decide(known, proposal, known.height)


def judge_vote(known: Known, by: str, operation: Vote, no: Reasons) -> None:
    proposal = known.proposals.get(operation.proposal)
    no.when(proposal is None, "L7", "E_UNKNOWN")
    if proposal is None:
        return
    no.unless_may(by in electorate(known, proposal.action))
    is_open = proposal.state == "open" and known.now_ms < proposal.expires_ms
    no.when(not is_open, "R7.1", "E_VOTING_CLOSED")
    no.when(by in proposal.votes_for | proposal.votes_against, "R7.1", "E_ALREADY_VOTED")


def vote(known: Known, by: str, operation: Vote) -> None:
    proposal = known.proposals[operation.proposal]
    (proposal.votes_for if operation.ballot is Ballot.FOR else proposal.votes_against).add(by)
    decide(known, proposal, known.height)


def decide(known: Known, proposal: Proposal, height: int) -> None:
    action = proposal.action
    if is_enough(known, action, proposal.votes_for):
        proposal.state, proposal.decided = "adopted", height
        delay = 1 if isinstance(action, Pause | Resume) else known.figure("change_delay_blocks")
        proposal.effective = height + delay
        proposal.adopted_as = 1 + max(each.adopted_as for each in known.proposals.values())
    elif not is_enough(known, action, electorate(known, action) - proposal.votes_against):
        proposal.state, proposal.decided = "rejected", height


def end_block(known: Known) -> None:
    """First what expired, then what takes effect with the next block, then votes are weighed anew."""
    for proposal in known.proposals.values():
        if proposal.state == "open" and known.now_ms >= proposal.expires_ms:
            proposal.state, proposal.decided = "expired", known.height
    due = [each for each in known.proposals.values() if each.state == "adopted" and each.effective == known.height + 1]
    before = dict(known.figures)
    for proposal in sorted(due, key=lambda each: each.adopted_as):
        proposal.state = "in_force" if carry_out(known, proposal.action) else "void"
    if due:
        # Decisions at the end of a block go by the figures of that block, as its transactions do.
        after, known.figures = known.figures, before
        for proposal in known.proposals.values():
            if proposal.state == "open":
                proposal.votes_for &= known.members
                proposal.votes_against &= known.members
                decide(known, proposal, known.height + 1)
        known.figures = after


def carry_out(known: Known, action: Action) -> bool:
    """Whether it could be done."""
    match action:
        case ChangeParameters():
            known.figures = known.figures | {each.name: each.value for each in action.changes}
        case AdmitMember():
            return admit(known, action)
        case RemoveMember() | SetRole():
            keeps = isinstance(action, SetRole) and action.votes
            if action.member not in known.members or (not keeps and known.voting() <= {action.member}):
                return False
            account = known.accounts[action.member]
            if isinstance(action, SetRole):
                account.role, account.votes = action.role.value, action.votes
            else:
                account.votes = False
                account.suspended["operator"] = NO_END_MS
                known.members.discard(action.member)
        case RotateOperatorKey():
            if action.member not in known.members:
                return False
            set_key(known, action.member, action.operator_key, known.height + 1)
        case SetPolicy():
            known.policies[action.kind] = action.policy
        case Pause() | Resume():
            known.paused = isinstance(action, Pause)
        case ListChain() | UnlistChain():
            (known.chains.add if isinstance(action, ListChain) else known.chains.discard)(action.chain)
    return True


def admit(known: Known, action: AdmitMember) -> bool:
    if action.member in known.members:
        return False
    account = known.accounts.get(action.member)
    known.members.add(action.member)
    if account is None:
        known.accounts[action.member] = Account(action.member, action.operator_key, action.role.value, action.votes)
        return True
    account.role, account.votes, account.suspended = action.role.value, action.votes, {}
    set_key(known, action.member, action.operator_key, known.height + 1)
    return True
