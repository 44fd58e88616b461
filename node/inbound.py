"""Bytes from the bus, judged before they cost anything: cheap checks first, signatures next, meaning last.

Anybody who reaches the bus can publish anything on any topic. So what arrives is: bounded in size; of a known shape;
from a member and on that member's topic; still of use; signed; and only then decoded to the last transaction. Each
refusal is a value with a reason that the core counts; nothing raises, and what is refused leaves nothing behind.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from canonical.encoding import Malformed, Reader, encode
from canonical.hashing import Digest, Domain, digest
from canonical.signing import PublicKey, Signature, VerifySignature
from consensus.bundle import Bundle, OpenBundle, open_bundle
from consensus.messages import BatchReference, Message
from consensus.quorum import Committee
from consensus.types import BatchNumber, Epoch, ReplicaId
from ledger.envelope import Envelope, signed_bytes, transaction_ids
from node.batch import BATCH_BYTES_MAX, Batch, reference

FRAME_BYTES_MAX = BATCH_BYTES_MAX + (1 << 16)
"""Nothing longer is even decoded: the largest batch, and room to spare for a bundle."""


class Refusal(enum.StrEnum):
    """Why a frame was refused."""

    OVERSIZED = "frame too long"
    MALFORMED = "not a canonical frame"
    FORGED = "sender is not the topic's member"
    NOT_MEMBER = "sender is not a member"
    USELESS = "nothing in it matters any more"
    BAD_SIGNATURE = "bad signature"
    BAD_ENVELOPE = "batch holds a malformed or badly signed envelope"


class BatchHead(Message, frozen=True, tag="batch"):
    """A batch with its envelopes still encoded: enough to judge whose it is before decoding 10,000 of them."""

    epoch: Epoch
    author: ReplicaId
    number: BatchNumber
    envelopes: msgspec.Raw
    signature: Signature


FRAME: Any = Bundle | BatchHead
"""What may stand on the bus. A union has no type of its own that `Reader` could be told."""


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """A batch whose every signature was checked, once and for all."""

    batch: Batch
    reference: BatchReference
    payload: bytes
    ids: tuple[Digest, ...]
    """Ids of its transactions, in order."""


@dataclass(slots=True)
class Inbound:
    """The gate that every frame passes."""

    chain: Digest
    epoch: Epoch
    committee: Committee
    keys: tuple[PublicKey, ...]
    """Each replica's node key."""
    verify: VerifySignature
    _frames: Reader[Bundle | BatchHead]
    _batches: Reader[Batch]

    @classmethod
    def of(
        cls, *, chain: Digest, epoch: Epoch, committee: Committee, keys: tuple[PublicKey, ...], verify: VerifySignature
    ) -> "Inbound":
        """Build the gate for one chain and epoch."""
        frames: Reader[Bundle | BatchHead] = Reader(FRAME, size_max=FRAME_BYTES_MAX)
        return cls(chain, epoch, committee, keys, verify, frames, Reader(Batch, size_max=BATCH_BYTES_MAX))

    def verify_member(self, sender: ReplicaId, content: bytes, signature: Signature) -> bool:
        """Whether a member's node key signed `content`."""
        return sender in self.committee and self.verify(self.keys[sender], content, signature)

    def read(self, payload: bytes, *, publisher: ReplicaId | None) -> Bundle | BatchHead | Refusal:
        """Decode a frame from `publisher`'s own topic, or from an inbox, where anybody may write, if None."""
        if len(payload) > FRAME_BYTES_MAX:
            return Refusal.OVERSIZED
        frame = self._frames.read(payload)
        if isinstance(frame, Malformed):
            return Refusal.MALFORMED
        sender = frame.sender if isinstance(frame, Bundle) else frame.author
        if sender not in self.committee or frame.epoch != self.epoch:
            return Refusal.NOT_MEMBER
        if publisher is not None and sender != publisher:
            return Refusal.FORGED
        return frame

    def open_bundle(self, bundle: Bundle, *, wants: Callable[[Bundle], bool]) -> OpenBundle | Refusal:
        """Check a bundle's signature if anything in it matters."""
        if not wants(bundle):
            return Refusal.USELESS
        opened = open_bundle(bundle, chain=self.chain, verify=self.verify_member)
        return opened or Refusal.BAD_SIGNATURE

    def open_batch(
        self, head: BatchHead, payload: bytes, *, wants: Callable[[ReplicaId, BatchNumber, Digest], bool]
    ) -> OpenBatch | Refusal:
        """Check a batch: is it of use, did its author sign it, is every envelope whole and signed.

        One bad envelope refuses the batch whole, for everybody alike: an honest gateway packs none.
        """
        content = digest(
            Domain.BATCH, self.chain, encode((head.epoch, head.author, head.number)), bytes(head.envelopes)
        )
        if not wants(head.author, head.number, content):
            return Refusal.USELESS
        if not self.verify_member(head.author, content, head.signature):
            return Refusal.BAD_SIGNATURE
        batch = self._batches.read(payload)
        if isinstance(batch, Malformed):
            return Refusal.BAD_ENVELOPE
        return self.judge_batch(batch, content, payload)

    def judge_batch(self, batch: Batch, content: Digest, payload: bytes) -> OpenBatch | Refusal:
        """Check every envelope's signature."""
        ids: list[Digest] = []
        for envelope in batch.envelopes:
            its_ids = transaction_ids(envelope, chain=self.chain)
            if not self.is_signed(envelope, its_ids):
                return Refusal.BAD_ENVELOPE
            ids.extend(its_ids)
        return OpenBatch(batch, reference(batch, digest=content, size_bytes=len(payload)), payload, tuple(ids))

    def is_signed(self, envelope: Envelope, ids: tuple[Digest, ...]) -> bool:
        """Whether the key that an envelope names signed it; whether it is the account's is for the ledger to say."""
        content = signed_bytes(envelope.account, envelope.public_key, ids, chain=self.chain)
        return self.verify(envelope.public_key, content, envelope.signature)

    def reopen(self, payload: bytes) -> OpenBatch:
        """Read back a batch from this member's own, audited disk; its signatures were checked when it came."""
        batch = self._batches.read(payload)
        assert not isinstance(batch, Malformed), "the audit lets no malformed batch pass"
        content = digest(
            Domain.BATCH, self.chain, encode((batch.epoch, batch.author, batch.number)), encode(batch.envelopes)
        )
        ids = [each for envelope in batch.envelopes for each in transaction_ids(envelope, chain=self.chain)]
        return OpenBatch(batch, reference(batch, digest=content, size_bytes=len(payload)), payload, tuple(ids))
