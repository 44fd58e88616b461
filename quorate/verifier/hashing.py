"""What is hashed and signed, written a second time from the description in docs/CERTIFICATE.md.

Nothing here is imported from canonical/, consensus/ or ledger/: an independent verifier repeats their formulas. Bytes
are built with the plain `msgpack` package, Ed25519 is checked by libsodium through PyNaCl.
"""

from collections.abc import Sequence
from hashlib import sha256

import msgpack
from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

from quorate.verifier.format import CertificateFile, CharterFile, MemberFile, VoteFile

CHARTER_TAG = b"quorate/charter/1\0"
COMMITTEE_TAG = b"quorate/committee/1\0"
HEADER_TAG = b"quorate/header/1\0"
BUNDLE_TAG = b"quorate/bundle/1\0"
ENVELOPE_TAG = b"quorate/envelope/1\0"
TRANSACTION_TAG = b"quorate/transaction/1\0"


def pack(value: object) -> bytes:
    """Return the canonical MessagePack of a tuple, map, string, integer or bytes."""
    packed = msgpack.packb(value, use_bin_type=True)
    assert isinstance(packed, bytes), "packb without a buffer returns bytes"
    return packed


def chain_id(charter: CharterFile) -> bytes:
    """Return the chain's id: the digest of the charter as a map, keys in this order, the last two only if not empty."""
    members = [
        {
            "id": member.id,
            "name": member.name,
            "name_zh": member.name_zh,
            "role": member.role,
            "votes": member.votes,
            "node_key": member.node_key,
            "operator_key": member.operator_key,
        }
        for member in charter.members
    ]
    content: dict[str, object] = {
        "version": charter.version,
        "name": charter.name,
        "founded_ms": charter.founded_ms,
        "members": members,
        "parameters": dict(sorted(charter.parameters.items())),
    }
    if charter.policies:
        content["policies"] = dict(sorted(charter.policies.items()))
    if charter.chains:
        content["chains"] = charter.chains
    return sha256(CHARTER_TAG + pack(content)).digest()


def committee_digest(voters: Sequence[MemberFile]) -> bytes:
    """Return what a header says of the members that certify the next block."""
    return sha256(COMMITTEE_TAG + pack([(member.id, member.node_key) for member in voters])).digest()


def header_digest(header: bytes, *, chain: bytes) -> bytes:
    """Return what block votes name."""
    return sha256(HEADER_TAG + chain + header).digest()


def transaction_id(account: str, public_key: bytes, transaction: bytes, *, chain: bytes) -> bytes:
    """Return the id: over account, key and transaction, three whose MessagePack is put together from its parts."""
    three_of = b"\x93"
    return sha256(TRANSACTION_TAG + chain + three_of + pack(account) + pack(public_key) + transaction).digest()


def account_signed_bytes(certificate: CertificateFile, *, root: bytes, chain: bytes) -> bytes:
    """Return what the account holder signed for an envelope with this root over its transactions' ids."""
    head = pack((certificate.account, certificate.public_key, certificate.envelope_count))
    return ENVELOPE_TAG + chain + head + root


def vote_signed_bytes(vote: VoteFile, *, height: int, digest: bytes, chain: bytes, epoch: int) -> bytes | None:
    """Return what a member signed for the bundle that holds its BLOCK-VOTE, or None where its path is misshapen."""
    statement = pack(("block-vote", height, digest))
    root = root_from_path(leaf_hash(statement), index=vote.index, count=vote.count, path=vote.path)
    if root is None:
        return None
    return BUNDLE_TAG + chain + pack((epoch, vote.sender, vote.count)) + root


def is_signed_by(key: bytes, content: bytes, signature: bytes) -> bool:
    """Whether `signature` is `key`'s on `content`; a key that is no curve point signs nothing."""
    try:
        VerifyKey(key).verify(content, signature)
    except (CryptoError, ValueError, TypeError):
        return False
    return True


def leaf_hash(content: bytes) -> bytes:
    """Hash a leaf's content (RFC 6962 section 2.1)."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children (RFC 6962 section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def root_along_sides(leaf: bytes, *, sides: str, path: Sequence[bytes]) -> bytes:
    """Return the root above leaf hash `leaf` when sibling i stands on side `sides[i]`.

    The header fixes the root but not the number of leaves. A path given by index and count could then be read with
    another count that asks for the same steps; a path given by sides has one reading.
    """
    node = leaf
    for side, sibling in zip(sides, path, strict=True):
        node = node_hash(sibling, node) if side == "l" else node_hash(node, sibling)
    return node


def root_from_path(leaf: bytes, *, index: int, count: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root above leaf hash `leaf` at `index` of `count` leaves, or None where the path's shape is wrong.

    For trees whose count is signed beside their root. Recursive in RFC 6962's own words: a tree of n > 1 leaves splits
    at k, the largest power of two below n; the last hash of the path is the root of the part without the leaf.
    """
    if not 0 <= index < count:
        return None
    if count == 1:
        return leaf if not path else None
    if not path:
        return None
    split = 1 << ((count - 1).bit_length() - 1)
    if index < split:
        left = root_from_path(leaf, index=index, count=split, path=path[:-1])
        return None if left is None else node_hash(left, path[-1])
    right = root_from_path(leaf, index=index - split, count=count - split, path=path[:-1])
    return None if right is None else node_hash(path[-1], right)
