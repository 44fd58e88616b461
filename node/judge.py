"""The ledger's judge (R8.3): whether two signed statements convict a member, by the charter's keys alone.

It looks at nothing that one member has seen and another has not, so all of them judge alike, today and in a replay.
"""

from canonical.encoding import Malformed, Reader
from canonical.signing import Signature, VerifySignature
from consensus.evidence import Said, is_evidence
from consensus.guard import vote_phase, vote_view
from consensus.messages import Equivocation, NewView, ViewChange
from consensus.types import Epoch, ReplicaId
from ledger.judge import Guilt, Judge
from ledger.operations.statements import EVIDENCE_BYTES_MAX
from node.register import Register


def judge_of(register: Register, verify: VerifySignature) -> Judge:
    """The judge of a chain: proofs are EQUIVOCATIONs as replicas show them to each other (E1 to E6 of PROTOCOL.md)."""
    reader = Reader(Equivocation, size_max=EVIDENCE_BYTES_MAX)

    def is_signed(sender: ReplicaId, content: bytes, signature: Signature) -> bool:
        return sender < len(register.keys) and verify(register.keys[sender], content, signature)

    def judge(proof: bytes) -> Guilt | None:
        shown = reader.read(proof)
        if isinstance(shown, Malformed):
            return None
        if not is_evidence(shown, chain=register.chain, epoch=Epoch(0), committee=register.committee, verify=is_signed):
            return None
        return Guilt(register.voters[shown.first_vote.sender].id, offence_of(shown.first))

    return judge


def offence_of(said: Said) -> str:
    """The name of what a statement is one of: its kind, view and sequence, the same for all that contradict it."""
    match said:
        case ViewChange(view=view):
            return f"view-change-{view}"
        case NewView(view=view):
            return f"new-view-{view}"
        case _:
            return f"{vote_phase(said).value}-{vote_view(said)}-{said.sequence}"
