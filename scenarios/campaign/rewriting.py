"""What liars are made of: how a frame is read, and how something else is said in its place under the liar's own key."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

import msgspec

from canonical.encoding import encode
from canonical.hashing import Digest
from consensus.bundle import Bundle, seal
from consensus.messages import Item
from consensus.types import Epoch, ReplicaId
from node.simulation import Said, SimulatedMember

_BUNDLES = msgspec.msgpack.Decoder(Bundle)


def bundle_of(said: Said) -> Bundle | None:
    """The bundle in a frame; None for a batch."""
    try:
        return _BUNDLES.decode(said.payload)
    except msgspec.DecodeError:
        return None


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
