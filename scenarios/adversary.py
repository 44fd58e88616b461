"""Liars, by name. A liar runs the honest code and stands between it and the network: it holds the member's signing key.

So everything it says is well signed, unless the lie is a bad signature, and everything it does not lie about is what an
honest member says. It can tell each member another thing. Liars of one run know each other (`Collusion`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import msgspec

from canonical.encoding import Malformed, Reader, encode
from canonical.hashing import Digest
from canonical.signing import Sign, Signature
from consensus.bundle import Bundle, seal
from consensus.messages import (
    BlockVote,
    Commit,
    Data,
    Forwarded,
    Item,
    MetaData,
    NamedViewChange,
    NewView,
    PartRoot,
    Prepare,
    PrePrepare,
    StateEntry,
    StatePart,
    Status,
    Suspect,
    SuspectReason,
    ViewChange,
    proposal_digest,
)
from consensus.quorum import Committee
from consensus.types import Epoch, ReplicaId, SequenceNumber, View
from node.opening import FRAME, FRAME_BYTES_MAX, BatchHead
from node.simulation import Said, SimulatedMember
from scenarios.censor import CENSORSHIPS, Censor
from scenarios.false_answers import FALSE_ANSWERS

HUGE_VIEW = View(2**62)
"""A view nobody reaches by honest means."""

REPLAYED_MAX = 64
"""Old frames that a replaying liar keeps."""

FLOOD = 20
"""Frames a flooding liar sends in place of one."""


@dataclass(slots=True)
class Collusion:
    """What the liars of one run agree on."""

    other_digest: dict[tuple[View, SequenceNumber, Digest], Digest] = field(default_factory=dict)
    """For a proposal told to one half, the digest of the one told to the other half."""
    liars: set[ReplicaId] = field(default_factory=set)


@dataclass(slots=True)
class Liar:
    """One member that lies in one way: the `Wrapper` of the simulation."""

    way: str
    replica: ReplicaId
    members: Sequence[str]
    """Ids of all members, by number."""
    to: frozenset[str]
    """Whom it lies to; to the others it is honest."""
    chain: Digest
    sign: Sign
    chance: Random
    collusion: Collusion
    frames: Reader[Bundle | BatchHead] = field(default_factory=lambda: Reader(FRAME, size_max=FRAME_BYTES_MAX))
    kept: list[Said] = field(default_factory=list)
    """What it said before, for a liar that repeats itself."""
    censor: Censor | None = field(init=False)
    """What it does not take in, for a liar that censors."""

    def __post_init__(self) -> None:
        """Grow the ears that its way needs."""
        self.censor = Censor(self.way, self.chain) if self.way in CENSORSHIPS else None

    def say(self, member: SimulatedMember, said: Said) -> list[Said]:
        """What leaves in place of what the honest code said to one receiver."""
        del member
        return self.tell(said)

    def hears(self, payload: bytes) -> bool:
        """Whether it takes in a frame that reached it."""
        return self.censor is None or self.censor.lets_in(payload)

    def tell(self, said: Said) -> list[Said]:
        """The same, in whatever world."""
        if said.target not in self.to or self.censor is not None or self.way in FALSE_ANSWERS:
            return [said]
        if self.way in FRAME_LIES:
            return FRAME_LIES[self.way](self, said)
        frame = self.frames.read(said.payload)
        if isinstance(frame, Malformed | BatchHead) or frame.sender != self.replica:
            return [said]
        items = LIES_OF_ITEMS[self.way](self, list(frame.items), said.target)
        return [replaced(said, self.sealed(items))] if items else []

    @property
    def committee(self) -> Committee:
        """The arithmetic of quorums."""
        return Committee(len(self.members))

    def sealed(self, items: Sequence[Item]) -> bytes:
        """A well-signed bundle of whatever it likes."""
        bundle = seal(items, chain=self.chain, epoch=Epoch(0), sender=self.replica, sign=self.sign)
        return encode(bundle.bundle)

    def is_other_half(self, target: str) -> bool:
        """Whether `target` is told the second story: every second honest member is."""
        honest = [each for number, each in enumerate(self.members) if number not in self.collusion.liars]
        return target in honest[1::2]

    def learn(self, item: PrePrepare) -> PrePrepare:
        """Return the other half's story for a proposal, and remember its name; every liar finds the same."""
        other = msgspec.structs.replace(item.proposal, timestamp_ms=item.proposal.timestamp_ms + 1)
        names = [
            proposal_digest(each, chain=self.chain, epoch=Epoch(0), sequence=item.sequence)
            for each in (item.proposal, other)
        ]
        self.collusion.other_digest[item.view, item.sequence, names[0]] = names[1]
        return PrePrepare(item.view, item.sequence, other)

    def random_digest(self) -> Digest:
        """A digest of nothing."""
        return Digest(self.chance.randbytes(32))


