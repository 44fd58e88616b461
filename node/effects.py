"""What a member asks of its driver: the core's own `Ready`."""

import msgspec

from canonical.hashing import Digest
from consensus.effects import Halt, PushBatches, PushBlocks, SetTimer
from consensus.types import SequenceNumber, View
from network.bus import Channel
from node.writes import StoreBlock, Write


class Outbound(msgspec.Struct, frozen=True):
    """A frame on its way."""

    channel: Channel
    to: str | None
    """A member's id for its inbox, or None for everybody."""
    payload: bytes


class CoreReady(msgspec.Struct):
    """What a turn asks for, in the order in which the driver must act. A Struct, as `consensus.effects.Ready` is."""

    outbound: list[Outbound] = msgspec.field(default_factory=list)
    mark: View | None = None
    """The mark beside the keys must say this view, synced, before any of `writes` is counted as durable: from then on
    an empty disk is a lost one."""
    writes: list[Write] = msgspec.field(default_factory=list)
    binds: bool = False
    """Whether anything waits for `writes`, and for all before them, to be on disk: votes, or a batch of its own. Where
    nothing does, what others sent or could send again, a driver may put them off and sync once for several takes."""
    timers: list[SetTimer] = msgspec.field(default_factory=list)
    admitted: list[Digest] = msgspec.field(default_factory=list)
    """Transactions whose batch is among `writes`: acknowledged once these are on disk."""
    executed: list[StoreBlock] = msgspec.field(default_factory=list)
    """Blocks among `writes`."""
    certified: list[SequenceNumber] = msgspec.field(default_factory=list)
    """Heights that are final once `writes` are on disk."""
    pushes: list[PushBlocks | PushBatches] = msgspec.field(default_factory=list)
    installed: SequenceNumber | None = None
    """A ledger among `writes` was taken over whole: everything up to this height is final, and came without blocks."""
    halt: Halt | None = None
