"""What is done to good proofs, so that they do not hold, and which checks have to notice it: of these are vectors."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgpack
import msgspec

from canonical.hashing import Digest
from consensus.bundle import seal
from consensus.messages import BlockHeader, BlockVote, header_digest
from consensus.types import Epoch, ReplicaId
from ledger.envelope import signed_bytes
from node.statement_file import Kind
from tests.quorate.certificates import public, signer
from tests.quorate.statements import HOLDER, NEVER, POOR, TOKEN, WORK

Alteration = Callable[[dict[str, Any]], None]

GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of Ed25519 (RFC 8032 5.1)."""


def _flipped(text: str, place: int) -> str:
    return text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]


def _signature(content: dict[str, Any]) -> None:
    content["votes"][0]["signature"] = _flipped(content["votes"][0]["signature"], 4)


def _vote_missing(content: dict[str, Any]) -> None:
    del content["votes"][-1]


def _vote_twice(content: dict[str, Any]) -> None:
    content["votes"][1] = content["votes"][0]


def _subject(content: dict[str, Any]) -> None:
    content["subject"] = HOLDER


def _value(content: dict[str, Any]) -> None:
    content["rows"][0]["value"] = _flipped(content["rows"][0]["value"], 8)


def _sibling(content: dict[str, Any]) -> None:
    content["rows"][0]["steps"][0]["sibling"] = _flipped(content["rows"][0]["steps"][0]["sibling"], 0)


def _row_missing(content: dict[str, Any]) -> None:
    del content["rows"][-1]


def _order_of_steps(content: dict[str, Any]) -> None:
    content["rows"][0]["steps"].reverse()


def _report(content: dict[str, Any]) -> None:
    content["report"] = _flipped(content["report"], 20)


def _kind(content: dict[str, Any]) -> None:
    content["kind"] = "holdings"


def _own_signature(content: dict[str, Any]) -> None:
    content["envelope"]["signature"] = _flipped(content["envelope"]["signature"], 4)


def _place(content: dict[str, Any]) -> None:
    content["envelope"]["index"] += 1


def _transaction_path(content: dict[str, Any]) -> None:
    content["block"]["transaction_path"][0] = _flipped(content["block"]["transaction_path"][0], 0)


def _receipt(content: dict[str, Any]) -> None:
    content["receipt"] = _flipped(content["receipt"], 20)


def _unknown_field(content: dict[str, Any]) -> None:
    content["note"] = ""


def _capital(content: dict[str, Any]) -> None:
    content["chain"] = content["chain"].upper()


def _lookalike(content: dict[str, Any]) -> None:
    content["subject"] = "scroll-a-4"


def _order_of_fields(content: dict[str, Any]) -> None:
    content["votes"][0] = dict(reversed(content["votes"][0].items()))


def _order_of_votes(content: dict[str, Any]) -> None:
    content["votes"].reverse()


def _sender_unknown(content: dict[str, Any]) -> None:
    content["votes"][-1]["sender"] = 4


def _owners_account(content: dict[str, Any]) -> None:
    content["rows"][3] = content["rows"][0]


def _end_missing(content: dict[str, Any]) -> None:
    del content["rows"][4]


def _strangers_key(content: dict[str, Any]) -> None:
    """Sign the genuine id with another key: what anybody can who has the certificate."""
    envelope, chain = content["envelope"], Digest(bytes.fromhex(content["chain"]))
    identifier = Digest(msgspec.msgpack.decode(bytes.fromhex(content["receipt"]))[0])
    signed = signed_bytes(envelope["account"], public("stranger"), (identifier,), chain=chain)
    envelope |= {"public_key": public("stranger").hex(), "count": 1, "index": 0, "path": []}
    envelope["signature"] = signer("stranger")(signed).hex()


def _scalar_too_large(content: dict[str, Any]) -> None:
    """Add the group's order to S: as a scalar it is the same, and RFC 8032 5.1.7 refuses it."""
    signature = bytes.fromhex(content["votes"][0]["signature"])
    scalar = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    content["votes"][0]["signature"] = (signature[:32] + scalar.to_bytes(32, "little")).hex()


