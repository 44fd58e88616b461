"""What the bus benchmark found: the figures of each run, ratios between runs of one repeat, and both as a table."""

from collections.abc import Iterator, Sequence

import msgspec

from benchmarks.bus_cases import Case, Kind, Measured, Path
from benchmarks.machine import Machine
from benchmarks.statistics import Spread, percentile

CONDITIONS = (
    "Four peers, a process each, and the broker on one machine. Every peer publishes to the three others at QoS 0;"
    " MQTT 3.1.1; TCP_NODELAY everywhere; uvloop everywhere.",
    "ours: network.buses.Buses with its queues, bounds and counters. aiomqtt: await publish(...) in a loop, and"
    " async for over client.messages; nothing is bounded or counted.",
    "embedded: network.broker. amqtt: amqtt's own broker with the same settings. Each repeat starts brokers and peers"
    " anew and takes the pairings in turn, in another order each time; so does a case that follows one with losses.",
    "rounds: everybody publishes once and waits for everybody else's message. N/s: each peer publishes N messages a"
    " second by the clock. Latency: from the moment the burst is handed to the client to the arrival at one receiver.",
    "Processor time is divided by messages received: one publication counts three times.",
)


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """One case, once, by one path over one broker."""

    case: str
    path: Path
    broker: str
    repeat: int
    load_average: float
    """Of the machine over the last minute, at the beginning; peers and broker are part of it."""
    rounds_per_second: float
    """Of the slowest peer; 0 for a case with a rate."""
    received: int
    """By all peers."""
    lost: int
    """To be sent, and not received within the time of grace: lost, or still under way."""
    p50_us: int
    p99_us: int
    lag_p99_us: int
    """How late the bursts left; 0 for rounds. Where this is long, the peer itself could not keep up."""
    peers_cpu_us: float
    """Processor time of all peers for a message received."""
    broker_cpu_us: float
    """Of the broker; 0 where the broker is not ours to watch."""


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """What one pairing costs, or carries, in units of another: the median over repeats, each repeat by itself."""

    case: str
    figure: str
    numerator: str
    denominator: str
    value: Spread


class BusResult(msgspec.Struct, frozen=True, kw_only=True):
    """One call; a file benchmarks/results/bus-*.json."""

    command: str
    began_ms: int
    """Unix milliseconds."""
    seconds: float
    """How long it took."""
    case_seconds: float
    """How long each case was measured."""
    repeats: int
    machine: Machine
    conditions: tuple[str, ...]
    load_average_before: float
    """Before the first process was started: what others did with the machine."""
    ratios: tuple[Ratio, ...]
    figures: tuple[Figures, ...]


def figures_of(
    case: Case,
    measured: Sequence[Measured],
    *,
    path: Path,
    broker: str,
    repeat: int,
    load_average: float,
    seconds: float,
    broker_cpu_us: float,
) -> Figures:
    """Sum up what the peers of one case said."""
    received = sum(each.received for each in measured)
    latencies = sorted(latency for each in measured for latency in each.latencies_us)
    lags = sorted(lag for each in measured for lag in each.lags_us)
    return Figures(
        case=case.name,
        path=path,
        broker=broker,
        repeat=repeat,
        load_average=round(load_average, 2),
        rounds_per_second=round(min(each.rounds for each in measured) / seconds, 1) if case.kind is Kind.ROUNDS else 0,
        received=received,
        lost=sum(each.expected - each.received for each in measured),
        p50_us=int(percentile(latencies, 0.5)) if latencies else 0,
        p99_us=int(percentile(latencies, 0.99)) if latencies else 0,
        lag_p99_us=int(percentile(lags, 0.99)) if lags else 0,
        peers_cpu_us=round(sum(each.cpu_us for each in measured) / max(1, received), 1),
        broker_cpu_us=round(broker_cpu_us / max(1, received), 1),
    )


RATIO_FIGURES = ("rounds_per_second", "p50_us", "p99_us", "peers_cpu_us", "broker_cpu_us")

