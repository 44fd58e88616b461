"""What a measure falls on: an edition, an account, a series, a work. On the wire a kind and a name."""

from ledger.names import AccountId, MemberId, SeriesId, TokenId, WorkId
from ledger.operations.part import Part


class TokenSubject(Part, frozen=True, tag="token"):
    """One edition."""

    token: TokenId


class AccountSubject(Part, frozen=True, tag="account"):
    """One person's account, with all it owns."""

    account: AccountId


class SeriesSubject(Part, frozen=True, tag="series"):
    """A series with all its editions."""

    series: SeriesId


class WorkSubject(Part, frozen=True, tag="work"):
    """A work with all its series."""

    work: WorkId


class PlatformSubject(Part, frozen=True, tag="platform"):
    """A platform with all the series it issued."""

    platform: MemberId


Freezable = TokenSubject | AccountSubject
"""What can be kept where it is for a while."""

Removable = TokenSubject | SeriesSubject | WorkSubject
"""What can be taken down for good."""

Closable = SeriesSubject | PlatformSubject
"""What can be wound down."""
