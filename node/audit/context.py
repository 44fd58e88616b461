"""What every part of an audit needs: the rows, the charter's view of who may have signed what, and the findings."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from canonical.encoding import encode
from canonical.hashing import Digest
from canonical.signing import PublicKey, Signature, VerifySignature
from consensus.messages import BlockHeader
from consensus.quorum import Committee
from consensus.types import BatchNumber, Epoch, ReplicaId
from node.audit.findings import Findings
from node.storage.columns import UNREADABLE
from node.storage.meta import Meta

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Base:
    """A ledger that was taken over whole, as its row says."""

    header: BlockHeader
    digest: Digest
    """Digest of the header: what the first block here calls its parent."""
    executed: tuple[BatchNumber, ...]
    """For each author, the last batch that had run."""

    @property
    def height(self) -> int:
        """No block stands at or below it."""
        return self.header.height


@dataclass(frozen=True, slots=True)
class AuditContext:
    """One audit."""

    connection: sqlite3.Connection
    """Sees one state of the database from beginning to end; may make temporary tables."""
    chain: Digest
    epoch: Epoch
    member: ReplicaId
    """Whose database it is."""
    keys: Sequence[PublicKey]
    """Each replica's node key."""
    verify: VerifySignature
    meta: Meta
    base: "Base | None" = None
    """Where this database begins, if a ledger was taken over whole."""
    findings: Findings = field(default_factory=Findings)

    @property
    def committee(self) -> Committee:
        """Who votes."""
        return Committee(len(self.keys))

    def is_signed_by(self, sender: ReplicaId, content: bytes, signature: Signature) -> bool:
        """Whether a member's node key signed `content`; the `Verify` of consensus/bundle.py."""
        return sender in self.committee and self.verify(self.keys[sender], content, signature)


def read_column(decoder: "msgspec.msgpack.Decoder[T]", content: bytes) -> T | None:
    """The value that `content` canonically encodes, or None."""
    try:
        value = decoder.decode(content)
    except UNREADABLE:
        return None
    return value if encode(value) == content else None
