"""Liars, by name. A liar runs the honest code and stands between it and the network: it holds the member's signing key.

So everything it says is well signed, unless the lie is a bad signature, and everything it does not lie about is what an
honest member says. It can tell each member another thing. Liars of one run know each other (`Collusion`). What the lies
are: frame_lies.py, item_lies.py, censor.py, false_answers.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import msgspec

from canonical.encoding import Malformed, Reader, encode
from canonical.hashing import Digest
from canonical.signing import Sign
from consensus.bundle import Bundle, seal
from consensus.messages import (
    Item,
    PrePrepare,
    proposal_digest,
)
from consensus.quorum import Committee
from consensus.types import Epoch, ReplicaId, SequenceNumber, View
from node.opening import FRAME, FRAME_BYTES_MAX, BatchHead
from node.simulation import Said, SimulatedMember
from scenarios.censor import CENSORSHIPS, Censor
from scenarios.false_answers import FALSE_ANSWERS
from scenarios.frame_lies import FRAME_LIES, said_anew
from scenarios.item_lies import LIES_OF_ITEMS


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
    before: dict[type, Item] = field(default_factory=dict)
    """Its last message of each kind as it was meant, for a liar that says again what stood there."""
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
        return [said_anew(said, self.sealed(items))] if items else []

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
