"""Who signs."""

from canonical.hashing import Digest
from canonical.signing import PublicKey
from ledger.charter import Role
from ledger.operations.accounts import AccountState, Claim
from ledger.records.record import Record

_ACTIVE = AccountState.ACTIVE
"""Looked up once: before Python 3.12 a member of an enum takes 0.1 µs to look up, and a gift would ten times."""


NO_END_MS = 2**53 - 1
"""The last time there is: when a suspension ends that only a decision ends, a removal by vote or a proved lie."""


class KeyRecord(Record, frozen=True):
    """`key/<account id>`: the key that replaced, or is going to replace, the one in the account (R8.1).

    A table of its own, so that accounts that never changed their key do not carry the room for another.
    """

    public_key: PublicKey
    from_height: int
    """The first block in which it is the account's key, if its time has come too."""
    from_ms: int = 0
    """Block time from which it is: until then the holder can object to what his platform announced; 0 without one."""


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
    """The key, unless `key/<account id>` has one whose height was reached (ledger/keys.py)."""
    claims: tuple[Claim, ...]
    """What the platform vouches for, sorted, each once."""
    platform_state: AccountState
    """As it was last set; a suspension is over by itself at `platform_until_ms`. So with the other axis."""
    operator_state: AccountState
    nonce_highest: int
    """The highest nonce used; 0 before the first."""
    nonces_used: bytes
    """Bit i, little-endian without trailing zero bytes: nonce `nonce_highest - i` is used (ledger/nonces.py)."""
    minute: int = 0
    """The minute of block time, counted from 1970, in which it last signed (R8.2)."""
    in_minute: int = 0
    """Transactions that it signed in that minute and that used a nonce."""
    freeze_case: str | None = None
    """The case of the latest freeze; None if there was none, or if it was ended. A member's own account has none."""
    frozen_until_ms: int = 0
    """Block time from which the freeze is over by itself; 0 without one."""
    tokens: int = 0
    """Sold editions that it owns, taken-down ones among them: a count of things, by which *it holds none* is proved."""
    key_changes: bool = False
    """Whether `key/<account id>` exists: told here, so that whoever never changed his key costs no second look."""
    platform_until_ms: int = 0
    """Block time from which a suspension on the platform's axis is over by itself; 0 without one."""
    operator_until_ms: int = 0
    """The same on the operator's axis; `NO_END_MS` for who was removed or proved to have lied."""

    def is_active(self, now_ms: int) -> bool:
        """Usable at block time `now_ms`: suspended on neither axis."""
        return (self.platform_state is _ACTIVE or self.platform_until_ms <= now_ms) and (
            self.operator_state is _ACTIVE or self.operator_until_ms <= now_ms
        )

    def states(self, now_ms: int) -> tuple[AccountState, AccountState]:
        """How it stands at block time `now_ms`: on the platform's axis, and on the operator's."""
        return (
            _ACTIVE if self.platform_until_ms <= now_ms else self.platform_state,
            _ACTIVE if self.operator_until_ms <= now_ms else self.operator_state,
        )

    def is_frozen(self, now_ms: int) -> bool:
        """Whether a freeze holds at block time `now_ms`."""
        return now_ms < self.frozen_until_ms
