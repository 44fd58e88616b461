"""What the ledger knows: one record type for each kind of state entry.

A state entry is a key `<table>/<row>` in ASCII and the canonical encoding of a record. Records are values: a change
replaces the record. None of them holds an amount that belongs to somebody (R9.1): every integer here is a time, a count
of things that happened, a bound, or a disclosed price, and `ledger/invariants.py` keeps the list.
"""

import enum

import msgspec

from canonical.hashing import Digest
from canonical.signing import PublicKey
from ledger.charter import Role
from ledger.operations import AccountState, Anchor, Claim, Disclosure


class Record(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """Base of state entries: a tuple in the order of its fields. Free of cycles, hence gc=False (a million of them)."""


class AccountRecord(Record, frozen=True):
    """`account/<account id>`: somebody who signs transactions: a member, or a person at a platform."""

    platform: str
    """The member that keeps the account; a member keeps its own."""
    role: Role | None
    """A member's role; None for a person."""
    governor: bool
    """Whether it is a voting member."""
    person: Digest | None
    """Commitment to the person; None for a member."""
    public_key: PublicKey
    claims: tuple[Claim, ...]
    """What the platform vouches for, sorted, each once."""
    platform_state: AccountState
    operator_state: AccountState
    nonce_highest: int
    """The highest nonce used; 0 before the first."""
    nonces_used: bytes
    """Bit i, little-endian without trailing zero bytes: nonce `nonce_highest - i` is used (ledger/nonces.py)."""

    @property
    def is_active(self) -> bool:
        """Usable: active on both axes."""
        return self.platform_state is AccountState.ACTIVE and self.operator_state is AccountState.ACTIVE


class WorkRecord(Record, frozen=True):
    """`work/<work id>`: a registered work."""

    title: str
    creator: str
    holder: str
    source: str
    content_hash: Digest
    certificate_number: str
    registrar: str
    """The member that registered it."""
    licensees: tuple[str, ...]
    """Platforms that may issue series of it, sorted, each once."""


class ContentRecord(Record, frozen=True):
    """`content/<content hash, hex>`: which work has this content, so that no second one can (R4.2)."""

    work: str


class SeriesRecord(Record, frozen=True):
    """`series/<series id>`: editions of a work. Always issued <= minted <= edition_cap <= 10,000."""

    work: str
    issuer: str
    """The platform that made it."""
    title: str
    price_fen: int
    """Disclosed price of the primary sale; compared, never owed or held."""
    sellers: tuple[str, ...]
    """Sorted, each once."""
    anchors: tuple[Anchor, ...]
    disclosure: Disclosure
    edition_cap: int
    """Until sealing what was announced, from then on what was minted."""
    minted: int
    """Editions 1 to `minted` exist."""
    issued: int
    """Editions 1 to `issued` have been sold, in order."""
    sealed: bool
    """No more can be minted, and sale may begin."""


class TokenState(enum.StrEnum):
    """Where an edition is in its life; frozen is not a state but a mark with an end."""

    MINTED = "minted"
    """Made and not sold: with its issuer, and leaves it by sale only."""
    ISSUED = "issued"
    """Sold; its owner may give it away."""


class TokenRecord(Record, frozen=True):
    """`token/<token id>`: one edition, whole, with exactly one owner."""

    owner: str
    state: TokenState
    transfers: int
    """Gifts since the sale."""
    acquired_ms: int
    """Block time at which the owner got it: the hold clock (R10.1)."""
    freeze_case: str | None
    """The case of the latest freeze; None if there was none, or if it was ended."""
    frozen_until_ms: int
    """Block time from which the freeze is over by itself; 0 without one."""

    def is_frozen(self, now_ms: int) -> bool:
        """Whether a freeze holds at block time `now_ms`."""
        return now_ms < self.frozen_until_ms


class FreezeState(enum.StrEnum):
    """How far a case has come."""

    PROPOSED = "proposed"
    """Some party approved; not enough have."""
    FROZEN = "frozen"
    """Took effect; ends at its expiry or by release."""
    RELEASED = "released"
    """Ended by as many parties as had made it."""


class FreezeRecord(Record, frozen=True):
    """`freeze/<token id>/<case id>`: who asked for a freeze, why and until when. Kept for good."""

    state: FreezeState
    reason: str
    expires_ms: int
    approvals: tuple[str, ...]
    """Members that approved the freeze, sorted, each once."""
    releases: tuple[str, ...]
    """Members that approved its end, sorted, each once."""


class PurchaseRecord(Record, frozen=True):
    """`purchase/<series id>/<person, hex>`: editions that a person bought of a series, over all platforms (R6.2)."""

    count: int


class GiftRecord(Record, frozen=True):
    """`gift/<person, hex>`: gifts that a person gave on the last day on which there was one (R10.4)."""

    day: int
    """Calendar day of China Standard Time, counted from 1970-01-01."""
    count: int


class GatewayRecord(Record, frozen=True):
    """`gateway/<index>`: how far a member's batches have been executed."""

    last_batch: int
