"""As little HTTP/1.1 as a gateway needs: requests one after the other on connections that are kept open.

The load must not be limited by the means to make it: a general client takes about a millisecond of processor time for a
request, this takes some hundredth of that.
"""

import asyncio
from collections import deque
from contextlib import suppress
from urllib.parse import urlsplit

from node.gateway.types import MESSAGE_PACK

BODY_BYTES_MAX = 64 << 20
HEAD_BYTES_MAX = 1 << 16

CONNECTIONS_MAX = 400
"""To one gateway; a request that finds all of them in use waits for one, and its transactions' clocks run on."""


class Connection:
    """One open connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Use these streams."""
        self._reader = reader
        self._writer = writer

    async def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Send a whole request; return status and body.

        Raises: OSError or EOFError when the connection breaks.
        """
        self._writer.write(request)
        await self._writer.drain()
        head = await self._reader.readuntil(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        status = int(lines[0].split(b" ", 2)[1])
        length = next((int(line[15:]) for line in lines if line[:15].lower() == b"content-length:"), 0)
        assert length <= BODY_BYTES_MAX, "gateways answer within bounds"
        return status, await self._reader.readexactly(length)

    async def close(self) -> None:
        """Close it."""
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


class Gateway:
    """Connections to one gateway, opened as they are needed."""

    def __init__(self, url: str) -> None:
        """Talk to `http://host:port`."""
        parts = urlsplit(url)
        assert parts.hostname is not None, "a gateway's URL names a host"
        assert parts.port is not None, "and a port"
        self._host, self._port = parts.hostname, parts.port
        self._idle: deque[Connection] = deque()
        self._free = asyncio.Semaphore(CONNECTIONS_MAX)

    async def get(self, path: str) -> tuple[int, bytes]:
        """GET; status 0 when the gateway cannot be reached."""
        head = f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\nAccept: {MESSAGE_PACK}\r\n\r\n"
        return await self._exchange(head.encode())

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """POST a MessagePack body; status 0 when the gateway cannot be reached or the connection broke."""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nAccept: {MESSAGE_PACK}\r\nContent-Type: {MESSAGE_PACK}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return await self._exchange(head.encode() + body)

    async def _exchange(self, request: bytes) -> tuple[int, bytes]:
        async with self._free:
            while True:
                # The one used last first: the others may close for want of use.
                connection = self._idle.pop() if self._idle else None
                was_idle = connection is not None
                try:
                    connection = connection or await self._open()
                    status, body = await connection.exchange(request)
                except (OSError, EOFError) as error:
                    if connection is not None:
                        await connection.close()
                    # A gateway closes connections that are idle for some seconds; the same bytes may be sent again.
                    if was_idle:
                        continue
                    return 0, repr(error).encode()
                self._idle.append(connection)
                return status, body

    async def _open(self) -> Connection:
        return Connection(*await asyncio.open_connection(self._host, self._port, limit=HEAD_BYTES_MAX))

    async def close(self) -> None:
        """Close all that are idle."""
        while self._idle:
            await self._idle.popleft().close()
