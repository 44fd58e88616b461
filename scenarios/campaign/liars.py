"""Members that say something else than their core says: each a `Wrapper` that rewrites frames for one receiver.

A liar holds its own key and no other. Equivocators collude: they share what the other face of a proposal is.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from random import Random

import msgspec

from canonical.encoding import encode
from canonical.hashing import Digest
from canonical.signing import Signature
from consensus.bundle import Bundle, seal
from consensus.messages import (
    BlockVote,
    Commit,
    Item,
    Prepare,
    PrePrepare,
    Status,
    Suspect,
    SuspectReason,
    ViewChange,
    proposal_digest,
)
from consensus.types import Epoch, ReplicaId, View
from network.bus import Channel
from node.simulation import Said, SimulatedMember, Simulation, Wrapper
from node.simulation.chance import stream
from scenarios.campaign.plan import Liar, LiarKind

FAR = 2**62
"""A number that no honest member reaches."""

HEARD_MAX = 50
"""Own frames that a liar keeps to say again."""

_BUNDLES = msgspec.msgpack.Decoder(Bundle)


def bundle_of(said: Said) -> Bundle | None:
    """The bundle in a frame; None for a batch."""
    try:
        return _BUNDLES.decode(said.payload)
    except msgspec.DecodeError:
        return None


@dataclass(slots=True)
class Silent:
    """Says nothing, or nothing to some."""

    deaf_to: frozenset[str] | None = None
    """Who hears nothing; None for all."""

    def say(self, member: SimulatedMember, said: Said) -> Iterable[Said]:
        """Drop it."""
        del member
        return [] if self.deaf_to is None or said.target in self.deaf_to else [said]


@dataclass(slots=True)
class Signing:
    """Base of liars that sign bundles of their own."""

    chain: Digest
    members: int
    chance: Random

    def sealed(self, member: SimulatedMember, said: Said, items: Iterable[Item], *, sender: int | None = None) -> Said:
        """A frame with `items`, signed with the liar's key, whoever it says it is from."""
        named = ReplicaId(member.index if sender is None else sender)
        opened = seal(list(items), chain=self.chain, epoch=Epoch(0), sender=named, sign=member.sign)
        return replace(said, payload=encode(opened.bundle))


@dataclass(slots=True)
class Rewriting(Signing, ABC):
    """Base of liars that rewrite items and sign what they made of them."""

    def say(self, member: SimulatedMember, said: Said) -> Iterable[Said]:
        """Sign other items in place of those that the core said."""
        bundle = bundle_of(said)
        if bundle is None:
            return [said]
        items = self.rewrite(bundle.items, said.target)
        return [] if not items else [self.sealed(member, said, items)]

    @abstractmethod
    def rewrite(self, items: tuple[Item, ...], target: str) -> list[Item]:
        """What is said in place of `items`."""


@dataclass(slots=True)
class Mutator(Rewriting):
    """Changes fields at random."""

    def rewrite(self, items: tuple[Item, ...], target: str) -> list[Item]:
        """Each third item with one field changed."""
        del target
        return [mutated(item, self.chance) if self.chance.random() < 0.3 else item for item in items]


@dataclass(slots=True)
class DoubleVoter(Rewriting):
    """Says each vote, and another one for the same slot beside it."""

    def rewrite(self, items: tuple[Item, ...], target: str) -> list[Item]:
        """Everything, and votes for a digest that nobody proposed; in an order of its own."""
        del target
        other = Digest(self.chance.randbytes(32))
        lies: list[Item] = [
            msgspec.structs.replace(item, digest=other)
            for item in items
            if isinstance(item, Prepare | Commit | BlockVote) and self.chance.random() < 0.5
        ]
        said = [*items, *lies]
        self.chance.shuffle(said)
        return said[:200]


@dataclass(slots=True)
class EarlyViewChanger(Rewriting):
    """Complains all the time, and wants views nobody else wants, some of them very far away."""

    def rewrite(self, items: tuple[Item, ...], target: str) -> list[Item]:
        """Everything, and now and then a complaint or an unproved VIEW-CHANGE."""
        del target
        view = next((item.view for item in items if isinstance(item, Status)), View(0))
        lies: list[Item] = []
        if self.chance.random() < 0.3:
            lies.append(Suspect(view, self.chance.choice(list(SuspectReason))))
        if self.chance.random() < 0.2:
            lies.append(ViewChange(View(view + self.chance.choice((1, 2, 5, FAR))), None, ()))
        return [*items, *lies]


@dataclass(slots=True)
class Forger(Signing):
    """Repeats what it says under other members' names."""

    def say(self, member: SimulatedMember, said: Said) -> Iterable[Said]:
        """The frame, and the same items as if another had said them."""
        bundle = bundle_of(said)
        if bundle is None or self.chance.random() < 0.5:
            return [said]
        victim = self.chance.randrange(self.members)
        forged = self.sealed(member, said, bundle.items, sender=victim)
        # On its own topic the name is checked against the topic; in an inbox only the signature speaks.
        return [said, forged, replace(forged, channel=Channel.INBOX)]


