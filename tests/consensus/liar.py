"""What one faulty member does with everything it sends: lies with its own key, and with names that are not its own."""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace

import msgspec

from canonical.hashing import Digest
from canonical.signing import Signature
from consensus.bundle import Bundle
from consensus.messages import (
    BlockVote,
    CertifiedBlock,
    Commit,
    Forwarded,
    Item,
    NamedViewChange,
    NewView,
    Prepare,
    PrePrepare,
    Status,
    Suspect,
    SuspectReason,
    ViewChange,
    proposal_digest,
)
from consensus.types import ReplicaId, View
from tests.consensus.cluster import Cluster, Twist
from tests.consensus.disk import Payload
from tests.consensus.machine import Frame, lie_about
from tests.consensus.makers import CHAIN, EPOCH, batch, digest_of, sign_as

FAR = 2**62


class Liar:
    """Anything at random: omits, repeats, alters fields by one, swaps phases, forges names and signatures (T-C3)."""

    def __init__(self, cluster: Cluster, replica: int, chance: random.Random) -> None:
        self.cluster, self.id, self.chance = cluster, replica, chance
        self.heard: list[Frame] = []
        cluster.twists[replica] = self

    def __call__(self, frame: Frame) -> Iterable[Frame]:
        chance = self.chance
        if isinstance(frame.content, Payload):
            return self._payload(frame, frame.content)
        self.heard = (self.heard + [each for each in self.cluster.wire if isinstance(each.content, Bundle)])[-40:]
        match chance.randrange(10):
            case 0:
                return []
            case 1:
                return [frame, frame]
            case 2 if self.heard:
                return [frame, replace(chance.choice(self.heard), to=frame.to)]
            case 3:
                victim = (self.id + 1 + chance.randrange(len(self.cluster.machines))) % len(self.cluster.machines)
                return [frame, lie_about(frame, *map(self.altered, frame.content.items), sender=victim)]
            case 4:
                return [replace(frame, content=msgspec.structs.replace(frame.content, signature=Signature(bytes(64))))]
            case 5 | 6 | 7:
                return [lie_about(frame, *map(self.altered, frame.content.items))]
            case _:
                return [frame]

    def _payload(self, frame: Frame, payload: Payload) -> Iterable[Frame]:
        other = batch(self.id, payload.reference.number, b"two-faced %d" % self.chance.randrange(2))
        lie = replace(frame, content=Payload(other, sign_as(self.id)(other.digest)))
        return self.chance.choice([[], [frame], [frame], [lie], [frame, lie]])

    def altered(self, item: Item) -> Item:
        """The item with one field changed, or said in another phase."""
        chance = self.chance
        by = chance.choice([-1, 1, FAR])
        digest = Digest(chance.randbytes(32))
        change: Item
        match item, chance.randrange(4):
            case PrePrepare() | Prepare() | Commit(), 0:
                change = msgspec.structs.replace(item, view=max(0, item.view + by))
            case PrePrepare() | Prepare() | Commit() | BlockVote(), 1:
                change = msgspec.structs.replace(item, sequence=max(0, item.sequence + by))
            case Prepare() | Commit() | BlockVote(), 2:
                change = msgspec.structs.replace(item, digest=digest)
            case Prepare(), _:
                change = Commit(item.view, item.sequence, item.digest)
            case Commit(), _:
                change = Prepare(item.view, item.sequence, item.digest)
            case PrePrepare(), 2:
                time_ms = max(0, item.proposal.timestamp_ms + by)
                change = msgspec.structs.replace(
                    item, proposal=msgspec.structs.replace(item.proposal, timestamp_ms=time_ms)
                )
            case PrePrepare(), 3 if item.proposal.batches:
                first = item.proposal.batches[0]
                field = chance.choice(["author", "number", "count", "size_bytes"])
                misnamed = msgspec.structs.replace(first, **{field: max(0, getattr(first, field) + by) % 1024})
                change = msgspec.structs.replace(
                    item, proposal=msgspec.structs.replace(item.proposal, batches=(misnamed,))
                )
            case PrePrepare(), _:
                batches = item.proposal.batches[: chance.randrange(2)] or (batch(self.id, 1 + chance.randrange(9)),)
                change = msgspec.structs.replace(item, proposal=msgspec.structs.replace(item.proposal, batches=batches))
            case Status(), 0:
                change = msgspec.structs.replace(
                    item, number=max(0, item.number + by), certified=max(0, item.certified + by)
                )
            case Status(), 1:
                change = msgspec.structs.replace(item, batches=tuple(each + FAR for each in item.batches))
            case Status(), 2:
                asked = ReplicaId(chance.randrange(len(self.cluster.machines)))
                change = msgspec.structs.replace(
                    item, asked=asked, executed=0, certified=0, stable=0, missing=(digest,)
                )
            case Suspect(), 0:
                change = Suspect(View(max(0, item.view + by)), SuspectReason.HAND_OVER)
            case ViewChange() | NewView(), 0:
                change = msgspec.structs.replace(item, view=max(0, item.view + by))
            case ViewChange(), 1:
                change = msgspec.structs.replace(item, prepared=item.prepared[:-1])
            case ViewChange(), 2:
                change = msgspec.structs.replace(item, checkpoint=None)
            case ViewChange(), 3 if item.prepared:
                forged = msgspec.structs.replace(item.prepared[0], prepares=item.prepared[0].prepares[:1] * 2)
                change = msgspec.structs.replace(item, prepared=(forged, *item.prepared[1:]))
            case NewView(), 1 if item.view_changes:
                wrong = NamedViewChange(item.view_changes[0].sender, digest)
                change = msgspec.structs.replace(item, view_changes=(wrong, *item.view_changes[1:]))
            case NewView(), 2:
                change = msgspec.structs.replace(item, view_changes=item.view_changes[1:])
            case Forwarded(), 0:
                change = Forwarded(item.statement, msgspec.structs.replace(item.vote, sender=ReplicaId(self.id)))
            case CertifiedBlock(), 0:
                change = msgspec.structs.replace(item, votes=item.votes[:1] * len(item.votes))
            case CertifiedBlock(), 1:
                change = msgspec.structs.replace(item, header=msgspec.structs.replace(item.header, state_root=digest))
            case CertifiedBlock(), _:
                change = msgspec.structs.replace(item, votes=item.votes[:-1])
            case _:
                change = item
        return change


