"""What accepted operations on series do."""

from msgspec.structs import replace

from ledger.daily import count_made
from ledger.names import token_id
from ledger.operations.series import CosignSeries, CreateSeries, Issue, Mint, MintBatch, SealSeries
from ledger.receipts import Event
from ledger.records.counts import PurchaseRecord
from ledger.records.series import SeriesRecord
from ledger.records.tokens import TokenRecord, TokenState
from ledger.rules.national_culture import count_series
from ledger.rules.request import Request
from ledger.transitions.tokens import transferred


def create_series(request: Request, operation: CreateSeries) -> tuple[Event, ...]:
    """Open a series without editions."""
    record = SeriesRecord(
        operation.work,
        request.account,
        operation.title,
        operation.price_fen,
        tuple(sorted(set(operation.sellers))),
        operation.anchors,
        operation.disclosure,
        operation.edition_cap,
        0,
        0,
        False,
        operation.price_highest_fen,
        tuple(sorted(set(operation.tags))),
    )
    request.state.series.put(operation.series, record)
    count_series(request.state, request.account, is_cultural=bool(operation.tags))
    count_made(request, series=1)
    params = (("series", operation.series), ("work", operation.work), ("edition_cap", str(operation.edition_cap)))
    return (Event("series_created", params),)


def cosign_series(request: Request, operation: CosignSeries) -> tuple[Event, ...]:
    """Note who put its name to the series."""
    old = _series(request, operation.series)
    request.state.series.put(operation.series, replace(old, cosigner=request.account))
    return (Event("series_cosigned", (("series", operation.series), ("by", request.account))),)


def seal_series(request: Request, operation: SealSeries) -> tuple[Event, ...]:
    """Fix the cap at what was minted."""
    old = _series(request, operation.series)
    request.state.series.put(operation.series, replace(old, edition_cap=old.minted, sealed=True))
    return (Event("series_sealed", (("series", operation.series), ("edition_cap", str(old.minted)))),)


def mint(request: Request, operation: Mint) -> tuple[Event, ...]:
    """Make the next edition; it is with the issuer until sold."""
    return _mint(request, operation.series, 1)


def mint_batch(request: Request, operation: MintBatch) -> tuple[Event, ...]:
    """Make the next `count` editions; they are with the issuer until sold."""
    return _mint(request, operation.series, operation.count)


def _mint(request: Request, series: str, count: int) -> tuple[Event, ...]:
    old = _series(request, series)
    first, last = old.minted + 1, old.minted + count
    assert not old.sealed, "never more editions than announced (R5.3)"
    assert last <= old.edition_cap, "never more editions than announced (R5.3)"
    record = TokenRecord(request.account, TokenState.MINTED, 0, request.now_ms, None, 0)
    for edition in range(first, last + 1):
        request.state.tokens.put(token_id(series, edition), record)
    request.state.series.put(series, replace(old, minted=last))
    count_made(request, editions=count)
    return (
        Event("minted", (("series", series), ("first", token_id(series, first)), ("last", token_id(series, last)))),
    )


def issue(request: Request, operation: Issue) -> tuple[Event, ...]:
    """Give the next edition to its buyer and start the hold clock."""
    state, series = request.state, operation.series
    old = _series(request, series)
    edition = old.issued + 1
    assert old.sealed, "never oversold (R5.3)"
    assert edition <= old.minted, "never oversold (R5.3)"
    token = token_id(series, edition)
    held = state.tokens.get(token)
    assert held is not None, "an edition is sold once"
    assert held.state is TokenState.MINTED, "an edition is sold once"
    buyer = state.accounts.get(operation.to)
    assert buyer is not None, "a buyer is a person (R11.1)"
    assert buyer.person is not None, "a buyer is a person (R11.1)"
    purchase = f"{series}/{buyer.person.hex()}"
    bought = state.purchases.get(purchase)
    state.purchases.put(purchase, PurchaseRecord(1 if bought is None else bought.count + 1))
    # An edition frozen before its sale keeps the mark of its freeze, which is over.
    record = TokenRecord(operation.to, TokenState.ISSUED, 0, request.now_ms, held.freeze_case, held.frozen_until_ms)
    state.tokens.put(token, record)
    state.series.put(series, replace(old, issued=edition))
    paid = (
        ("token", token),
        ("seller", request.account),
        ("price_fen", str(operation.price_fen)),
        ("currency", operation.currency),
        ("receipt", operation.receipt.hex()),
    )
    return (transferred(state, token, held.owner, operation.to), Event("issued", paid))


def _series(request: Request, series: str) -> SeriesRecord:
    record = request.state.series.get(series)
    assert record is not None, "rule L7 holds"
    return record
