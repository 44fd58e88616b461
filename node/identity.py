"""Which member a core is, and the three settings an operator may choose."""

from dataclasses import dataclass

from canonical.signing import Sign, VerifySignature
from consensus.messages import Nonce
from consensus.types import View
from ledger.charter import Charter


@dataclass(frozen=True, slots=True)
class Identity:
    """Which member this is, and its means to sign and verify; the keys themselves stay with the node."""

    charter: Charter
    member: str
    sign: Sign
    """With the member's node key."""
    verify: VerifySignature
    voted: View | None = None
    """What the mark beside its keys says: the latest view that it ever bound itself in, or None for a key that never
    bound anybody."""
    nonce: Nonce | None = None
    """Drawn at random for this life; needed only by a member that lost its disk."""


@dataclass(frozen=True, slots=True)
class Knobs:
    """What an operator may set; every other time follows from these."""

    block_interval_ms: int = 10
    """How long a batch and a proposal may fill up, for each that is under way."""
    target_failover_ms: int = 500
    """Within about this time after a fault the chain should move again; statuses go out four times as often."""
    batch_bytes_max: int = 128 << 10
    """A batch is closed at this size."""
