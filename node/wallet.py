"""A wallet: one account's key, a nonce for each transaction, envelopes sealed and ready to be sent.

Nonces count up by one from the millisecond at which the wallet was made, so a wallet that lost its memory begins above
what it used before. They are not clock readings themselves: the ledger remembers a window of 1024 nonces (RFC 4303
§3.4.3), and as long as numbers are dense, a thousand transactions of one wallet may arrive in any order. Use one wallet
at a time for an account: the older of two would soon be below the window.
"""

import time
from collections.abc import Sequence

from canonical.hashing import Digest
from canonical.signing import PublicKey
from ledger.envelope import Envelope, Transaction, seal_envelope, transaction_ids
from ledger.operations.table import Operation
from node.home.keys import KeyPair


class Wallet:
    """Signs for one account on one chain."""

    def __init__(self, account: str, keys: KeyPair, *, chain: Digest, nonce_last: int | None = None) -> None:
        """Sign for `account` with nonces above `nonce_last`, or above the clock where it is None."""
        self.account = account
        self.chain = chain
        self._keys = keys
        self._nonce = time.time_ns() // 1_000_000 if nonce_last is None else nonce_last

    @property
    def public_key(self) -> PublicKey:
        """The key the account is registered with."""
        return self._keys.public_key

    def transaction(
        self, operation: Operation, *, deadline_ms: int = 0, idempotency_key: str | None = None
    ) -> Transaction:
        """Give an operation its nonce; `deadline_ms` is block time after which it is refused, 0 for none.

        Under an `idempotency_key` the account gets what it asks for once in some hours, whoever signs it anew (L11).
        """
        self._nonce += 1
        return Transaction(self._nonce, deadline_ms, operation, idempotency_key)

    def seal(self, *operations: Operation, deadline_ms: int = 0) -> Envelope:
        """Put one or many operations under one signature, each with its own nonce."""
        return self.seal_transactions([self.transaction(each, deadline_ms=deadline_ms) for each in operations])

    def seal_transactions(self, transactions: Sequence[Transaction]) -> Envelope:
        """Put transactions that have their nonces under one signature."""
        return seal_envelope(
            self.account, tuple(transactions), chain=self.chain, public_key=self.public_key, sign=self._keys.sign
        )

    def ids(self, envelope: Envelope) -> tuple[Digest, ...]:
        """The ids of an envelope's transactions, by which to ask for them later."""
        return transaction_ids(envelope, chain=self.chain)
