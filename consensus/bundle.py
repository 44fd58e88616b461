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


@dataclass(slots=True)
class Signed:
    """One item and the proof of who said it. Certificates are made of these. Nothing in it ever changes."""

    sender: ReplicaId
    item: Item
    index: int
    hashes: list[Digest] = field(repr=False)
    """The leaf hashes of its bundle."""
    signature: Signature = field(repr=False)
    """Its bundle's."""
    _vote: CertificateVote | None = field(default=None, init=False, repr=False, compare=False)

    def certificate_vote(self) -> CertificateVote:
        """Take the vote out of its bundle; the same one each time, since many may keep it."""
        if self._vote is None:
            path = merkle_path(self.hashes, self.index)
            self._vote = CertificateVote(self.sender, self.index, len(self.hashes), path, self.signature)
        return self._vote


class OpenBundle(msgspec.Struct, frozen=True):
    """A bundle that this member signed itself or whose signature was verified."""

    bundle: Bundle
    _signed: tuple[Signed, ...]

    def signed_items(self) -> tuple[Signed, ...]:
        """The items in order, each with its proof."""
        return self._signed


def with_proofs(bundle: Bundle, hashes: list[Digest]) -> OpenBundle:
    """The bundle with its items' proofs; the caller knows that its sender signed it."""
    sender, signature = bundle.sender, bundle.signature
    signed = tuple(Signed(sender, item, index, hashes, signature) for index, item in enumerate(bundle.items))
    return OpenBundle(bundle, signed)


def seal(items: Sequence[Item], *, chain: Digest, epoch: Epoch, sender: ReplicaId, sign: Sign) -> OpenBundle:
    """Put `items` (1 to BUNDLE_ITEMS_MAX) under one signature of `sender`."""
    assert 1 <= len(items) <= BUNDLE_ITEMS_MAX, "a bundle carries 1 to BUNDLE_ITEMS_MAX items"
    hashes = item_hashes(items)
    content = signed_bytes(chain=chain, epoch=epoch, sender=sender, count=len(items), root=root_of_hashes(hashes))
    return with_proofs(Bundle(epoch, sender, tuple(items), sign(content)), hashes)


@dataclass(slots=True)
class SealedBundle:
    """A bundle as it came. What follows from its bytes alone is worked out once, however many members open it."""

    bundle: Bundle
    chain: Digest
    _inside: tuple[OpenBundle, bytes] | None = field(default=None, init=False, repr=False)

    def opened(self, verify: Verify) -> OpenBundle | None:
        """Return it with its items' proofs if its sender signed it for this chain, else None."""
        if self._inside is None:
            self._inside = self._look_inside()
        opened, content = self._inside
        return opened if verify(self.bundle.sender, content, self.bundle.signature) else None

    def _look_inside(self) -> tuple[OpenBundle, bytes]:
        bundle, hashes = self.bundle, item_hashes(self.bundle.items)
        root = root_of_hashes(hashes)
        content = signed_bytes(chain=self.chain, epoch=bundle.epoch, sender=bundle.sender, count=len(hashes), root=root)
        return with_proofs(bundle, hashes), content


def open_bundle(bundle: Bundle, *, chain: Digest, verify: Verify) -> OpenBundle | None:
    """Open a bundle that nobody else opens."""
    return SealedBundle(bundle, chain).opened(verify)


__all__ = [
    "BUNDLE_ITEMS_MAX",
    "Bundle",
    "OpenBundle",
    "SealedBundle",
    "Signed",
    "Verify",
    "item_hashes",
    "open_bundle",
    "seal",
    "signed_bytes",
    "with_proofs",
]
