"""Act four: a thousand people at all platforms, three hundred editions, at once.

Each person asks at every platform; each platform signs each order by itself, in the order in which people came to it,
and hands it to its own gateway. Nobody decides who is first but the consortium's order of blocks.
"""

import asyncio
import time
from collections import Counter, deque
from dataclasses import dataclass, field

from canonical.hashing import Domain, digest
from ledger.envelope import Envelope
from ledger.operations.series import Issue
from ledger.receipts import Status
from node.client import Indefinite, Unavailable
from node.gateway.types import EnvelopeReply, RefusalReply, TransactionReply, TransactionStatus
from scenarios.errors import NotAnswered
from scenarios.first_day.catalogue import PRICE_FEN
from scenarios.first_day.claims import Kind
from scenarios.first_day.people import Person
from scenarios.first_day.stage import FINAL_TIMEOUT_MS, Stage, Stopwatch, together

WORKERS_PER_PLATFORM = 6
"""Requests that each platform has open at once."""

ORDERS_PER_REQUEST = 8
"""Orders a platform hands over together, each signed by itself."""

PAUSE_S = 0.1
"""Before orders that found no room are handed over again."""


@dataclass(slots=True)
class Order:
    """One person's order at one platform."""

    person: Person
    platform: str
    envelope: Envelope = field(repr=False)
    reply: TransactionReply | None = None
    """Its definite answer."""

    @property
    def token(self) -> str | None:
        """The edition it got."""
        if self.reply is None or self.reply.receipt is None or self.reply.receipt.status is not Status.ACCEPTED:
            return None
        return next(event.params["token"] for event in self.reply.receipt.events if event.name == "transfer")

    @property
    def refusals(self) -> tuple[RefusalReply, ...]:
        """Every reason why it got none."""
        if self.reply is None:
            return ()
        return self.reply.refusals if self.reply.receipt is None else self.reply.receipt.refusals


