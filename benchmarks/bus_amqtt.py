"""amqtt as it comes, in a process of its own: ``python -m benchmarks.bus_amqtt``. Ends with its standard input.

It runs as network/broker.py runs the embedded broker: on uvloop, without logs, for anybody on this machine.
"""

import asyncio
import gc
import importlib
import logging
import os
import sys
from contextlib import suppress

from amqtt.broker import Broker

SETTINGS = {
    "listeners": {"default": {"type": "tcp", "bind": "127.0.0.1:0", "max_connections": 256}},
    "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
}


async def serve() -> None:
    """Listen, print the port, and serve."""
    broker = Broker(SETTINGS)
    await broker.start()
    port = broker._servers["default"].instance.sockets[0].getsockname()[1]  # noqa: SLF001 - amqtt has no other way
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    gc.freeze()
    # Whatever it still holds is of no use to anybody.
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), os._exit, 0)
    await asyncio.Event().wait()


def main() -> None:
    """Be the process."""
    logging.disable(logging.CRITICAL)
    with suppress(ImportError):
        importlib.import_module("uvloop").install()
    asyncio.run(serve())


if __name__ == "__main__":
    main()
