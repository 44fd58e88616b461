"""One member as a process of this machine: started, watched, killed and started again from outside.

The process is in a session of its own, so that Ctrl-C at the terminal reaches whoever runs the story and not the
members; it holds the read end of a pipe from this process, so that it ends when this process does, however that ends.
"""

import asyncio
import enum
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import msgspec
import psutil

from scenarios.errors import MemberCrashed, MemberFailed, MemberKilled

READY_TIMEOUT_S = 60.0
"""A busy machine and an audit of some thousand blocks included; usually about a second."""

STOP_TIMEOUT_S = 5.0
"""A member has two seconds to stop after SIGTERM; SIGKILL follows after this."""

LOG_FILE = "node.log"
"""In the member's home: what it wrote to standard error, over all its starts."""

_LOG_TAIL_BYTES = 2_000
_LINE_BYTES_MAX = 1 << 16
_ROOT = Path(__file__).resolve().parent.parent


class Phase(enum.StrEnum):
    """Where a member's process is in its life."""

    STOPPED = "stopped"
    STARTING = "starting"
    UP = "up"
    KILLED = "killed"


class Ready(msgspec.Struct, frozen=True):
    """The line a node prints when it serves; fields that are not named here are not looked at."""

    ready: bool
    gateway: str
    """URL of its gateway."""
    pid: Annotated[int, msgspec.Meta(ge=1)]


class Usage(msgspec.Struct, frozen=True):
    """What a process has used."""

    cpu_ms: int
    """Processor time since its start, user and system."""
    memory_bytes: int
    """Resident set size."""


def python_environment() -> dict[str, str]:
    """The environment in which a child finds these packages, installed or not."""
    search = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": search}


class MemberProcess:
    """A handle on one member's process, over all its starts."""

    def __init__(
        self,
        member: str,
        home: Path,
        *,
        arguments: tuple[str, ...] = (),
        arguments_anew: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        """Prepare; `arguments` are further options of `quorate node`, `arguments_anew` those that differ each time."""
        self.member = member
        self.home = home
        self.phase = Phase.STOPPED
        self.url = ""
        """Of its gateway, known from the first start on and kept over restarts."""
        self.starts = 0
        """How often it was started."""
        self._arguments = arguments
        self._arguments_anew = arguments_anew
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    @property
    def log(self) -> Path:
        """Where its standard error goes."""
        return self.home / LOG_FILE

    async def start(self) -> None:
        """Start it and wait until it serves.

        Raises: MemberFailed with the end of its log, MemberCrashed where it ended by itself; MemberKilled where
        somebody outside ended it meanwhile.
        """
        assert self.pid is None, "a member runs once"
        self.phase = Phase.STARTING
        self.starts += 1
        gateway = ("--gateway", self.url.removeprefix("http://")) if self.url else ()
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "quorate", "node", "--home", str(self.home), "--with-parent"),
                *gateway,
                *self._arguments,
                *self._arguments_anew(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=python_environment(),
                start_new_session=True,
                limit=_LINE_BYTES_MAX,
            )
        try:
            ready = await asyncio.wait_for(self._read_ready(self._process), READY_TIMEOUT_S)
        except BaseException as error:
            await self.kill()
            if isinstance(error, TimeoutError):
                raise MemberFailed(self._told(f"did not serve within {READY_TIMEOUT_S:.0f} s")) from None
            raise
        self.url = ready.gateway
        self.phase = Phase.UP

    async def _read_ready(self, process: asyncio.subprocess.Process) -> Ready:
        assert process.stdout is not None, "its standard output is a pipe"
        line = await process.stdout.readline()
        if not line:
            code = await process.wait()
            if code <= 0:
                how = f"killed by signal {-code}" if code else "told to stop by somebody else"
                raise MemberKilled(f"Member {self.member} was {how} before it served.")
            raise MemberCrashed(self._told(f"ended with exit code {code} before it served"))
        try:
            return msgspec.json.decode(line, type=Ready)
        except msgspec.MsgspecError as error:
            raise MemberFailed(self._told(f"said {line[:200]!r} instead of being ready ({error})")) from error

    def _told(self, problem: str) -> str:
        with suppress(OSError), self.log.open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(0, log.tell() - _LOG_TAIL_BYTES))
            tail = log.read().decode(errors="replace").strip()
            return f"Member {self.member} {problem}. The end of its log {self.log}:\n{tail}"
        return f"Member {self.member} {problem}. It left no log."

    async def ended(self) -> int:
        """Wait until the process is gone, for whatever reason; return its exit code, negative for a signal."""
        assert self._process is not None, "it was started"
        return await self._process.wait()

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal; nothing where it does not run."""
        if self.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def kill(self) -> None:
        """SIGKILL: what a power cut does to a process."""
        await self._end(signal.SIGKILL)
        self.phase = Phase.KILLED

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL for one that does not listen; nothing happens if it does not run."""
        await self._end(signal.SIGTERM)
        self.phase = Phase.STOPPED

    async def _end(self, number: signal.Signals) -> None:
        process = self._process
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(number)
        try:
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if process.stdin is not None:
            process.stdin.close()
            with suppress(ConnectionError):
                await process.stdin.wait_closed()
        self._process = None

    def usage(self) -> Usage | None:
        """What it has used since it was started; None while it does not run."""
        if self.pid is None:
            return None
        try:
            process = psutil.Process(self.pid)
            times, memory = process.cpu_times(), process.memory_info()
        except psutil.Error:
            return None
        return Usage(round((times.user + times.system) * 1000), memory.rss)
