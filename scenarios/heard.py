"""What clients were told with a proof, and what they made of it: who believes only proofs finds out who lies."""

from dataclasses import dataclass, field

from canonical.hashing import Digest
from ledger.receipts import Receipt, Status
from scenarios.certificates import Examiner
from scenarios.proof import Doubt, proven

DOUBTS_MAX = 20
"""Of one gateway, the last reasons that are kept: one is enough to go elsewhere."""


@dataclass(slots=True)
class Heard:
    """Answers of gateways that may lie."""

    examiner: Examiner
    believed: dict[Digest, Status] = field(default_factory=dict)
    """What became of a transaction, by a proof that some gateway gave."""
    doubts: dict[int, list[str]] = field(default_factory=dict)
    """By member: why clients did not believe its gateway."""
    false: set[int] = field(default_factory=set)
    """Members whose gateways gave a false answer."""

    def answer(self, gateway: int, transaction: Digest, proof: bytes) -> Receipt | None:
        """A gateway answered with a proof; return the receipt that it proves, or None where its client doubts it."""
        found = proven(proof, transaction, examiner=self.examiner)
        if isinstance(found, Doubt):
            self.doubt(gateway, found.reason)
            return None
        self.believed[transaction] = found.status
        return found

    def doubt(self, gateway: int, reason: str) -> None:
        """A client does not believe a gateway."""
        doubts = self.doubts.setdefault(gateway, [])
        doubts.append(reason)
        del doubts[:-DOUBTS_MAX]
