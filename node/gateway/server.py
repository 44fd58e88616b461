"""The gateway's HTTP server: uvicorn, in the node's own event loop, on a socket that is bound before anything starts.

So a taken port is an error at start with its own words, port 0 picks a free one, and the node's own handlers keep the
signals.
"""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

from node.errors import NodeFault

SHUTDOWN_SECONDS_MAX = 1
"""Requests still open after so long are cancelled: half of the two seconds in which a node has to stop."""

CONNECTIONS_MAX = 2_000
"""More connections at once are answered 503 by the server itself."""


class PortTaken(NodeFault):
    """The gateway's address cannot be listened on."""


class _Server(uvicorn.Server):
    """A server that leaves the process's signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none: the node stops its parts in its own order."""
        yield


class GatewayServer:
    """Serves one ASGI application on one address."""

    def __init__(self, application: Any, *, host: str, port: int) -> None:
        """Bind the address; port 0 takes a free one.

        Raises: PortTaken naming the address.
        """
        self._socket = bind(host, port)
        self._server = _Server(
            uvicorn.Config(
                application,
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                limit_concurrency=CONNECTIONS_MAX,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS_MAX,
            )
        )
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self._socket.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def start(self) -> None:
        """Begin to accept requests; connections made since the address was bound wait until then."""
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="gateway")

    async def stop(self) -> None:
        """Accept nothing more, finish or cancel what is open."""
        if self._serving is None:
            self._socket.close()
            return
        self._server.should_exit = True
        await self._serving


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address.

    Raises: PortTaken naming the address and what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"The gateway cannot listen on {host}:{port}: {error.strerror}. Nothing was started. "
            "Stop what listens there, or give another address with --gateway HOST:PORT (port 0 takes a free one)."
        ) from error
    return listener
