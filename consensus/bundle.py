"""Everything a replica says in one turn, under one signature.

The items are leaves of a Merkle tree; the signature covers its root together with chain, epoch, sender and count. One
signature serves a whole turn, which at sixteen slots in flight is a twelfth of the work of one for each vote, and any
vote can still be taken out with its path and shown to a third party.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import msgspec

from canonical.encoding import encode
from canonical.hashing import Domain
from canonical.merkle import leaf_hash, merkle_path, root_of_hashes
from canonical.signing import Sign, Signature
from consensus.messages import CertificateVote, Item, Message
from consensus.types import Digest, Epoch, ReplicaId

BUNDLE_ITEMS_MAX = 256
"""More than a turn produces (three votes for each of W = 32 slots, a status, repairs); bounds a receiver's hashing."""

Verify = Callable[[ReplicaId, bytes, Signature], bool]
"""verify(sender, signed bytes, signature): whether the member's key made it. Never raises (T-A10)."""


class Bundle(Message, frozen=True, tag="bundle"):
    """A signed bundle as it crosses the bus."""

    epoch: Epoch
    sender: ReplicaId
    items: Annotated[tuple[Item, ...], msgspec.Meta(min_length=1, max_length=BUNDLE_ITEMS_MAX)]
    signature: Signature
    """Over `signed_bytes`, by the sender's key."""


def signed_bytes(*, chain: Digest, epoch: Epoch, sender: ReplicaId, count: int, root: Digest) -> bytes:
    """What a member signs for a bundle with `count` items under `root`."""
    return Domain.BUNDLE.value + chain + encode((epoch, sender, count)) + root


def item_hashes(items: Sequence[Item]) -> list[Digest]:
    """The leaf hash of each item, over its canonical encoding."""
    return [leaf_hash(encode(item)) for item in items]


@dataclass(frozen=True, slots=True)
class Signed:
    """One item and the bundle that proves who said it. Certificates are made of these."""

    sender: ReplicaId
    item: Item
    index: int
    bundle: "OpenBundle"

    def certificate_vote(self) -> CertificateVote:
        """Take the vote out of its bundle."""
        hashes = self.bundle.hashes
        return CertificateVote(
            self.sender, self.index, len(hashes), merkle_path(hashes, self.index), self.bundle.bundle.signature
        )


@dataclass(frozen=True, slots=True)
class OpenBundle:
    """A bundle that this member signed itself or whose signature was verified."""

    bundle: Bundle
    hashes: list[Digest] = field(repr=False)

    def signed_items(self) -> list[Signed]:
        """The items in order, each with its proof."""
        return [Signed(self.bundle.sender, item, index, self) for index, item in enumerate(self.bundle.items)]


def seal(items: Sequence[Item], *, chain: Digest, epoch: Epoch, sender: ReplicaId, sign: Sign) -> OpenBundle:
    """Put `items` (1 to BUNDLE_ITEMS_MAX) under one signature of `sender`."""
    assert 1 <= len(items) <= BUNDLE_ITEMS_MAX, "a bundle carries 1 to BUNDLE_ITEMS_MAX items"
    hashes = item_hashes(items)
    content = signed_bytes(chain=chain, epoch=epoch, sender=sender, count=len(items), root=root_of_hashes(hashes))
    return OpenBundle(Bundle(epoch, sender, tuple(items), sign(content)), hashes)


def open_bundle(bundle: Bundle, *, chain: Digest, verify: Verify) -> OpenBundle | None:
    """Return the bundle with its leaf hashes if its sender signed it for this chain, else None."""
    hashes = item_hashes(bundle.items)
    content = signed_bytes(
        chain=chain, epoch=bundle.epoch, sender=bundle.sender, count=len(hashes), root=root_of_hashes(hashes)
    )
    return OpenBundle(bundle, hashes) if verify(bundle.sender, content, bundle.signature) else None


__all__ = [
    "BUNDLE_ITEMS_MAX",
    "Bundle",
    "OpenBundle",
    "Signed",
    "Verify",
    "item_hashes",
    "open_bundle",
    "seal",
    "signed_bytes",
]