@dataclass(slots=True)
class Rush:
    """The rush while it goes on, and what came of it."""

    orders: tuple[Order, ...]
    trigger: int
    """Editions sold when `half_way` is set."""
    sold: int = 0
    half_way: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the rush is well under way: the moment for something to fail."""

    def settle(self, order: Order, reply: TransactionReply) -> None:
        """Note a definite answer."""
        order.reply = reply
        if order.token is not None:
            self.sold += 1
            if self.sold >= self.trigger:
                self.half_way.set()

    def winners(self) -> tuple[Order, ...]:
        """Orders that got an edition."""
        return tuple(order for order in self.orders if order.token is not None)


def prepare_rush(stage: Stage) -> Rush:
    """Let people come to each platform in an order of chance, and sign their orders."""
    orders: list[Order] = []
    for platform in stage.consortium.platforms():
        wallet = stage.wallet(platform)
        for person in stage.random.sample(stage.people, len(stage.people)):
            paid = digest(Domain.RECORD, f"receipt {platform} {person.number}".encode())
            issue = Issue(stage.series_on_sale, person.account(platform), PRICE_FEN, paid, "CNY")
            orders.append(Order(person, platform, wallet.seal(issue)))
    return Rush(tuple(orders), trigger=max(1, stage.scale.editions // 3))


async def run_rush(stage: Stage, rush: Rush) -> None:
    """Hand all orders over through all gateways at once; return when every one has its answer."""
    stage.say(
        f"The sale of {stage.series_on_sale} opens: {len(stage.people):,} people, {len(rush.orders):,} orders at"
        f" {len(stage.consortium.platforms())} platforms, {stage.scale.editions} editions. Now!"
    )
    clock = Stopwatch()
    queues = {platform: deque[Order]() for platform in stage.consortium.platforms()}
    for order in rush.orders:
        queues[order.platform].append(order)
    await together(
        *(
            _work(stage, rush, platform, queue)
            for platform, queue in queues.items()
            for _ in range(WORKERS_PER_PLATFORM)
        )
    )
    # A day with fewer buyers than a third of the editions has no half way; the story goes on all the same.
    rush.half_way.set()
    stage.figures["rush_seconds"] = round(clock.seconds, 2)
    stage.figures["rush_orders_per_second"] = round(len(rush.orders) / clock.seconds)


async def _work(stage: Stage, rush: Rush, platform: str, queue: deque[Order]) -> None:
    """One connection of a platform: takes the next orders until none is left."""
    while queue:
        orders = [queue.popleft() for _ in range(min(ORDERS_PER_REQUEST, len(queue)))]
        await _settle(stage, rush, platform, orders)


async def _settle(stage: Stage, rush: Rush, platform: str, orders: list[Order]) -> None:
    """Hand orders over, the same bytes again and again, until each has a definite answer.

    Raises: NotAnswered after `FINAL_TIMEOUT_MS`.
    """
    client = stage.client(platform)
    deadline = time.monotonic() + FINAL_TIMEOUT_MS / 1000
    while orders:
        if time.monotonic() > deadline:
            raise NotAnswered(
                f"{len(orders)} orders at {platform} had no definite answer within {FINAL_TIMEOUT_MS} ms."
            )
        try:
            reply = await client.submit([order.envelope for order in orders], wait=True, timeout_ms=5_000)
        except (Indefinite, Unavailable):
            await asyncio.sleep(PAUSE_S)
            continue
        orders = [
            order for order, answer in zip(orders, reply.envelopes, strict=True) if not _note(rush, order, answer)
        ]
        if orders:
            await asyncio.sleep(PAUSE_S)


def _note(rush: Rush, order: Order, answer: EnvelopeReply) -> bool:
    """Note the answer if it is definite; return whether it is."""
    reply = answer.transactions[0]
    if reply.status not in (TransactionStatus.FINAL, TransactionStatus.REFUSED):
        return False
    rush.settle(order, reply)
    return True


async def judge_rush(stage: Stage, rush: Rush) -> None:
    """Say what came of it, and check it against every member's own ledger."""
    winners, editions = rush.winners(), stage.scale.editions
    expected = min(editions, sum(person.is_adult for person in stage.people))
    people, tokens = {order.person.number for order in winners}, {order.token for order in winners}
    claims = stage.claims
    claims.check(Kind.SAFETY, f"exactly {expected} orders got an edition", len(winners) == expected, found=len(winners))
    claims.check(Kind.SAFETY, "no person got two", len(people) == len(winners), found=len(people))
    claims.check(Kind.SAFETY, "no edition was sold twice", len(tokens) == len(winners), found=len(tokens))
    others = [order for order in rush.orders if order.token is None]
    told = sum(bool(order.refusals) for order in others)
    claims.check(
        Kind.SAFETY,
        "every other order was told why not",
        told == len(others),
        found=f"{told:,} of {len(others):,} told",
    )
    await stage.watch.until(stage.watch.is_level, what="That all members have the same blocks", timeout_s=30)
    for member in stage.consortium.members:
        issued = (await stage.client(member).series(stage.series_on_sale)).issued
        claims.check(Kind.SAFETY, f"{member}'s ledger says {expected} are sold", issued == expected, found=issued)
    stage.say(
        f"{len(winners)} people own one of {editions} editions, and {len(stage.people) - len(people)} people none:"
        f" {len(rush.orders):,} orders answered in {stage.figures['rush_seconds']:.1f} s."
    )
    stage.say(reasons_header(rush))
    for line in reasons(rush):
        stage.say(f"   {line}")


def reasons_header(rush: Rush) -> str:
    """What stands above `reasons`, whose counts add up to more than the orders."""
    refused = sum(bool(order.refusals) for order in rush.orders)
    return f"{refused:,} orders were refused; one order may have several reasons:"


def reasons(rush: Rush) -> list[str]:
    """Why orders were refused: each rule with how many orders it refused and an example of what they were told."""
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], str] = {}
    for order in rush.orders:
        for refusal in order.refusals:
            key = (refusal.rule, refusal.code)
            counts[key] += 1
            examples.setdefault(key, refusal.message)
    return [
        f"{count:5,} x {rule:5} {code:16} {examples[rule, code]}"
        for (rule, code), count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]
