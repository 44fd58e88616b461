"""Certificate soundness: whether what lies beside a final block proves it final, to anybody who has the charter."""

from collections.abc import Iterable, Sequence

from canonical.hashing import Digest
from canonical.signing import Signature, VerifySignature
from consensus.bundle import Verify
from consensus.certificate import is_block_certificate
from consensus.messages import BlockHeader, CertificateVote
from consensus.quorum import Committee
from consensus.types import ReplicaId
from ledger.charter import Charter, chain_id

Proof = tuple[BlockHeader, Sequence[CertificateVote]]
"""A block's header, and the votes that are said to make it final."""


class Examiner:
    """Judges certificates by the charter alone."""

    def __init__(self, charter: Charter, verify: VerifySignature) -> None:
        """Know the voters' keys; `verify` is that of the world, ideal or not."""
        self._chain: Digest = chain_id(charter)
        self._committee = Committee(len(charter.voters()))
        self._keys = [each.node_key for each in charter.voters()]
        self._signed = verify

    @property
    def verify(self) -> Verify:
        """By number of the member: whether its key made a signature."""

        def verify(sender: ReplicaId, content: bytes, signature: Signature) -> bool:
            return self._signed(self._keys[sender], content, signature)

        return verify

    def is_proof(self, header: BlockHeader, votes: Sequence[CertificateVote]) -> bool:
        """Whether a quorum of members voted for exactly this header, each once and under its own key."""
        return is_block_certificate(header, votes, chain=self._chain, committee=self._committee, verify=self.verify)

    def unsound(self, name: str, proofs: Iterable[Proof]) -> list[str]:
        """Which of a member's certificates prove nothing, in sentences."""
        return [
            f"{name}: what lies beside block {header.height} does not prove it final ({len(votes)} votes)"
            for header, votes in proofs
            if not self.is_proof(header, votes)
        ]
