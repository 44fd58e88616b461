"""What a rule is asked at the end of an epoch, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass

from ledger.moment import Moment
from ledger.recent import RecentGifts
from ledger.state import State


@dataclass(frozen=True, slots=True)
class Closing:
    """An epoch that ends with the block that was just executed and is not committed yet."""

    state: State
    """After the block's transactions. A rule reads it, and may write rows of its own."""
    moment: Moment
    """The block."""
    epoch: int
    """The epoch's number, from 1."""
    news_ms: int
    """The end of the epoch before, Unix milliseconds; 0 for the first. What happened from then on is news."""
    recent: RecentGifts
    """Which tokens were given lately."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a rule looked at, for the compliance report."""

    checked: int
    """Things it looked at."""
    refused: int
    """Those it objects to. Nothing is undone by it: a rule at an epoch's end reports."""


@dataclass(frozen=True, slots=True)
class EpochRule:
    """One row of the table in `ledger/epochs.py`."""

    id: str
    """As in docs and compliance reports."""
    tenet: int
    """1 to 11."""
    at_epoch: Callable[[Closing], Looked]
