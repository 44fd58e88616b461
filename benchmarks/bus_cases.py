"""What the bus benchmark measures, and what its runner and its peers, processes of their own, say to each other.

Orders and answers are JSON objects, one a line.
"""

import enum

import msgspec

PEERS = ("ant", "copyright", "jd", "tencent")
"""Each publishes to all others, as members do with their votes."""


class Path(enum.StrEnum):
    """How a peer sends and receives."""

    OURS = "ours"
    """`network.buses.Buses`, with its queues, bounds and counters."""
    AIOMQTT = "aiomqtt"
    """`await client.publish(...)` and `async for message in client.messages`, as aiomqtt's own documentation has it."""


class Kind(enum.StrEnum):
    """How a case sends."""

    ROUNDS = "rounds"
    """Everybody publishes once, waits for the message of everybody else, and begins again: a phase of votes."""
    RATE = "rate"
    """Everybody publishes by the clock, whatever became of earlier messages."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of traffic."""

    kind: Kind
    payload_bytes: int
    rate: int = 0
    """Messages a second from each peer; 0 for rounds."""
    burst: int = 1
    """Messages published together; bursts come so much more rarely that the rate stays."""

    @property
    def name(self) -> str:
        """As tables have it."""
        size = f"{self.payload_bytes:,} B"
        if self.kind is Kind.ROUNDS:
            return f"rounds, {size}"
        return f"{self.rate}/s, {size}" + (f", in bursts of {self.burst}" if self.burst > 1 else "")


CASES = (
    Case(kind=Kind.ROUNDS, payload_bytes=200),
    Case(kind=Kind.ROUNDS, payload_bytes=50_000),
    Case(kind=Kind.RATE, payload_bytes=200, rate=100),
    Case(kind=Kind.RATE, payload_bytes=200, rate=400),
    Case(kind=Kind.RATE, payload_bytes=200, rate=400, burst=20),
    Case(kind=Kind.RATE, payload_bytes=50_000, rate=40),
)
"""In the order of measuring: a broker that is left with a queue is left with it at the end."""


class Order(msgspec.Struct, frozen=True):
    """Runner to peer: measure one case."""

    number: int
    """Of the case in this peer's life; messages of another number are ignored."""
    case: Case
    begin_ns: int
    """When all begin, by `time.monotonic_ns`, which the processes of one machine share."""
    seconds: float


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """Peer to runner: connected and subscribed."""


class Measured(msgspec.Struct, frozen=True, tag="measured"):
    """Peer to runner: what one case gave."""

    rounds: int
    """Completed in time; 0 for a case with a rate."""
    sent: int
    received: int
    expected: int
    """Messages that the others were to send; for rounds what was received."""
    cpu_us: int
    """Processor time of this process during the case."""
    latencies_us: list[int]
    """From the moment at which the message's burst was handed to the client to its arrival here; warm-up left out."""
    lags_us: list[int]
    """How much later than due each burst was handed to the client."""


Answer = Ready | Measured
