"""Operations that keep a token where it is for a while."""

from ledger.names import CaseId, Text, TokenId
from ledger.operations.part import Part, Time


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
