"""The benchmark of the bus: what it counts, what it compares, and that its peers say the truth."""

import asyncio
import re
import time
from pathlib import Path as File

import msgspec
import pytest

from benchmarks.bus import PeerFailed, read_arguments, run_pairing, shown
from benchmarks.bus_cases import CASES, PEERS, Case, Kind, Measured, Order, Path
from benchmarks.bus_peer import Peer, _payload, _planned
from benchmarks.bus_results import BusResult, as_lines, figures_of, ratios_of
from benchmarks.statistics import Spread

ROOT = File(__file__).parents[2]
SMALL = (
    Case(kind=Kind.ROUNDS, payload_bytes=200),
    Case(kind=Kind.RATE, payload_bytes=50_000, rate=40),
    Case(kind=Kind.RATE, payload_bytes=200, rate=100, burst=10),
)


def measured(*, rounds=0, received=300, expected=300, cpu_us=3_000, latencies=(100, 200, 300), lags=(5,)):
    return Measured(rounds, 100, received, expected, cpu_us, list(latencies), list(lags))


def figures(path, broker, repeat, *, case=CASES[0], peers=None, broker_cpu_us=0.0):
    return figures_of(
        case, peers or [measured()], path=path, broker=broker, repeat=repeat, load_average=0.5, seconds=2.0,
        broker_cpu_us=broker_cpu_us,
    )  # fmt: skip


def test_figures_are_of_all_peers_together_and_rounds_of_the_slowest():
    peers = [measured(rounds=100, cpu_us=1_000), measured(rounds=90, cpu_us=5_000, received=299, latencies=(1_000,))]
    found = figures(Path.OURS, "embedded", 0, peers=peers, broker_cpu_us=599.0)
    assert (found.rounds_per_second, found.received, found.lost) == (45.0, 599, 1)
    assert (found.p50_us, found.p99_us) == (200, 1_000)
    assert (found.peers_cpu_us, found.broker_cpu_us) == (10.0, 1.0)


def test_a_case_that_nothing_came_of_has_figures_too():
    found = figures(Path.OURS, "embedded", 0, case=CASES[2], peers=[measured(received=0, latencies=(), lags=())])
    assert (found.received, found.lost, found.p99_us) == (0, 300, 0)


def test_ratios_compare_within_one_repeat_only():
    found = ratios_of(
        [
            figures(Path.OURS, "embedded", 0, peers=[measured(cpu_us=3_000)]),
            figures(Path.AIOMQTT, "embedded", 0, peers=[measured(cpu_us=6_000)]),
            figures(Path.OURS, "embedded", 1, peers=[measured(cpu_us=30_000)]),
            figures(Path.AIOMQTT, "embedded", 1, peers=[measured(cpu_us=120_000)]),
            figures(Path.AIOMQTT, "embedded", 2, peers=[measured(cpu_us=1)]),
        ]
    )
    (cpu,) = [each for each in found if each.figure == "peers_cpu_us"]
    assert (cpu.numerator, cpu.denominator) == ("aiomqtt over embedded", "ours over embedded")
    assert cpu.value == Spread(3.0, 2.0, 4.0)


def test_stock_amqtt_is_compared_with_the_embedded_broker_on_the_same_path():
    found = ratios_of(
        [
            figures(Path.OURS, "embedded", 0, broker_cpu_us=3_000.0),
            figures(Path.OURS, "amqtt", 0, broker_cpu_us=12_000.0),
        ]
    )
    assert [(each.numerator, each.denominator, each.value.median) for each in found if "broker" in each.figure] == [
        ("ours over amqtt", "ours over embedded", 4.0)
    ]


def test_a_figure_that_was_not_taken_has_no_ratio():
    pair = [figures(path, "mqtt://host:1883", 0) for path in Path]
    assert "broker_cpu_us" not in {each.figure for each in ratios_of(pair)}


def test_messages_of_another_case_are_ignored_and_warm_up_is_left_out_of_latencies():
    peer = Peer()
    peer._number, peer._warm_up = 2, 10
    for number, message in ((1, 50), (2, 9), (2, 10), (2, 11)):
        order = Order(number, SMALL[2], 0, 1.0)
        peer.deliver(_payload(order, message, time.monotonic_ns()))
    assert (peer._received, len(peer._latencies_us)) == (3, 2)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_payload_has_the_size_it_should_have_and_bursts_are_whole(case):
    order = Order(1, case, 0, 1.55)
    assert len(_payload(order, 1, 1)) == case.payload_bytes
    assert _planned(order) % case.burst == 0


def test_a_password_is_in_no_result():
    assert shown("mqtt://user:secret@host:1883") == "mqtt://user@host:1883"
    assert shown("amqtt") == "amqtt"


def test_without_arguments_both_paths_and_both_of_our_brokers_are_compared():
    arguments = read_arguments([])
    assert (arguments.broker, arguments.path) == (["embedded", "amqtt"], ["ours", "aiomqtt"])


@pytest.mark.slow
@pytest.mark.parametrize("path", Path)
@pytest.mark.parametrize("broker", ["embedded", "amqtt"])
async def test_every_pairing_delivers_what_was_sent(path, broker):
    found = await run_pairing(path, broker, cases=SMALL, seconds=0.5, repeat=0)
    assert [each.case for each in found] == [case.name for case in SMALL]
    assert all(each.received > 0 and each.p99_us >= each.p50_us > 0 for each in found)
    assert found[1].received + found[1].lost == len(PEERS) * (len(PEERS) - 1) * 20
    if path is Path.OURS:
        assert not any(each.lost for each in found)


@pytest.mark.slow
async def test_a_broker_that_is_not_there_fails_the_run_and_leaves_no_process():
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(PeerFailed):
        await run_pairing(Path.AIOMQTT, f"mqtt://127.0.0.1:{port}", cases=SMALL, seconds=0.1, repeat=0)


def committed():
    """The result that decision 011 names."""
    text = (ROOT / "docs/decisions/011-publish-passes-the-wire.md").read_text(encoding="utf-8")
    (name,) = set(re.findall(r"benchmarks/results/bus-[\w-]+\.json", text))
    return text, msgspec.json.decode((ROOT / name).read_bytes(), type=BusResult)


def test_decision_011_says_what_its_result_says():
    text, result = committed()
    ratios = {(each.case, each.figure, each.numerator): each.value for each in result.ratios}
    rows = re.findall(r"^\| (.+?) \| `(\w+)` \| (.+?) \| ([\d.]+) \(([\d.]+) to ([\d.]+)\) \|$", text, re.MULTILINE)
    assert len(rows) >= 10
    for case, figure, numerator, *stated in rows:
        spread = ratios[(case, figure, numerator.replace("Mosquitto", "mqtt://127.0.0.1:18831"))]
        assert [f"{each:.2f}" for each in (spread.median, spread.lowest, spread.highest)] == stated, (case, figure)
    assert result.machine.commit in text
    assert not result.machine.commit.endswith("+")
    assert any("Four peers" in line for line in as_lines(result))
