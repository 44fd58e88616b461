"""Tenet 2, promote national culture: it has its share, and who keeps heritage has a say in what is made of it."""

from ledger.names import epoch_row
from ledger.operations.series import CosignSeries, SealSeries, Tag
from ledger.records.reports import CultureRecord
from ledger.rules.closing import Closing, Looked
from ledger.rules.request import Reason, Request, refuse
from ledger.state import State

CURRENT = "current"
"""The row of the epoch that runs."""


def heritage_is_cosigned(request: Request, operation: SealSeries) -> Reason | None:
    """R2.2: a series of heritage is sealed, and so sold, only with an institution's name to it."""
    series = request.state.series.get(operation.series)
    if series is None or Tag.HERITAGE not in series.tags or series.cosigner is not None:
        return None
    return refuse("Series {series} is of heritage and no institution has co-signed it.", series=operation.series)


def cosignature_is_wanted(request: Request, operation: CosignSeries) -> Reason | None:
    """R2.2: what is not of heritage, or is co-signed already, takes no co-signature."""
    series = request.state.series.get(operation.series)
    if series is None or (Tag.HERITAGE in series.tags and series.cosigner is None):
        return None
    return refuse("Series {series} waits for no co-signature.", series=operation.series)


def count_series(state: State, issuer: str, *, is_cultural: bool) -> None:
    """Count a series that `issuer` opened; every tag there is speaks of national culture."""
    counts = _counts(state)
    series, cultural = counts.get(issuer, (0, 0))
    counts[issuer] = (series + 1, cultural + is_cultural)
    _put(state, CURRENT, counts)


def culture_has_its_share(closing: Closing) -> Looked:
    """R2.1: of the series that each platform opened in the epoch, enough are of national culture."""
    state = closing.state
    counts = _counts(state)
    if not counts:
        return Looked(0, 0)
    _put(state, epoch_row(closing.epoch), counts)
    _put(state, CURRENT, {})
    least = closing.moment.parameters.culture_percent_min
    short = sum(100 * cultural < least * series for series, cultural in counts.values())
    return Looked(len(counts), short)


def _counts(state: State) -> dict[str, tuple[int, int]]:
    record = state.cultures.get(CURRENT)
    if record is None:
        return {}
    counts = zip(record.series, record.cultural, strict=True)
    return dict(zip(record.issuers, counts, strict=True))


def _put(state: State, row: str, counts: dict[str, tuple[int, int]]) -> None:
    issuers = tuple(sorted(counts))
    series, cultural = (tuple(counts[issuer][which] for issuer in issuers) for which in (0, 1))
    state.cultures.put(row, CultureRecord(issuers, series, cultural))
