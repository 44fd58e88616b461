"""Operations that keep a token or an account where it is for a while, and those by which its owner defends himself."""

from ledger.names import AccountId, CaseId, Text, TokenId
from ledger.operations.part import Part, Time
from ledger.operations.subjects import Freezable


class FreezeToken(Part, frozen=True, tag="freeze_token"):
    """One party's approval of a freeze; two parties with the same terms make it happen (R7.2)."""

    token: TokenId
    reason: Text
    case: CaseId
    expires_ms: Time
    """When it ends by itself."""


class UnfreezeToken(Part, frozen=True, tag="unfreeze_token"):
    """One party's approval of ending a freeze before its time; as many are needed as for the freeze."""

    token: TokenId
    case: CaseId


class FreezeAccount(Part, frozen=True, tag="freeze_account"):
    """The same for a person's account, which then neither gives nor receives nor signs."""

    account: AccountId
    reason: Text
    case: CaseId
    expires_ms: Time
    """When it ends by itself."""


class UnfreezeAccount(Part, frozen=True, tag="unfreeze_account"):
    """One party's approval of ending an account's freeze before its time."""

    account: AccountId
    case: CaseId


class EmergencyFreeze(Part, frozen=True, tag="emergency_freeze"):
    """One party's approval that takes effect at once and lapses by itself in a few days, unless enough join (R7.2)."""

    subject: Freezable
    reason: Text
    case: CaseId
    expires_ms: Time
    """When it ends by itself once enough have approved the same terms; alone it ends after `emergency_hours`."""


class Appeal(Part, frozen=True, tag="appeal"):
    """Against a freeze, once in a case: other eyes must uphold it in time, or it ends (R6.4)."""

    subject: Freezable
    case: CaseId
    reason: Text
    """Why it should end."""


class Uphold(Part, frozen=True, tag="uphold"):
    """One party's approval of a freeze that was appealed; with enough of them it runs to its own end."""

    subject: Freezable
    case: CaseId


FreezeOperation = FreezeToken | FreezeAccount | EmergencyFreeze
"""What states or approves the terms of a freeze."""

UnfreezeOperation = UnfreezeToken | UnfreezeAccount
"""What ends a freeze before its time."""

ReviewOperation = Appeal | Uphold
"""What happens in a review."""
