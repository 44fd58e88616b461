"""Tenet 1, enable the real economy: a series stands on something outside the chain."""

from ledger.operations.series import CreateSeries
from ledger.rules.request import Reason, Request, refuse


def series_has_anchors(request: Request, operation: CreateSeries) -> Reason | None:
    """R1.1: it cites a physical good, a ticket, an exhibit, a course or a brand."""
    least = request.parameters.anchors_min
    if len(operation.anchors) >= least:
        return None
    return refuse(
        "Series {series} cites {anchors} off-chain anchors; at least {anchors_min} are required.",
        series=operation.series,
        anchors=len(operation.anchors),
        anchors_min=least,
    )
