"""What a ledger keeps beside its state, to answer without looking at every token."""

from dataclasses import dataclass, field

from ledger.queries import Holdings
from ledger.recent import RecentGifts
from ledger.records.tokens import TokenRecord


@dataclass(frozen=True, slots=True)
class Indexes:
    """Made while a state is loaded, in one look at each token; blocks keep them from then on."""

    holdings: Holdings = field(default_factory=Holdings)
    recent: RecentGifts = field(default_factory=RecentGifts)

    def see(self, token: str, record: TokenRecord) -> None:
        """Take in one token, in any order, each once; before anything is asked the holdings are to be sorted."""
        self.holdings.see(token, record)
        self.recent.see(token, record)
