"""No vote without its record: what binds its sender is on the sender's disk at the moment when it leaves.

A member that spoke first and wrote afterwards could lose the record with the power, and say something else in its next
life: an honest member that lies. So every frame is looked at as it leaves, and the disk behind it.
"""

from dataclasses import dataclass, field

import msgspec

from consensus.bundle import Bundle
from consensus.guard import vote_phase, vote_view
from consensus.messages import BlockVote, Commit, Item, NewView, Prepare, PrePrepare, ViewChange
from node.simulation import Said, SimulatedMember
from node.simulation.disk import Disk

_BUNDLES = msgspec.msgpack.Decoder(Bundle)

_Slot = tuple[str, int, int]
"""Kind, view and sequence number of what binds."""


@dataclass(slots=True)
class _Known:
    """What is known of one disk."""

    disk: Disk
    found: dict[_Slot, Item] = field(default_factory=dict)
    """What was found on it; what is above its checkpoint stays there."""


@dataclass(slots=True)
class Records:
    """Watches what members say in one run, and whether they had written it."""

    unrecorded: list[str] = field(default_factory=list)
    """What left without its record, in sentences; `UNRECORDED_MAX` of them at most."""
    _known: dict[int, _Known] = field(default_factory=dict)
    _last_payload: bytes = b""

    def on_said(self, member: SimulatedMember, said: Said) -> None:
        """A frame leaves an honest member; the same bytes to several are looked at once."""
        if said.payload is self._last_payload:
            return
        self._last_payload = said.payload
        try:
            bundle = _BUNDLES.decode(said.payload)
        except msgspec.DecodeError:
            return
        for item in bundle.items:
            if not self.has(member, item) and len(self.unrecorded) < UNRECORDED_MAX:
                self.unrecorded.append(f"{member.id} said {told_item(item)}, and it is not on its disk")

    def has(self, member: SimulatedMember, item: Item) -> bool:
        """Whether an item of a member's own does not bind it, or is on its disk, or lies below what is kept."""
        slot = _slot_of(item)
        if slot is None:
            return True
        known = self._known.get(member.index)
        if known is None or known.disk is not member.disk:
            known = self._known[member.index] = _Known(member.disk)
        if known.found.get(slot) != item:
            if not _is_on(member.disk, item):
                return False
            known.found[slot] = item
        return True


UNRECORDED_MAX = 20
"""One is too many; more than some say nothing new."""


def told_item(item: Item) -> str:
    """What it is, in some words."""
    slot = _slot_of(item)
    assert slot is not None, "only what binds is told"
    return f"{slot[0]} in view {slot[1]} for {slot[2]}"


def _slot_of(item: Item) -> _Slot | None:
    if isinstance(item, PrePrepare | Prepare | Commit | BlockVote):
        return vote_phase(item).value, int(vote_view(item)), int(item.sequence)
    if isinstance(item, ViewChange | NewView):
        return type(item).__name__, int(item.view), 0
    return None


def _is_on(disk: Disk, item: Item) -> bool:
    if isinstance(item, ViewChange | NewView):
        # What was said of views that are over is kept no longer, and said again to whoever asks.
        return item.view < disk.view or item in disk.statements
    assert isinstance(item, PrePrepare | Prepare | Commit | BlockVote), "only votes have a slot besides"
    # The last are the likeliest: a vote is said first right after it was written.
    return item.sequence <= disk.stable or any(vote == item for vote in reversed(disk.votes))
