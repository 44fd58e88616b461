"""What can happen to a replica. Everything it knows of the world arrives as one of these."""

import enum
from dataclasses import dataclass

import msgspec

from consensus.bundle import OpenBundle
from consensus.messages import BatchReference, BlockHeader, CheckpointProof
from consensus.types import BatchNumber


class TimerKind(enum.StrEnum):
    """The purposes a timer can have; a replica has at most one timer of each."""

    LINGER = "linger"
    """The primary waited long enough for a proposal to fill up."""
    PROGRESS = "progress"
    """Something is known that should be executed, and for too long nothing took a step."""
    PASSED_OVER = "passed-over"
    """The oldest known request should have been executed by now, whatever else was."""
    NEW_VIEW = "new-view"
    """The new primary should have opened its view by now."""
    STATUS = "status"
    """Time to say what is held and what is missing."""


class Received(msgspec.Struct, frozen=True):
    """A bundle arrived whose signature was verified, or this replica's own came back through the gate.

    The one event that is built thousands of times a second.
    """

    bundle: OpenBundle


@dataclass(frozen=True, slots=True)
class BatchStored:
    """A batch is here, valid, and on disk before anything leaves that this turn decides."""

    reference: BatchReference


@dataclass(frozen=True, slots=True)
class Executed:
    """A decision was executed and led to `header`. Reported in the decisions' order, in the same turn or later."""

    header: BlockHeader
    batches: tuple[BatchReference, ...]
    """`Decided.batches`: those of the proposal whose transactions ran."""


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer ran out. With a stale generation it is nothing: the timer was set anew or cancelled meanwhile."""

    kind: TimerKind
    generation: int


@dataclass(frozen=True, slots=True)
class HandOver:
    """This replica is about to stop; if it is the primary, another should take its place first."""


@dataclass(frozen=True, slots=True)
class Installed:
    """The state after a stable checkpoint was taken over whole; nothing below it is executed here any more."""

    checkpoint: CheckpointProof
    """Checked: a quorum certified the header, and the state has its root."""
    executed_batches: tuple[BatchNumber, ...]
    """For each author, the last batch that ran, as that state has it."""


Happened = BatchStored | Executed | Installed | TimerFired | HandOver
"""What happens to a replica besides hearing others."""

Event = Received | Happened