def _other_epoch(content: dict[str, Any]) -> None:
    """The members sign the same header, but in bundles of another epoch: what a later committee could say."""
    header = msgspec.msgpack.decode(bytes.fromhex(content["header"]), type=BlockHeader)
    chain = Digest(bytes.fromhex(content["chain"]))
    for vote in content["votes"]:
        items, sign = (BlockVote(header.height, header_digest(header, chain=chain)),), signer(f"node-{vote['sender']}")
        bundle = seal(items, chain=chain, epoch=Epoch(1), sender=ReplicaId(vote["sender"]), sign=sign)
        said = bundle.signed_items()[0].certificate_vote()
        vote |= {"index": 0, "count": 1, "path": [], "signature": said.signature.hex()}


def _longer_header(content: dict[str, Any]) -> None:
    content["header"] = "dc000a" + content["header"][2:]


def _absent_though_there(content: dict[str, Any]) -> None:
    """The leaf of the token itself is said to stand where it would be, were it there."""
    row = content["rows"][0]
    key_hash, value_hash = sha256(row["key"].encode()), sha256(bytes.fromhex(row["value"]))
    parts = [key_hash.hexdigest(), value_hash.hexdigest()]
    row |= {"value": None, "other": {"kind": "leaf", "depth": None, "parts": parts}}
    content |= {"kind": "absence", "rows": content["rows"][:2]}


def _key_of_small_order(content: dict[str, Any]) -> None:
    """With the neutral element for key and R, and 0 for S, the equation holds of any bytes."""
    neutral = (1).to_bytes(32, "little").hex()
    content["envelope"] |= {"public_key": neutral, "signature": neutral + "00" * 32}


def _float_argument(content: dict[str, Any]) -> None:
    transaction = msgpack.unpackb(bytes.fromhex(content["transaction"]))
    transaction[2].append(1.5)
    content["transaction"] = msgpack.packb(transaction, use_bin_type=True).hex()


@dataclass(frozen=True)
class Broken:
    """What is done to a good file, and what comes of it."""

    title: str
    alter: Alteration
    why: str
    fails: tuple[str, ...]
    """The checks that fail, by name; those that rest on them are skipped."""


