"""Keys under which clients made sure that they ask for a thing once."""

from canonical.hashing import Digest
from ledger.operations.part import Part
from ledger.records.record import Record

KEYS_MAX = 256
"""Keys remembered for one account at a time: 28 kB at most."""


class RememberedKey(Part, frozen=True):
    """One key and what it stands for."""

    key: str
    transaction: Digest
    """The id of the transaction that was accepted under it."""
    until_ms: int
    """Block time from which the key is free again."""


class IdempotencyRecord(Record, frozen=True):
    """`idempotency/<account id>`: the keys of one account; only of those who use any."""

    keys: tuple[RememberedKey, ...]
    """In the order of their use, at most KEYS_MAX; those that are over leave when the next one comes."""
