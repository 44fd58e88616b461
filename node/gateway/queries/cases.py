"""What stands under a case: asked by the number of its file and the name of what it is about."""

import msgspec

from ledger.records.freezes import FreezeState
from ledger.records.measures import DisputeState, MeasureState
from ledger.view import View
from node.gateway.queries.types import Answer, Asked, Name
from node.gateway.types import Reply


class AskedOfCase(Asked, frozen=True, kw_only=True):
    """About a case."""

    name: Name
    """A token, an account, a series or a work."""
    case: Name


class FreezeReply(Reply, frozen=True):
    """A freeze of a token or an account."""

    state: FreezeState
    reason: str
    expires_ms: int
    approvals: tuple[str, ...]
    """Members that approved it."""
    releases: tuple[str, ...]
    """Members that approved its end."""
    emergency_by: str | None
    """The member that put it into force alone."""
    appealed_by: str | None
    """The account that appealed."""
    review_until_ms: int
    """When it ends unless it is upheld; 0 without an appeal."""
    upheld_by: tuple[str, ...]
    """Members that upheld it."""


class DisputeReply(Reply, frozen=True):
    """A dispute about a work."""

    state: DisputeState
    reason: str
    expires_ms: int
    approvals: tuple[str, ...]
    """Members that opened it."""
    for_restoring: tuple[str, ...]
    for_taking_down: tuple[str, ...]


class TakedownReply(Reply, frozen=True):
    """A takedown."""

    kind: str
    """Of what: a `token`, a `series` or a `work`."""
    state: MeasureState
    reason: str
    expires_ms: int
    """Until when it can be, or could have been, approved."""
    approvals: tuple[str, ...]


class ForcedTransferReply(Reply, frozen=True):
    """A token that was moved without its owner, or is to be."""

    state: MeasureState
    sender: str
    to: str
    reason: str
    expires_ms: int
    """Until when it can be, or could have been, approved."""
    approvals: tuple[str, ...]
    freeze_case: str | None
    """The case of the freeze that it passes by."""


class CaseAnswer(Answer, frozen=True, kw_only=True):
    """All that stands under the case; null and empty where nothing does."""

    freeze: FreezeReply | None
    dispute: DisputeReply | None
    takedowns: tuple[TakedownReply, ...]
    forced_transfer: ForcedTransferReply | None


def case(view: View, asked: AskedOfCase, _: int) -> CaseAnswer:
    """What stands under a case: who approved what, why and until when."""
    found = view.case_file(asked.name, asked.case)
    freeze, dispute, moved = found.freeze, found.dispute, found.forced_transfer
    return CaseAnswer(
        height=view.height,
        freeze=None if freeze is None else FreezeReply(*msgspec.structs.astuple(freeze)),
        dispute=None if dispute is None else DisputeReply(*msgspec.structs.astuple(dispute)),
        takedowns=tuple(TakedownReply(kind, *msgspec.structs.astuple(record)) for kind, record in found.takedowns),
        forced_transfer=None if moved is None else ForcedTransferReply(*msgspec.structs.astuple(moved)),
    )
