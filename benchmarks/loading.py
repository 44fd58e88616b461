"""One load: signed beforehand, sent by the clock, every transaction followed to its end."""

import asyncio
import math
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from benchmarks.connection import Gateway
from benchmarks.orders import Load, Loaded, Workload
from benchmarks.statistics import median, percentile
from benchmarks.world import TOKENS_PER_PAIR, Gift, World
from canonical.encoding import encode
from ledger.receipts import Status
from node.gateway.types import EnvelopeReply, SubmitReply, TransactionStatus

TICK_S_FEW = 0.004
TICK_S_MANY = 0.020
MANY = 250
"""What is due is handed over together every tick, as a platform's shop would, so that HTTP is not what is measured:
every 20 ms from so many envelopes a second on, every 4 ms below. What a transaction waits for its tick is in its
latency."""

WAIT_MS = 10_000
"""How long a gateway is asked to wait for finality; what takes longer counts as not final."""

REQUEST_BYTES_MAX = 1 << 20
"""Of a body: half of what a gateway takes."""

_ARRAY_32 = b"\xdd"
_ROUNDING = 1e-6
_read_reply = msgspec.msgpack.Decoder(SubmitReply)


@dataclass(slots=True)
class Planned:
    """One envelope with its moment."""

    at_s: float
    """When it is meant to be sent, from the beginning of the load."""
    gift: Gift
    encoded: bytes
    gateway: str
    counted: bool
    """Whether it is past the warm-up."""
    final_s: float = 0.0
    """When it was known to be final; 0 until then."""
    outcome: str = "not sent"
    """`accepted`, or what was said instead."""

    @property
    def count(self) -> int:
        """Transactions in it."""
        return len(self.gift.places)


