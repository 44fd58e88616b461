"""Presents under way: what both honest worlds are made of. Each token is given by whoever has it, in order of time."""

import random
from collections.abc import Sequence

from ledger.parameters import DAY_MS
from scenarios.laboratory.transfer import Transfer

SERIES = 50
"""Different series that presents come from."""


class Presents:
    """Collects them."""

    def __init__(self, chance: random.Random, *, begin_ms: int, days: int) -> None:
        """None yet; they begin in `days` days from `begin_ms` on."""
        self.transfers: list[Transfer] = []
        self._chance, self._begin_ms, self._days = chance, begin_ms, days
        self._tokens = 0

    def moment(self) -> int:
        """Some time within the days."""
        return self._begin_ms + self._chance.randrange(self._days * DAY_MS)

    def give(self, at_ms: int, giver: int, receiver: int) -> str:
        """Give something new; which it is."""
        self._tokens += 1
        token = f"series{self._tokens % SERIES}-{self._tokens:05d}"
        self.again(at_ms, token, giver, receiver)
        return token

    def again(self, at_ms: int, token: str, giver: int, receiver: int) -> None:
        """Give on what was given before; nobody gives to himself."""
        if giver != receiver:
            self.transfers.append(Transfer(at_ms, token, f"p{giver}", f"p{receiver}"))

    def walk(self, at_ms: int, hands: Sequence[int], *, rest_ms: tuple[int, int]) -> None:
        """Hand something new from hand to hand; each keeps it for some time between the two of `rest_ms`."""
        first, second, *others = hands
        token, giver = self.give(at_ms, first, second), second
        for receiver in others:
            at_ms += self._chance.randint(*rest_ms)
            self.again(at_ms, token, giver, receiver)
            giver = receiver