RATIOS_SHOWN = ("rounds_per_second", "peers_cpu_us", "broker_cpu_us")
"""In the table; the ratios of latencies, which queues make as large as one likes, are in the file."""


def ratios_of(figures: Sequence[Figures]) -> tuple[Ratio, ...]:
    """The figures of aiomqtt over ours on each broker, and amqtt's over the embedded broker's on each path."""
    found: list[Ratio] = []
    brokers = list(dict.fromkeys(each.broker for each in figures))
    pairs = [((Path.AIOMQTT, broker), (Path.OURS, broker)) for broker in brokers]
    pairs += [((path, "amqtt"), (path, "embedded")) for path in Path]
    for case in dict.fromkeys(each.case for each in figures):
        for above, below in pairs:
            for name in RATIO_FIGURES:
                values = list(_quotients(figures, case, name, above, below))
                if values:
                    found.append(
                        Ratio(
                            case=case,
                            figure=name,
                            numerator=" over ".join(above),
                            denominator=" over ".join(below),
                            value=Spread.of(values),
                        )
                    )
    return tuple(found)


def _quotients(
    figures: Sequence[Figures], case: str, name: str, above: tuple[Path, str], below: tuple[Path, str]
) -> Iterator[float]:
    """Of the two in each repeat that has both; a figure that was not taken is 0 and has no quotient."""
    by_repeat = {
        (each.path, each.broker, each.repeat): float(getattr(each, name)) for each in figures if each.case == case
    }
    for repeat in sorted({each.repeat for each in figures}):
        numerator, denominator = by_repeat.get((*above, repeat), 0.0), by_repeat.get((*below, repeat), 0.0)
        if numerator > 0 and denominator > 0:
            yield numerator / denominator


def as_lines(result: BusResult) -> list[str]:
    """The table: medians, with lowest and highest where room is; then the ratios."""
    machine = result.machine
    lines = [
        f"{machine.processor}, {machine.cores} cores, Python {machine.python}; commit {machine.commit};"
        f" load average before: {result.load_average_before}",
        *result.conditions,
        "",
        f"{'case':34}{'path':9}{'broker':24}{'rounds/s':>24}{'p50 us':>9}{'p99 us':>9}{'late us':>9}{'peers us':>10}"
        f"{'broker us':>11}{'lost':>8}",
    ]
    for case in dict.fromkeys(each.case for each in result.figures):
        of_case = [each for each in result.figures if each.case == case]
        for path, broker in dict.fromkeys((each.path, each.broker) for each in of_case):
            lines.append(_row(case, path, broker, [e for e in of_case if (e.path, e.broker) == (path, broker)]))
    lines += ["", f"{'case':34}{'figure':20}{'':62}{'median (lowest..highest)':>28}"]
    for ratio in result.ratios:
        if ratio.figure not in RATIOS_SHOWN:
            continue
        spread = f"{ratio.value.median:.2f} ({ratio.value.lowest:.2f}..{ratio.value.highest:.2f})"
        compared = f"{ratio.numerator} / {ratio.denominator}"
        lines.append(f"{ratio.case:34}{ratio.figure:20}{compared:62}{spread:>28}")
    return lines


def _row(case: str, path: Path, broker: str, runs: Sequence[Figures]) -> str:
    def middle(name: str) -> float:
        return Spread.of([getattr(run, name) for run in runs], digits=1).median

    rounds = Spread.of([run.rounds_per_second for run in runs], digits=0)
    spread = f"{rounds.median:,.0f} ({rounds.lowest:,.0f}..{rounds.highest:,.0f})" if rounds.highest else ""
    return (
        f"{case:34}{path.value:9}{broker:24.24}{spread:>24}{middle('p50_us'):>9,.0f}{middle('p99_us'):>9,.0f}"
        f"{middle('lag_p99_us'):>9,.0f}{middle('peers_cpu_us'):>10,.1f}{middle('broker_cpu_us'):>11,.1f}"
        f"{sum(run.lost for run in runs):>8,}"
    )
