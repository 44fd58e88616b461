"""Tenet 1, enable the real economy: a series stands on something outside the chain, and on nothing financial."""

from ledger.operations.series import AnchorKind, CreateSeries
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


FINANCIAL = (AnchorKind.SECURITY, AnchorKind.INSURANCE, AnchorKind.CREDIT, AnchorKind.PRECIOUS_METAL)
"""What three industry associations named in April 2022; not a parameter."""


def series_has_no_financial_underlying(_: Request, operation: CreateSeries) -> Reason | None:
    """R1.3: no security, insurance, credit or precious metal is behind it."""
    for anchor in operation.anchors:
        if anchor.kind in FINANCIAL:
            return refuse(
                "Series {series} stands on {kind}, a financial asset.", series=operation.series, kind=anchor.kind.value
            )
    return None
