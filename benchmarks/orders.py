"""What the runner and the load generator, two processes, say to each other: a JSON object a line."""

import enum

import msgspec


class Workload(enum.StrEnum):
    """What one envelope of the load is."""

    SIGNED = "signed"
    """One gift of about 256 bytes under one signature."""
    BUNDLE = "bundle"
    """A hundred gifts under one signature."""


class Open(msgspec.Struct, frozen=True, tag="open"):
    """Make the world: accounts, series, tokens."""

    directory: str
    """The consortium's folder, for charter and operators' keys."""
    gateways: dict[str, str]
    """URL by member."""
    pairs: int
    seed: int


class Load(msgspec.Struct, frozen=True, tag="load"):
    """Offer a load, open loop: what is sent when is fixed before the first byte leaves."""

    workload: Workload
    rate: int
    """Transactions a second."""
    warm_up_s: float
    """Offered and not counted."""
    measure_s: float
    """Offered and counted."""


class Opened(msgspec.Struct, frozen=True, tag="opened"):
    """The world is there."""

    seconds: float
    tokens: int
    accounts: int


class Measuring(msgspec.Struct, frozen=True, tag="measuring"):
    """The warm-up is over: what is counted begins now."""


class Measured(msgspec.Struct, frozen=True, tag="measured"):
    """What is counted has been offered; answers are still coming in."""


class Loaded(msgspec.Struct, frozen=True, kw_only=True, tag="loaded"):
    """What became of a load; everything is of the measured part only."""

    workload: Workload
    rate: int
    """Offered, transactions a second."""
    offered: int
    """Transactions."""
    finalised: int
    """Of these: final and accepted, whenever it was."""
    finalised_in_window: int
    """Transactions, whenever offered, that the generator heard to be final while it measured."""
    seconds: float
    """Length of the window."""
    p50_ms: float
    """From the moment at which a transaction was meant to be sent to the moment at which it was known to be final."""
    p90_ms: float
    p99_ms: float
    latest_ms: float
    failures: dict[str, int]
    """Transactions that did not become final and accepted, by what was said of them."""
    lag_p99_ms: float
    """How late requests left, against the schedule: large means that the generator was the limit."""
    generator_cpu_share: float
    """Processor time of the generator for each second of the window; near 1 it is the limit."""
    envelope_bytes: int
    """Encoded size of the median envelope."""
    transactions_per_envelope: int
    requests: int


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The generator cannot go on."""

    text: str


Order = Open | Load
Answer = Opened | Measuring | Measured | Loaded | Failed
