"""Members that were founded before run again, and whoever starts them sees where, and who ended."""

import asyncio
import os
import signal
import time

import pytest

from node.client import Client
from node.home.home import new_consortium
from node.home.running import find_gateway
from scenarios.errors import FolderUnusable, MemberFailed
from scenarios.reopened import homes_in, run_again

MEMBERS = ("ant", "copyright", "jd", "tencent")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "day"
    new_consortium(
        folder, members=4, passphrase=None, founded_ms=time.time_ns() // 1_000_000, name="Day", gateway_port_first=0
    )
    return folder


def test_homes_are_of_members_who_run_a_node(folder):
    assert tuple(home.name for home in homes_in(folder)) == MEMBERS
    assert homes_in(folder / "jd") == (folder / "jd",)


def test_a_folder_without_homes_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(FolderUnusable, match=r"holds 0 homes .* name the folder in which `quorate demo`"):
        homes_in(tmp_path)


@pytest.mark.slow
async def test_they_serve_until_it_is_enough_and_who_ends_is_told_of(folder):
    said: asyncio.Queue[str] = asyncio.Queue()
    enough = asyncio.Event()
    running = asyncio.create_task(run_again(homes_in(folder), buses=(), report=said.put_nowait, enough=enough))
    async with asyncio.timeout(60):
        lines = [await said.get() for _ in MEMBERS]
        assert [line.split()[0] for line in lines] == list(MEMBERS)
        urls = [line.split()[3].rstrip(";") for line in lines]
        for member, url in zip(MEMBERS, urls, strict=True):
            async with Client([url]) as client:
                assert (await client.status()).member == member
        async with Client(urls) as client:
            left_word = find_gateway(folder / "jd")
            assert left_word is not None
            os.kill(left_word.pid, signal.SIGKILL)
            assert await said.get() == f"jd ended with exit code -9; its log is {folder / 'jd' / 'node.log'}"
            assert not running.done()
            assert (await client.status()).member == "ant"
        enough.set()
        await running


@pytest.mark.slow
async def test_one_that_cannot_start_stops_all(folder):
    (folder / "tencent" / "charter.json").write_text("{}")
    with pytest.raises(MemberFailed, match=r"(?s)Member tencent ended with exit code 1 .*charter\.json"):
        await run_again(homes_in(folder), buses=(), report=print, enough=asyncio.Event())
