"""What stands in a recording: a member's births, everything that was handed to its core, and what the core asked for.

A round is what leads to one `take`: inputs in their order, the signatures made meanwhile, and last `Took`. Keys are not
in here; a signature is an input like the time, since whoever replays has no key to make it with.
"""

import enum
from typing import Annotated

import msgspec

from canonical.signing import Signature
from consensus.messages import CertifiedBlock, Nonce
from consensus.types import ReplicaId, View
from ledger.charter import Charter
from ledger.envelope import Envelope
from network.bus import Channel
from node.identity import Knobs

FORMAT = 1
"""Of everything in here; a recording of another one is not read."""


class Record(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Base of all records."""


class Born(Record, frozen=True, tag="born"):
    """A core was made: the node was started, the first time or again."""

    format: int
    program: str
    """The program's version; another one may rightly ask for something else."""
    member: str
    charter: Charter
    knobs: Knobs
    restored: bytes | None
    """What its disk remembered, but for the ledger's entries (`birth.py`); None for a core that was given nothing."""
    height: int
    """Of the ledger it was born with; above 0 that one's entries follow."""
    timestamp_ms: int
    """That ledger's time."""
    voted: View | None
    """What the mark beside its keys said."""
    nonce: Nonce | None
    """Drawn for this life."""


class Entries(Record, frozen=True, tag="entries"):
    """Entries of the ledger as of birth, by rising key; several of these follow a `Born`."""

    entries: tuple[tuple[bytes, bytes], ...]


class Arrived(Record, frozen=True, tag="arrived"):
    """`Core.receive`: a frame came off the bus."""

    channel: Channel
    member: str
    """Whose topic it came on."""
    payload: bytes
    now_ms: int


class Submitted(Record, frozen=True, tag="submitted"):
    """`Core.submit`: a client handed an envelope in."""

    envelope: Envelope
    now_ms: int


class Effect(Record, frozen=True):
    """One thing the core asked for or answered."""

    what: str
    """In a few words; where it is short, all of it."""
    digest: Annotated[bytes, msgspec.Meta(max_length=16)]
    """Of its content (BLAKE2b); empty where `what` says it all."""


class Answered(Record, frozen=True, tag="answered"):
    """What `Core.submit` returned."""

    effect: Effect


class Fired(Record, frozen=True, tag="fired"):
    """`Core.fire`: a timer ran out."""

    kind: str
    generation: int
    now_ms: int


class HandedOver(Record, frozen=True, tag="hand-over"):
    """`Core.hand_over`: the node is about to stop."""

    now_ms: int


class BecameDurable(Record, frozen=True, tag="durable"):
    """`Core.durable`: the writes of the round before are on disk."""

    now_ms: int


class Sealing(Record, frozen=True, tag="sealing"):
    """`Core.seal_blocks`: blocks were read from disk for a peer."""

    to: ReplicaId
    blocks: tuple[CertifiedBlock, ...]


class Sealed(Record, frozen=True, tag="sealed"):
    """What `Core.seal_blocks` returned."""

    effects: tuple[Effect, ...]


class Signed(Record, frozen=True, tag="signed"):
    """The core had something signed."""

    signature: Signature


class Took(Record, frozen=True, tag="took"):
    """What `Core.take` returned; ends a round."""

    effects: tuple[Effect, ...]


class Ending(enum.StrEnum):
    """Why nothing follows."""

    STOPPED = "stopped"
    """The node stopped between two rounds."""
    BROKEN = "broken"
    """The core did not come back from what was handed in last: an assertion of its own."""
    FULL = "full"
    """The recording reached its size limit; the node ran on without."""


class Ended(Record, frozen=True, tag="ended"):
    """The last record of a life; a node that was killed leaves none."""

    ending: Ending


AnyRecord = (
    Born
    | Entries
    | Arrived
    | Submitted
    | Answered
    | Fired
    | HandedOver
    | BecameDurable
    | Sealing
    | Sealed
    | Signed
    | Took
    | Ended
)