@dataclass(slots=True)
class Replayer:
    """Says everything again, late and often."""

    chance: Random
    heard: list[Said] = field(default_factory=list)

    def say(self, member: SimulatedMember, said: Said) -> Iterable[Said]:
        """The frame, and one that was said before."""
        del member
        self.heard = [*self.heard, said][-HEARD_MAX:]
        old = self.chance.choice(self.heard)
        return [said, replace(said, channel=old.channel, payload=old.payload)]


@dataclass(slots=True)
class Babbler:
    """Sends bytes that mean nothing, and signatures that are none."""

    chance: Random

    def say(self, member: SimulatedMember, said: Said) -> Iterable[Said]:
        """The frame, and noise beside it or in its place."""
        del member
        noise = replace(said, payload=self.chance.randbytes(self.chance.randrange(200)))
        bundle = bundle_of(said)
        if bundle is not None and self.chance.random() < 0.3:
            bad = msgspec.structs.replace(bundle, signature=Signature(bytes(64)))
            return [replace(said, payload=encode(bad)), noise]
        return [said, noise]


@dataclass(slots=True)
class Conspiracy:
    """What equivocators share: who sees which face, and what the other face of a proposal is."""

    chain: Digest
    fooled: frozenset[str]
    """Members that are shown the other face."""
    faces: dict[Digest, Digest] = field(default_factory=dict)


@dataclass(slots=True)
class Equivocator(Rewriting):
    """Two faces: as primary it proposes something else to some, and votes for what each half saw (T-C1)."""

    conspiracy: Conspiracy

    def rewrite(self, items: tuple[Item, ...], target: str) -> list[Item]:
        """What `target` is meant to believe, with COMMIT said before anything is prepared."""
        fooled = target in self.conspiracy.fooled
        return [face for item in items for face in self._faces(item, fooled)]

    def _faces(self, item: Item, fooled: bool) -> list[Item]:
        if isinstance(item, PrePrepare):
            true = proposal_digest(item.proposal, chain=self.chain, epoch=Epoch(0), sequence=item.sequence)
            other = msgspec.structs.replace(item.proposal, timestamp_ms=item.proposal.timestamp_ms + 1)
            false = proposal_digest(other, chain=self.chain, epoch=Epoch(0), sequence=item.sequence)
            self.conspiracy.faces[true] = false
            shown = msgspec.structs.replace(item, proposal=other) if fooled else item
            return [shown, Commit(item.view, item.sequence, false if fooled else true)]
        if isinstance(item, Prepare | Commit) and item.digest in self.conspiracy.faces:
            shown_digest = self.conspiracy.faces[item.digest] if fooled else item.digest
            vote = msgspec.structs.replace(item, digest=shown_digest)
            # A backup in the plot does not wait to be prepared either.
            return [vote, Commit(item.view, item.sequence, shown_digest)] if isinstance(item, Prepare) else [vote]
        return [item]


def mutated(item: Item, chance: Random) -> Item:
    """The item with one of its fields changed: by one, to something random, or to something far away."""
    by = chance.choice((-1, 1, FAR))
    name = chance.choice(item.__struct_fields__)
    value = getattr(item, name)
    change: object
    match value:
        case bool():
            change = not value
        case int():
            change = max(0, value + by)
        case bytes() if len(value) == 32:
            change = chance.randbytes(32)
        case tuple():
            change = value[:-1] if chance.random() < 0.5 else value + value[:1]
        case _:
            return item
    return msgspec.structs.replace(item, **{name: change})


def wrapper_of(liar: Liar, simulation: Simulation, conspiracy: Conspiracy) -> Wrapper:
    """The liar of a plan, as it stands before its member in a simulation."""
    chance = stream(simulation.seed, f"liar {liar.member}")
    count, chain = len(simulation.members), simulation.chain
    match liar.kind:
        case LiarKind.SILENT:
            return Silent()
        case LiarKind.DEAF_TO_SOME:
            return Silent(frozenset(each.id for each in simulation.members if chance.random() < 0.5))
        case LiarKind.EQUIVOCATE:
            return Equivocator(chain, count, chance, conspiracy)
        case LiarKind.DOUBLE_VOTE:
            return DoubleVoter(chain, count, chance)
        case LiarKind.MUTATE:
            return Mutator(chain, count, chance)
        case LiarKind.REPLAY:
            return Replayer(chance)
        case LiarKind.FORGE:
            return Forger(chain, count, chance)
        case LiarKind.GARBAGE:
            return Babbler(chance)
        case LiarKind.EARLY_VIEW_CHANGE:
            return EarlyViewChanger(chain, count, chance)


def conspiracy_of(simulation: Simulation, liars: Iterable[Liar]) -> Conspiracy:
    """Half of those who do not lie are shown the other face."""
    lying = {liar.member for liar in liars}
    honest = [member.id for member in simulation.members if member.index not in lying]
    chance = stream(simulation.seed, "conspiracy")
    return Conspiracy(simulation.chain, frozenset(chance.sample(honest, len(honest) // 2)))