def replaced(said: Said, payload: bytes) -> Said:
    """The same frame with another content."""
    return Said(said.target, said.channel, payload)


# Lies about whole frames


def _silent(liar: Liar, told: Said) -> list[Said]:
    """Says nothing."""
    del liar, told
    return []


def _bad_signature(liar: Liar, told: Said) -> list[Said]:
    """One bit of its signature is wrong."""
    frame = liar.frames.read(told.payload)
    if not isinstance(frame, Bundle):
        return [told]
    wrong = Signature(bytes((frame.signature[0] ^ 1,)) + frame.signature[1:])
    return [replaced(told, encode(msgspec.structs.replace(frame, signature=wrong)))]


def _forge_sender(liar: Liar, told: Said) -> list[Said]:
    """Claims to be its neighbour."""
    frame = liar.frames.read(told.payload)
    if not isinstance(frame, Bundle):
        return [told]
    other = ReplicaId((liar.replica + 1) % len(liar.members))
    return [replaced(told, encode(msgspec.structs.replace(frame, sender=other)))]


def _garbage(liar: Liar, told: Said) -> list[Said]:
    """Sends bytes without meaning before each message."""
    return [replaced(told, liar.chance.randbytes(liar.chance.randrange(1, 200))), told]


def _flood(liar: Liar, told: Said) -> list[Said]:
    """Sends everything many times."""
    del liar
    return [told] * FLOOD


def _replay(liar: Liar, told: Said) -> list[Said]:
    """Repeats what it said long ago, with each new message."""
    old = [liar.chance.choice(liar.kept)] if liar.kept else []
    liar.kept = [*liar.kept, told][-REPLAYED_MAX:]
    return [told, *old]


# Lies about what is in a bundle


def _equivocate(liar: Liar, items: list[Item], target: str) -> list[Item]:
    """Tells one half one proposal and the other half another, and votes for both, each where it is believed."""
    if not liar.is_other_half(target):
        return items
    said: list[Item] = []
    for item in items:
        match item:
            case PrePrepare():
                said.append(liar.learn(item))
            case Prepare(view, sequence, digest) | Commit(view, sequence, digest):
                told = liar.collusion.other_digest.get((view, sequence, digest), digest)
                said.append(type(item)(view, sequence, told))
            case BlockVote():
                # Its own ledger knows one story only; a vote for it would betray the other.
                continue
            case _:
                said.append(item)
    return said


def _double_vote(liar: Liar, items: list[Item], target: str) -> list[Item]:
    """Votes for what it should, and for something else too."""
    del target
    extra: list[Item] = []
    for item in items:
        if isinstance(item, Prepare | Commit):
            extra.append(type(item)(item.view, item.sequence, liar.random_digest()))
        elif isinstance(item, BlockVote):
            extra.append(BlockVote(item.sequence, liar.random_digest()))
    return [*items, *extra][:BUNDLE_LIE_MAX]


def _bad_digest(liar: Liar, items: list[Item], target: str) -> list[Item]:
    """Votes for digests of nothing."""
    del target
    return [
        msgspec.structs.replace(item, digest=liar.random_digest()) if isinstance(item, Prepare | Commit) else item
        for item in items
    ]


def _wrong_checkpoint(liar: Liar, items: list[Item], target: str) -> list[Item]:
    """Says that its blocks came out otherwise."""
    del target
    return [BlockVote(item.sequence, liar.random_digest()) if isinstance(item, BlockVote) else item for item in items]


def _mutate(liar: Liar, items: list[Item], target: str) -> list[Item]:
    """One number in each bundle is off by one."""
    del target
    place = liar.chance.randrange(len(items))
    item = items[place]
    fields = [name for name in item.__struct_fields__ if type(getattr(item, name)) is int]
    if fields:
        name = liar.chance.choice(fields)
        value = max(0, getattr(item, name) + liar.chance.choice((-1, 1)))
        items[place] = msgspec.structs.replace(item, **{name: value})
    return items


def _future_view(liar: Liar, items: list[Item], target: str) -> list[Item]:
    """Votes as if the next view had begun."""
    del liar, target
    return [
        msgspec.structs.replace(item, view=View(item.view + 1)) if isinstance(item, Prepare | Commit) else item
        for item in items
    ]


