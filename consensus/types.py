"""The nouns of the protocol, one line each."""

import enum
from typing import Annotated, NewType

import msgspec

from canonical.hashing import Digest

MEMBERS_MAX = 1024
"""Far above any consortium; bounds every number of a member and every bit mask that arrives from a peer."""

_counter = msgspec.Meta(ge=0, le=2**63 - 1)

__all__ = ["BatchNumber", "Digest", "Epoch", "MEMBERS_MAX", "ReplicaId", "SequenceNumber", "View", "VotePhase"]

View = NewType("View", Annotated[int, _counter])
"""A configuration with one primary, numbered from 0 and never decreasing (OSDI'99 §4)."""

SequenceNumber = NewType("SequenceNumber", Annotated[int, _counter])
"""The place of a proposal in the total order, from 1; it is also the height of the block it becomes."""

ReplicaId = NewType("ReplicaId", Annotated[int, msgspec.Meta(ge=0, lt=MEMBERS_MAX)])
"""The index of a member in its epoch's committee, 0..n-1."""

Epoch = NewType("Epoch", Annotated[int, _counter])
"""A span of heights with one committee, from 0."""

BatchNumber = NewType("BatchNumber", Annotated[int, _counter])
"""The place of a batch among its author's batches, from 1: the monotone request id of §4.1."""


class VotePhase(enum.StrEnum):
    """What a vote says; a replica says each at most once for one (view, sequence)."""

    PRE_PREPARE = "pre-prepare"
    PREPARE = "prepare"
    COMMIT = "commit"
    BLOCK = "block-vote"
