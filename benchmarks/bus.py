"""What do our own ways of sending and receiving PUBLISH gain over those of aiomqtt and amqtt?

    python -m benchmarks.bus                                 both paths, over the embedded broker and over stock amqtt
    python -m benchmarks.bus --broker mqtt://HOST:PORT       both paths, over a broker that runs already
    python -m benchmarks.bus --broker embedded --path ours   one path alone

`--broker` and `--path` may be repeated. docs/decisions/011 is argued from the result.
"""

import argparse
import asyncio
import os
import shlex
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path as File

import msgspec
import psutil

from benchmarks.bus_cases import CASES, PEERS, Answer, Case, Measured, Order, Path, Ready
from benchmarks.bus_results import CONDITIONS, BusResult, Figures, as_lines, figures_of, ratios_of
from benchmarks.machine import this_machine
from network.embedded import EmbeddedBroker
from network.url import parse_bus_url

HEAD_START_S = 0.3
"""Between the order and the moment at which all peers begin."""

ANSWER_TIMEOUT_S = 30.0
"""Beyond the time a case takes; a peer that says nothing for so long is broken."""

_LINE_BYTES_MAX = 16 << 20
_ROOT = File(__file__).resolve().parent.parent


class PeerFailed(Exception):
    """A peer's process said nothing, or ended: the broker is not there, or refuses."""


class PeerProcess:
    """One peer, as the runner sees it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Talk to `process`."""
        self._process = process
        self._read = msgspec.json.Decoder(Answer)

    def order(self, order: Order) -> None:
        """Tell it what to measure."""
        assert self._process.stdin is not None, "its standard input is a pipe"
        self._process.stdin.write(msgspec.json.encode(order) + b"\n")

    async def answer(self, *, timeout_s: float) -> Answer:
        """What it says next.

        Raises: PeerFailed.
        """
        assert self._process.stdout is not None, "its standard output is a pipe"
        with suppress(TimeoutError):
            if line := await asyncio.wait_for(self._process.stdout.readline(), timeout_s):
                answer: Answer = self._read.decode(line)
                return answer
        raise PeerFailed("A peer ended or fell silent. What to do: see above; check that the broker answers.")

    async def measured(self, *, timeout_s: float) -> Measured:
        """Its answer to an order."""
        answer = await self.answer(timeout_s=timeout_s)
        assert isinstance(answer, Measured), "an order is answered by its result"
        return answer


