"""A request that is cancelled at any moment leaves no connection open."""

import asyncio
import gc

import httpx
import pytest

from node.uncut import uncut

IDLE = 4
"""Connections that the gateway ends while they are idle, for the next request to close."""


class Gateway:
    """Answers everything with one byte, and ends its connections when it is told."""

    def __init__(self):
        self.writers = []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/"
        self._both = asyncio.Barrier(IDLE)
        return self

    async def __aexit__(self, *_):
        self._server.close()
        await self.end_all()
        await self._server.wait_closed()

    async def _serve(self, reader, writer):
        self.writers.append(writer)
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                # One connection each: nobody is answered before all have asked.
                await self._both.wait()
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx")
        except (EOFError, OSError, asyncio.CancelledError, asyncio.BrokenBarrierError):
            writer.close()

    async def end_all(self):
        await self._both.abort()
        for writer in self.writers:
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def is_cancelled_after(turns):
    """Cancel a request so many turns of the loop after its start, when it finds connections that were ended."""
    async with Gateway() as gateway, httpx.AsyncClient(trust_env=False) as http:
        await asyncio.gather(*(uncut(http.get(gateway.url)) for _ in range(IDLE)))
        await gateway.end_all()
        asking = asyncio.create_task(uncut(http.get(gateway.url)))
        for _ in range(turns):
            await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises((asyncio.CancelledError, httpx.HTTPError)):
            await asking


def test_connections_the_gateway_ended_are_all_closed():
    for turns in range(1, 10):
        asyncio.run(is_cancelled_after(turns))
    # What is still open now says so as it goes: an error, as all warnings are.
    gc.collect()


async def test_an_answer_and_a_failure_pass_as_they_are():
    async def fails():
        raise ValueError("said by the request")

    assert await uncut(asyncio.sleep(0, "answer")) == "answer"
    with pytest.raises(ValueError, match="said by the request"):
        await uncut(fails())


async def test_a_request_that_fails_as_it_is_cut_is_told_to_nobody():
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    began = asyncio.Event()

    async def reset() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise ConnectionResetError

    asking = asyncio.create_task(uncut(reset()))
    await began.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    del asking
    gc.collect()
    await asyncio.sleep(0)
    assert told == []
