"""What a client of a story makes of an answer: it believes a gateway nothing that the certificate does not prove.

The certificate is the file that a gateway hands out (docs/CERTIFICATE.md). A client has the charter, and knows its own
transaction; so it need not trust the member that it talks to, and finds out which one lies.
"""

from dataclasses import dataclass
from typing import Annotated

import msgspec

from canonical.encoding import Malformed, Reader
from canonical.hashing import Digest
from canonical.merkle import leaf_hash, node_hash
from canonical.signing import Signature
from consensus.messages import BlockHeader, CertificateVote
from consensus.types import ReplicaId
from ledger.receipts import Receipt
from scenarios.certificates import Examiner

FILE_BYTES_MAX = 1 << 20
"""A certificate is some kilobytes; nothing longer is read."""

ORDERED_BEFORE = "E_NONCE"
"""The refusal of a transaction that took its number before: a true receipt, and no answer to what became of it."""

Hex = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{2})*\Z")]
"""Bytes in lower-case hexadecimal."""

Path = Annotated[tuple[Hex, ...], msgspec.Meta(max_length=64)]
"""A Merkle path, lowest first."""


class FileVote(msgspec.Struct, frozen=True):
    """One vote of the certificate."""

    sender: Annotated[int, msgspec.Meta(ge=0, lt=1 << 16)]
    index: Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)]
    count: Annotated[int, msgspec.Meta(ge=1, lt=1 << 32)]
    path: Path
    signature: Hex


class FileBlock(msgspec.Struct, frozen=True):
    """Where transaction and receipt stand in the block."""

    sides: Annotated[str, msgspec.Meta(pattern=r"^[lr]{0,64}\Z")]
    """On which side each sibling stands, lowest first."""
    transaction_path: Path
    receipt_path: Path


class File(msgspec.Struct, frozen=True):
    """What is read of a certificate; other fields are not looked at."""

    header: Hex
    votes: Annotated[tuple[FileVote, ...], msgspec.Meta(max_length=1 << 10)]
    block: FileBlock
    receipt: Hex


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a client does not believe an answer."""

    reason: str


_HEADERS = Reader(BlockHeader, size_max=FILE_BYTES_MAX)
_RECEIPTS = Reader(Receipt, size_max=FILE_BYTES_MAX)


def proven(content: bytes, transaction: Digest, *, examiner: Examiner) -> Receipt | Doubt:
    """What a certificate proves to have become of the client's own transaction, or why it proves nothing of it."""
    try:
        file = msgspec.json.decode(content[:FILE_BYTES_MAX], type=File)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return Doubt(f"the proof cannot be read: {error}")
    encoded = bytes.fromhex(file.receipt)
    header, receipt = _HEADERS.read(bytes.fromhex(file.header)), _RECEIPTS.read(encoded)
    if isinstance(header, Malformed) or isinstance(receipt, Malformed):
        return Doubt("the proof holds no header, or no receipt")
    if not examiner.is_proof(header, [_vote(each) for each in file.votes]):
        return Doubt(f"no quorum voted for this block {header.height}")
    if receipt.transaction != transaction:
        return Doubt("the receipt is another transaction's")
    block = file.block
    if _root(transaction, block.sides, block.transaction_path) != header.transactions_root:
        return Doubt(f"the transaction is not in block {header.height}")
    if _root(leaf_hash(encoded), block.sides, block.receipt_path) != header.receipts_root:
        return Doubt(f"the receipt is not that of block {header.height}")
    if {each.code for each in receipt.refusals} & {ORDERED_BEFORE}:
        return Doubt(f"block {header.height} only repeats the transaction: what became of it stands in an earlier one")
    return receipt


def _vote(vote: FileVote) -> CertificateVote:
    path = tuple(Digest(bytes.fromhex(each)) for each in vote.path)
    return CertificateVote(
        ReplicaId(vote.sender), vote.index, vote.count, path, Signature(bytes.fromhex(vote.signature))
    )


def _root(leaf: bytes, sides: str, path: tuple[str, ...]) -> bytes | None:
    """The root above a leaf; None where path and sides do not fit together."""
    if len(sides) != len(path):
        return None
    at = leaf
    for side, each in zip(sides, path, strict=True):
        sibling = bytes.fromhex(each)
        at = node_hash(sibling, at) if side == "l" else node_hash(at, sibling)
    return at
