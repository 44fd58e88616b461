"""Whether a work, and what was made of it, stands: not in dispute, not taken down. Always looked up from below.

A token leads to its series and that to its work, so a dispute or a takedown of a work is one row, whatever was made of
it, and no token is ever visited for it.
"""

from dataclasses import dataclass

from ledger.names import series_of_token
from ledger.records.series import SeriesRecord
from ledger.records.works import WorkRecord
from ledger.state import State
from ledger.winding_down import wind_down_of_series


def work_of_series(state: State, series: str) -> WorkRecord | None:
    """The work that a series is made of."""
    record = state.series.get(series)
    return None if record is None else state.works.get(record.work)


def series_and_work(state: State, series: str) -> tuple[SeriesRecord | None, WorkRecord | None]:
    """A series, and the work that it is made of."""
    record = state.series.get(series)
    return record, None if record is None else state.works.get(record.work)


def takedown_of_series(state: State, series: str) -> str | None:
    """The case in which a series was taken down, by itself or with its work."""
    record, work = series_and_work(state, series)
    if record is None or work is None:
        return None
    return record.taken_down or work.taken_down


def is_taken_down(state: State, token: str) -> bool:
    """Whether a token was, by itself, with its series or with its work."""
    record = state.tokens.get(token)
    if record is not None and record.taken_down is not None:
        return True
    return takedown_of_series(state, series_of_token(token)) is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """All that keeps a token where it is or ends it, besides its holding period, at one moment. None: nothing does."""

    frozen_case: str | None
    frozen_until_ms: int | None
    owner_frozen_case: str | None
    """A freeze of the account that owns it."""
    owner_frozen_until_ms: int | None
    disputed_case: str | None
    """A dispute about its work."""
    disputed_until_ms: int | None
    taken_down: str | None
    """What was taken down: the `token`, its `series` or its `work`."""
    taken_down_case: str | None
    choose_until_ms: int | None
    """Its series or its issuer is wound down; until then its owner can choose to hold or to be refunded."""


def standing_of(state: State, token: str, now_ms: int) -> Standing | None:
    """How a token stands at block time `now_ms`; None where there is none."""
    record = state.tokens.get(token)
    name = series_of_token(token)
    series, work = series_and_work(state, name)
    if record is None or series is None or work is None:
        return None
    owner = state.accounts.get(record.owner)
    frozen = record if record.is_frozen(now_ms) else None
    owner_frozen = owner if owner is not None and owner.is_frozen(now_ms) else None
    disputed = work if now_ms < work.disputed_until_ms else None
    down = [("work", work.taken_down), ("series", series.taken_down), ("token", record.taken_down)]
    kind, case = next(((kind, case) for kind, case in down if case is not None), (None, None))
    ended = wind_down_of_series(state, name)
    return Standing(
        None if frozen is None else frozen.freeze_case,
        None if frozen is None else frozen.frozen_until_ms,
        None if owner_frozen is None else owner_frozen.freeze_case,
        None if owner_frozen is None else owner_frozen.frozen_until_ms,
        None if disputed is None else disputed.dispute_case,
        None if disputed is None else disputed.disputed_until_ms,
        kind,
        case,
        None if ended is None else ended.choose_until_ms,
    )