def _huge_view(liar: Liar, items: list[Item], target: str) -> list[Item]:
    """Claims a view that lies beyond all time."""
    del liar, target
    return [*items, Suspect(HUGE_VIEW, SuspectReason.NO_PROGRESS), ViewChange(HUGE_VIEW, None, ())][:BUNDLE_LIE_MAX]


def _early_view_change(liar: Liar, items: list[Item], target: str) -> list[Item]:
    """Complains of every view and leaves it at once."""
    del liar, target
    view = max((item.view for item in items if isinstance(item, Status)), default=None)
    if view is None:
        return items
    return [*items, Suspect(view, SuspectReason.NO_PROGRESS), ViewChange(View(view + 1), None, ())][:BUNDLE_LIE_MAX]


def _never_view_change(liar: Liar, items: list[Item], target: str) -> list[Item]:
    """Never says a word of any view change."""
    del liar, target
    return [item for item in items if not isinstance(item, Suspect | ViewChange | NewView | Forwarded)]


def _bogus_new_view(liar: Liar, items: list[Item], target: str) -> list[Item]:
    """Opens views that nobody asked for, when they would be its own."""
    del target
    view = max((item.view for item in items if isinstance(item, Status)), default=None)
    if view is None:
        return items
    own = next(
        View(each)
        for each in range(view, view + len(liar.members))
        if liar.committee.primary(View(each)) == liar.replica
    )
    named = tuple(
        NamedViewChange(each, liar.random_digest()) for each in list(liar.committee.replicas())[: liar.committee.quorum]
    )
    return [*items, NewView(own, named)][:BUNDLE_LIE_MAX]


def _withhold_votes(liar: Liar, items: list[Item], target: str) -> list[Item]:
    """Says what it holds, and votes for nothing."""
    del liar, target
    return [item for item in items if not isinstance(item, PrePrepare | Prepare | Commit | BlockVote)]


def _poisoned_snapshot(liar: Liar, items: list[Item], target: str) -> list[Item]:
    """Serves a member that is far behind a ledger with altered entries, or an altered list of its parts."""
    del target
    said: list[Item] = []
    for item in items:
        match item:
            case MetaData(checkpoint, roots) if roots and liar.chance.random() < 0.5:
                wrong = PartRoot(roots[0].part, liar.random_digest())
                said.append(MetaData(checkpoint, (wrong, *roots[1:])))
            case Data(height, parts):
                said.append(Data(height, tuple(map(_poisoned, parts))))
            case _:
                said.append(item)
    return said


def _poisoned(part: StatePart) -> StatePart:
    """The part with one byte more in its last entry: somebody's account, or somebody's token."""
    if not part.entries:
        return part
    last = part.entries[-1]
    return StatePart(part.part, (*part.entries[:-1], StateEntry(last.key, last.value + b"\x00")))


BUNDLE_LIE_MAX = 256
"""As many items as a bundle may carry."""

FrameLie = Callable[[Liar, Said], list[Said]]
ItemLie = Callable[[Liar, list[Item], str], list[Item]]

FRAME_LIES: Mapping[str, FrameLie] = {
    "silent": _silent,
    "bad-signature": _bad_signature,
    "forge-sender": _forge_sender,
    "garbage": _garbage,
    "flood": _flood,
    "replay": _replay,
}
LIES_OF_ITEMS: Mapping[str, ItemLie] = {
    "equivocate": _equivocate,
    "double-vote": _double_vote,
    "bad-digest": _bad_digest,
    "wrong-checkpoint": _wrong_checkpoint,
    "mutate": _mutate,
    "future-view": _future_view,
    "huge-view": _huge_view,
    "early-view-change": _early_view_change,
    "never-view-change": _never_view_change,
    "bogus-new-view": _bogus_new_view,
    "withhold-votes": _withhold_votes,
    "poisoned-snapshot": _poisoned_snapshot,
}

CENSOR = "censor"
"""Takes in no batch of anybody else, so that as the primary it orders nothing but its own gateway's. A lie of omission:
what it says is honest, so it is done to its inward links."""

LIES: Mapping[str, str] = {
    CENSOR: "Orders the batches of its own gateway only.",
    **CENSORSHIPS,
    **FALSE_ANSWERS,
    **{name: (lie.__doc__ or "").strip() for name, lie in FRAME_LIES.items()},
    **{name: (lie.__doc__ or "").strip() for name, lie in LIES_OF_ITEMS.items()},
}
"""Every way to lie, and what it is."""
