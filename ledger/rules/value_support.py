"""Tenet 5, ensure value support: the disclosed price, and never more editions than announced.

R5.2, whole tokens only, needs no function: no operation has a field for a part of a token.
"""

from ledger.operations.series import CreateSeries, Issue, Mint, MintBatch
from ledger.rules.request import Reason, Request, refuse


def price_is_as_disclosed(request: Request, operation: Issue) -> Reason | None:
    """R5.1: every edition is sold at the price the series disclosed."""
    series = request.state.series.get(operation.series)
    if series is None or series.price_fen == operation.price_fen:
        return None
    return refuse(
        "Series {series} is disclosed at {disclosed_fen} fen, not {price_fen}.",
        series=operation.series,
        disclosed_fen=series.price_fen,
        price_fen=operation.price_fen,
    )


def cap_is_within_bound(request: Request, operation: CreateSeries) -> Reason | None:
    """R5.3: a series has a bounded number of editions."""
    most = request.parameters.edition_cap_max
    if operation.edition_cap <= most:
        return None
    return refuse(
        "Series {series} would have {edition_cap} editions; at most {edition_cap_max} are permitted.",
        series=operation.series,
        edition_cap=operation.edition_cap,
        edition_cap_max=most,
    )


def mint_is_within_cap(request: Request, operation: Mint | MintBatch) -> Reason | None:
    """R5.3: no more editions are made than were announced."""
    series = request.state.series.get(operation.series)
    count = operation.count if isinstance(operation, MintBatch) else 1
    if series is None or series.minted + count <= series.edition_cap:
        return None
    return refuse(
        "Series {series} has {minted} of {edition_cap} editions; {count} more are too many.",
        series=operation.series,
        minted=series.minted,
        edition_cap=series.edition_cap,
        count=count,
    )


def edition_is_left(request: Request, operation: Issue) -> Reason | None:
    """R5.3: what does not exist is not sold. A real platform once took money for more than its 300 copies."""
    series = request.state.series.get(operation.series)
    if series is None or not series.sealed or series.issued < series.minted:
        return None
    return refuse(
        "Series {series} is sold out: all {edition_cap} editions have owners.",
        series=operation.series,
        edition_cap=series.edition_cap,
    )
