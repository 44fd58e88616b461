"""Whether something is being wound down, and who chose a refund. Looked up from below: from the token to its series."""

from ledger.names import series_of_token
from ledger.operations.subjects import Closable, SeriesSubject
from ledger.operations.winding_down import Choice
from ledger.records.winding_down import WindDownRecord
from ledger.state import State


def row_of(subject: Closable) -> str:
    """The row of an announcement, by kind and name."""
    if isinstance(subject, SeriesSubject):
        return f"series/{subject.series}"
    return f"platform/{subject.platform}"


def wind_down_of_platform(state: State, platform: str) -> WindDownRecord | None:
    """The announcement that a platform ends."""
    return state.wind_downs.get(f"platform/{platform}")


def wind_down_of_series(state: State, series: str) -> WindDownRecord | None:
    """The announcement that a series ends, or the platform that issued it."""
    record = state.series.get(series)
    if record is None:
        return None
    return state.wind_downs.get(f"series/{series}") or wind_down_of_platform(state, record.issuer)


def chose_refund(state: State, token: str) -> bool:
    """Whether the owner of a token chose to have his money back."""
    record, choice = state.tokens.get(token), state.choices.get(token)
    if record is None or choice is None or choice.owner != record.owner:
        return False
    return choice.choice is Choice.REFUND and wind_down_of_series(state, series_of_token(token)) is not None
