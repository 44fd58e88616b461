"""Frames as they come off the bus: decoded, and what follows from their bytes alone.

Nothing in here depends on who received a frame, so a driver in which many members receive the same one may open it
once for all of them (node/simulation/reading.py). Whether a frame is of use and whether its signatures are good is each
receiver's own question, asked in node/inbound.py.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from canonical.encoding import Malformed, Reader, encode
from canonical.hashing import Digest, Domain, digest
from canonical.signing import Signature
from consensus.bundle import Bundle, SealedBundle
from consensus.messages import BatchReference, Message
from consensus.quorum import Committee
from consensus.settings import LOG_SIZE
from consensus.sizes import view_change_bytes_max
from consensus.types import BatchNumber, Epoch, ReplicaId
from ledger.envelope import Envelope, signed_bytes, transaction_ids
from node.batch import BATCH_BYTES_MAX, Batch, reference

FRAME_BYTES_MAX = BATCH_BYTES_MAX + (1 << 16)
"""The largest batch, and room to spare for a bundle."""


def frame_bytes_max(committee: Committee) -> int:
    """Nothing longer is even decoded: the largest batch or the longest VIEW-CHANGE, whichever is longer, and room."""
    longest = view_change_bytes_max(committee, log_size=LOG_SIZE)
    return max(FRAME_BYTES_MAX, longest + (1 << 16))


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


class BundleFrame(msgspec.Struct, frozen=True):
    """A decoded bundle, its signature not yet checked."""

    sender: ReplicaId
    sealed: SealedBundle


@dataclass(slots=True)
class Envelopes:
    """A batch decoded to the last transaction, with what each envelope's signature must be over."""

    opened: OpenBatch
    signed: tuple[tuple[Envelope, bytes], ...]


@dataclass(slots=True)
class BatchFrame:
    """A batch of which only the head was decoded so far."""

    sender: ReplicaId
    head: BatchHead
    payload: bytes
    chain: Digest
    _batches: Reader[Batch]
    _content: Digest | None = None
    _envelopes: Envelopes | Malformed | None = None

    def content(self) -> Digest:
        """The batch's digest: what its author signed."""
        if self._content is None:
            head = self.head
            numbered = encode((head.epoch, head.author, head.number))
            self._content = digest(Domain.BATCH, self.chain, numbered, bytes(head.envelopes))
        return self._content

    def envelopes(self) -> Envelopes | Malformed:
        """What is in it. Its author's signature should have been checked before."""
        if self._envelopes is None:
            batch = self._batches.read(self.payload)
            if isinstance(batch, Malformed):
                self._envelopes = batch
            else:
                self._envelopes = envelopes_of(batch, self.content(), self.payload, chain=self.chain)
        return self._envelopes


Frame = BundleFrame | BatchFrame


def envelopes_of(batch: Batch, content: Digest, payload: bytes, *, chain: Digest) -> Envelopes:
    """Name every transaction of a batch, and say what each envelope's signature must be over."""
    ids: list[Digest] = []
    signed: list[tuple[Envelope, bytes]] = []
    for envelope in batch.envelopes:
        its_ids = transaction_ids(envelope, chain=chain)
        signed.append((envelope, signed_bytes(envelope.account, envelope.public_key, its_ids, chain=chain)))
        ids.extend(its_ids)
    named = reference(batch, digest=content, size_bytes=len(payload))
    return Envelopes(OpenBatch(batch, named, payload, tuple(ids)), tuple(signed))


@dataclass(slots=True)
class FrameReader:
    """Decodes the frames of one chain and epoch."""

    chain: Digest
    epoch: Epoch
    committee: Committee
    bytes_max: int = field(init=False)
    """The longest frame that is decoded."""
    _frames: Reader[Bundle | BatchHead] = field(init=False)
    _batches: Reader[Batch] = field(default_factory=lambda: Reader(Batch, size_max=BATCH_BYTES_MAX))

    def __post_init__(self) -> None:
        """Prepare for frames as long as this committee's may be."""
        self.bytes_max = frame_bytes_max(self.committee)
        self._frames = Reader(FRAME, size_max=self.bytes_max)

    def read(self, payload: bytes) -> Frame | Refusal:
        """Decode a frame; refuse what is too long, has another shape, or is of no member."""
        if len(payload) > self.bytes_max:
            return Refusal.OVERSIZED
        frame = self._frames.read(payload)
        if isinstance(frame, Malformed):
            return Refusal.MALFORMED
        sender = frame.sender if isinstance(frame, Bundle) else frame.author
        if sender not in self.committee or frame.epoch != self.epoch:
            return Refusal.NOT_MEMBER
        if isinstance(frame, Bundle):
            return BundleFrame(sender, SealedBundle(frame, self.chain))
        return BatchFrame(sender, frame, payload, self.chain, self._batches)

    def reopen(self, payload: bytes) -> OpenBatch:
        """Read back a batch from this member's own, audited disk; its signatures were checked when it came."""
        batch = self._batches.read(payload)
        assert not isinstance(batch, Malformed), "the audit lets no malformed batch pass"
        numbered = encode((batch.epoch, batch.author, batch.number))
        content = digest(Domain.BATCH, self.chain, numbered, encode(batch.envelopes))
        return envelopes_of(batch, content, payload, chain=self.chain).opened


Read = Callable[[bytes], Frame | Refusal]
"""read(payload): `FrameReader.read`, or one that remembers what others read."""
