"""The certificate file, version 1: a transaction stands in a final block."""

from dataclasses import dataclass
from typing import cast

from tests.quorate.from_the_document.block import Header, Vote, is_signed, read_votes
from tests.quorate.from_the_document.packing import pack, unpack
from tests.quorate.from_the_document.records import TRANSACTION, receipt
from tests.quorate.from_the_document.text import (
    UnreadableError,
    digests,
    fields,
    integer,
    octets,
    parse,
    string,
)
from tests.quorate.from_the_document.trees import leaf, root_at, root_by_sides, sha256

FORMAT = "quorate-certificate/1"
_FIELDS = ("format", "chain", "header", "votes", "envelope", "transaction", "block", "receipt")
_ENVELOPE = ("account", "public_key", "count", "index", "path", "signature")
_BLOCK = ("sides", "transaction_path", "receipt_path")
_CONTENT_HASH = 6


@dataclass(frozen=True, slots=True)
class Envelope:
    """The signature that the transaction came under."""

    account: str
    """Whose transaction it is."""

    public_key: bytes
    """The key that it was signed with."""

    count: int
    """How many transactions it covers."""

    index: int
    """Which of them this is."""

    path: tuple[bytes, ...]
    """Siblings up to the root over the ids."""

    signature: bytes
    """Made with that key."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate file, of the right form; nothing in it is checked yet."""

    chain: bytes
    """The chain id that the file names."""

    header: bytes
    """In MessagePack."""

    votes: tuple[Vote, ...]
    """For that header."""

    envelope: Envelope
    """Around the transaction."""

    transaction: bytes
    """In MessagePack."""

    sides: str
    """The sides of both paths' siblings."""

    transaction_path: tuple[bytes, ...]
    """From the transaction's id up."""

    receipt_path: tuple[bytes, ...]
    """From the receipt up."""

    receipt: bytes
    """In MessagePack."""


def read_certificate(data: bytes) -> Certificate:
    """The certificate in `data`. Raises UnreadableError."""
    content = fields(parse(data), _FIELDS)
    if content["format"] != FORMAT:
        raise UnreadableError("of another format")
    block = fields(content["block"], _BLOCK)
    sides = string(block["sides"], "[lr]{0,32}")
    paths = [digests(block[name]) for name in ("transaction_path", "receipt_path")]
    if any(len(path) != len(sides) for path in paths):
        raise UnreadableError("a path has not as many siblings as there are sides")
    return Certificate(
        chain=octets(content["chain"], 32),
        header=octets(content["header"]),
        votes=read_votes(content["votes"]),
        envelope=_envelope(content["envelope"]),
        transaction=octets(content["transaction"]),
        sides=sides,
        transaction_path=paths[0],
        receipt_path=paths[1],
        receipt=octets(content["receipt"]),
    )


def transaction_id(certificate: Certificate) -> bytes:
    """The id of the certificate's transaction. Raises UnreadableError."""
    transaction = unpack(certificate.transaction, TRANSACTION)
    envelope = certificate.envelope
    named = pack([envelope.account, envelope.public_key, transaction])
    return sha256(b"quorate/transaction/1\0", certificate.chain, named)


def signature_fails(certificate: Certificate) -> bool:
    """Whether the key did not sign an envelope with this transaction in it."""
    signed = signed_envelope(certificate)
    return signed is None or not is_signed(certificate.envelope.public_key, signed, certificate.envelope.signature)


def signed_envelope(certificate: Certificate) -> bytes | None:
    """What the account signed; None where the path is misshapen. Raises UnreadableError."""
    envelope = certificate.envelope
    root = root_at(envelope.index, envelope.count, transaction_id(certificate), envelope.path)
    if root is None:
        return None
    said = pack([envelope.account, envelope.public_key, envelope.count])
    return b"quorate/envelope/1\0" + certificate.chain + said + root


def transaction_path_fails(certificate: Certificate, header: Header) -> bool:
    """Whether the transaction's id does not lead to the header's transactions root."""
    found = root_by_sides(certificate.sides, transaction_id(certificate), certificate.transaction_path)
    return found != header.transactions_root


def receipt_path_fails(certificate: Certificate, header: Header) -> bool:
    """Whether the receipt does not lead to the header's receipts root."""
    found = root_by_sides(certificate.sides, leaf(certificate.receipt), certificate.receipt_path)
    return found != header.receipts_root


def receipt_fails(certificate: Certificate) -> bool:
    """Whether the receipt is none; it raises UnreadableError then."""
    return not unpack(certificate.receipt, receipt)


def match_fails(certificate: Certificate) -> bool:
    """Whether the receipt is another transaction's."""
    return unpack(certificate.receipt, receipt)[0] != transaction_id(certificate)


def content_fails(certificate: Certificate, content_hash: bytes) -> bool:
    """Whether the transaction does not register a work with `content_hash`."""
    operation = cast(list[object], unpack(certificate.transaction, TRANSACTION)[2])
    if operation[0] != "register_work" or len(operation) <= _CONTENT_HASH:
        return True
    return operation[_CONTENT_HASH] != content_hash


def _envelope(value: object) -> Envelope:
    """The file's envelope."""
    content = fields(value, _ENVELOPE)
    return Envelope(
        account=string(content["account"], "[a-z0-9][a-z0-9.-]{0,63}"),
        public_key=octets(content["public_key"], 32),
        count=integer(content["count"]),
        index=integer(content["index"]),
        path=digests(content["path"], 32),
        signature=octets(content["signature"], 64),
    )
