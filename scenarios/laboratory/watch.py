"""Showing a history to the detectors as the ledger would: trails of eight, thirty days, an epoch at a time.

Different is only what a bare history does not have: accounts are their own persons, and an epoch is a span of time
rather than of blocks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from ledger.detectors.alerts import Scored, scored
from ledger.detectors.view import view_of
from ledger.parameters import DAY_MS
from ledger.recent import RecentGifts
from ledger.records.tokens import TokenRecord, TokenState
from ledger.transitions.trail import trail_after
from scenarios.laboratory.transfer import Transfer


@dataclass(frozen=True, slots=True)
class Watched:
    """What one epoch saw and said."""

    ended_ms: int
    gifts: int
    """Edges that were looked at."""
    left_out: int
    found: tuple[Scored, ...]


def watch(transfers: Iterable[Transfer], *, epoch_ms: int = DAY_MS) -> Iterator[Watched]:
    """Every epoch in which something was given, in order; `transfers` in order of time."""
    tokens: dict[str, TokenRecord] = {}
    recent = RecentGifts()
    end_ms: int | None = None
    for transfer in transfers:
        if end_ms is not None and transfer.at_ms >= end_ms:
            yield _look(tokens, recent, end_ms, epoch_ms)
            end_ms = None
        if end_ms is None:
            end_ms = (transfer.at_ms // epoch_ms + 1) * epoch_ms
        record = after(tokens.get(transfer.token), transfer)
        tokens[transfer.token] = record
        recent.follow([(transfer.token, record)])
    if end_ms is not None:
        yield _look(tokens, recent, end_ms, epoch_ms)


def after(held: TokenRecord | None, transfer: Transfer) -> TokenRecord:
    """The token's record once it was handed on. Of a giver who is not known to have it nothing earlier is known."""
    if held is None or held.owner != transfer.giver:
        held = TokenRecord(transfer.giver, TokenState.ISSUED, 0, 0, None, 0)
    return replace(
        held,
        owner=transfer.receiver,
        transfers=held.transfers + 1,
        acquired_ms=transfer.at_ms,
        trail=trail_after(held, transfer.at_ms),
    )


def _look(tokens: dict[str, TokenRecord], recent: RecentGifts, end_ms: int, epoch_ms: int) -> Watched:
    latest = ((token, tokens[token]) for token in recent.latest(end_ms))
    view = view_of(latest, str, now_ms=end_ms, news_ms=end_ms - epoch_ms)
    return Watched(end_ms, len(view.gifts), view.left_out, tuple(scored(view)))