STATEMENTS: tuple[tuple[Kind, str, Broken], ...] = (
    (Kind.OWNERSHIP, TOKEN, Broken(
        "signature-altered", _signature, "a bit of a vote's signature is another", ("votes", "quorum"))),
    (Kind.OWNERSHIP, TOKEN, Broken("one-vote-short", _vote_missing, "one vote less than a quorum", ("quorum",))),
    (Kind.OWNERSHIP, TOKEN, Broken(
        "one-member-twice", _vote_twice, "the second vote is the first once more", ("votes", "quorum"))),
    (Kind.OWNERSHIP, TOKEN, Broken("votes-out-of-order", _order_of_votes, "votes stand by falling sender", ("votes",))),
    (Kind.OWNERSHIP, TOKEN, Broken(
        "vote-of-nobody", _sender_unknown, "a vote's sender is none of the four voters",
        ("committee", "votes", "quorum"))),
    (Kind.OWNERSHIP, TOKEN, Broken("owner-altered", _value, "a byte of the token's record is another", ("rows",))),
    (Kind.OWNERSHIP, TOKEN, Broken(
        "owners-account-missing", _owners_account, "the token's row stands where the owner's account has to",
        ("subject",))),
    (Kind.OWNERSHIP, TOKEN, Broken(
        "wind-down-missing", _end_missing, "the row of the series' wind-down is left out", ("subject",))),
    (Kind.OWNERSHIP, TOKEN, Broken(
        "fields-out-of-order", _order_of_fields, "a vote's fields stand in another order", ("format",))),
    (Kind.COPYRIGHT, WORK, Broken("path-altered", _sibling, "a sibling hash is another", ("rows",))),
    (Kind.COPYRIGHT, WORK, Broken(
        "steps-upside-down", _order_of_steps, "the steps stand from the leaf up", ("rows",))),
    (Kind.COPYRIGHT, WORK, Broken("row-missing", _row_missing, "the content's row is left out", ("subject",))),
    (Kind.HOLDINGS, POOR, Broken(
        "somebody-elses-row", _subject, "the subject is another account than the row's", ("subject",))),
    (Kind.ABSENCE, NEVER, Broken(
        "other-kind", _kind, "the kind is holdings, which has a token's name for an account", ("subject",))),
    (Kind.ABSENCE, NEVER, Broken(
        "name-of-nothing", _lookalike, "the subject is scroll-a-4, which is no token's name", ("format",))),
    (Kind.COMPLIANCE, "2", Broken("report-altered", _report, "a digit of the report is another", ("report",))),
    (Kind.COPYRIGHT, WORK, Broken(
        "scalar-too-large", _scalar_too_large, "the group's order is added to S of a signature", ("votes", "quorum"))),
    (Kind.COPYRIGHT, WORK, Broken(
        "votes-of-another-epoch", _other_epoch, "the votes stand in bundles of epoch 1", ("votes", "quorum"))),
    (Kind.COPYRIGHT, WORK, Broken(
        "header-in-longer-form", _longer_header, "the header's array is written in three bytes", ("header",))),
    (Kind.OWNERSHIP, TOKEN, Broken(
        "absence-of-what-exists", _absent_though_there, "the token's own leaf stands for its absence", ("rows",))),
    (Kind.HOLDINGS, POOR, Broken("unknown-field", _unknown_field, "there is a field too many", ("format",))),
    (Kind.HOLDINGS, POOR, Broken("capital-letters", _capital, "the chain id is in capitals", ("format",))),
)  # fmt: skip
"""Statements, each altered."""

CERTIFICATES_BROKEN: tuple[Broken, ...] = (
    Broken("transaction-signature-altered", _own_signature, "a bit of the account's signature is another",
           ("transaction signature",)),
    Broken("transaction-at-another-place", _place, "the index in the envelope is one more", ("transaction signature",)),
    Broken("transaction-path-altered", _transaction_path, "a sibling hash is another", ("transaction path",)),
    Broken("transaction-receipt-altered", _receipt, "a digit of the receipt is another",
           ("receipt path", "receipt matches transaction")),
    Broken("transaction-vote-short", _vote_missing, "one vote less than a quorum", ("quorum",)),
    Broken("transaction-key-of-a-stranger", _strangers_key, "another key signed the genuine id for the account",
           ("transaction signature", "transaction path", "receipt matches transaction")),
    Broken("transaction-key-of-small-order", _key_of_small_order, "a key that would have signed everything",
           ("transaction signature", "transaction path", "receipt matches transaction")),
    Broken("transaction-with-a-float", _float_argument, "the operation has a float for a last argument",
           ("transaction",)),
)  # fmt: skip
"""The certificate of one transaction among five, each time altered."""

WRITTEN: tuple[tuple[str, bytes, bytes, str], ...] = (
    ("key-twice", b'"chain":', b'"chain":"00","chain":', "the object has a key twice"),
    ("key-twice-with-an-escape", b'"chain":', b'"ch\\u0061in":"00","chain":', "the same, once written with an escape"),
    ("number-with-an-exponent", b'"sender":1', b'"sender":1e0', "an integer is written with an exponent"),
    ("number-below-nothing", b'"sender":0', b'"sender":-0', "an integer is written -0"),
    ("byte-order-mark", b'{"format"', b'\xef\xbb\xbf{"format"', "the file begins with a byte order mark"),
    ("half-a-character", b'"account":"', b'"account":"\\ud800', "a text has a surrogate without its other half"),
)
"""Certificates, of which the second bytes stand for the first, once; `format` fails."""