@asynccontextmanager
async def python_process(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a module of this checkout; it ends with the block."""
    search = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": search},
        limit=_LINE_BYTES_MAX,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@asynccontextmanager
async def running_broker(broker: str) -> AsyncIterator[tuple[str, int | None]]:
    """Start what has to be started; give its URL, and its process if it is ours to watch."""
    if broker == "embedded":
        async with EmbeddedBroker() as embedded:
            yield embedded.url, embedded.pid
    elif broker == "amqtt":
        async with python_process("benchmarks.bus_amqtt") as process:
            assert process.stdout is not None, "its standard output is a pipe"
            port = int(await asyncio.wait_for(process.stdout.readline(), ANSWER_TIMEOUT_S))
            yield f"mqtt://127.0.0.1:{port}?protocol=3.1.1", process.pid
    else:
        yield broker + ("&" if "?" in broker else "?") + "protocol=3.1.1", None


async def run_pairing(path: Path, broker: str, *, cases: Sequence[Case], seconds: float, repeat: int) -> list[Figures]:
    """All cases, once, by one path over one broker, with processes that nobody used before.

    Where a case leaves messages under way, the next one gets new processes: it must not pay for them.
    """
    found: list[Figures] = []
    while len(found) < len(cases):
        async with new_peers(path, broker) as (peers, pid):
            for case in cases[len(found) :]:
                load_average, cpu_us = os.getloadavg()[0], processor_us(pid)
                begin_ns = time.monotonic_ns() + int(HEAD_START_S * 1e9)
                for peer in peers:
                    peer.order(Order(len(found) + 1, case, begin_ns, seconds))
                measured = await asyncio.gather(
                    *(peer.measured(timeout_s=seconds + ANSWER_TIMEOUT_S) for peer in peers)
                )
                found.append(
                    figures_of(
                        case,
                        measured,
                        path=path,
                        broker=shown(broker),
                        repeat=repeat,
                        load_average=load_average,
                        seconds=seconds,
                        broker_cpu_us=processor_us(pid) - cpu_us,
                    )
                )
                if found[-1].lost:
                    break
    return found


@asynccontextmanager
async def new_peers(path: Path, broker: str) -> AsyncIterator[tuple[list[PeerProcess], int | None]]:
    """Start a broker and all peers; give the peers, ready, and the broker's process if it is ours to watch."""
    async with AsyncExitStack() as stack:
        url, pid = await stack.enter_async_context(running_broker(broker))
        arguments = ("benchmarks.bus_peer", path.value)
        peers = [PeerProcess(await stack.enter_async_context(python_process(*arguments, name, url))) for name in PEERS]
        for peer in peers:
            assert isinstance(await peer.answer(timeout_s=ANSWER_TIMEOUT_S), Ready), "a peer begins by being ready"
        yield peers, pid


def processor_us(pid: int | None) -> float:
    """Processor time that `pid` has used so far, in steps of 10 ms on Linux; 0 without one."""
    if pid is None:
        return 0.0
    times = psutil.Process(pid).cpu_times()
    return float((times.user + times.system) * 1e6)


def shown(broker: str) -> str:
    """A broker's name for results: its URL without a password."""
    return broker if broker in {"embedded", "amqtt"} else str(parse_bus_url(broker))


async def run_all(arguments: argparse.Namespace) -> BusResult:
    """Every pairing in turn, `repeats` times."""
    pairings = [(Path(path), broker) for broker in arguments.broker for path in arguments.path]
    before, began, began_ms = os.getloadavg()[0], time.monotonic(), time.time_ns() // 1_000_000
    figures: list[Figures] = []
    for repeat in range(arguments.repeats):
        first = repeat % len(pairings)
        for path, broker in pairings[first:] + pairings[:first]:
            print(f"repeat {repeat + 1} of {arguments.repeats}: {path} over {shown(broker)}", file=sys.stderr)
            figures += await run_pairing(path, broker, cases=CASES, seconds=arguments.seconds, repeat=repeat)
    machine = this_machine()
    packages = machine.packages | {"paho-mqtt": version("paho-mqtt")}
    options = [f"--broker={shown(broker)}" for broker in arguments.broker]
    options += [f"--path={each}" for each in arguments.path]
    options += [f"--seconds={arguments.seconds}", f"--repeats={arguments.repeats}"]
    return BusResult(
        command=shlex.join(["python", "-m", "benchmarks.bus", *options]),
        began_ms=began_ms,
        seconds=round(time.monotonic() - began, 1),
        case_seconds=arguments.seconds,
        repeats=arguments.repeats,
        machine=msgspec.structs.replace(machine, packages=packages),
        conditions=CONDITIONS,
        load_average_before=round(before, 2),
        ratios=ratios_of(figures),
        figures=tuple(figures),
    )


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bus", description="Measure the bus, ours and others'.")
    parser.add_argument("--broker", action="append", help="embedded, amqtt, or an mqtt:// URL; repeatable")
    parser.add_argument("--path", action="append", choices=[path.value for path in Path], help="repeatable")
    parser.add_argument("--seconds", type=float, default=1.5, help="of each case")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--output", type=File, default=None, help="default: benchmarks/results/bus-<time>.json")
    read = parser.parse_args(arguments)
    read.broker = read.broker or ["embedded", "amqtt"]
    read.path = read.path or [path.value for path in Path]
    return read


def main() -> int:
    """Measure, print the table, keep the file."""
    arguments = read_arguments(sys.argv[1:])
    try:
        result = asyncio.run(run_all(arguments))
    except PeerFailed as fault:
        print(fault, file=sys.stderr)
        return 1
    name = time.strftime("bus-%Y%m%d-%H%M%S.json", time.gmtime(result.began_ms / 1000))
    path = arguments.output or _ROOT / "benchmarks" / "results" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    print("\n".join(as_lines(result)))
    print(f"\n{path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
