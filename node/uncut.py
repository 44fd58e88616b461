"""Requests that may be cancelled, and leave no connection open when they are.

asyncio cancels a task wherever it waits. httpx means to finish what it closes, and says so in the words of anyio, which
asyncio's own cancellation does not hear: a request that was cancelled while it closed the connections that a gateway
had ended forgot those which were left. Here a request has a task of its own, which is cancelled in anyio's way.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import anyio

Answer = TypeVar("Answer")


async def uncut(asking: Awaitable[Answer]) -> Answer:
    """Await a request; when the caller is cancelled, end the request in its own order first.

    Raises: what the request raises.
    """
    scope = anyio.CancelScope()
    answers: list[Answer] = []

    async def ask() -> None:
        with scope:
            answers.append(await asking)

    task = asyncio.create_task(ask(), name="request")
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        scope.cancel()
        await asyncio.wait({task})
        # It may have failed of its own just then. Nobody wants to know any more, and asyncio would tell.
        if not task.cancelled():
            task.exception()
        raise
    (answer,) = answers
    return answer
