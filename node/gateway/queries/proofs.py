"""Why an answer is to be believed: the rows it rests on, each with its path to the state root of a certified header.

Whoever has the charter checks the votes on the header, then each row: docs/CERTIFICATE.md says how votes are checked,
docs/LEDGER.md how rows lead to the root. The answer follows from the rows.
"""

from collections.abc import Mapping, Sequence
from typing import assert_never

from canonical.encoding import encode
from consensus.messages import CertificateVote, CheckpointProof
from ledger.commitment import OtherBranch, OtherLeaf, StateProof
from node.gateway.types import Hex, Reply

ROWS_PROVED_MAX = 256
"""Rows proved in one answer, the first that were read; the proof says how many more there were."""


class VoteReply(Reply, frozen=True):
    """One member's vote for the header, taken out of the bundle it was said in."""

    sender: int
    """Index among the voters."""
    index: int
    """Place in its bundle."""
    count: int
    """Items in the bundle."""
    path: tuple[Hex, ...]
    """Sibling hashes up to the bundle's root."""
    signature: Hex


class StepReply(Reply, frozen=True):
    """One branch of the trie on the way from the root."""

    depth: int
    sibling: Hex
    """The hash of the side not taken."""


class OtherReply(Reply, frozen=True):
    """What stands where an absent key would be: another key's leaf, or a branch whose keys part from it earlier."""

    kind: str
    """`leaf` or `branch`."""
    depth: int | None
    """Of a branch."""
    parts: tuple[Hex, ...]
    """Of a leaf: key hash and value hash. Of a branch: common bits, left hash, right hash."""


class RowReply(Reply, frozen=True):
    """One row of the state with its path."""

    key: str
    value: Hex | None
    """Canonical MessagePack of the record; None proves that there is no such row."""
    steps: tuple[StepReply, ...]
    """From the root down."""
    other: OtherReply | None


class ProofReply(Reply, frozen=True):
    """A certified header, and rows under its state root."""

    header: Hex
    """Canonical MessagePack of the block header."""
    votes: tuple[VoteReply, ...]
    """A quorum of block votes for it."""
    rows: tuple[RowReply, ...]
    rows_left_out: int
    """Rows that were read too and are not proved here: more than one answer proves."""


def proof_reply(
    certified: CheckpointProof, rows: Mapping[str, bytes | None], proofs: Sequence[StateProof]
) -> ProofReply:
    """Put together what proves the first of `rows`, one for each of `proofs`."""
    proved = list(rows.items())[: len(proofs)]
    return ProofReply(
        encode(certified.header).hex(),
        tuple(map(_vote, certified.votes)),
        tuple(_row(key, value, proof) for (key, value), proof in zip(proved, proofs, strict=True)),
        len(rows) - len(proved),
    )


def _vote(vote: CertificateVote) -> VoteReply:
    path = tuple(each.hex() for each in vote.path)
    return VoteReply(vote.sender, vote.index, vote.count, path, vote.signature.hex())


def _row(key: str, value: bytes | None, proof: StateProof) -> RowReply:
    steps = tuple(StepReply(step.depth, step.sibling.hex()) for step in proof.steps)
    return RowReply(key, None if value is None else value.hex(), steps, _other(proof.other))


def _other(other: OtherLeaf | OtherBranch | None) -> OtherReply | None:
    match other:
        case None:
            return None
        case OtherLeaf():
            return OtherReply("leaf", None, (other.key_hash.hex(), other.value_hash.hex()))
        case OtherBranch():
            return OtherReply("branch", other.depth, (other.prefix.hex(), other.left.hex(), other.right.hex()))
    assert_never(other)
