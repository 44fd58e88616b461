"""Governance against a naive model: sets of names, fractions, and the words of docs/LEDGER.md written again.

Members come and go, policies and delays change under open proposals, time jumps over expiries, and empty blocks bring
adopted changes into force. After every block model and ledger agree on what was refused and why, on every proposal's
state and votes, on members, voters, policies, figures and the pause.
"""

from dataclasses import dataclass, field
from fractions import Fraction

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.charter import Role
from ledger.governance import governors, is_listed, is_paused
from ledger.ledger import Ledger
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
    SetPolicy,
    SetRole,
    UnlistChain,
    Vote,
    kind_of,
)
from ledger.parameters import DAY_MS
from ledger.policies import DEFAULT_POLICIES
from tests.ledger.governing import GOVERNORS, admission, figures
from tests.ledger.world import World

pytestmark = pytest.mark.slow

NEWCOMERS = ("caa", "cctv")
WATCHERS = ("regulator", "notary")
EVERYBODY = (*GOVERNORS, *WATCHERS, *NEWCOMERS)
PROPOSALS_OPEN_MAX = 2

some_days = st.sampled_from([1, 3, 5, 5, 6])
some_member = st.sampled_from((*GOVERNORS, *NEWCOMERS))
actions = st.one_of(
    st.builds(lambda count: figures(gifts_per_day=count), st.integers(2, 5)),
    st.builds(lambda blocks: figures(change_delay_blocks=blocks), st.sampled_from([1, 2, 4, 12])),
    st.builds(admission, st.sampled_from((*NEWCOMERS, "jd")), votes=st.booleans()),
    st.builds(RemoveMember, some_member),
    st.builds(SetRole, some_member, st.just(Role.INSTITUTION), st.booleans()),
    st.builds(
        SetPolicy,
        st.sampled_from(["change_parameters", "remove_member", "pause", "set_policy"]),
        st.sampled_from(["ANY", "MAJORITY", "2/3", "2", "ALL", "FORBIDDEN"]),
    ),
    st.just(SetPolicy("set_role", "SELF")),
    st.sampled_from([Pause(), Resume(), ListChain("wenchang"), UnlistChain("wenchang")]),
)


@dataclass
class ModelProposal:
    proposer: str
    action: Action
    expires_ms: int
    state: str = "open"
    votes_for: set[str] = field(default_factory=set)
    votes_against: set[str] = field(default_factory=set)
    effective: int = 0
    adopted_as: int = 0


@dataclass
class ModelMember:
    votes: bool
    role: Role
    is_removed: bool = False