class Loading:
    """Plans a load, runs it, and sums it up."""

    def __init__(self, order: Load, world: World, gateways: dict[str, Gateway]) -> None:
        """Sign everything and fix every moment.

        Raises: Exhausted.
        """
        self._order = order
        self._gateways = gateways
        self._plan = self._planned(order, world)
        self._lags_s: list[float] = []
        self._requests = 0
        self._window_cpu_s = 0.0
        self._began = 0.0
        self._tick_s = tick_s(order.rate / _per_envelope(order.workload))

    @staticmethod
    def _planned(order: Load, world: World) -> list[Planned]:
        spacing_s = _per_envelope(order.workload) / order.rate
        count = math.ceil((order.warm_up_s + order.measure_s) / spacing_s - _ROUNDING)
        gifts = world.single_gifts(count) if order.workload is Workload.SIGNED else world.bundled_gifts(count)
        return [
            Planned(
                at_s=number * spacing_s,
                gift=gift,
                encoded=encode(gift.envelope),
                gateway=world.pairs[gift.pair].platform,
                counted=number * spacing_s >= order.warm_up_s,
            )
            for number, gift in enumerate(gifts)
        ]

    @property
    def unclear(self) -> list[Gift]:
        """Gifts that are not known to have been carried out."""
        return [planned.gift for planned in self._plan if planned.outcome != "accepted"]

    async def run(self, *, on_begin: Callable[[], None], on_end: Callable[[], None]) -> None:
        """Send everything at its time and wait for every answer; call back around the part that is measured."""
        due = deque(self._plan)
        end_s = self._order.warm_up_s + self._order.measure_s
        cpu_s = 0.0
        began = False
        self._began = time.perf_counter()
        async with asyncio.TaskGroup() as requests:
            while (now_s := time.perf_counter() - self._began) < end_s or due:
                if not began and now_s >= self._order.warm_up_s:
                    began, cpu_s = True, time.process_time()
                    on_begin()
                for gateway, batch in self._take(due, now_s).items():
                    requests.create_task(self._send(gateway, batch))
                next_s = due[0].at_s if due else end_s
                await asyncio.sleep(max(self._tick_s, next_s - (time.perf_counter() - self._began)))
            self._window_cpu_s = time.process_time() - cpu_s
            on_end()

    def _take(self, due: deque[Planned], now_s: float) -> dict[str, list[Planned]]:
        """What is due by now, by gateway."""
        taken: dict[str, list[Planned]] = {}
        while due and due[0].at_s <= now_s:
            planned = due.popleft()
            taken.setdefault(planned.gateway, []).append(planned)
            if planned.counted:
                self._lags_s.append(now_s - planned.at_s)
        return taken

    async def _send(self, gateway: str, batch: list[Planned]) -> None:
        """Send what is due at one gateway, in as many requests as its size asks for."""
        part: list[Planned] = []
        size_bytes = 0
        parts = [part]
        for planned in batch:
            if part and size_bytes + len(planned.encoded) > REQUEST_BYTES_MAX:
                part, size_bytes = [], 0
                parts.append(part)
            part.append(planned)
            size_bytes += len(planned.encoded)
        await asyncio.gather(*(self._exchange(gateway, each) for each in parts))

    async def _exchange(self, gateway: str, batch: list[Planned]) -> None:
        self._requests += 1
        body = _ARRAY_32 + len(batch).to_bytes(4, "big") + b"".join(planned.encoded for planned in batch)
        status, answer = await self._gateways[gateway].post(f"/v1/transactions?wait=final&timeout_ms={WAIT_MS}", body)
        final_s = time.perf_counter() - self._began
        if status not in (200, 202):
            for planned in batch:
                planned.outcome = f"status {status}"
            return
        for planned, reply in zip(batch, _read_reply.decode(answer).envelopes, strict=True):
            planned.outcome = _outcome(reply)
            if planned.outcome == "accepted":
                planned.final_s = final_s

    def result(self) -> Loaded:
        """Sum it up."""
        counted = [planned for planned in self._plan if planned.counted]
        accepted = [planned for planned in counted if planned.outcome == "accepted"]
        latencies_ms = sorted(
            (planned.final_s - planned.at_s) * 1000 for planned in accepted for _ in range(planned.count)
        ) or [float(WAIT_MS)]
        begin_s, end_s = self._order.warm_up_s, self._order.warm_up_s + self._order.measure_s
        failures = Counter[str]()
        for planned in counted:
            if planned.outcome != "accepted":
                failures[planned.outcome] += planned.count
        return Loaded(
            workload=self._order.workload,
            rate=self._order.rate,
            offered=sum(planned.count for planned in counted),
            finalised=sum(planned.count for planned in accepted),
            finalised_in_window=sum(
                planned.count for planned in self._plan if planned.final_s and begin_s <= planned.final_s < end_s
            ),
            seconds=self._order.measure_s,
            p50_ms=round(percentile(latencies_ms, 0.5), 2),
            p90_ms=round(percentile(latencies_ms, 0.9), 2),
            p99_ms=round(percentile(latencies_ms, 0.99), 2),
            latest_ms=round(latencies_ms[-1], 2),
            failures=dict(failures.most_common(10)),
            lag_p99_ms=round(percentile(sorted(self._lags_s) or [0.0], 0.99) * 1000, 2),
            generator_cpu_share=round(self._window_cpu_s / self._order.measure_s, 3),
            envelope_bytes=round(median([len(planned.encoded) for planned in self._plan])),
            transactions_per_envelope=max(planned.count for planned in self._plan),
            requests=self._requests,
        )


def tick_s(envelopes_per_second: float) -> float:
    """How often what is due is handed over."""
    return TICK_S_MANY if envelopes_per_second >= MANY else TICK_S_FEW


def _per_envelope(workload: Workload) -> int:
    return 1 if workload is Workload.SIGNED else TOKENS_PER_PAIR


def _outcome(reply: EnvelopeReply) -> str:
    """`accepted` if every transaction was, else what was said of the first that was not."""
    for transaction in reply.transactions:
        if transaction.status is not TransactionStatus.FINAL:
            refusals = "".join(f" {refusal.code}" for refusal in transaction.refusals)
            return f"{transaction.status.value}{refusals}"
        assert transaction.receipt is not None, "a final transaction has its receipt"
        if transaction.receipt.status is not Status.ACCEPTED:
            return "refused" + "".join(f" {refusal.code}" for refusal in transaction.receipt.refusals)
    return "accepted"
