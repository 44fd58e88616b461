"""What a replica is told at birth and never changes."""

from dataclasses import dataclass

from consensus.quorum import Committee
from consensus.types import Digest, Epoch, ReplicaId

LOG_SIZE = 128
"""L, unless somebody sets another: four checkpoint intervals."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Who this replica is, and the sizes that all replicas of a chain share."""

    chain: Digest
    """Digest of the charter; in everything signed."""
    epoch: Epoch
    committee: Committee
    replica: ReplicaId
    """This replica's own number."""
    first_parent: Digest
    """What the first block calls its parent: the chain id."""
    checkpoint_interval: int = 32
    """K: every K-th block certificate is a stable checkpoint (§4.3)."""
    log_size: int = LOG_SIZE
    """L = 4K: a replica accepts sequence numbers in (h, h+L]. A primary stops at h+L/2, since the first replica to
    get a stable checkpoint must not run out of the others' windows (Fabric v0.6 #1119)."""
    in_flight_max: int = 32
    """W: as many sequence numbers may be open at once."""
    block_interval_ms: int = 10
    """How long a primary lets a proposal fill up for each number that is open; with none open it proposes at once."""
    status_interval_ms: int = 200
    """How often a replica says what it holds: the time after which loss is noticed."""
    progress_timeout_ms: int = 500
    """How long the next step of a block may take before a replica complains; doubles with each view that fails."""
    proposal_bytes_max: int = 1 << 20
    """Payload that one proposal may order; a single batch may always go alone."""
    drift_ms_max: int = 15_000
    """How far a proposal's time may lie ahead of a backup's clock. Behind is bounded by monotony only: after an outage
    an old proposal must still be acceptable, or nothing could ever finish it in its view."""

    def __post_init__(self) -> None:
        """Refuse sizes with which the window could not slide.

        Raises: ValueError naming the field.
        """
        if self.replica not in self.committee:
            raise ValueError(f"replica {self.replica}: the committee numbers 0 to {self.committee.size - 1}")
        if self.log_size < 4 * self.checkpoint_interval:
            raise ValueError(
                f"log_size {self.log_size}: at least four checkpoint intervals ({self.checkpoint_interval})"
            )
        if not 1 <= self.in_flight_max <= self.log_size // 2:
            raise ValueError(f"in_flight_max {self.in_flight_max}: 1 to half of log_size ({self.log_size // 2})")
