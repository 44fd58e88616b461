"""The stream of final blocks (server-sent events), to many listeners, none of whom can hold the node up.

Each listener has a bounded queue, and each write to its socket a bounded time. One that does not keep up is cut off: it
reconnects and reads by height what it missed, which costs the node less than remembering for it.
"""

import asyncio
from typing import Any

import msgspec

from node.gateway.types import BlockEvent

LISTENERS_MAX = 64
"""Open streams a member serves; consoles and test drivers, not the public."""

EVENTS_WAITING_MAX = 256
"""Blocks a listener may lag behind: some seconds at full load."""

WRITE_SECONDS_MAX = 10.0
"""A listener whose socket takes no event for so long is cut off."""

_encode = msgspec.json.Encoder().encode


class Listener:
    """One open stream."""

    def __init__(self) -> None:
        """Start with nothing to tell."""
        # One place more than events may wait, kept for the mark that ends the stream.
        self._queue: asyncio.Queue[BlockEvent | None] = asyncio.Queue(EVENTS_WAITING_MAX + 1)

    def offer(self, event: BlockEvent) -> bool:
        """Queue `event`; False where the listener lags too far behind."""
        if self._queue.qsize() >= EVENTS_WAITING_MAX:
            return False
        self._queue.put_nowait(event)
        return True

    def end(self) -> None:
        """Let the stream end after what is queued."""
        if not self._queue.full():
            self._queue.put_nowait(None)

    async def next(self) -> BlockEvent | None:
        """Return the next event, or None at the end of the stream."""
        return await self._queue.get()


class BlockEvents:
    """Hands each final block to every open stream."""

    def __init__(self) -> None:
        """Start without listeners."""
        self.cut_off = 0
        """Streams that were ended because they lagged."""
        self._listeners: list[Listener] = []
        self._open = 0
        self._closed = False

    @property
    def listeners(self) -> int:
        """Streams open now, those included that are being cut off."""
        return self._open

    def publish(self, event: BlockEvent) -> None:
        """Tell every listener; cut off those that lag."""
        for listener in list(self._listeners):
            if not listener.offer(event):
                self.cut_off += 1
                self._listeners.remove(listener)
                listener.end()

    def listen(self) -> Listener | None:
        """Open a stream of what becomes final from now on, to be ended with `leave`; None where there are too many."""
        if self._closed or self._open >= LISTENERS_MAX:
            return None
        listener = Listener()
        self._listeners.append(listener)
        self._open += 1
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a stream; call it once for each `listen`."""
        self._open -= 1
        if listener in self._listeners:
            self._listeners.remove(listener)

    def close(self) -> None:
        """End every stream and open no other: the node stops."""
        self._closed = True
        for listener in self._listeners:
            listener.end()
        self._listeners.clear()


async def serve_stream(listener: Listener, receive: Any, send: Any) -> None:
    """Write the listener's events to an ASGI connection until the stream ends, its client leaves or stops reading.

    The caller opened the listener and lets it leave.
    """
    headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    # A comment line, so that the client sees that it is listening before anything happens.
    await send({"type": "http.response.body", "body": b": listening\n\n", "more_body": True})
    gone = asyncio.ensure_future(_client_left(receive))
    coming = asyncio.ensure_future(listener.next())
    try:
        while True:
            await asyncio.wait({gone, coming}, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                return
            event = coming.result()
            if event is None:
                break
            body = b"id: %d\nevent: block\ndata: %s\n\n" % (event.height, _encode(event))
            async with asyncio.timeout(WRITE_SECONDS_MAX):
                await send({"type": "http.response.body", "body": body, "more_body": True})
            coming = asyncio.ensure_future(listener.next())
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    except TimeoutError:
        # Returning with the response unfinished makes the server close the connection.
        return
    finally:
        gone.cancel()
        coming.cancel()


async def _client_left(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
