"""What happened to a token, found in the receipts: backwards, a window of blocks at a time, within a bound of work.

There is no index: gifts are many and histories are asked for seldom. SQLite looks for the token's bytes in the stored
receipts of a window, and only the blocks it finds are decoded.
"""

import time
from collections.abc import Iterator

from ledger.names import series_of_token
from ledger.receipts import Event
from node.gateway.queries.types import HappenedReply, HistoryAnswer
from node.gateway.types import event_reply
from node.storage.reads import StorageReader

WINDOW_BLOCKS = 32
"""Blocks searched at once: 5 to 10 MB of receipts where blocks are full, a few milliseconds."""

SEARCH_MS_MAX = 30
"""After so long an answer is given with what was found, and says how far it looked: the node has turns to take."""

EVENTS_MAX = 200
"""Events of one answer, and as many more as the last window held."""


def history(reader: StorageReader, token: str, *, height: int, lowest: int) -> HistoryAnswer:
    """What happened to `token` in blocks `lowest` to `height`, the latest first, as far back as the bounds let."""
    began = time.monotonic()
    found: list[HappenedReply] = []
    last = height
    while last >= lowest:
        first = max(lowest, last - WINDOW_BLOCKS + 1)
        found += _window(reader, token, first, last)
        last = first - 1
        if len(found) >= EVENTS_MAX or (time.monotonic() - began) * 1_000 >= SEARCH_MS_MAX:
            break
    return HistoryAnswer(height=height, searched_from=last + 1, events=tuple(found))


def _window(reader: StorageReader, token: str, first: int, last: int) -> Iterator[HappenedReply]:
    series = series_of_token(token)
    for height in reader.heights_naming(token.encode(), (b"minted", series.encode()), first=first, last=last):
        for position, receipt in reversed(list(enumerate(reader.receipts(height)))):
            for event in reversed(receipt.events):
                if is_about(event, token, series):
                    yield HappenedReply(height, position, receipt.transaction.hex(), event_reply(event))


def is_about(event: Event, token: str, series: str) -> bool:
    """Whether an event names the token, or made it as one of many."""
    params = dict(event.params)
    if event.name == "minted":
        first, last = params["first"], params["last"]
        # Editions are written with leading zeros: of equally long ids the order is that of their numbers.
        return params["series"] == series and (len(first), first) <= (len(token), token) <= (len(last), last)
    return token in params.values()
