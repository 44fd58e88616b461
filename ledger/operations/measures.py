"""What the members decide together about works and what was made of them: disputes, takedowns, forced transfers.

Each is one party's approval: the first states the terms of a case, others approve the same terms, and the one that
makes them enough takes effect.
"""

import enum

from ledger.names import AccountId, CaseId, Text, TokenId, WorkId
from ledger.operations.part import Part, Time
from ledger.operations.subjects import Removable


class Outcome(enum.StrEnum):
    """How a dispute can be decided."""

    RESTORE = "restore"
    """The work is what it was before."""
    TAKE_DOWN = "take_down"
    """The work and all that was made of it are taken down."""


class OpenDispute(Part, frozen=True, tag="open_dispute"):
    """One party's approval of a dispute about a work: no series, edition, sale or gift of it meanwhile (R4.3)."""

    work: WorkId
    reason: Text
    """Who claims what."""
    case: CaseId
    expires_ms: Time
    """When it ends by itself, undecided."""


class ResolveDispute(Part, frozen=True, tag="resolve_dispute"):
    """A voting member's decision in a dispute; it decides once."""

    work: WorkId
    case: CaseId
    outcome: Outcome


class Takedown(Part, frozen=True, tag="takedown"):
    """One party's approval of taking an edition, a series or a work down for good; its history stays (R4.3)."""

    subject: Removable
    reason: Text
    case: CaseId


class ForcedTransfer(Part, frozen=True, tag="forced_transfer"):
    """A voting member's approval of moving a token without its owner: a court's order, or a lost key (R7.6)."""

    token: TokenId
    sender: AccountId
    """Who owns it; ERC-7943's `from`."""
    to: AccountId
    reason: Text
    case: CaseId
    freeze_case: CaseId | None = None
    """The case of the freeze, of the token or of its owner, that it passes by; None: it passes by none."""
