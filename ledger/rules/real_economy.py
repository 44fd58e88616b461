"""Tenet 1, enable the real economy: a series stands on things, none of them financial; benefits are had once."""

from ledger.names import series_of_token
from ledger.operations.series import AnchorKind, CreateSeries
from ledger.operations.tokens import Redeem
from ledger.records.series import SeriesRecord
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


BENEFITS = frozenset({AnchorKind.PHYSICAL_GOOD, AnchorKind.TICKET, AnchorKind.COURSE})
"""Anchors that an edition can be used up for; an exhibit or a brand stays what it is."""


def place_of_benefit(series: SeriesRecord, benefit: str) -> int | None:
    """Which anchor of the series `benefit` is, from 0; None where it names none that can be redeemed."""
    for place, anchor in enumerate(series.anchors):
        if anchor.reference == benefit and anchor.kind in BENEFITS:
            return place
    return None


def benefit_is_promised(request: Request, operation: Redeem) -> Reason | None:
    """R1.2: only what the series cites, and can be used up, is redeemed."""
    name = series_of_token(operation.token)
    series = request.state.series.get(name)
    if series is None or place_of_benefit(series, operation.benefit) is not None:
        return None
    if request.state.tokens.get(operation.token) is None:
        return None
    return refuse("Series {series} has no benefit of this name: {benefit}", series=name, benefit=operation.benefit)


def benefit_is_unused(request: Request, operation: Redeem) -> Reason | None:
    """R1.2: each benefit of each edition once, whoever owns it by then."""
    series = request.state.series.get(series_of_token(operation.token))
    token = request.state.tokens.get(operation.token)
    place = None if series is None else place_of_benefit(series, operation.benefit)
    if token is None or place is None or not token.redeemed >> place & 1:
        return None
    return refuse("Token {token} was redeemed before for: {benefit}", token=operation.token, benefit=operation.benefit)
