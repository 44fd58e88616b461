"""What `node.storage` keeps, kept in memory: it changes a turn at a time, and what was not synced is lost in a crash.

It speaks node.writes and node.restored, and mirrors the rules of node/storage/writer.py; that the two remember the same
is a test (tests/node/test_simulation_disk.py).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from canonical.hashing import Digest
from consensus.messages import (
    BatchReference,
    BlockHeader,
    CertificateVote,
    NewView,
    PreparedCertificate,
    ViewStatement,
    Vote,
    header_digest,
)
from consensus.types import ReplicaId, SequenceNumber, View
from node.restored import LostDisk, PushedBlock, Restored, StoredBlock
from node.writes import (
    Stabilise,
    StoreBatch,
    StoreBlock,
    StoreCertificate,
    StoreEntries,
    StoreMute,
    StorePrepared,
    StoreSnapshot,
    StoreView,
    StoreVote,
    Write,
)


@dataclass(slots=True)
class HeldBatch:
    """A payload and where it was executed."""

    reference: BatchReference
    payload: bytes = field(repr=False)
    height: int | None = None


@dataclass(slots=True)
class Disk:
    """One member's disk. `commit` does all or nothing, because nothing else happens meanwhile."""

    chain: Digest
    member: ReplicaId
    genesis: Callable[[], Iterable[tuple[bytes, bytes]]]
    """Entries of the ledger before the first block; asked for only when somebody loads."""
    lost: LostDisk | None = None
    """Set where it takes the place of a lost one."""
    base: StoreSnapshot | None = None
    """The ledger that was taken over whole, if one was: there is no block at or below its height."""
    _base_entries: list[tuple[bytes, bytes]] = field(default_factory=list)
    """That ledger."""
    _aside: list[tuple[bytes, bytes]] = field(default_factory=list)
    """What is here of one that is being taken over: nothing of it counts."""
    _aside_of: SequenceNumber = SequenceNumber(0)
    """Its height."""
    blocks: list[StoreBlock] = field(default_factory=list)
    """Executed blocks above the base, without a gap."""
    transactions: dict[Digest, int] = field(default_factory=dict)
    """Height at which each transaction was executed last."""
    _votes: list[Vote] = field(default_factory=list)
    _prepared: dict[SequenceNumber, PreparedCertificate] = field(default_factory=dict)
    _view: View = View(0)
    _statements: list[ViewStatement] = field(default_factory=list)
    _batches: dict[Digest, HeldBatch] = field(default_factory=dict)
    _pending: dict[Digest, HeldBatch] = field(default_factory=dict)
    _certificates: dict[SequenceNumber, tuple[CertificateVote, ...]] = field(default_factory=dict)
    _stable: SequenceNumber = SequenceNumber(0)

    @property
    def base_height(self) -> int:
        """Height of the base; 0 where every block is here."""
        return 0 if self.base is None else self.base.checkpoint.header.height

    @property
    def height(self) -> int:
        """Height of the last block executed, or of the base."""
        return self.base_height + len(self.blocks)

    @property
    def votes(self) -> Sequence[Vote]:
        """Own votes above the stable checkpoint, in the order of casting."""
        return self._votes

    @property
    def view(self) -> View:
        """The view that the member was in last."""
        return self._view

    @property
    def statements(self) -> Sequence[ViewStatement]:
        """What it said of that view."""
        return self._statements

    @property
    def stable(self) -> SequenceNumber:
        """The last stable checkpoint."""
        return self._stable

    def commit(self, writes: Sequence[Write]) -> None:
        """Apply a turn's writes in order."""
        for write in writes:
            match write:
                case StoreVote(vote):
                    self._votes.append(vote)
                case StorePrepared(certificate):
                    self._prepared[certificate.pre_prepare.sequence] = certificate
                case StoreView(view, statement):
                    self._view = view
                    self._statements = [each for each in self._statements if each.view >= view]
                    if statement is not None:
                        self._statements.append(statement)
                case StoreBatch(reference, payload):
                    self._store_batch(reference, payload)
                case StoreBlock():
                    self._store_block(write)
                case StoreCertificate(height, votes):
                    self._certificates.setdefault(height, votes)
                case Stabilise(sequence):
                    self._stabilise(sequence)
                case StoreMute(until):
                    self.lost = None if until is None or self.lost is None else LostDisk(self.lost.view, until)
                case StoreEntries(height, entries):
                    if self._aside_of != height:
                        self._aside, self._aside_of = [], height
                    self._aside += entries
                case StoreSnapshot():
                    self._store_snapshot(write)
                case _:
                    assert_never(write)

    def load(self) -> Restored:
        """What a member that starts must know. What lay aside is thrown away."""
        self._aside, self._aside_of = [], SequenceNumber(0)
        blocks = tuple(self._stored(height) for height in range(self._stable + 1, self.height + 1))
        base = None if self.base is None else self.base.checkpoint
        checkpoint = self._stored(self._stable).proof() if self._stable > self.base_height else base
        statements = sorted(self._statements, key=lambda each: isinstance(each, NewView))
        heights = range(self.base_height + 1, self.height + 1)
        certified = next((h for h in heights if h not in self._certificates), None)
        pending = sorted(self._pending.values(), key=lambda each: (each.reference.author, each.reference.number))
        entries = dict(self.genesis() if self.base is None else self._base_entries)
        for block in self.blocks:
            for key, value in block.changes:
                if value is None:
                    entries.pop(key, None)
                else:
                    entries[key] = value
        return Restored(
            view=self._view,
            statements=tuple(statements),
            checkpoint=checkpoint,
            votes=tuple(vote for vote in self._votes if vote.sequence > self._stable),
            prepared=tuple(self._prepared[sequence] for sequence in sorted(self._prepared)),
            batches=tuple(each.payload for each in pending),
            blocks=blocks,
            tip=self.blocks[-1].header if self.blocks else None if base is None else base.header,
            certified=SequenceNumber(self.height if certified is None else certified - 1),
            stable=self._stable,
            lost=self.lost,
            entries=iter(sorted(entries.items())),
        )

    def batch(self, digest: Digest) -> bytes | None:
        """The payload of a batch, executed or not, or None if it is not here."""
        held = self._batches.get(digest)
        return None if held is None else held.payload

    def blocks_to_push(self, first: SequenceNumber, last: SequenceNumber, *, bytes_max: int) -> list[PushedBlock]:
        """Final blocks from `first` on with their payloads, up to a gap, up to `last` and `bytes_max`; one at least."""
        found: list[PushedBlock] = []
        spent = 0
        for height in range(first, min(last, self.height) + 1):
            if height <= self.base_height:
                break
            certified = self._stored(height).certified()
            if certified is None:
                break
            payloads = tuple(self._batches[each.digest].payload for each in self._block(height).executed)
            spent += sum(map(len, payloads))
            if found and spent > bytes_max:
                break
            found.append(PushedBlock(certified, payloads))
        return found

    def proofs(self, first: int, last: int) -> list[tuple[BlockHeader, tuple[CertificateVote, ...]]]:
        """Blocks from `first` to `last` that are here with their certificates, by height."""
        heights = range(max(first, self.base_height + 1), min(last, self.height) + 1)
        stored = map(self._stored, heights)
        return [(each.header, each.votes) for each in stored if each.votes is not None]

    def is_executed(self, transaction: Digest) -> bool:
        """Whether the transaction has a receipt here."""
        return transaction in self.transactions

    def _block(self, height: int) -> StoreBlock:
        return self.blocks[height - 1 - self.base_height]

    def _stored(self, height: int) -> StoredBlock:
        block = self._block(height)
        digest = header_digest(block.header, chain=self.chain)
        return StoredBlock(block.header, digest, block.proposal, self._certificates.get(block.header.height))

    def _store_batch(self, reference: BatchReference, payload: bytes) -> None:
        if reference.digest in self._batches:
            return
        self._batches[reference.digest] = self._pending[reference.digest] = HeldBatch(reference, payload)

    def _store_block(self, block: StoreBlock) -> None:
        height = block.header.height
        assert height == self.height + 1, "I3: blocks are executed in order, each once"
        self.blocks.append(block)
        for batch in block.executed:
            del self._pending[batch.digest]
            self._batches[batch.digest].height = height
            overtaken = [
                digest
                for digest, held in self._pending.items()
                if held.reference.author == batch.author and held.reference.number <= batch.number
            ]
            for digest in overtaken:
                del self._pending[digest], self._batches[digest]
        for transaction in block.transaction_ids:
            self.transactions[transaction] = height

    def _store_snapshot(self, base: StoreSnapshot) -> None:
        assert base.checkpoint.header.height > self.height, "I3: a ledger is taken over above what was executed"
        assert (self._aside_of, len(self._aside)) == (base.checkpoint.header.height, base.entries), "I24: all lie aside"
        self._base_entries, self._aside = self._aside, []
        self.base, self.blocks, self.transactions, self._certificates = base, [], {}, {}
        for digest, held in list(self._batches.items()):
            if held.reference.number <= base.executed[held.reference.author]:
                del self._batches[digest]
                self._pending.pop(digest, None)

    def _stabilise(self, sequence: SequenceNumber) -> None:
        if sequence <= self._stable:
            return
        self._stable = sequence
        self._votes = [vote for vote in self._votes if vote.sequence > sequence]
        self._prepared = {each: proof for each, proof in self._prepared.items() if each > sequence}
