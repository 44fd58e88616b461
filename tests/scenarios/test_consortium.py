"""A consortium as processes of this machine: it comes up, is looked after, and leaves nothing behind."""

import asyncio
import os
import signal
import sys
import time

import psutil
import pytest

from network.errors import BadBusUrl, BrokerFailed
from node.client import Client
from node.errors import HomeUnusable
from scenarios.consortium import LiveConsortium
from scenarios.errors import BusUnreachable, FolderUnusable, MemberKilled
from scenarios.member_process import Phase, python_environment
from scenarios.watch import Watch
from tests.node.one_member import person_account

pytestmark = pytest.mark.slow

PATIENCE_S = 60
NOBODY = "mqtt://127.0.0.1:9"
"""The discard port: nobody listens."""


def consortium_in(folder, **options):
    return LiveConsortium(folder, members=4, founded_ms=time.time_ns() // 1_000_000, **options)


def processes_of(folder):
    """Processes that have the folder in their command line."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if any(str(folder) in part for part in process.info["cmdline"] or ()):
            found.append(process)
    return found


async def test_whoever_is_killed_from_outside_is_started_again(tmp_path):
    said: asyncio.Queue[str] = asyncio.Queue()
    async with consortium_in(tmp_path / "c", report=said.put_nowait) as consortium, Watch(consortium) as watch:
        await watch.until(watch.is_level, what="all are up", timeout_s=PATIENCE_S)
        assert said.get_nowait() == "Starting 4 nodes and a broker..."
        primary = consortium.members["ant"]
        url, pid = primary.url, primary.pid
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_S):
            assert "ant was killed by signal 9, and not by us" in await said.get()
        await watch.until(
            lambda: watch.views["ant"].pid not in (pid, None) and watch.is_level(),
            what="ant is back",
            timeout_s=PATIENCE_S,
        )
        assert primary.url == url
        assert consortium.restarts == 1


async def test_whoever_is_killed_here_stays_down_until_it_is_started(tmp_path):
    async with consortium_in(tmp_path / "c") as consortium:
        await consortium.kill("jd")
        assert consortium.members["jd"].phase.value == "killed"
        assert consortium.members["jd"].usage() is None
        await consortium.start("jd")
        assert consortium.members["jd"].phase is Phase.UP
        assert consortium.restarts == 0
        assert consortium.urls("jd")[0] == consortium.members["jd"].url
        assert sorted(consortium.urls("jd")) == sorted(consortium.urls())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_restarts_are_bounded_and_who_was_ended_from_outside_has_not_crashed(tmp_path, monkeypatch, number):
    monkeypatch.setattr("scenarios.consortium.RESTARTS_MAX", 0)
    async with consortium_in(tmp_path / "c") as consortium:
        os.kill(consortium.members["jd"].pid, number)
        with pytest.raises(MemberKilled, match="given up"):
            async with asyncio.timeout(PATIENCE_S):
                await consortium.failed


async def test_nothing_is_left_after_it_was_left(tmp_path):
    async with consortium_in(tmp_path / "c") as consortium:
        assert len(processes_of(tmp_path)) == 4
        broker = consortium.broker.pid
        assert psutil.pid_exists(broker)
    assert not processes_of(tmp_path)
    assert not psutil.pid_exists(broker)


async def test_nothing_is_left_when_whoever_started_it_is_killed(tmp_path):
    code = (
        "import asyncio, sys, time, pathlib\n"
        "from scenarios.consortium import LiveConsortium\n"
        "async def main():\n"
        "    async with LiveConsortium(pathlib.Path(sys.argv[1]), members=4, founded_ms=1) as consortium:\n"
        "        print(consortium.broker.pid, *(member.pid for member in consortium.members.values()), flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    starter = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(tmp_path / "c"), stdout=asyncio.subprocess.PIPE, env=python_environment()
    )
    assert starter.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        line = await starter.stdout.readline()
    started = [psutil.Process(int(pid)) for pid in line.split()]
    assert len(started) == 5
    starter.kill()
    await starter.wait()
    _, alive = await asyncio.to_thread(psutil.wait_procs, started, PATIENCE_S)
    assert not alive


async def test_a_folder_that_exists_is_not_touched(tmp_path):
    (tmp_path / "c").mkdir()
    with pytest.raises(HomeUnusable, match="exists already"):
        async with consortium_in(tmp_path / "c"):
            pass
    assert not list((tmp_path / "c").iterdir())


async def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(FolderUnusable, match=r"file/c: the run's folder cannot be made.*--directory"):
        async with consortium_in(tmp_path / "file" / "c"):
            pass


async def test_a_broker_that_does_not_answer_is_named_and_nothing_is_made(tmp_path):
    with pytest.raises(BusUnreachable, match=r"No broker answers at mqtt://127\.0\.0\.1:9"):
        async with consortium_in(tmp_path / "c", buses=(NOBODY,)):
            pass
    assert not (tmp_path / "c").exists()


def test_a_wrong_bus_url_is_refused_before_anything_starts(tmp_path):
    with pytest.raises(BadBusUrl):
        consortium_in(tmp_path / "c", buses=("http://example.org",))


def pid_of(broker):
    return broker.pid


async def test_a_broker_killed_from_outside_is_started_again_so_many_times_and_said_so(tmp_path, monkeypatch):
    monkeypatch.setattr("scenarios.consortium.RESTARTS_MAX", 1)
    said: asyncio.Queue[str] = asyncio.Queue()
    async with consortium_in(tmp_path / "c", report=said.put_nowait) as consortium, asyncio.timeout(2 * PATIENCE_S):
        broker = consortium.broker
        await consortium.kill_broker()
        assert broker.pid is None
        await consortium.start_broker()
        assert said.get_nowait() == "Starting 4 nodes and a broker..."
        assert said.empty(), "what is killed here is nobody's news"
        url = broker.url
        os.kill(pid_of(broker), signal.SIGKILL)
        assert await said.get() == "The broker was killed by signal 9, and not by us: it is started again."
        async with Client(consortium.urls()) as client:
            await client.finalise(consortium.wallet("ant").seal(person_account("after")))
        assert broker.url == url
        os.kill(pid_of(broker), signal.SIGKILL)
        with pytest.raises(BrokerFailed, match="given up"):
            await consortium.failed
