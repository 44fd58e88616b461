"""Tenet 2, promote national culture: who has heritage in its keeping has a say in what is made of it."""

from ledger.operations.series import CosignSeries, SealSeries, Tag
from ledger.rules.request import Reason, Request, refuse


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
