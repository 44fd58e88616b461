"""Tenet 5, ensure value support: the disclosed price, and never more editions than announced.

R5.2, whole tokens only, needs no function: no operation has a field for a part of a token.
"""

from ledger.operations.series import CreateSeries, Issue, Mint, MintBatch
from ledger.rules.request import Reason, Request, refuse


def price_is_as_disclosed(request: Request, operation: Issue) -> Reason | None:
    """R5.1: every edition is sold at the price the series disclosed, or inside the band where it disclosed one."""
    series = request.state.series.get(operation.series)
    if series is None:
        return None
    highest_fen = series.price_fen if series.price_highest_fen is None else series.price_highest_fen
    if series.price_fen <= operation.price_fen <= highest_fen:
        return None
    return refuse(
        "Series {series} is disclosed at {lowest_fen} to {highest_fen} fen, not {price_fen}.",
        series=operation.series,
        lowest_fen=series.price_fen,
        highest_fen=highest_fen,
        price_fen=operation.price_fen,
    )


def band_has_two_ends(_: Request, operation: CreateSeries) -> Reason | None:
    """R5.1: a disclosed band begins at its lowest price."""
    highest_fen = operation.price_highest_fen
    if highest_fen is None or operation.price_fen <= highest_fen:
        return None
    return refuse(
        "Series {series} would be sold at {price_fen} to {highest_fen} fen: the lowest price comes first.",
        series=operation.series,
        price_fen=operation.price_fen,
        highest_fen=highest_fen,
    )


def disclosure_is_complete(_: Request, operation: CreateSeries) -> Reason | None:
    """R5.4: a buyer is told what is sold, what may be done with it, and what not to expect."""
    disclosure = operation.disclosure
    missing = [name for name in disclosure.__struct_fields__ if not getattr(disclosure, name).strip()]
    if not missing:
        return None
    return refuse(
        "The disclosure of series {series} says nothing of: {missing}.",
        series=operation.series,
        missing=",".join(missing),
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
