"""A member's home with a long history, made without running a consortium: what a disk holds after so many blocks.

Its ledger was taken over whole at the first block (as by a member that joined late), and every block after it was
executed, certified by a quorum with real keys and written by the node's own `Storage`. Signatures on envelopes are
zeros: a member that starts does not check them again, since whoever signed their batch did.
"""

from collections.abc import Callable
from pathlib import Path

from benchmarks.ledger_world import FOUNDED_MS, LedgerWorld, Size
from benchmarks.world import PARAMETERS
from canonical.encoding import encode
from canonical.hashing import ZERO_DIGEST, Digest
from consensus.bundle import seal
from consensus.messages import (
    BatchReference,
    BlockHeader,
    BlockVote,
    CertificateVote,
    CheckpointProof,
    Proposal,
    header_digest,
    proposal_digest,
)
from consensus.quorum import Committee
from consensus.types import BatchNumber, Epoch, ReplicaId, SequenceNumber
from ledger.charter import members_digest
from ledger.execute import AuthoredBatch, BlockResult
from node.batch import Batch, reference, seal_batch
from node.home.home import new_consortium, open_home
from node.home.keys import KeyPair
from node.storage.writer import Storage
from node.writes import Stabilise, StoreBatch, StoreBlock, StoreCertificate, StoreEntries, StoreSnapshot, Write

MEMBERS = 4
EPOCH = Epoch(0)
BLOCKS_A_TURN = 50
"""Written in one transaction, since nobody waits for these."""

ABOVE_CHECKPOINT = 16
"""Blocks above the last stable checkpoint: half an interval, as a member that stops at any time has."""


class HomeMaker:
    """One consortium, and the home of its first member."""

    def __init__(self, directory: Path, size: Size) -> None:
        """Found the consortium in `directory`, which does not exist yet, and its ledger."""
        self.charter = new_consortium(
            directory,
            members=MEMBERS,
            passphrase=None,
            founded_ms=FOUNDED_MS,
            parameters=PARAMETERS,
            gateway_port_first=0,
        )
        homes = [open_home(directory / member.id) for member in self.charter.voters()]
        self.home = homes[0]
        self._keys: list[KeyPair] = [home.keys(passphrase=None).node for home in homes]
        self._committee = Committee(MEMBERS)
        self._members = members_digest(self.charter.voters())
        self.world = LedgerWorld(self.charter, size)
        self._chain = self.world.chain
        self._parent = self._chain

    def make(self, *, blocks: int, transactions: int, tell: Callable[[str], None]) -> None:
        """Write the ledger, and `blocks` blocks of so many gifts on top of it."""
        world, ledger = self.world, self.world.ledger
        storage = Storage(
            self.home.database, chain=self._chain, member=self.home.replica, genesis=lambda: (), lost=None, epoch=EPOCH
        )
        try:
            storage.load()
            base = self._header(ledger.height, Proposal((), world.now_ms), None)
            proof = CheckpointProof(base, self._certify(base))
            executed = tuple(BatchNumber(ledger.last_batch(member)) for member in range(MEMBERS))
            entries = tuple(ledger.entries())
            storage.commit([StoreEntries(base.height, entries), StoreSnapshot(proof, len(entries), executed)])
            storage.commit([Stabilise(base.height)])
            tell(f"the ledger of {world.size.tokens:,} tokens is written")
            writes: list[Write] = []
            for number in range(1, blocks + 1):
                writes += self._block(transactions)
                if number == blocks - ABOVE_CHECKPOINT:
                    writes.append(Stabilise(SequenceNumber(ledger.height)))
                if number % BLOCKS_A_TURN == 0 or number == blocks:
                    storage.commit(writes)
                    writes = []
                if number % 2_500 == 0:
                    tell(f"{number:,} blocks are written")
        finally:
            storage.close()

    def _block(self, transactions: int) -> list[Write]:
        """The next block with its batch and its certificate."""
        world, author = self.world, ReplicaId(0)
        envelopes = world.gifts(transactions, together=1)
        number = BatchNumber(world.ledger.last_batch(author) + 1)
        batch, digest = seal_batch(
            envelopes, chain=self._chain, epoch=EPOCH, author=author, number=number, sign=self._keys[author].sign
        )
        payload = encode(batch)
        named = reference(batch, digest=digest, size_bytes=len(payload))
        result = world.execute(_authored(batch))
        proposal = Proposal((named,), world.now_ms)
        header = self._header(world.ledger.height, proposal, result)
        return [
            StoreBatch(named, payload),
            _stored(header, proposal, named, result),
            StoreCertificate(header.height, self._certify(header)),
        ]

    def _header(self, height: int, proposal: Proposal, result: BlockResult | None) -> BlockHeader:
        """The header of the block just executed, or of the one at which the ledger was taken over."""
        sequence = SequenceNumber(height)
        header = BlockHeader(
            height=sequence,
            parent=self._parent,
            epoch=EPOCH,
            proposal=proposal_digest(proposal, chain=self._chain, epoch=EPOCH, sequence=sequence),
            timestamp_ms=self.world.now_ms,
            transactions_root=ZERO_DIGEST if result is None else result.transactions_root,
            receipts_root=ZERO_DIGEST if result is None else result.receipts_root,
            state_root=self.world.ledger.state_root,
            compliance_root=ZERO_DIGEST if result is None else result.compliance_root,
            next_members=self._members,
        )
        self._parent = header_digest(header, chain=self._chain)
        return header

    def _certify(self, header: BlockHeader) -> tuple[CertificateVote, ...]:
        vote = BlockVote(header.height, header_digest(header, chain=self._chain))
        return tuple(
            seal((vote,), chain=self._chain, epoch=EPOCH, sender=ReplicaId(member), sign=self._keys[member].sign)
            .signed_items()[0]
            .certificate_vote()
            for member in range(self._committee.quorum)
        )


def _authored(batch: Batch) -> AuthoredBatch:
    return AuthoredBatch(batch.author, batch.number, batch.envelopes)


def _stored(header: BlockHeader, proposal: Proposal, named: BatchReference, result: BlockResult) -> StoreBlock:
    ids: tuple[Digest, ...] = result.transaction_ids
    return StoreBlock(header, proposal, (named,), ids, result.receipts, result.compliance, result.changes)
