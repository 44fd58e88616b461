"""Which tokens were given lately: an index beside the state, so that an epoch looks at few tokens out of a million.

It holds what one scan of all tokens would find, and is kept by the blocks: a test compares both. What it answers
depends on the state alone, so members that restarted, or took the ledger over, answer the same.
"""

from collections.abc import Iterable

from ledger.records.tokens import TokenRecord
from ledger.state import State
from ledger.transitions.trail import TRAIL_MS

TOKENS_MAX = 4_096
"""An epoch looks at so many tokens at most: those given last."""

SLACK = 4
"""So many times more are kept before the older ones are let go: one sort for many blocks."""


class RecentGifts:
    """The tokens with a gift within `TRAIL_MS`, as far as they are among the `TOKENS_MAX` given last."""

    __slots__ = ("_given_ms",)

    def __init__(self) -> None:
        """Begin with none."""
        self._given_ms: dict[str, int] = {}

    @classmethod
    def of(cls, state: State) -> "RecentGifts":
        """Look at every token of `state` once."""
        recent = cls()
        recent.follow(state.tokens.unsorted())
        return recent

    def follow(self, tokens: Iterable[tuple[str, TokenRecord]]) -> None:
        """Take in the tokens that a block changed, in any order."""
        for token, record in tokens:
            self.see(token, record)

    def see(self, token: str, record: TokenRecord) -> None:
        """Take in one token as it is now."""
        # Not whether it has a trail: a forced transfer ends that, and a token that then left the last ones would let
        # one back in that was forgotten long ago. The number of gifts and the hold clock only grow.
        if record.transfers:
            self._given_ms[token] = record.acquired_ms
            if len(self._given_ms) > SLACK * TOKENS_MAX:
                self._forget()

    def latest(self, now_ms: int) -> list[str]:
        """The tokens given within `TRAIL_MS` before `now_ms`, the last `TOKENS_MAX` of them, sorted by name."""
        self._forget()
        return sorted(token for token, given_ms in self._given_ms.items() if given_ms >= now_ms - TRAIL_MS)

    def _forget(self) -> None:
        """Keep the `TOKENS_MAX` given last. Times only grow, so none of the others will ever be among them again."""
        if len(self._given_ms) > TOKENS_MAX:
            kept = sorted(self._given_ms.items(), key=lambda item: (item[1], item[0]))[-TOKENS_MAX:]
            self._given_ms = dict(kept)
