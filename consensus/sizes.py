"""How long the longest things are that a replica says: what frames and buses must let through.

The longest is a VIEW-CHANGE that proves every number of a full log, each of a proposal with as many references as may
be and of votes that were taken out of full bundles. A view change that does not fit through the bus ends a chain, so
these are upper bounds, and tests/node/test_framing.py sends the worst case through the frames.
"""

from consensus.quorum import Committee

VOTE_BYTES_MAX = 384
"""A `CertificateVote`: a path of eight digests out of a bundle of 256 items, a signature, three numbers."""

PRE_PREPARE_BYTES_MAX = 4_096
"""64 references of at most 60 bytes, and some numbers."""

HEADER_BYTES_MAX = 512
"""A block header: seven digests and some numbers."""


def view_change_bytes_max(committee: Committee, *, log_size: int) -> int:
    """No VIEW-CHANGE of an honest member is longer."""
    certificate = PRE_PREPARE_BYTES_MAX + committee.quorum * VOTE_BYTES_MAX
    checkpoint = HEADER_BYTES_MAX + committee.quorum * VOTE_BYTES_MAX
    return log_size * certificate + checkpoint