class Equivocator:
    """A faulty primary with two faces: `others` see another proposal, and votes that agree with it (T-C1)."""

    def __init__(self, cluster: Cluster, replica: int, others: Iterable[int], *, votes_prepare: bool = False) -> None:
        self.id, self.others, self.votes_prepare = replica, frozenset(others), votes_prepare
        self.digests: dict[Digest, Digest] = {}
        """For each true digest, that of the other face."""
        cluster.twists[replica] = self

    def __call__(self, frame: Frame) -> Iterable[Frame]:
        if isinstance(frame.content, Payload):
            return [frame]
        items = [each for item in frame.content.items for each in self._face(item, frame.to in self.others)]
        return [lie_about(frame, *items)] if items else []

    def _face(self, item: Item, is_other: bool) -> list[Item]:
        if isinstance(item, PrePrepare):
            other = msgspec.structs.replace(item.proposal, timestamp_ms=item.proposal.timestamp_ms + 1)
            digest = proposal_digest(other, chain=CHAIN, epoch=EPOCH, sequence=item.sequence)
            self.digests[digest_of(item)] = digest
            said: Item = msgspec.structs.replace(item, proposal=other) if is_other else item
            shown = digest if is_other else digest_of(item)
            # It cannot be prepared by its own rules, so it says the rest at once: PREPARE where asked, and COMMIT.
            votes: list[Item] = [Commit(item.view, item.sequence, shown)]
            return [said, *([Prepare(item.view, item.sequence, shown)] if self.votes_prepare else []), *votes]
        return [] if isinstance(item, Commit) else [item]


def altering(alter: Callable[[Frame, Item], list[Item]]) -> Twist:
    """A faulty member that says, in place of each item of a frame, what `alter` returns; batches it leaves alone."""

    def twist(frame: Frame) -> list[Frame]:
        if isinstance(frame.content, Payload):
            return [frame]
        items = [each for item in frame.content.items for each in alter(frame, item)]
        return [lie_about(frame, *items)] if items else []

    return twist
