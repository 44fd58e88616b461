"""What both files begin with: a header, and the votes that make it final."""

from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from nacl.bindings import crypto_sign_open
from nacl.exceptions import CryptoError

from tests.quorate.from_the_document.charter import Charter
from tests.quorate.from_the_document.packing import pack, unpack
from tests.quorate.from_the_document.records import HEADER
from tests.quorate.from_the_document.text import digests, fields, integer, items, octets
from tests.quorate.from_the_document.trees import leaf, root_at, sha256


@dataclass(frozen=True, slots=True)
class Header:
    """A block's header, as far as the checks ask."""

    height: int
    """The block's number."""

    epoch: int
    """The committee's number; the charter's is 0."""

    transactions_root: bytes
    """Over the ids of the block's transactions."""

    receipts_root: bytes
    """Over its receipts, in the same order."""

    state_root: bytes
    """Over the whole state after the block."""

    compliance_root: bytes
    """The digest of the block's report."""

    next_members: bytes
    """The committee digest of who signs the next block."""


@dataclass(frozen=True, slots=True)
class Vote:
    """One member's block vote, out of the bundle in which it was said."""

    sender: int
    """Index among the voting members."""

    index: int
    """The vote's place in the bundle."""

    count: int
    """How many items the bundle has."""

    path: tuple[bytes, ...]
    """Siblings up to the bundle's root."""

    signature: bytes
    """The sender's, over the bundle."""


def read_header(data: bytes) -> Header:
    """The header in `data`. Raises UnreadableError."""
    content = unpack(data, HEADER)
    height, _, epoch, *_ = cast(list[int], content)
    return Header(height, epoch, *cast(list[bytes], content[5:]))


def read_votes(value: object) -> tuple[Vote, ...]:
    """The file's votes, in whatever order they come. Raises UnreadableError."""
    return tuple(_vote(item) for item in items(value, 1024))


def committee_fails(charter: Charter, header: Header, votes: tuple[Vote, ...]) -> bool:
    """Whether the charter's voters are not those who sign this header and the next."""
    strangers = any(vote.sender >= len(charter.voters) for vote in votes)
    return header.epoch != 0 or header.next_members != charter.committee or strangers


def votes_fail(charter: Charter, header: Header, data: bytes, votes: tuple[Vote, ...]) -> bool:
    """Whether a vote is not its sender's for the header in `data`, or the senders do not ascend."""
    senders = [vote.sender for vote in votes]
    ascending = all(first < second for first, second in pairwise(senders))
    return not ascending or not all(_is_valid(charter, header, data, vote) for vote in votes)


def quorum_fails(charter: Charter, header: Header, data: bytes, votes: tuple[Vote, ...]) -> bool:
    """Whether fewer members than a quorum have a valid vote."""
    signers = {vote.sender for vote in votes if _is_valid(charter, header, data, vote)}
    return len(signers) < charter.quorum()


def signed_bundle(chain: bytes, header: Header, data: bytes, vote: Vote) -> bytes | None:
    """What the sender of `vote` signed if he voted for the header in `data`; None where the path is misshapen."""
    digest = sha256(b"quorate/header/1\0", chain, data)
    said = leaf(pack(["block-vote", header.height, digest]))
    root = root_at(vote.index, vote.count, said, vote.path)
    if root is None:
        return None
    return b"quorate/bundle/1\0" + chain + pack([header.epoch, vote.sender, vote.count]) + root


def is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is of `message` by `public_key` [RFC 8032 §5.1.7]."""
    try:
        crypto_sign_open(signature + message, public_key)
    except (CryptoError, ValueError):
        return False
    return True


def _is_valid(charter: Charter, header: Header, data: bytes, vote: Vote) -> bool:
    """Whether `vote` is its sender's signature on a block vote for the header in `data`."""
    if vote.sender >= len(charter.voters):
        return False
    bundle = signed_bundle(charter.chain, header, data, vote)
    return bundle is not None and is_signed(charter.voters[vote.sender], bundle, vote.signature)


def _vote(value: object) -> Vote:
    """One of the file's votes."""
    content = fields(value, ("sender", "index", "count", "path", "signature"))
    return Vote(
        sender=integer(content["sender"]),
        index=integer(content["index"]),
        count=integer(content["count"]),
        path=digests(content["path"], 32),
        signature=octets(content["signature"], 64),
    )
