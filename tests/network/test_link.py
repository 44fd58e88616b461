"""One broker's link: what the tests of whole buses do not reach."""

import asyncio
import random

from network.bus import BusCounters, BusLimits, LinkState
from network.link import Link
from network.url import parse_bus_url


class AnsweredAsItIsClosed:
    """A connection that opens at the moment at which it is cancelled, as `asyncio.wait_for` lets it before 3.12."""

    def __init__(self):
        self.opening = asyncio.Event()
        self.is_shut = False
        self.unsent = 0

    async def open(self, topics):
        self.opening.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return

    async def lost(self):
        await asyncio.Event().wait()

    async def shut(self):
        self.is_shut = True


async def test_a_link_that_is_closed_as_the_broker_answers_ends_all_the_same(monkeypatch):
    """Seen in test_desk.py: a member that was stopped while it subscribed never ended."""
    connection = AnsweredAsItIsClosed()
    link = Link(
        0,
        parse_bus_url("mqtt://127.0.0.1:1"),
        member="ant",
        topics=("topic",),
        limits=BusLimits(),
        counters=BusCounters(),
        random=random.Random(1),
        deliver=lambda *_: None,
        on_change=lambda _: None,
    )
    monkeypatch.setattr(link, "_new_connection", lambda: connection)
    link.start()
    async with asyncio.timeout(20):
        await connection.opening.wait()
        await link.close()
    assert link.status.state is LinkState.CLOSED
    assert connection.is_shut
