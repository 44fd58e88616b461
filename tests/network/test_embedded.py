"""The embedded broker: its life as a process, and what strangers can do to it."""

import asyncio
import os
import signal
import sys

import psutil
import pytest

from network.bus import Channel
from network.embedded import EmbeddedBroker
from network.errors import BrokerFailed, BrokerPortTaken
from network.forwarding import ForwardingBroker
from tests.network.ends import PATIENCE_S, End, Outsider, all_connected

pytestmark = pytest.mark.slow

STARTS_A_BROKER = """
import asyncio, sys
from network.embedded import EmbeddedBroker

async def start():
    broker = EmbeddedBroker()
    await broker.start()
    print(broker.bus_url.port, broker.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(start())
"""
STARTS_A_BROKER_IN_A_THREAD = STARTS_A_BROKER.replace(
    "asyncio.run(start())", "import threading\nthreading.Thread(target=lambda: asyncio.run(start())).start()"
)


async def test_port_that_is_taken_is_named(embedded):
    port = embedded.bus_url.port
    with pytest.raises(BrokerPortTaken, match=f"127.0.0.1:{port}"):
        await EmbeddedBroker(port=port).start()


async def test_address_that_is_not_here_is_refused():
    with pytest.raises(BrokerFailed, match="--bus"):
        await EmbeddedBroker(host="192.0.2.1").start()


async def test_restart_keeps_the_port(embedded):
    port, pid = embedded.bus_url.port, embedded.pid
    await embedded.restart()
    assert embedded.bus_url.port == port
    assert embedded.pid not in {None, pid}


async def test_stop_and_kill_of_a_stopped_broker_are_nothing(embedded):
    await embedded.stop()
    assert embedded.pid is None
    await embedded.stop()
    await embedded.kill()


async def test_broker_that_died_by_itself_can_be_started_again(embedded):
    os.kill(embedded.pid, signal.SIGKILL)
    await asyncio.wait_for(embedded._process.wait(), PATIENCE_S)
    assert embedded.pid is None
    await embedded.restart()
    async with End("ant", [embedded.url]) as ant:
        await ant.connected()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_signal_ends_the_broker_while_members_and_stalled_strangers_are_connected(number):
    broker = EmbeddedBroker()
    await broker.start()
    async with End("ant", [broker.url]) as ant, Outsider(broker.bus_url.port) as stalled:
        await ant.connected()
        await stalled.subscribe("#")
        for _ in range(20):
            ant.bus.publish(Channel.BATCHES, bytes(1 << 20))
        process = broker._process
        assert process is not None
        process.send_signal(number)
        assert await asyncio.wait_for(process.wait(), 2) == 0
    await broker.stop()


@pytest.mark.parametrize("program", [STARTS_A_BROKER, STARTS_A_BROKER_IN_A_THREAD], ids=["main-thread", "thread"])
async def test_broker_ends_when_its_parent_is_killed(program):
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    line = await asyncio.wait_for(parent.stdout.readline(), PATIENCE_S)
    port, pid = map(int, line.split())
    async with Outsider(port) as outsider:
        parent.kill()
        await parent.wait()
        assert await outsider.ended() == b""
    _, alive = psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=PATIENCE_S)
    assert not alive


async def test_subscriber_that_never_reads_costs_bounded_memory_and_holds_up_nobody(embedded):
    async with (
        End("ant", [embedded.url]) as ant,
        End("jd", [embedded.url]) as jd,
        Outsider(embedded.bus_url.port) as stalled,
    ):
        await all_connected(ant, jd)
        await stalled.subscribe("#")
        stalled.reader._transport.pause_reading()
        process = psutil.Process(embedded.pid)
        before = process.memory_info().rss
        for round_number in range(1, 21):
            for _ in range(10):
                ant.bus.publish(Channel.BATCHES, bytes(1 << 20))
            await jd.take(10 * round_number)
            jd.messages = [None] * len(jd.messages)
        # 200 MiB went by; a third of 128 MiB may wait for the stalled one.
        assert process.memory_info().rss - before < 100 << 20
        assert [link.connections for link in (*ant.bus.links(), *jd.bus.links())] == [1, 1]


async def test_quality_of_service_1_is_acknowledged_and_2_refused(embedded):
    async with End("ant", [embedded.url]) as ant, End("jd", [embedded.url]) as jd:
        await all_connected(ant, jd)
        name = ant.bus._own[Channel.VOTES]
        async with Outsider(embedded.bus_url.port) as outsider:
            body = len(name).to_bytes(2, "big") + name + b"\x12\x34" + b"payload"
            outsider.writer.write(bytes((0x32, len(body))) + body)
            assert await asyncio.wait_for(outsider.reader.readexactly(4), PATIENCE_S) == b"\x40\x02\x12\x34"
            assert [message.payload for message in await jd.take(1)] == [b"payload"]
            outsider.writer.write(bytes((0x34, len(body))) + body)
            assert await outsider.ended() == b""


@pytest.mark.parametrize(
    "packet",
    [
        b"\x30\xff\xff\xff\xff\x01",
        b"\x82\xff\xff\x7f" + bytes(100),
        b"\x30\x05\x00\x03a/+",
        b"\x30\x06\x00\x04$SYS",
        b"\x30\x04\x00\x02\xff\xfe",
        b"\x30\x02\x00\x09",
        b"\x00\x00",
        b"\xf0\x00",
        b"\x82\x03\x00\x01\x00",
        b"\xe0\x00",
    ],
)
async def test_stranger_who_talks_nonsense_is_cut_off_alone(embedded, packet):
    async with End("ant", [embedded.url]) as ant, End("jd", [embedded.url]) as jd:
        await all_connected(ant, jd)
        async with Outsider(embedded.bus_url.port) as outsider:
            outsider.writer.write(packet)
            assert await outsider.ended() == b""
        ant.bus.publish(Channel.VOTES, b"still here")
        await jd.take(1)


async def test_stranger_who_says_nothing_loses_the_place_to_a_member():
    broker = ForwardingBroker("127.0.0.1", 0, connections_max=1, connect_timeout_s=0.1)
    await broker.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", broker.port)
    async with End("ant", [f"mqtt://127.0.0.1:{broker.port}?protocol=3.1.1"]) as ant:
        await ant.connected()
        assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
    writer.transport.abort()
    await broker.shutdown()


async def test_session_has_a_bound_on_its_filters(embedded):
    async with Outsider(embedded.bus_url.port) as outsider:
        codes = [(await outsider.subscribe(f"t/{number}"))[-1] for number in range(1_026)]
        assert codes == [0] * 1_024 + [0x80, 0x80]


async def test_client_with_the_same_name_takes_over_even_from_a_stalled_one(embedded):
    async with Outsider(embedded.bus_url.port, name="twin") as first:
        await first.subscribe("t")
        async with Outsider(embedded.bus_url.port, name="twin") as second:
            assert await first.ended() == b""
            await second.subscribe("t")
            await second.publish("t", b"to myself")
            received = await asyncio.wait_for(second.reader.readexactly(14), PATIENCE_S)
            assert received == b"\x30\x0c\x00\x01tto myself"
