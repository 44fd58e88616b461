"""The event stream: every final block to every listener, and no listener at the node's cost."""

import asyncio

import httpx
import msgspec
import pytest

from node.client import Client, Unavailable
from node.gateway import events as gateway_events
from node.gateway.events import EVENTS_WAITING_MAX, LISTENERS_MAX, BlockEvents, serve_stream
from node.gateway.server import GatewayServer
from node.gateway.types import BlockEvent
from tests.node.one_member import one_member, person_account


def event(height: int) -> BlockEvent:
    return BlockEvent(height, "00" * 32, 1_700_000_000_000, 3, 2, 1)


async def listening(events: BlockEvents, count: int) -> None:
    """Return when `count` streams are open; the test's own timeout bounds the wait."""
    while events.listeners != count:  # noqa: ASYNC110 a counter has no event
        await asyncio.sleep(0)


@pytest.fixture
async def served(tmp_path):
    async with one_member(tmp_path) as member:
        server = GatewayServer(member.application, host="127.0.0.1", port=0)
        server.start()
        yield member, server
        member.service.events.close()
        await server.stop()


async def test_each_final_block_is_one_event_in_order(served):
    member, server = served
    async with Client([server.url]) as client:
        stream = client.events()
        first = asyncio.ensure_future(anext(stream))
        await listening(member.service.events, 1)
        wallet = member.operator("ant")
        for name in ("li", "wang"):
            await client.finalise(wallet.seal(person_account(name)))
        told = [await first, await anext(stream)]
        assert [(each.height, each.transactions, each.accepted) for each in told] == [(1, 1, 1), (2, 1, 1)]
        assert told[1].state_root == (await client.status()).state_root
        await stream.aclose()
        await listening(member.service.events, 0)


async def test_stream_ends_when_the_node_stops(served):
    member, server = served
    async with Client([server.url]) as client:
        stream = client.events()
        first = asyncio.ensure_future(anext(stream, None))
        await listening(member.service.events, 1)
        member.service.events.close()
        assert await first is None


async def test_one_stream_too_many_is_503(served):
    member, server = served
    events = member.service.events
    taken = [events.listen() for _ in range(LISTENERS_MAX)]
    assert all(taken)
    async with httpx.AsyncClient() as http:
        response = await http.get(f"{server.url}/v1/events")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    async with Client([server.url]) as client:
        with pytest.raises(Unavailable):
            await anext(client.events())
    for listener in taken:
        events.leave(listener)
    assert events.listeners == 0


async def test_listener_that_lags_is_cut_off_and_others_are_not():
    events = BlockEvents()
    slow, quick = events.listen(), events.listen()
    assert slow is not None
    assert quick is not None
    for height in range(EVENTS_WAITING_MAX + 1):
        events.publish(event(height))
        assert await quick.next() == event(height)
    assert events.cut_off == 1
    told = [await slow.next() for _ in range(EVENTS_WAITING_MAX + 1)]
    assert told == [*map(event, range(EVENTS_WAITING_MAX)), None]
    assert events.listeners == 2
    events.leave(slow)
    events.leave(quick)
    assert events.listeners == 0


async def test_client_that_stops_reading_is_cut_off(monkeypatch):
    monkeypatch.setattr(gateway_events, "WRITE_SECONDS_MAX", 0.01)
    events = BlockEvents()
    listener = events.listen()
    assert listener is not None
    never = asyncio.Event()
    sent = []

    async def send(message):
        sent.append(message)
        if len(sent) > 2:
            await never.wait()

    async def receive():
        await never.wait()

    events.publish(event(1))
    await serve_stream(listener, receive, send)
    assert msgspec.json.decode(sent[2]["body"].split(b"data: ")[1]) == msgspec.to_builtins(event(1))
    assert sent[-1]["more_body"]


async def test_client_that_leaves_ends_its_stream():
    events = BlockEvents()
    listener = events.listen()
    assert listener is not None

    async def send(_):
        return

    async def receive():
        return {"type": "http.disconnect"}

    await serve_stream(listener, receive, send)


async def test_no_stream_opens_after_the_end():
    events = BlockEvents()
    events.close()
    assert events.listen() is None
