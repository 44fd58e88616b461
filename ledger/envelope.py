"""What a client signs: one or many transactions of one account, under one signature.

A single transaction is an envelope of one. The signature covers the Merkle root over the transactions' ids, so each of
a hundred can later be shown alone, with its path, as something the account holder signed.
"""

from typing import Annotated

import msgspec

from canonical.encoding import encode
from canonical.hashing import Digest, Domain, digest
from canonical.merkle import root_of_hashes
from canonical.signing import PublicKey, Sign, Signature
from ledger.names import AccountId as AccountId
from ledger.operations.table import Operation

ENVELOPE_TRANSACTIONS_MAX = 1_000
"""One signature check stands for at most so many executions; ten times the `bundle` workload."""


IdempotencyKey = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.:-]{1,64}\Z")]
"""A client's own name for what it wants once, such as a UUID; nothing about a person."""


SCHEMA = 1
"""The version of the operations' shapes that this ledger publishes (docs/LEDGER.md) and executes."""


class Transaction(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One operation, once."""

    nonce: Annotated[int, msgspec.Meta(ge=1, lt=2**53)]
    """Unique for the account; used numbers are remembered in a sliding window (RFC 4303 §3.4.3), so order is free."""
    deadline_ms: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
    """Block time after which it is refused; 0 for none."""
    operation: Operation
    idempotency_key: IdempotencyKey | None = None
    """A second transaction of the account under the same key is refused for some hours (L11); None: no key."""
    schema: Annotated[int, msgspec.Meta(ge=0, lt=2**16)] = SCHEMA
    """The version of the shapes that the signer meant; any other than `SCHEMA` is refused (R3.2)."""


class Envelope(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Transactions of one account under one signature."""

    account: AccountId
    public_key: PublicKey
    """Checked against the signature by everybody alike, and against the account's registered key at execution."""
    transactions: Annotated[tuple[Transaction, ...], msgspec.Meta(min_length=1, max_length=ENVELOPE_TRANSACTIONS_MAX)]
    signature: Signature


def transaction_id(account: str, public_key: PublicKey, transaction: Transaction, *, chain: Digest) -> Digest:
    """The transaction's name: by it clients ask, receipts answer and the block's transaction root is built.

    The key is part of it. Otherwise whoever saw a transaction could sign a copy with a key of his own: its receipt,
    refused by L2, would bear the name of the genuine one; and he could show the genuine one as signed with his key.
    """
    return digest(Domain.TRANSACTION, chain, encode((account, public_key, transaction)))


def signed_bytes(account: str, public_key: PublicKey, ids: tuple[Digest, ...], *, chain: Digest) -> bytes:
    """What the account holder signs."""
    return Domain.ENVELOPE.value + chain + encode((account, public_key, len(ids))) + root_of_hashes(ids)


def transaction_ids(envelope: Envelope, *, chain: Digest) -> tuple[Digest, ...]:
    """The ids of an envelope's transactions, in order."""
    account, key = envelope.account, envelope.public_key
    return tuple(transaction_id(account, key, each, chain=chain) for each in envelope.transactions)


def seal_envelope(
    account: str, transactions: tuple[Transaction, ...], *, chain: Digest, public_key: PublicKey, sign: Sign
) -> Envelope:
    """Sign `transactions` (1 to ENVELOPE_TRANSACTIONS_MAX) for `account`."""
    ids = tuple(transaction_id(account, public_key, each, chain=chain) for each in transactions)
    content = signed_bytes(account, public_key, ids, chain=chain)
    return Envelope(account, public_key, transactions, sign(content))
