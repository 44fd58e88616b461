"""How one member is doing: the status page, the explanation, and Prometheus' figures, all from the same counters."""

from collections.abc import Iterator

from consensus.explain import Explanation
from ledger.charter import Charter, chain_id
from network.bus import Bus
from node.driver import Driver
from node.gateway.events import BlockEvents
from node.gateway.reading import count_refused
from node.gateway.types import LinkReply, StatusReply
from node.waiting import FinalBlock


class Figures:
    """Reads a member's counters; changes none but its own."""

    def __init__(self, driver: Driver, bus: Bus, events: BlockEvents, *, charter: Charter, member: str) -> None:
        """Read what `driver`, `bus` and `events` count."""
        self.transactions_accepted = 0
        """Transactions in blocks that became final since start, and took effect."""
        self.transactions_refused = 0
        """Those that did not."""
        self._driver = driver
        self._bus = bus
        self._events = events
        self._voters = tuple(each.id for each in charter.voters())
        self._chain = chain_id(charter)
        self._member = member

    def on_final(self, block: FinalBlock) -> None:
        """Count a block's transactions."""
        refused = count_refused(block.receipts)
        self.transactions_refused += refused
        self.transactions_accepted += len(block.receipts) - refused

    def explain(self) -> Explanation:
        """Where consensus stands here and what it waits for."""
        return self._driver.explain()

    def status(self) -> StatusReply:
        """The member at a glance."""
        core, stands = self._driver.core, self.explain()
        return StatusReply(
            member=self._member,
            chain=self._chain.hex(),
            replica=self._voters.index(self._member),
            view=stands.view,
            primary=self._voters[stands.primary],
            phase="" if stands.oldest_open is None else stands.oldest_open.phase,
            executed=core.ledger.height,
            certified=self._driver.certified,
            stable=stands.stable,
            base=self._driver.base,
            highest_seen=stands.highest_seen,
            state_root=core.ledger.state_root.hex(),
            timestamp_ms=core.ledger.timestamp_ms,
            transactions=self.transactions_accepted + self.transactions_refused,
            pool=core.pool_size,
            halted=self._driver.halt is not None,
            links=tuple(
                LinkReply(link.url, link.state.value, link.protocol, link.connections, link.reason)
                for link in self._bus.links()
            ),
            refused=dict(sorted(core.counters.items())),
            dropped={reason.value: count for reason, count in sorted(self._bus.counters.dropped.items())},
        )

    def metrics(self) -> str:
        """Everything countable, in Prometheus' text format 0.0.4."""
        return "".join(f"{line}\n" for line in self._metric_lines())

    def _metric_lines(self) -> Iterator[str]:
        stands, bus = self.explain(), self._bus.counters
        yield from _metric("quorate_view", "gauge", "View of consensus.", stands.view)
        yield from _metric("quorate_executed_height", "gauge", "Last block executed.", stands.executed)
        yield from _metric("quorate_certified_height", "gauge", "Last final block.", self._driver.certified)
        yield from _metric("quorate_stable_height", "gauge", "Last stable checkpoint.", stands.stable)
        yield from _metric("quorate_pool_transactions", "gauge", "Admitted, not executed.", self._driver.core.pool_size)
        yield from _metric("quorate_halted", "gauge", "1 after a contradiction.", int(self._driver.halt is not None))
        yield from _metric("quorate_turns_total", "counter", "Turns of the driver.", self._driver.turns)
        yield from _metric("quorate_waiting_clients", "gauge", "Waits for finality.", len(self._driver.waits))
        yield from _metric("quorate_event_streams", "gauge", "Open event streams.", self._events.listeners)
        yield from _metric("quorate_event_streams_cut_off_total", "counter", "Streams cut off.", self._events.cut_off)
        yield from _metric("quorate_bus_published_total", "counter", "Messages sent.", bus.published)
        yield from _metric("quorate_bus_published_bytes_total", "counter", "Payload sent.", bus.published_bytes)
        yield from _metric("quorate_bus_received_total", "counter", "Messages received.", bus.received)
        yield from _metric("quorate_bus_received_bytes_total", "counter", "Payload received.", bus.received_bytes)
        yield from _labelled(
            "quorate_transactions_total",
            "Final transactions.",
            "status",
            {"accepted": self.transactions_accepted, "refused": self.transactions_refused},
        )
        yield from _labelled(
            "quorate_bus_dropped_total",
            "Messages dropped.",
            "reason",
            {reason.value: count for reason, count in bus.dropped.items()},
        )
        yield from _labelled("quorate_refused_total", "Items refused.", "reason", self._driver.core.counters)
        yield from _labelled(
            "quorate_state_transfer_bans_total",
            "Bans of a member for a poisoned state.",
            "member",
            {self._voters[replica]: count for replica, count in self._driver.core.bans.items()},
        )
        yield from _labelled(
            "quorate_proven_liars",
            "Members of whom there is proof here that they lied.",
            "member",
            {self._voters[replica]: 1 for replica in stands.accused},
            kind="gauge",
        )


def _metric(name: str, kind: str, text: str, value: int) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"
    yield f"{name} {value}"


def _labelled(name: str, text: str, label: str, values: dict[str, int], *, kind: str = "counter") -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"
    for key, value in sorted(values.items()):
        escaped = key.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
        yield f'{name}{{{label}="{escaped}"}} {value}'
