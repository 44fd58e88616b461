"""Governance on whole nodes: figures by height are the same at everybody, whoever was down meanwhile."""

from collections.abc import Callable
from functools import partial

import pytest

from ledger.envelope import Transaction, seal_envelope
from ledger.ledger import Ledger
from ledger.operations.accounts import RotateKey
from ledger.operations.governance import (
    Ballot,
    ChangeParameters,
    ParameterChange,
    Pause,
    Propose,
    RemoveMember,
    Resume,
    Vote,
)
from ledger.operations.table import Operation
from ledger.records.governance import ProposalState
from node.admission import Admission, Admitted, Refused
from node.simulation import Simulation
from node.simulation.founding import FOUNDED_MS
from tests.node.simulated import register

DELAY_BLOCKS = 20
EXPIRES_MS = FOUNDED_MS + 86_400_000
FIGURES = ChangeParameters((ParameterChange("gifts_per_day", 7), ParameterChange("purchases_per_person", 2)))


class Assembly:
    """A simulated consortium whose operators govern."""

    def __init__(self, *, seed: int) -> None:
        self.simulation = Simulation(4, seed=seed, rules={"change_delay_blocks": DELAY_BLOCKS})
        self.nonces: dict[str, int] = {}
        self.registered = 0

    def submit(self, account: str, operation: Operation, *, at: int, key: str = "") -> Admission:
        """Sign with the account's key, or another, and hand in at the gateway of member `at`."""
        nonce = self.nonces[account] = self.nonces.get(account, 1_000) + 1
        simulation = self.simulation
        pair = simulation.keyring.key(key or account)
        envelope = seal_envelope(
            account,
            (Transaction(nonce, 0, operation),),
            chain=simulation.chain,
            public_key=pair.public_key,
            sign=pair.sign,
        )
        return simulation.submit(simulation.members[at], envelope)

    def propose(self, operation: Propose, *voters: str) -> None:
        """The first of `voters` proposes, the others vote for it; all who are up have executed that."""
        assert isinstance(self.submit(voters[0], operation, at=0), Admitted)
        self.until(lambda ledger: ledger.proposal(operation.proposal) is not None)
        for voter in voters[1:]:
            assert isinstance(self.submit(voter, Vote(operation.proposal, Ballot.FOR), at=0), Admitted)

    def until(self, holds: Callable[[Ledger], bool], *, within_ms: int = 20_000) -> None:
        """Let time pass until every member that is up says so of its ledger."""
        up = [member for member in self.simulation.members if member.up]
        assert self.simulation.run_until(lambda: all(holds(member.core.ledger) for member in up), within_ms)

    def blocks(self, count: int) -> None:
        """So many more blocks, one account opened in each."""
        for _ in range(count):
            self.registered += 1
            name = f"ant.p{self.registered}"
            register(self.simulation, self.registered, at=0)
            self.until(partial(Assembly.knows, name))

    @staticmethod
    def knows(account: str, ledger: Ledger) -> bool:
        return ledger.account(account) is not None

    def roots_agree(self) -> None:
        """Every block that two members executed left them the same state."""
        roots: dict[int, set[bytes]] = {}
        for member in self.simulation.members:
            for block in self.simulation.blocks(member):
                roots.setdefault(block.header.height, set()).add(block.header.state_root)
        assert max(roots) > DELAY_BLOCKS
        assert all(len(each) == 1 for each in roots.values())


def proposal(ledger: Ledger, name: str) -> ProposalState | None:
    record = ledger.proposal(name)
    return None if record is None else record.state


@pytest.mark.parametrize("seed", [1, 2])
def test_figures_come_into_force_at_one_height_at_members_that_were_down_before_and_after(seed):
    here = Assembly(seed=seed)
    members = here.simulation.members
    here.propose(Propose("ant.p-1", FIGURES, "A new year.", EXPIRES_MS), "ant", "tencent", "jd")
    here.until(lambda ledger: proposal(ledger, "ant.p-1") is ProposalState.ADOPTED)
    record = members[0].core.ledger.proposal("ant.p-1")
    assert record is not None
    effective = record.effective_height
    members[3].kill()
    here.blocks(DELAY_BLOCKS // 2)
    members[3].start()
    here.blocks(2)
    members[1].kill()
    here.blocks(DELAY_BLOCKS)
    members[1].start()
    here.until(lambda ledger: proposal(ledger, "ant.p-1") is ProposalState.IN_FORCE)
    here.blocks(2)
    for member in members:
        ledger = member.core.ledger
        assert [ledger.parameters_at(height).gifts_per_day for height in (effective - 1, effective)] == [3, 7]
        assert ledger.parameters.purchases_per_person == 2
    here.roots_agree()


def test_who_is_removed_from_the_ledger_still_certifies_blocks_and_signs_no_transaction():
    here = Assembly(seed=3)
    members = here.simulation.members
    here.propose(Propose("ant.p-1", RemoveMember("jd"), "It left.", EXPIRES_MS), "ant", "tencent", "copyright")
    here.until(lambda ledger: proposal(ledger, "ant.p-1") is ProposalState.ADOPTED)
    here.blocks(DELAY_BLOCKS)
    here.until(lambda ledger: "jd" not in ledger.members())
    refused = here.submit("jd", Propose("ant.p-2", Pause(), "x", EXPIRES_MS), at=2)
    assert isinstance(refused, Refused)
    members[3].kill()
    here.blocks(3)
    here.roots_agree()


def test_a_gateway_says_that_the_chain_is_paused_and_that_a_key_was_replaced():
    here = Assembly(seed=4)
    ledger = here.simulation.members[0].core.ledger
    here.submit("tencent", RotateKey("tencent", here.simulation.keyring.key("second").public_key, 0), at=1)
    here.until(lambda ledger: ledger.key_of("tencent") == here.simulation.keyring.key("second").public_key)
    refused = here.submit("tencent", Propose("tencent.p-1", Pause(), "An attack.", EXPIRES_MS), at=1)
    assert isinstance(refused, Refused)
    assert [each.code for each in refused.refusals[0]] == ["E_KEY"]
    here.propose(Propose("ant.p-2", Pause(), "An attack.", EXPIRES_MS), "ant", "jd", "copyright")
    here.until(lambda ledger: proposal(ledger, "ant.p-2") is ProposalState.IN_FORCE)
    refused = register(here.simulation, 1, at=0)
    assert isinstance(refused, Refused)
    assert [each.code for each in refused.refusals[0]] == ["E_PAUSED"]
    assert isinstance(
        here.submit("tencent", Propose("tencent.p-3", Resume(), "Over.", EXPIRES_MS), at=1, key="second"), Admitted
    )
    assert ledger.policies()["pause"] == "MAJORITY"
