"""Provable lies: a member says two things that contradict each other, each signed by himself (E1-E6 of PROTOCOL.md).

An honest member says one thing for one (phase, view, sequence), and one VIEW-CHANGE and one NEW-VIEW for a view, over
all its lives: its disk and its sign guard see to it. So two different ones, each with its proof, convict their sender
before anybody who has the charter, and can never convict an honest one. A lie that only one replica saw proves nothing
and is no evidence.
"""

from consensus.bundle import Signed, Verify
from consensus.certificate import is_said_by
from consensus.effects import Outgoing, Reason
from consensus.guard import vote_phase, vote_view
from consensus.messages import CertificateVote, Equivocation, ViewChange, ViewStatement, Vote
from consensus.quorum import Committee
from consensus.state import Proven, State
from consensus.types import Digest, Epoch

Said = Vote | ViewStatement
"""What its sender says once: for a slot, or for a view."""


def accuse(state: State, first: Signed, second: Signed) -> None:
    """E1: keep and hand out the proof that the sender of both contradicted himself; one for each member is enough."""
    if (
        isinstance(first.item, Vote)
        and isinstance(second.item, Vote)
        and _is_news(state, first.item, second.item, first)
    ):
        _keep(state, Equivocation(first.item, first.certificate_vote(), second.item, second.certificate_vote()))


def accuse_of_statements(state: State, first: Proven[ViewStatement], second: Proven[ViewStatement]) -> None:
    """E1, for what the sender of both said about a view."""
    if _is_news(state, first.message, second.message, first.vote):
        _keep(state, Equivocation(first.message, first.vote, second.message, second.vote))


def _is_news(state: State, first: Said, second: Said, by: Signed | CertificateVote) -> bool:
    is_own_or_known = by.sender in state.accused or by.sender == state.settings.replica
    return not is_own_or_known and contradicts(first, second)


def _keep(state: State, proof: Equivocation) -> None:
    state.accused[proof.first_vote.sender] = proof
    state.ready.evidence.append(proof)
    if may_be_shown(proof):
        state.ready.send.append(Outgoing(proof))


def may_be_shown(proof: Equivocation) -> bool:
    """E6: whether others are shown it. Not two VIEW-CHANGEs: they may be megabytes, and R7 brings them to everybody."""
    return not isinstance(proof.first, ViewChange)


def on_proof(state: State, signed: Signed, message: Equivocation) -> Reason | None:
    """E6: somebody shows the proof that a member lied.

    Accepted when: nothing proves that member a liar yet; it is the sender's first in one interval; it is evidence.
    """
    named, sender = message.first_vote.sender, signed.sender
    if sender == state.settings.replica:
        return None
    if named in state.accused or named == state.settings.replica:
        return Reason.STALE
    if state.proofs_judged.get(sender) == state.tick:
        return Reason.TOO_MANY
    state.proofs_judged[sender] = state.tick
    settings = state.settings
    if not is_evidence(
        message, chain=settings.chain, epoch=settings.epoch, committee=settings.committee, verify=state.verify
    ):
        return Reason.BAD_CERTIFICATE
    _keep(state, message)
    return None


def contradicts(first: Said, second: Said) -> bool:
    """Whether no honest member could have said both."""
    if isinstance(first, ViewStatement) and isinstance(second, ViewStatement):
        return type(first) is type(second) and first.view == second.view and first != second
    if isinstance(first, ViewStatement) or isinstance(second, ViewStatement):
        return False
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
