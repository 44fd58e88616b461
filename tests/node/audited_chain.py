"""A real chain on four disks, made once: 40 blocks, a view change before them, and batches still waiting after them.

Tests copy one member's database, edit it as a stranger with `sqlite3` would, and audit it.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from canonical.hashing import Digest
from consensus.types import ReplicaId
from ledger.charter import Charter, Member, Role, chain_id
from ledger.envelope import Envelope, Transaction, seal_envelope
from ledger.operations.accounts import Claim, RegisterAccount
from network.bus import Channel
from node.audit.database import Audited, audit
from node.home.keys import KeyPair
from tests.node.core_cluster import CoreCluster

BLOCKS = 40
"""One stable checkpoint at 32, and eight blocks above it."""


@dataclass(frozen=True)
class AuditedChain:
    """Where the databases are and how to audit one."""

    charter: Charter
    paths: list[Path]

    def audit(self, path: Path, member: int = 0) -> Audited:
        return audit(path, charter=self.charter, member=ReplicaId(member))

    def copy(self, directory: Path, member: int = 0) -> Path:
        """A database of one's own."""
        return Path(shutil.copy(self.paths[member], directory / "quorate.db"))


def envelope(charter: Charter, keys: KeyPair, member: int, name: int) -> Envelope:
    """Member `member` opens an account for person `name`; the same name twice is refused by the ledger."""
    operation = RegisterAccount(
        f"m{member}.person{name}", Digest(name.to_bytes(32, "big")), keys.public_key, (Claim.REAL_NAME,)
    )
    transaction = Transaction(name + 1, 0, operation)
    return seal_envelope(
        f"m{member}", (transaction,), chain=chain_id(charter), public_key=keys.public_key, sign=keys.sign
    )


def build_chain(directory: Path, *, blocks: int = BLOCKS, envelopes_per_block: int = 2) -> AuditedChain:
    """Run four members until `blocks` blocks are certified, then stop them with votes and batches pending."""
    nodes = [KeyPair.from_seed(bytes([index + 1]) * 32) for index in range(4)]
    operators = [KeyPair.from_seed(bytes([index + 101]) * 32) for index in range(4)]
    members = tuple(
        Member(f"m{index}", f"M {index}", "成员", Role.PLATFORM, True, node.public_key, operator.public_key)
        for index, (node, operator) in enumerate(zip(nodes, operators, strict=True))
    )
    charter = Charter(1, "audited", 1_600_000_000_000, members, {})
    cluster = CoreCluster(charter, nodes, directory)
    name = 0
    cluster.members[0].core.hand_over(cluster.now_ms)
    cluster.perform(cluster.members[0])
    cluster.settle()
    while cluster.members[0].core.explain().certified < blocks:
        for _ in range(envelopes_per_block):
            name += 1
            member = name % 4
            cluster.submit(cluster.members[member], envelope(charter, operators[member], member, name))
        cluster.settle()
        cluster.pass_time(50)
    # Two batches that arrive and whose votes get lost: waiting, prepared by nobody, at the end of every disk.
    cluster.loses = lambda source, target, payload: len(payload) < 1
    cluster.wire.clear()
    for member in (0, 1):
        name += 1
        cluster.submit(cluster.members[member], envelope(charter, operators[member], member, name))
    cluster.wire = [frame for frame in cluster.wire if frame[1] is Channel.BATCHES]
    cluster.settle()
    paths = [member.path for member in cluster.members]
    cluster.close()
    return AuditedChain(charter, paths)


@contextmanager
def editing(path: Path) -> Iterator[sqlite3.Connection]:
    """A stranger's `sqlite3` session."""
    connection = sqlite3.connect(path)
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()
