"""Operations on accounts: who signs, and whether they may."""

import enum
from typing import Annotated

import msgspec

from canonical.hashing import Digest
from canonical.signing import PublicKey
from ledger.names import AccountId, CaseId, Text
from ledger.operations.part import Part, Time


class Claim(enum.StrEnum):
    """What a platform vouches for about the person behind an account, without saying who it is."""

    REAL_NAME = "real_name"
    """Identity was checked against a document."""
    OVER_14 = "over14"
    OVER_18 = "over18"


class AccountState(enum.StrEnum):
    """One axis of an account's state; it is usable while both axes are active (BSN-DDC's two states, as words)."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class RegisterAccount(Part, frozen=True, tag="register_account"):
    """A platform opens an account for a person; signed by the platform."""

    account: AccountId
    """`<platform>.<name>`, in the signer's own name space."""
    person: Digest
    """Salted commitment to the person, equal on all platforms; never personal data. Limits are counted by it."""
    public_key: PublicKey
    """The key that will sign for the account."""
    claims: Annotated[tuple[Claim, ...], msgspec.Meta(max_length=len(Claim))]
    """What the platform checked, in any order."""


class UpdateClaims(Part, frozen=True, tag="update_claims"):
    """A platform vouches anew for the person behind an account: somebody came of age, a document expired."""

    account: AccountId
    claims: Annotated[tuple[Claim, ...], msgspec.Meta(max_length=len(Claim))]
    """All that holds from now on, in any order."""


class RotateKey(Part, frozen=True, tag="rotate_key"):
    """Gives an account another key (R8.1): by its holder with the old one, or by a person's platform if it was lost."""

    account: AccountId
    public_key: PublicKey
    """The new key."""
    from_height: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
    """The first block in which the new key signs and the old one does not; one reached already means the next. Where a
    platform signs, the time in which the holder can object has to be over as well."""


class KeepKey(Part, frozen=True, tag="keep_key"):
    """The holder objects, with the key he has, to another one that his platform announced: it is forgotten (R8.1)."""

    public_key: PublicKey
    """The announced one."""


class SuspensionTerms(Part, frozen=True):
    """What a suspension cannot do without (R6.5)."""

    reason: Text
    case: CaseId
    expires_ms: Time
    """When it ends by itself."""


class UpdateAccountState(Part, frozen=True, tag="update_account_state"):
    """Suspends or restores an account on one axis or both."""

    account: AccountId
    platform_state: AccountState | None
    """Set by the account's platform only; None leaves it."""
    operator_state: AccountState | None
    """Set by the regulator only; None leaves it."""
    terms: SuspensionTerms | None = None
    """Of a suspension; None where nothing is suspended."""
