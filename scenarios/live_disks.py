"""Members' disks in the live world: what a story does to those of members that are down, and what lies on them after.

Nothing here is asked of a member: SQLite's files are opened as an inspector would open them.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from canonical.hashing import Digest
from ledger.charter import Charter
from ledger.invariants import violations
from ledger.ledger import Ledger
from node.errors import NodeFault
from node.home.home import DATABASE_FILE
from node.home.keys import verify_signature
from node.restored import StoredBlock
from node.simulation.chance import stream
from node.storage.reads import StorageReader
from scenarios.certificates import Examiner
from scenarios.torn_log import tear
from scenarios.world import SeenBlock


@dataclass(frozen=True, slots=True)
class DiskRead:
    """What lies on one stopped member's disk."""

    blocks: tuple[SeenBlock, ...] = ()
    wrong: tuple[str, ...] = ()
    """What is wrong with its ledger, in sentences."""
    unsound: tuple[str, ...] = ()
    """Certificates that prove nothing."""
    stable: int = 0
    """Votes at or below this checkpoint are kept no longer."""
    voted: frozenset[tuple[int, Digest]] = frozenset()
    """Height and digest of the blocks that it recorded a BLOCK-VOTE for, above `stable`."""
    votes_of: dict[tuple[int, Digest], frozenset[int]] = field(default_factory=dict)
    """By height and digest of a block: whose votes lie beside it."""


@dataclass(frozen=True, slots=True)
class DisksRead:
    """What lies on all of them."""

    blocks: tuple[tuple[SeenBlock, ...], ...]
    violations: tuple[str, ...]
    """Of honest members."""
    unsound: tuple[str, ...]
    """Of honest members."""
    unrecorded: tuple[str, ...]
    """BLOCK-VOTEs of honest members that others hold and their own disks do not."""


class LiveDisks:
    """The databases of all members, by number."""

    def __init__(self, directory: Path, ids: Sequence[str], *, seed: int) -> None:
        """Find them in the homes under `directory`."""
        self._directory = directory
        self._ids = ids
        self._seed = seed
        self._tears = 0
        self._wiped: set[int] = set()

    def database(self, member: int) -> Path:
        """The file."""
        return self._directory / self._ids[member] / DATABASE_FILE

    def wipe(self, member: int) -> None:
        """Delete the database of a member that is down."""
        self._wiped.add(member)
        for path in self.database(member).parent.glob(f"{DATABASE_FILE}*"):
            path.unlink()

    def tear(self, member: int) -> str:
        """Leave the log as if the power had gone in the middle of a write; return what was left of that."""
        torn = tear(self.database(member), stream(self._seed, f"torn {self._ids[member]} {self._tears}"))
        self._tears += 1
        return torn

    def read(self, charter: Charter, *, honest: AbstractSet[int]) -> DisksRead:
        """Read all of them; what liars' disks say is told and not believed."""
        examiner = Examiner(charter, verify_signature)
        read = [
            read_disk(self.database(number), charter, member=name, examiner=examiner)
            for number, name in enumerate(self._ids)
        ]
        believed = [read[each] for each in sorted(honest)]
        return DisksRead(
            blocks=tuple(each.blocks for each in read),
            violations=tuple(wrong for each in believed for wrong in each.wrong),
            unsound=tuple(unsound for each in believed for unsound in each.unsound),
            unrecorded=tuple(unrecorded(read, self._ids, honest=honest - self._wiped)),
        )


def unrecorded(read: Sequence[DiskRead], ids: Sequence[str], *, honest: AbstractSet[int]) -> list[str]:
    """BLOCK-VOTEs of `honest` members that lie beside somebody's block and not in the voter's own record."""
    found: set[tuple[int, int]] = set()
    for holder in read:
        for (height, digest), voters in holder.votes_of.items():
            for voter in voters & honest:
                if height > read[voter].stable and (height, digest) not in read[voter].voted:
                    found.add((voter, height))
    return [
        f"{ids[voter]} voted for block {height}, as others hold, and it is not on its disk"
        for voter, height in sorted(found)
    ]


def read_disk(database: Path, charter: Charter, *, member: str, examiner: Examiner) -> DiskRead:
    """A member's blocks, votes and certificates, and what is wrong with them and its ledger, in sentences."""
    stored: list[StoredBlock] = []
    seen: list[SeenBlock] = []
    try:
        with StorageReader(database) as reader:
            tip = reader.tip()
            if tip is None:
                return DiskRead()
            height = tip.header.height
            for block in reader.blocks(1, height):
                stored.append(block)
                seen.append(_seen(reader, block))
            stable, voted = reader.stable(), frozenset(reader.block_votes())
            ledger = Ledger.restore(charter, reader.entries(), height=height, timestamp_ms=tip.header.timestamp_ms)
    except NodeFault as fault:
        return DiskRead(tuple(seen), (f"{member}: {fault}",))
    wrong = [f"{member}: {each}" for each in violations(ledger.state)]
    if ledger.state_root != tip.header.state_root:
        wrong.append(f"{member}: the ledger on disk is not that of its last block")
    proofs = [(block.header, block.votes) for block in stored if block.votes is not None]
    return DiskRead(
        tuple(seen),
        tuple(wrong),
        tuple(examiner.unsound(member, proofs)),
        stable,
        voted,
        {
            (block.header.height, block.digest): frozenset(map(int, (each.sender for each in block.votes)))
            for block in stored
            if block.votes is not None
        },
    )


def _seen(reader: StorageReader, block: StoredBlock) -> SeenBlock:
    receipts = reader.receipts(block.header.height)
    header = block.header
    return SeenBlock(
        header.height,
        block.digest,
        header.parent,
        header.state_root,
        header.timestamp_ms,
        block.certified() is not None,
        tuple(each.transaction for each in receipts),
        tuple(each.status for each in receipts),
    )
