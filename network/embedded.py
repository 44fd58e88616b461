"""Starts and stops the embedded broker as a process of its own, for whoever has no other broker."""

import asyncio
import json
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from network.errors import BrokerFailed, BrokerPortTaken
from network.url import BusUrl, Protocol

START_TIMEOUT_S = 30.0
"""A slow disk and a busy machine included; usually under a second."""
STOP_TIMEOUT_S = 2.0
"""After SIGTERM; SIGKILL follows."""
_ROOT = str(Path(__file__).resolve().parent.parent)
"""Where the packages lie, for a checkout that is not installed."""


class EmbeddedBroker:
    """A broker on this machine, for this program and those it tells; an async context manager.

    It ends with this process, even when that is killed.
    """

    def __init__(self, *, port: int = 0, host: str = "127.0.0.1") -> None:
        """Prepare; port 0 takes a free one, and keeps it over restarts."""
        self._host = host
        self._port = port
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Where members find it, as a `--bus` option."""
        assert self._port, "the port is known once the broker was started"
        return f"mqtt://{self._host}:{self._port}?protocol={Protocol.V311}"

    @property
    def bus_url(self) -> BusUrl:
        """The same, taken apart."""
        assert self._port, "the port is known once the broker was started"
        return BusUrl(self._host, self._port, protocol=Protocol.V311)

    @property
    def pid(self) -> int | None:
        """Its process, while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start it and wait until it listens.

        Raises: BrokerPortTaken, BrokerFailed.
        """
        assert self.pid is None, "the broker runs already"
        search = os.pathsep.join(filter(None, (_ROOT, os.environ.get("PYTHONPATH"))))
        arguments = ["--host", self._host, "--port", str(self._port), "--with-parent"]
        if threading.current_thread() is threading.main_thread():
            # The kernel means the thread that started it when it says parent, so only one that lasts may ask.
            arguments += ["--parent", str(os.getpid())]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "network.broker",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": search},
            # Ctrl-C is for whoever started the broker: members still need it while they say goodbye.
            start_new_session=True,
        )
        try:
            self._port = await asyncio.wait_for(self._await_ready(self._process), START_TIMEOUT_S)
        except BaseException as error:
            await self.kill()
            if isinstance(error, TimeoutError):
                raise BrokerFailed(f"it said nothing for {START_TIMEOUT_S:.0f} s") from None
            raise

    async def _await_ready(self, process: asyncio.subprocess.Process) -> int:
        assert process.stdout is not None, "its standard output is a pipe"
        line = await process.stdout.readline()
        if not line:
            raise BrokerFailed(f"its process ended with exit code {await process.wait()} before it listened")
        answer = json.loads(line)
        if answer["ready"]:
            return int(answer["port"])
        if answer["taken"]:
            raise BrokerPortTaken(self._host, self._port)
        raise BrokerFailed(str(answer["error"]))

    async def ended(self) -> int:
        """Wait until its process is gone, for whatever reason; return its exit code, negative for a signal."""
        assert self._process is not None, "it was started"
        return await self._process.wait()

    async def stop(self) -> None:
        """Stop it within two seconds; nothing happens if it does not run."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """Stop it the hard way."""
        await self._end(signal.SIGKILL)

    async def restart(self) -> None:
        """Stop it and start it on the same port; what it had not delivered is lost."""
        await self.stop()
        await self.start()

    async def _end(self, number: signal.Signals) -> None:
        process = self._process
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(number)
        try:
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
        except TimeoutError:
            process.kill()
            await process.wait()
        if process.stdin is not None:
            process.stdin.close()
            with suppress(ConnectionError):
                await process.stdin.wait_closed()
        self._process = None

    async def __aenter__(self) -> Self:
        """Start it."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        await self.stop()
