"""Mosquitto as the tests run it: a real broker that somebody else wrote."""

import asyncio
import os
import shutil
import socket
from pathlib import Path

import pytest

BINARY = shutil.which("mosquitto", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin")))
PASSWD = shutil.which("mosquitto_passwd", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin")))


def require_mosquitto():
    require(BINARY, "mosquitto")


def require(binary: str | None, package: str):
    """Go on if the program is there; else skip with one line that says what to install, and in CI fail."""
    if binary is not None:
        return
    message = f"{package} is not installed: `apt-get install {package}` (Debian), `brew install {package}` (macOS)"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Mosquitto:
    def __init__(self, folder: Path, *, lines: tuple[str, ...] = ("allow_anonymous true",)):
        self.folder = folder
        self.port = free_port()
        self.lines = lines
        self._process: asyncio.subprocess.Process | None = None
        self._log: asyncio.Task[bytes] | None = None

    @property
    def url(self):
        return f"mqtt://127.0.0.1:{self.port}"

    async def start(self):
        settings = [
            f"listener {self.port} 127.0.0.1",
            "set_tcp_nodelay true",
            "persistence false",
            "log_dest stderr",
            "user root",
            *self.lines,
        ]
        file = self.folder / "mosquitto.conf"
        file.write_text("\n".join(settings) + "\n")
        assert BINARY is not None
        process = await asyncio.create_subprocess_exec(
            BINARY, "-c", str(file), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        assert process.stderr is not None
        self._process = process
        try:
            await asyncio.wait_for(self._await_running(process.stderr), 20)
        except BaseException:
            process.kill()
            await process.wait()
            raise
        self._log = asyncio.create_task(process.stderr.read())

    async def _await_running(self, log: asyncio.StreamReader):
        seen = []
        while line := await log.readline():
            if b" running" in line:
                return
            seen.append(line.decode(errors="replace"))
        raise AssertionError("mosquitto did not start: " + "".join(seen))

    async def stop(self):
        if self._process is None or self._log is None:
            return
        self._process.terminate()
        await asyncio.wait_for(self._process.wait(), 10)
        await self._log
        self._process = None
