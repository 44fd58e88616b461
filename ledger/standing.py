"""Whether a work, and what was made of it, stands: not in dispute, not taken down. Always looked up from below.

A token leads to its series and that to its work, so a dispute or a takedown of a work is one row, whatever was made of
it, and no token is ever visited for it.
"""

from ledger.names import series_of_token
from ledger.records.series import SeriesRecord
from ledger.records.tokens import TokenState
from ledger.records.works import WorkRecord
from ledger.state import State


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
    if record is not None and record.state is TokenState.TAKEN_DOWN:
        return True
    return takedown_of_series(state, series_of_token(token)) is not None
