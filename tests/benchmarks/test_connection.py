"""The load generator's own HTTP, against servers that behave and that do not."""

import asyncio

import pytest

from benchmarks.connection import Gateway
from benchmarks.members import read_metrics


@pytest.fixture
async def serve():
    servers = []

    async def start(handler):
        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        servers.append(server)
        return Gateway(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")

    yield start
    for server in servers:
        server.close()


async def read_request(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:")), 0)
    return head, await reader.readexactly(length)


def answer(body, status=b"200 OK"):
    return b"HTTP/1.1 %b\r\nx: y\r\ncontent-LENGTH: %d\r\n\r\n%b" % (status, len(body), body)


async def test_one_connection_serves_many_requests(serve):
    connections = 0

    async def echo(reader, writer):
        nonlocal connections
        connections += 1
        for _ in range(3):
            _, body = await read_request(reader)
            writer.write(answer(body[::-1]))
        writer.close()

    gateway = await serve(echo)
    for _ in range(3):
        assert await gateway.post("/x", b"abc") == (200, b"cba")
    assert connections == 1
    await gateway.close()


async def test_a_connection_closed_for_want_of_use_is_made_anew(serve):
    async def once(reader, writer):
        await read_request(reader)
        writer.write(answer(b"hello"))
        writer.close()

    gateway = await serve(once)
    for _ in range(3):
        assert await gateway.get("/x") == (200, b"hello")
    await gateway.close()


async def test_a_status_is_passed_on(serve):
    async def full(reader, writer):
        await read_request(reader)
        writer.write(answer(b"", b"503 Service Unavailable"))
        writer.close()

    gateway = await serve(full)
    assert await gateway.get("/x") == (503, b"")
    await gateway.close()


async def test_an_answer_that_breaks_off_is_status_0(serve):
    async def cut(reader, writer):
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc")
        writer.close()

    gateway = await serve(cut)
    status, why = await gateway.get("/x")
    assert (status, b"IncompleteRead" in why) == (0, True)
    await gateway.close()


async def test_nobody_there_is_status_0():
    status, _ = await Gateway("http://127.0.0.1:9").get("/x")
    assert status == 0


def test_metrics_without_labels_are_read():
    text = b'# HELP a b\n# TYPE a gauge\na 7\nb_total{reason="x y"} 3\nb 0\n\n'
    assert read_metrics(text) == {"a": 7, "b": 0}
