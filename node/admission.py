"""What a gateway's node answers to a client's envelope."""

from dataclasses import dataclass

from canonical.hashing import Digest
from ledger.receipts import Refusal

BAD_SIGNATURE = Refusal("E_SIGNATURE", "L0", 0, "the envelope's signature was not made by the key it names", (), None)
"""The only refusal that is not the ledger's: unsigned bytes are nobody's transaction."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """Taken in: it will be ordered, and is acknowledged once its batch is on disk."""

    ids: tuple[Digest, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Already taken in and not executed yet; sending the same bytes twice is harmless."""

    ids: tuple[Digest, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Definitely not taken in: today's ledger refuses every transaction in it.

    An envelope of which a part could succeed is admitted whole; what is refused of it gets its receipt in the block.
    """

    ids: tuple[Digest, ...]
    refusals: tuple[tuple[Refusal, ...], ...]
    """For each transaction every rule that refuses it."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Definitely not taken in, and through no fault of its own: send the same bytes again later or elsewhere."""

    reason: str
    retry_after_ms: int


Admission = Admitted | Known | Refused | Unavailable

BAD_SIGNATURE = Refusal("E_SIGNATURE", "L0", 0, "the envelope's signature was not made by the key it names", (), None)
"""The only refusal that is not the ledger's: unsigned bytes are nobody's transaction."""
