"""What the acts of the story share: the consortium, its clients, the people, and where lines and claims go."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from ledger.envelope import Envelope
from ledger.operations.table import Operation
from ledger.receipts import Status
from node.client import Client
from node.gateway.types import TransactionReply
from node.wallet import Wallet
from scenarios.consortium import LiveConsortium
from scenarios.errors import NotAnswered
from scenarios.first_day.claims import Claims
from scenarios.first_day.pace import Pauses
from scenarios.first_day.people import Person
from scenarios.watch import Watch
from scenarios.works import Work

T = TypeVar("T")

FINAL_TIMEOUT_MS = 40_000
"""How long the story waits for something to become final: a member that is down and started again included."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How large the day is; tests tell the same story with fewer people."""

    works: int = 40
    people: int = 1_000
    editions: int = 300
    """Of each series."""
    series_per_platform: int = 2


@dataclass(slots=True)
class Stage:
    """Everything an act needs."""

    consortium: LiveConsortium
    watch: Watch
    claims: Claims
    say: Callable[[str], None]
    """Tells the audience one sentence."""
    scale: Scale
    works: tuple[Work, ...]
    random: Random
    victims: tuple[str, ...]
    """Members that are killed in the middle of the rush, at most as many as the others can do without."""
    pauses: Pauses
    """Between the moments of the day."""
    people: tuple[Person, ...] = ()
    series_on_sale: str = ""
    """The series everybody wants."""
    wallets: dict[str, Wallet] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)
    """What was measured, by name with its unit last; for the summary."""

    def wallet(self, member: str) -> Wallet:
        """The operator's wallet of a member, one for the whole day."""
        if member not in self.wallets:
            self.wallets[member] = self.consortium.wallet(member)
        return self.wallets[member]

    def client(self, member: str) -> Client:
        """A client of `member`'s gateway that goes to the others when that one is down.

        A learner has no gateway; its client goes to the first member's.
        """
        if member not in self.clients:
            self.clients[member] = Client(self.consortium.urls(member))
        return self.clients[member]

    async def close(self) -> None:
        """Close the clients."""
        for client in self.clients.values():
            await client.close()

    async def order(self, member: str, *operations: Operation) -> tuple[TransactionReply, ...]:
        """Sign operations for `member`, hand them to its gateway, and wait until they are final."""
        return await self.client(member).finalise(self.wallet(member).seal(*operations), timeout_ms=FINAL_TIMEOUT_MS)

    async def carry_out(self, member: str, envelopes: Sequence[Envelope]) -> tuple[TransactionReply, ...]:
        """Hand `member`'s envelopes to its gateway; return when all are final and accepted.

        Raises: NotAnswered naming what was refused although the story needs it.
        """
        replies = await self.client(member).finalise(*envelopes, timeout_ms=FINAL_TIMEOUT_MS)
        for reply in replies:
            if reply.receipt is None or reply.receipt.status is not Status.ACCEPTED:
                refusals = () if reply.receipt is None else reply.receipt.refusals
                why = "; ".join(refusal.message for refusal in refusals)
                raise NotAnswered(f"A transaction of {member} was refused although the story needs it: {why}")
        return replies


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        """Start."""
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """So far."""
        return time.monotonic() - self._began


async def together(*parts: Coroutine[None, None, T]) -> list[T]:
    """Do several things at once; when one fails, the others are stopped, and the failure is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(part) for part in parts]
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]
