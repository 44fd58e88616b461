"""Turns of a core that never was: every kind of write, deterministic by height, cheap to make.

Run as a module it is a writer to be killed: it commits turn after turn and prints each height when the disk has it.
"""

import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from canonical.hashing import ZERO_DIGEST, Digest
from canonical.signing import Signature
from consensus.messages import (
    BatchReference,
    BlockHeader,
    BlockVote,
    CertificateVote,
    Commit,
    Prepare,
    PreparedCertificate,
    PrePrepare,
    Proposal,
    header_digest,
    proposal_digest,
)
from consensus.types import BatchNumber, Epoch, ReplicaId, SequenceNumber, View
from ledger.receipts import ComplianceEntry, Receipt, Status
from node.storage.writer import Storage
from node.writes import Stabilise, StoreBatch, StoreBlock, StoreCertificate, StorePrepared, StoreVote, Write

CHAIN = Digest(sha256(b"synthetic").digest())
GENESIS = ((b"account/ant", b"the first"), (b"account/jd", b"the second"))
TRANSACTIONS = 5
"""In each block."""

INTERVAL = 4
"""Every so many blocks a stable checkpoint."""


def content(*parts: object) -> Digest:
    return Digest(sha256(repr(parts).encode()).digest())


def open_storage(path: Path, *, member: int = 0) -> Storage:
    return Storage(path, chain=CHAIN, member=ReplicaId(member), genesis=lambda: GENESIS)


def batch(number: int, *, author: int = 0, variant: int = 0) -> StoreBatch:
    payload = repr((author, number, variant)).encode() * (1 + number % 7 * 100)
    reference = BatchReference(
        ReplicaId(author), BatchNumber(number), content("batch", author, number, variant), TRANSACTIONS, len(payload)
    )
    return StoreBatch(reference, payload)


def certificate_votes(statement: object) -> tuple[CertificateVote, ...]:
    return tuple(
        CertificateVote(ReplicaId(sender), 0, 1, (content(statement),), Signature(bytes([sender]) * 64))
        for sender in range(3)
    )


def proposal(height: int, *batches: BatchReference) -> Proposal:
    return Proposal(batches or (batch(height).reference,), 1_000 * height)


def receipts(height: int) -> tuple[Receipt, ...]:
    return tuple(Receipt(content("id", height, place), Status.ACCEPTED, (), ()) for place in range(TRANSACTIONS))


def header(height: int, named: Proposal) -> BlockHeader:
    sequence = SequenceNumber(height)
    digest = proposal_digest(named, chain=CHAIN, epoch=Epoch(0), sequence=sequence)
    return BlockHeader(
        sequence,
        content("parent", height),
        Epoch(0),
        digest,
        1_000 * height,
        content("transactions", height),
        content("receipts", height),
        content("state", height),
        content("compliance", height),
        ZERO_DIGEST,
    )


def block(height: int, *executed: BatchReference, named: Proposal | None = None) -> StoreBlock:
    executed = executed or (batch(height).reference,)
    named = named or proposal(height, *executed)
    its_receipts = receipts(height)
    changes = (
        (b"height", str(height).encode()),
        (f"token/{height}".encode(), b"x" * (height % 50)),
        (f"token/{height - 3}".encode(), None),
    )
    return StoreBlock(
        header(height, named),
        named,
        executed,
        tuple(receipt.transaction for receipt in its_receipts),
        its_receipts,
        (ComplianceEntry("R1.1", height, 0),),
        changes,
    )


def votes(height: int) -> list[StoreVote]:
    sequence, view = SequenceNumber(height), View(0)
    made = block(height)
    named = made.header.proposal
    return [
        StoreVote(PrePrepare(view, sequence, made.proposal)),
        StoreVote(Prepare(view, sequence, named)),
        StoreVote(Commit(view, sequence, named)),
        StoreVote(BlockVote(sequence, header_digest(made.header, chain=CHAIN))),
    ]


def prepared(height: int) -> StorePrepared:
    accepted = PrePrepare(View(0), SequenceNumber(height), proposal(height))
    primary, *backups = certificate_votes(accepted)
    return StorePrepared(PreparedCertificate(accepted, primary, tuple(backups)))


def turn(height: int) -> list[Write]:
    """One turn that brings one block from batch to certificate, and now and then a checkpoint."""
    made = block(height)
    writes: list[Write] = [batch(height), *votes(height)[:3], prepared(height), made, votes(height)[3]]
    writes.append(StoreCertificate(made.header.height, certificate_votes(height)))
    if height % INTERVAL == 0:
        writes.append(Stabilise(made.header.height))
    return writes


def turns(first: int, last: int) -> Iterator[list[Write]]:
    return map(turn, range(first, last + 1))


def state_after(height: int) -> dict[bytes, bytes]:
    """What the `state` table must hold."""
    entries = dict(GENESIS)
    for each in range(1, height + 1):
        for key, value in block(each).changes:
            if value is None:
                entries.pop(key, None)
            else:
                entries[key] = value
    return entries


def write_until_killed(path: Path, lines: Iterable[int]) -> None:
    """Commit turns and say so, without end."""
    storage = open_storage(path)
    restored = storage.load()
    height = 0 if restored.tip is None else restored.tip.height
    for _ in lines:
        height += 1
        storage.commit(turn(height))
        print(height, flush=True)  # noqa: T201  # the parent reads it


if __name__ == "__main__":
    write_until_killed(Path(sys.argv[1]), iter(int, 1))
