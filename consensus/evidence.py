"""Provable lies: two votes of one member that contradict each other, each signed by himself (E1-E3 of PROTOCOL.md).

An honest member says one thing for one (phase, view, sequence), over all its lives: its disk and its sign guard see to
it. So two different ones, each with its proof, convict their sender before anybody who has the charter, and can never
convict an honest one. A lie that only one replica saw proves nothing and is no evidence.
"""

from consensus.bundle import Signed, Verify
from consensus.certificate import is_said_by
from consensus.guard import vote_phase, vote_view
from consensus.messages import Equivocation, Vote
from consensus.quorum import Committee
from consensus.state import State
from consensus.types import Digest, Epoch


def accuse(state: State, first: Signed, second: Signed) -> None:
    """E1: keep and hand out the proof that the sender of both contradicted himself; one for each member is enough."""
    if first.sender in state.accused or first.sender == state.settings.replica:
        return
    if (
        not isinstance(first.item, Vote)
        or not isinstance(second.item, Vote)
        or not contradicts(first.item, second.item)
    ):
        return
    proof = Equivocation(first.item, first.certificate_vote(), second.item, second.certificate_vote())
    state.accused[first.sender] = proof
    state.ready.evidence.append(proof)


def contradicts(first: Vote, second: Vote) -> bool:
    """Whether no honest member could have said both."""
    same_slot = (vote_phase(first), vote_view(first), first.sequence) == (
        vote_phase(second),
        vote_view(second),
        second.sequence,
    )
    return same_slot and first != second


def is_evidence(proof: Equivocation, *, chain: Digest, epoch: Epoch, committee: Committee, verify: Verify) -> bool:
    """E2: whether `proof` convicts its sender: both statements are his, and they contradict each other."""
    return (
        proof.first_vote.sender == proof.second_vote.sender
        and contradicts(proof.first, proof.second)
        and all(
            is_said_by(statement, vote, chain=chain, epoch=epoch, committee=committee, verify=verify)
            for statement, vote in ((proof.first, proof.first_vote), (proof.second, proof.second_vote))
        )
    )
