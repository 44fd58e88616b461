"""The embedded broker's process: ``python -m network.broker``.

It prints one JSON line when it listens, or one that says why it does not, and serves until SIGTERM or SIGINT. With
``--with-parent`` it also ends when its standard input does, which happens when whoever started it dies, however hard.
"""

import argparse
import asyncio
import ctypes
import errno
import gc
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from amqtt.errors import BrokerError

from network.forwarding import ForwardingBroker

CONNECTIONS_MAX = 256
"""More wait in line: bounds what an outsider on this machine can make the broker hold."""
STOP_TIMEOUT_S = 1.0
"""For saying goodbye to clients; the process ends after it, goodbye or not."""
_PR_SET_PDEATHSIG = 1


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m network.broker", description="The embedded MQTT broker.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; anybody who reaches it may connect")
    parser.add_argument("--port", type=int, default=1883, help="port to listen on; 0 takes a free one")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input ends")
    parser.add_argument("--parent", type=int, default=0, help="end with this process (Linux)")
    return parser.parse_args(arguments)


def end_with_parent(parent: int) -> None:
    """Ask the kernel to end this process with its parent; Linux only, elsewhere standard input does it."""
    if not parent or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # It died between the fork and the line above; no signal comes any more.
        sys.exit(0)


async def serve(host: str, port: int, *, with_parent: bool) -> int:
    """Serve until told to stop; return the exit code."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    broker = ForwardingBroker(host, port, connections_max=CONNECTIONS_MAX)
    try:
        await broker.start()
    except BrokerError as error:
        cause = error.__cause__
        announce({"ready": False, "taken": getattr(cause, "errno", None) == errno.EADDRINUSE, "error": str(error)})
        return 1
    if with_parent:
        loop.add_reader(sys.stdin.fileno(), _on_stdin, stop.set)
    announce({"ready": True, "host": host, "port": broker.port, "pid": os.getpid()})
    gc.freeze()
    await stop.wait()
    loop.call_later(STOP_TIMEOUT_S, os._exit, 0)
    await broker.shutdown()
    return 0


def announce(line: dict[str, object]) -> None:
    """Print one JSON line for whoever started this process."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _on_stdin(stop: Callable[[], None]) -> None:
    if not os.read(sys.stdin.fileno(), 4_096):
        stop()


def run(main: Coroutine[Any, Any, int]) -> int:
    """Run on uvloop where it is to be had: it halves the cost of a forwarded message."""
    try:
        import uvloop  # noqa: PLC0415 - optional
    except ImportError:
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def main() -> int:
    """Be the process."""
    arguments = read_arguments(sys.argv[1:])
    end_with_parent(arguments.parent)
    # amqtt reports every malformed packet of every stranger; a broken broker speaks through its exit and its clients.
    logging.disable(logging.CRITICAL)
    return run(serve(arguments.host, arguments.port, with_parent=arguments.with_parent))


if __name__ == "__main__":
    sys.exit(main())
