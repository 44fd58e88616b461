"""A batch: what one member's gateway admitted, packed and signed for everybody (§4.2: requests travel apart).

Payload crosses the bus once, from whoever received it; consensus orders the batch's reference.
"""

from typing import Annotated

import msgspec

from canonical.encoding import encode
from canonical.hashing import Digest, Domain, digest
from canonical.signing import Sign, Signature
from consensus.messages import BatchReference
from consensus.types import BatchNumber, Epoch, ReplicaId
from ledger.envelope import Envelope

BATCH_ENVELOPES_MAX = 10_000
"""Bounds what one batch can cost its receivers: 0.5 s of signature checks."""

BATCH_BYTES_MAX = 1 << 19
"""No batch is longer, whatever `batch_bytes_max` a member packs by: 512 KiB."""


class Batch(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag="batch"):
    """A batch as it crosses the bus and lies on disk."""

    epoch: Epoch
    author: ReplicaId
    number: BatchNumber
    """From 1, without gaps, for one author; never two batches with one number."""
    envelopes: Annotated[tuple[Envelope, ...], msgspec.Meta(min_length=1, max_length=BATCH_ENVELOPES_MAX)]
    signature: Signature
    """The author's, over `batch_digest`."""


def batch_digest(batch: Batch, *, chain: Digest) -> Digest:
    """Fixes every byte but the signature."""
    return digest(Domain.BATCH, chain, encode((batch.epoch, batch.author, batch.number)), encode(batch.envelopes))


def seal_batch(
    envelopes: tuple[Envelope, ...],
    *,
    chain: Digest,
    epoch: Epoch,
    author: ReplicaId,
    number: BatchNumber,
    sign: Sign,
) -> tuple[Batch, Digest]:
    """Sign a batch; return it with its digest."""
    content = digest(Domain.BATCH, chain, encode((epoch, author, number)), encode(envelopes))
    return Batch(epoch, author, number, envelopes, sign(content)), content


def reference(batch: Batch, *, digest: Digest, size_bytes: int) -> BatchReference:
    """What proposals call the batch whose encoding is `size_bytes` long."""
    count = sum(len(envelope.transactions) for envelope in batch.envelopes)
    return BatchReference(batch.author, batch.number, digest, count, size_bytes)
