"""Everything that stands under one case about one thing: who approved what, why, until when, and what came of it."""

from dataclasses import dataclass

from ledger.records.freezes import FreezeRecord
from ledger.records.measures import DisputeRecord, ForcedTransferRecord, TakedownRecord
from ledger.state import State

REMOVABLE_KINDS = ("token", "series", "work")
"""What a takedown can be about, as its rows name it."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The records of one case about one token, account, series or work."""

    freeze: FreezeRecord | None
    dispute: DisputeRecord | None
    takedowns: tuple[tuple[str, TakedownRecord], ...]
    """By kind: a series and a work may have the same name."""
    forced_transfer: ForcedTransferRecord | None


def case_file(state: State, name: str, case: str) -> CaseFile:
    """What is on record; empty where there is no such case."""
    row = f"{name}/{case}"
    found = ((kind, state.takedowns.get(f"{kind}/{row}")) for kind in REMOVABLE_KINDS)
    return CaseFile(
        state.freezes.get(row),
        state.disputes.get(row),
        tuple((kind, record) for kind, record in found if record is not None),
        state.forced_transfers.get(row),
    )
