"""What a replica says in one turn becomes signed frames: one bundle for everybody, one for each single receiver."""

from collections.abc import Iterable
from dataclasses import dataclass

from canonical.encoding import encode
from canonical.hashing import Digest
from canonical.signing import Sign
from consensus.bundle import BUNDLE_ITEMS_MAX, OpenBundle, seal
from consensus.effects import Outgoing
from consensus.messages import Item
from consensus.types import Epoch, ReplicaId

BUNDLE_BYTES_MAX = 1 << 18
"""A bundle is closed at this size: large enough for any turn's votes, small enough not to hold up the bus."""


@dataclass(frozen=True, slots=True)
class Framer:
    """Signs for one replica."""

    chain: Digest
    epoch: Epoch
    replica: ReplicaId
    sign: Sign

    def frames(self, outgoing: Iterable[Outgoing]) -> list[tuple[ReplicaId | None, OpenBundle]]:
        """The bundles that carry `outgoing`, each with its receiver, None for everybody; in the order of first use."""
        receivers: dict[ReplicaId | None, list[Item]] = {}
        for each in outgoing:
            receivers.setdefault(each.to, []).append(each.item)
        return [(to, self._seal(part)) for to, items in receivers.items() for part in parts(items)]

    def _seal(self, items: list[Item]) -> OpenBundle:
        return seal(items, chain=self.chain, epoch=self.epoch, sender=self.replica, sign=self.sign)


def parts(items: list[Item]) -> Iterable[list[Item]]:
    """Cut a turn's items into bundles of bounded count and size."""
    if len(items) == 1:
        # One item is a bundle whatever its size, and most turns say one thing.
        yield items
        return
    part: list[Item] = []
    size_bytes = 0
    for item in items:
        item_bytes = len(encode(item))
        if part and (len(part) == BUNDLE_ITEMS_MAX or size_bytes + item_bytes > BUNDLE_BYTES_MAX):
            yield part
            part, size_bytes = [], 0
        part.append(item)
        size_bytes += item_bytes
    if part:
        yield part
