"""Members as processes on a real bus: they agree, stop, die, come back and refuse what they must."""

import asyncio
import random
import sqlite3
import sys

import psutil
import pytest

from canonical.hashing import Digest
from ledger.charter import chain_id
from network.bus import BusLimits, Channel
from network.buses import Buses
from network.url import parse_bus_url
from node.client import Client, Indefinite, Unavailable
from node.gateway.types import TransactionStatus
from node.home.home import open_home
from node.process import EXIT_CLEAN, EXIT_FAULT
from node.wallet import Wallet
from quorate.verifier.checks import verify
from tests.node.four_members import ROOT, NodeProcess, found, four_members, reach, same_chain
from tests.node.one_member import person_account, work

pytestmark = pytest.mark.slow

STOP_SECONDS_MAX = 2.0
"""What a user is promised (SIGTERM); it takes about a tenth of it."""

LAST_NOISE = b"the last of it"
"""Who hears this from the bus knows that all before it went the same way."""

NO_BROKER = "mqtt://127.0.0.1:9"
"""The discard port: nobody listens."""


@pytest.fixture
async def consortium(tmp_path):
    async with four_members(tmp_path) as running:
        yield running


@pytest.fixture
async def lone(tmp_path):
    """One member of four, without a broker; not started."""
    found(tmp_path / "consortium")
    node = NodeProcess(tmp_path / "consortium" / "ant", NO_BROKER)
    yield node
    await node.clear_away()


async def test_members_finalise_the_same_chain_whoever_is_asked(consortium):
    wallet = consortium.wallet("copyright")
    heights = []
    for index in range(4):
        async with consortium.client(index) as client:
            (reply,) = await client.finalise(wallet.seal(work(f"w{index}", bytes([index]) * 32)))
            assert reply.receipt is not None
            assert reply.receipt.status == "accepted"
            content = await client.certificate(Digest(bytes.fromhex(reply.id)))
            report = verify(content, (consortium.root / "charter.json").read_bytes())
            assert report.holds, report.failed()
            heights.append(reply.height)
    assert heights == sorted(set(heights))
    await same_chain(consortium.nodes, heights[-1])


async def test_sigterm_stops_within_two_seconds_and_answers_those_who_wait(consortium):
    async with Client([consortium.nodes[0].gateway]) as client:
        for node in consortium.nodes[1:]:
            node.kill()
        stream = client.events()
        listening = asyncio.ensure_future(anext(stream, None))
        waiting = asyncio.ensure_future(
            client.submit([consortium.wallet("ant").seal(person_account("li"))], wait=True, timeout_ms=60_000)
        )
        while not (await client.status()).pool:
            await asyncio.wait({waiting}, timeout=0.05)
        consortium.nodes[0].terminate()
        assert await consortium.nodes[0].ended(seconds=STOP_SECONDS_MAX) == EXIT_CLEAN
        reply = await waiting
        assert reply.envelopes[0].transactions[0].status is TransactionStatus.PENDING
        assert await listening is None


async def test_member_killed_catches_up_after_its_restart_beyond_a_checkpoint(consortium):
    wallet = consortium.wallet("ant")
    victim = consortium.nodes[3]
    async with consortium.client() as client:
        await client.finalise(wallet.seal(person_account("first")))
        victim.kill()
        await victim.ended()
        for index in range(40):
            (reply,) = await client.finalise(wallet.seal(person_account(f"p{index}")))
        assert (await client.status()).stable >= 32
        assert await victim.start() is not None
        assert reply.height is not None
        await same_chain(consortium.nodes, reply.height)
        # The three others can now lose a member: the one that was away votes again.
        consortium.nodes[2].kill()
        (last,) = await client.finalise(wallet.seal(person_account("last")))
        assert last.height is not None
        await reach(victim, last.height)


async def test_nothing_acknowledged_is_lost_while_the_broker_is_away(consortium):
    wallet = consortium.wallet("ant")
    async with consortium.client() as client:
        await client.finalise(wallet.seal(person_account("before")))
        await consortium.broker.stop()
        envelope = wallet.seal(person_account("meanwhile"))
        reply = await client.submit([envelope])
        assert reply.envelopes[0].transactions[0].status is TransactionStatus.PENDING
        consortium.nodes[0].kill()
        await consortium.nodes[0].ended()
        await consortium.broker.start()
        assert await consortium.nodes[0].start() is not None
    async with consortium.client() as client:
        (final,) = await client.finalise(envelope)
        assert final.receipt is not None
        assert final.receipt.status == "accepted"
        assert final.height is not None
        await same_chain(consortium.nodes, final.height)


async def test_outsider_on_the_members_topics_changes_nothing(consortium):
    """Noise, replays under a forged sender and a 10 MB payload, from a key that is not in the charter."""
    wallet = consortium.wallet("ant")
    chance = random.Random(7)
    members = [each.id for each in consortium.charter.voters()]
    heard = asyncio.Event()
    outsider, listener = (
        Buses(
            [parse_bus_url(consortium.broker.url)],
            chain=chain_id(consortium.charter),
            member=member,
            members=members,
            wake=wake,
            random=chance,
            limits=BusLimits(payload_bytes_max=16 << 20, outbound_bytes_max=64 << 20),
        )
        for member, wake in (("jd", lambda: None), ("ant", heard.set))
    )
    for each in (outsider, listener):
        each.start()
        await asyncio.wait_for(each.connected(), 20)
    memory_before = [psutil.Process(node.process.pid).memory_info().rss for node in consortium.nodes]
    async with consortium.client() as client:
        await client.finalise(wallet.seal(person_account("before")))
        overheard = [each.payload for each in outsider.drain()]
        assert overheard
        outsider.publish(Channel.VOTES, bytes(10 << 20))
        for _ in range(2_000):
            noise = chance.choice(overheard) if chance.random() < 0.5 else chance.randbytes(chance.randrange(2_000))
            outsider.publish(chance.choice((Channel.VOTES, Channel.BATCHES)), noise)
            outsider.publish(Channel.INBOX, noise, to=chance.choice([each for each in members if each != "jd"]))
        await client.finalise(wallet.seal(person_account("meanwhile")))
        outsider.publish(Channel.VOTES, LAST_NOISE)
        async with asyncio.timeout(30):
            while LAST_NOISE not in [each.payload for each in listener.drain()]:
                await heard.wait()
                heard.clear()
        (after,) = await client.finalise(wallet.seal(person_account("after")))
        assert after.receipt is not None
        assert after.receipt.status == "accepted"
        refused = (await client.status()).refused
    await outsider.close()
    await listener.close()
    assert any("not a canonical frame" in reason for reason in refused)
    await same_chain(consortium.nodes, after.height)
    for node, before in zip(consortium.nodes, memory_before, strict=True):
        assert psutil.Process(node.process.pid).memory_info().rss - before < 100 << 20


