"""Members that say something else than their core says: each a `Wrapper` that rewrites frames for one receiver.

A liar holds its own key and no other. Those who collude are in conspiracy.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random

import msgspec

from canonical.encoding import encode
from canonical.hashing import Digest
from canonical.signing import Signature
from consensus.messages import (
    BlockVote,
    Commit,
    Item,
    Prepare,
    Status,
    Suspect,
    SuspectReason,
    ViewChange,
)
from consensus.types import View
from network.bus import Channel
from node.simulation import Said, SimulatedMember, Simulation, Wrapper
from node.simulation.chance import stream
from node.simulation.links import Deliver
from scenarios.campaign.conspiracy import Conspiracy, Equivocator
from scenarios.campaign.plan import Liar, LiarKind
from scenarios.campaign.rewriting import Rewriting, Signing, bundle_of
from scenarios.censor import Censor
from scenarios.mutation import FAR, mutated

HEARD_MAX = 50
"""Own frames that a liar keeps to say again."""


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
class Deaf:
    """Says what its core says, and does not take in what it censors."""

    censor: Censor

    def say(self, member: SimulatedMember, said: Said) -> Iterable[Said]:
        """The frame."""
        del member
        return [said]


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
        case LiarKind.CENSOR_CLIENT | LiarKind.CENSOR_TRANSACTION:
            return Deaf(Censor(liar.kind.value, chain))


def stop_ears(simulation: Simulation) -> None:
    """Let censors hear no more than they want to, from now on."""
    ears = {each.index: each.wrapper.censor for each in simulation.members if isinstance(each.wrapper, Deaf)}
    links = simulation.network.links

    def deliver(through: Deliver, source: int, target: int, channel: Channel, payload: bytes) -> None:
        if target not in ears or ears[target].lets_in(payload):
            through(source, target, channel, payload)

    if ears:
        links.deliver = partial(deliver, links.deliver)
