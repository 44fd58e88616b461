"""A consortium of five that votes: ant, tencent, jd, copyright and hunan govern, the regulator watches."""

from canonical.signing import PublicKey
from ledger.charter import Role
from ledger.governance import governors, policy_of
from ledger.operations.governance import (
    Action,
    AdmitMember,
    Ballot,
    ChangeParameters,
    ParameterChange,
    Propose,
    Vote,
    kind_of,
)
from ledger.parameters import DAY_MS
from ledger.policy import approvals_needed
from ledger.receipts import Receipt
from ledger.records.governance import ProposalRecord, ProposalState
from tests.ledger.numbers import proposal_in_full
from tests.ledger.world import World, key_of

GOVERNORS = ("ant", "tencent", "jd", "copyright", "hunan")
DELAY_BLOCKS = 5


def admission(member: str = "caa", *, votes: bool = True, role: Role = Role.INSTITUTION) -> AdmitMember:
    """A newcomer."""
    return AdmitMember(member, member.title(), "成员", role, votes, key_of(member))


def figures(**changes: int) -> ChangeParameters:
    """Other figures for the rules."""
    return ChangeParameters(tuple(ParameterChange(name, value) for name, value in changes.items()))


class Parliament(World):
    """A world with words for proposing and voting."""

    def __init__(
        self,
        parameters: dict[str, int] | None = None,
        policies: dict[str, str] | None = None,
        chains: tuple[str, ...] = (),
    ) -> None:
        super().__init__({"change_delay_blocks": DELAY_BLOCKS, **(parameters or {})}, policies, chains)

    def propose(self, by: str, action: Action, name: str = "p-1", *, days: float = 7) -> Receipt:
        """Put to the vote, and accepted as a proposal."""
        return self.must(by, Propose(name, action, "For the reasons given.", self.now_ms + int(days * DAY_MS)))

    def vote(self, name: str, *members: str, ballot: Ballot = Ballot.FOR) -> Receipt:
        """One block with a vote of each."""
        receipts = self.execute([self.envelope(each, Vote(name, ballot)) for each in members]).receipts
        assert not [receipt for receipt in receipts if receipt.refusals]
        return receipts[-1]

    def adopt(self, action: Action, name: str = "p-1", *, by: tuple[str, ...] = ()) -> ProposalRecord:
        """Proposed and voted for in one block, by so many of `by`, or of those who govern, as it takes."""
        state = self.ledger.state
        needed = approvals_needed(policy_of(state, kind_of(action)), len(governors(state)))
        by = (by or governors(state))[:needed]
        first, *others = by
        name = f"{first}.{name}"
        order = Propose(name, action, "For the reasons given.", self.now_ms + DAY_MS)
        envelopes = [self.envelope(first, order), *(self.envelope(each, Vote(name, Ballot.FOR)) for each in others)]
        receipts = self.execute(envelopes).receipts
        assert not [receipt for receipt in receipts if receipt.refusals], receipts
        record = self.proposal(name)
        assert record.state in (ProposalState.ADOPTED, ProposalState.IN_FORCE)
        return record

    def enact(self, action: Action, name: str = "p-1", *, by: tuple[str, ...] = ()) -> None:
        """Adopted, and waited for until it is in force in the next block."""
        self.wait_until(self.adopt(action, name, by=by).effective_height)
        assert self.proposal(name).state is ProposalState.IN_FORCE

    def wait_until(self, height: int) -> None:
        """Empty blocks until the next one is `height`."""
        while self.ledger.height + 1 < height:
            self.execute([])

    def proposal(self, name: str = "p-1") -> ProposalRecord:
        """What became of it."""
        record = self.ledger.proposal(proposal_in_full(self.ledger, name))
        assert record is not None
        return record

    def key_rotated(self, account: str, key: PublicKey) -> bool:
        """Whether `key` signs for `account` in the next block."""
        return self.ledger.key_of(account) == key