async def test_node_is_ready_without_a_broker_and_says_so_once(lone):
    assert await lone.start() is not None
    async with Client([lone.gateway]) as client:
        (link,) = (await client.status()).links
        assert link.state != "connected"
    lone.terminate()
    assert await lone.ended(seconds=STOP_SECONDS_MAX) == EXIT_CLEAN
    assert lone.log.read_text().count("bus away") <= 1


async def test_end_of_standard_input_ends_the_node(lone):
    assert await lone.start() is not None
    assert lone.process is not None
    lone.process.stdin.close()
    assert await lone.ended() == EXIT_CLEAN


async def test_parent_killed_leaves_no_process(lone, tmp_path):
    """The parent's parent holds the other end of a pipe, so that the node's input stays open when the parent dies."""
    code = (
        "import subprocess, sys\n"
        "command = [sys.executable, '-m', 'quorate', 'node', '--home', sys.argv[1], '--bus', sys.argv[2]]\n"
        "child = subprocess.Popen([*command, '--gateway', '127.0.0.1:0', '--with-parent'], stdin=sys.stdin)\n"
        "child.wait()\n"
    )
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, str(lone.home), NO_BROKER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert parent.stdout is not None
    async with asyncio.timeout(60):
        await parent.stdout.readline()
    (child,) = psutil.Process(parent.pid).children()
    parent.kill()
    await parent.wait()
    _, alive = await asyncio.to_thread(psutil.wait_procs, [child], timeout=30)
    assert alive == []
    assert parent.stdin is not None
    parent.stdin.close()


@pytest.mark.skipif(sys.platform != "linux", reason="needs prlimit(2) to make a disk that is full for one process")
async def test_full_disk_ends_the_node_with_its_word_and_the_turns_before_are_kept__t_f8(lone):
    home = open_home(lone.home)
    assert await lone.start("--no-trace") is not None
    assert lone.process is not None
    wallet = Wallet("ant", home.keys(passphrase=None).operator, chain=chain_id(home.charter))
    async with Client([lone.gateway]) as client:
        kept = wallet.seal(person_account("kept"))
        await client.submit([kept])
        full = (lone.home / "quorate.db-wal").stat().st_size
        psutil.Process(lone.process.pid).rlimit(psutil.RLIMIT_FSIZE, (full, full))
        many = [[wallet.seal(person_account(f"p{number}-{part}")) for part in range(100)] for number in range(10)]
        with pytest.raises((Indefinite, Unavailable)):
            await asyncio.gather(*map(client.submit, many))
    assert await lone.ended() == EXIT_FAULT
    assert "StorageFailed" in lone.log.read_text()
    assert await lone.start() is not None
    async with Client([lone.gateway]) as client:
        assert (await client.transaction(wallet.ids(kept)[0])).status is TransactionStatus.PENDING


class TestRefusalsToStart:
    async def refusal(self, node: NodeProcess, *arguments: str) -> str:
        assert await node.start(*arguments) is None
        assert await node.ended() == EXIT_FAULT
        return node.log.read_text()

    async def test_second_node_on_one_home(self, lone):
        assert await lone.start() is not None
        second = NodeProcess(lone.home, NO_BROKER)
        assert "HomeInUse" in await self.refusal(second)
        async with Client([lone.gateway]) as client:
            assert (await client.status()).member == "ant"

    async def test_edited_database_is_named_by_its_row(self, consortium):
        async with consortium.client() as client:
            await client.finalise(consortium.wallet("ant").seal(person_account("li")))
        victim = consortium.nodes[0]
        victim.terminate()
        assert await victim.ended() == EXIT_CLEAN
        with sqlite3.connect(victim.home / "quorate.db") as database:
            database.execute("UPDATE transactions SET position = 7 WHERE height = 1")
        database.close()
        log = await self.refusal(victim)
        assert "DatabaseEdited" in log
        assert "transactions" in log
        (victim.home / "quorate.db").unlink()
        assert await victim.start() is not None
        await same_chain(consortium.nodes, 1)

    async def test_gateway_port_that_is_taken(self, lone):
        assert await lone.start() is not None
        other = NodeProcess(lone.home.parent / "jd", NO_BROKER)
        log = await self.refusal(other, "--gateway", lone.gateway.removeprefix("http://"))
        assert "PortTaken" in log
        assert "--gateway HOST:PORT" in log

    async def test_bus_that_is_no_url(self, lone):
        assert "BadBusUrl" in await self.refusal(lone, "--bus", "http://x")

    async def test_keys_that_others_can_read(self, lone):
        (lone.home / "keys.json").chmod(0o644)
        assert "others may read" in await self.refusal(lone)