class GovernanceMachine(RuleBasedStateMachine):
    """Every rule below: what the model expects as codes, then the same order given to the ledger."""

    @initialize(policies=st.sampled_from([{}, {"remove_member": "ANY", "admit_member": "2"}, {"set_policy": "ANY"}]))
    def start(self, policies: dict[str, str]) -> None:
        self.policies = {**DEFAULT_POLICIES, **policies}
        self.figures = {"gifts_per_day": 3, "change_delay_blocks": 8, "proposals_open_max": PROPOSALS_OPEN_MAX}
        self.world = World({**self.figures, "proposal_days_max": 5}, policies)
        self.members = {name: ModelMember(True, self.role(name)) for name in GOVERNORS}
        self.members |= {name: ModelMember(False, self.role(name)) for name in WATCHERS}
        self.proposals: dict[str, ModelProposal] = {}
        self.paused = self.listed = False
        self.adoptions = 0

    def role(self, name: str) -> Role:
        account = self.world.ledger.account(name)
        assert account is not None
        assert account.role is not None
        return account.role

    @property
    def next_height(self) -> int:
        return self.world.ledger.height + 1

    def present(self) -> set[str]:
        return {name for name, member in self.members.items() if not member.is_removed}

    def voting(self) -> set[str]:
        return {name for name in self.present() if self.members[name].votes}

    def electorate(self, action: Action) -> set[str]:
        if self.policies[kind_of(action)] == "SELF":
            assert isinstance(action, SetRole)
            return {action.member} & self.present()
        return self.voting()

    def enough(self, action: Action, yes: set[str]) -> bool:
        policy, voters = self.policies[kind_of(action)], self.electorate(action)
        agreed, everybody = len(yes & voters), len(voters)
        if not voters or policy == "FORBIDDEN":
            return False
        if policy in ("ALL", "SELF"):
            return agreed == everybody
        if policy == "ANY":
            return agreed > 0
        if policy == "MAJORITY":
            return Fraction(agreed, everybody) > Fraction(1, 2)
        if "/" in policy:
            return Fraction(agreed, everybody) >= Fraction(policy)
        return agreed >= int(policy)

    def decide(self, proposal: ModelProposal, height: int) -> None:
        action = proposal.action
        if self.enough(action, proposal.votes_for):
            proposal.state = "adopted"
            delay = 1 if isinstance(action, Pause | Resume) else self.figures["change_delay_blocks"]
            proposal.effective = height + delay
            self.adoptions += 1
            proposal.adopted_as = self.adoptions
        elif not self.enough(action, self.electorate(action) - proposal.votes_against):
            proposal.state = "rejected"

    def give(self, account: str, operation: Propose | Vote, expected: list[str]) -> bool:
        """Execute; compare the codes; True if accepted. The block's end is still to be told the model."""
        receipt = self.world.do(account, operation)
        assert [refusal.code for refusal in receipt.refusals] == expected
        return not expected

    def end_block(self) -> None:
        """What is written under *Governance*: expiry, then what is due, then votes are weighed anew."""
        height, now_ms = self.world.ledger.height, self.world.now_ms
        for proposal in self.proposals.values():
            if proposal.state == "open" and now_ms >= proposal.expires_ms:
                proposal.state = "expired"
        due = [each for each in self.proposals.values() if each.state == "adopted" and each.effective == height + 1]
        # All transactions of a block, and all decisions at its end, go by the figures of that block.
        before = dict(self.figures)
        for proposal in sorted(due, key=lambda each: each.adopted_as):
            proposal.state = "in_force" if self.do(proposal.action) else "void"
        if due:
            after, self.figures = self.figures, before
            for proposal in self.proposals.values():
                if proposal.state == "open":
                    proposal.votes_for &= self.present()
                    proposal.votes_against &= self.present()
                    self.decide(proposal, height + 1)
            self.figures = after

    def do(self, action: Action) -> bool:
        """Carry out, or say that it cannot be."""
        match action:
            case ChangeParameters():
                self.figures = {**self.figures, **{each.name: each.value for each in action.changes}}
            case AdmitMember():
                if action.member in self.present():
                    return False
                self.members[action.member] = ModelMember(action.votes, action.role)
            case RemoveMember() | SetRole():
                keeps = isinstance(action, SetRole) and action.votes
                if action.member not in self.present() or (not keeps and self.voting() <= {action.member}):
                    return False
                if isinstance(action, RemoveMember):
                    self.members[action.member].is_removed = True
                    self.members[action.member].votes = False
                else:
                    self.members[action.member] = ModelMember(action.votes, action.role)
            case SetPolicy():
                self.policies[action.kind] = action.policy
            case Pause() | Resume():
                self.paused = isinstance(action, Pause)
            case ListChain() | UnlistChain():
                self.listed = isinstance(action, ListChain)
        return True

    def is_so(self, action: Action) -> bool:
        match action:
            case ChangeParameters():
                return all(self.figures[each.name] == each.value for each in action.changes)
            case SetRole():
                member = self.members.get(action.member)
                return member is not None and (member.role, member.votes) == (action.role, action.votes)
            case SetPolicy():
                return self.policies[action.kind] == action.policy
            case Pause() | Resume():
                return self.paused == isinstance(action, Pause)
            case ListChain() | UnlistChain():
                return self.listed == isinstance(action, ListChain)
        return False

    @rule(by=st.sampled_from(EVERYBODY), is_new=st.sampled_from([True] * 5 + [False]), action=actions, days=some_days)
    def propose(self, by, is_new, action, days):
        if by not in self.members:
            return
        name = f"{by}.p-{len(self.proposals) + 1}" if is_new or not self.proposals else list(self.proposals)[-1]
        concerned = action.member if isinstance(action, RemoveMember | SetRole) else None
        is_known = concerned is None or concerned in self.present()
        expected = []
        if self.members[by].is_removed:
            expected.append("E_ACCOUNT_STATE")
        if by == "regulator" or by not in self.voting() | self.electorate(action):
            expected.append("E_AUTHORITY")
        if name.partition(".")[0] != by:
            expected.append("E_AUTHORITY")
        if not is_known:
            expected.append("E_UNKNOWN")
        if name in self.proposals:
            expected.append("E_EXISTS")
        if isinstance(action, AdmitMember) and action.member in self.present():
            expected.append("E_EXISTS")
        if self.is_so(action):
            expected.append("E_NO_CHANGE")
        if is_known and not self.enough(action, self.electorate(action)):
            expected.append("E_FORBIDDEN")
        is_leaving = isinstance(action, RemoveMember) or (isinstance(action, SetRole) and not action.votes)
        if is_leaving and self.voting() <= {concerned}:
            expected.append("E_LAST_VOTER")
        if sum(each.state == "open" and each.proposer == by for each in self.proposals.values()) >= PROPOSALS_OPEN_MAX:
            expected.append("E_AGENDA_FULL")
        if days > 5:
            expected.append("E_PROPOSAL_EXPIRY")
        expires_ms = self.world.now_ms + days * DAY_MS
        height = self.next_height
        if self.give(by, Propose(name, action, "For the reasons given.", expires_ms), expected):
            self.proposals[name] = ModelProposal(by, action, expires_ms, votes_for={by})
            self.decide(self.proposals[name], height)
        self.end_block()

    @rule(by=st.sampled_from(EVERYBODY), number=st.integers(0, 99), is_for=st.booleans())
    def vote(self, by, number, is_for):
        if by not in self.members or not self.proposals:
            return
        # Mostly on what is open, where a vote does something.
        names = [name for name in self.proposals if self.is_open(name)] or list(self.proposals)
        name = names[number % len(names)]
        proposal = self.proposals[name]
        expected = []
        if self.members[by].is_removed:
            expected.append("E_ACCOUNT_STATE")
        if by not in self.electorate(proposal.action):
            expected.append("E_AUTHORITY")
        if proposal.state != "open" or self.world.now_ms >= proposal.expires_ms:
            expected.append("E_VOTING_CLOSED")
        if by in proposal.votes_for | proposal.votes_against:
            expected.append("E_ALREADY_VOTED")
        height = self.next_height
        if self.give(by, Vote(name, Ballot.FOR if is_for else Ballot.AGAINST), expected):
            (proposal.votes_for if is_for else proposal.votes_against).add(by)
            self.decide(proposal, height)
        self.end_block()

    @rule(by=st.sampled_from(EVERYBODY), action=actions, waits=st.booleans())
    def carry(self, by, action, waits):
        """What one proposes all others vote for while it is open, and often everybody waits until it is in force."""
        name = f"{by}.p-{len(self.proposals) + 1}"
        self.propose(by, True, action, 5)
        if name not in self.proposals:
            return
        for member in sorted(self.electorate(action) - {by}):
            if self.is_open(name):
                self.vote(member, [each for each in self.proposals if self.is_open(each)].index(name), True)
        while waits and self.proposals[name].state == "adopted":
            self.time_passes(1, 0)

    @rule(by=st.sampled_from(GOVERNORS), member=some_member, is_coming=st.booleans())
    def rivals(self, by, member, is_coming):
        """The same thing adopted twice before it is in force once; the second can be void."""
        self.carry(by, admission(member) if is_coming else RemoveMember(member), waits=False)
        self.carry(by, admission(member, votes=False) if is_coming else RemoveMember(member), waits=True)

    def is_open(self, name: str) -> bool:
        return self.proposals[name].state == "open"

    @rule(blocks=st.integers(1, 3), days=st.sampled_from([0, 0, 0.5, 1]))
    def time_passes(self, blocks, days):
        self.world.wait_days(days)
        for _ in range(blocks):
            self.world.execute([])
            self.end_block()

    @invariant()
    def ledger_and_model_agree(self):
        ledger = self.world.ledger
        for name, proposal in self.proposals.items():
            record = ledger.proposal(name)
            assert record is not None
            assert record.state.value == proposal.state, name
            assert (set(record.votes_for), set(record.votes_against)) == (proposal.votes_for, proposal.votes_against)
            assert record.effective_height == proposal.effective
        assert set(ledger.members()) == self.present()
        assert set(governors(ledger.state)) == self.voting()
        assert self.voting(), "somebody can always vote"
        assert ledger.policies() == self.policies
        assert {name: getattr(ledger.parameters, name) for name in self.figures} == self.figures
        assert (is_paused(ledger.state), is_listed(ledger.state, "wenchang")) == (self.paused, self.listed)

    def teardown(self) -> None:
        """Replayed from the start, and restored at its end, the same ledger; all figures of all heights still known."""
        ledger = self.world.ledger
        again = Ledger.genesis(self.world.charter)
        judged_by = []
        for height, (timestamp_ms, batch, result) in enumerate(self.world.blocks, start=1):
            judged_by.append(again.parameters)
            assert again.execute(height, timestamp_ms, [batch]) == result
        restored = Ledger.restore(
            self.world.charter, ledger.entries(), height=ledger.height, timestamp_ms=ledger.timestamp_ms
        )
        assert restored.parameters == ledger.parameters
        for height, parameters in enumerate(judged_by, start=1):
            assert restored.parameters_at(height) == parameters


GovernanceMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestGovernanceAgainstModel = GovernanceMachine.TestCase
