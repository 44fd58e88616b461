"""Commanding members: said until it is acknowledged, to each life by its own key, and never to one that is down."""

import asyncio
from random import Random

import pytest

from canonical.signing import PublicKey
from ledger.charter import chain_id
from network.buses import Buses
from network.policy import LinkPolicy
from network.url import parse_bus_url
from node.clock import Clock
from node.commanded import Commanded
from node.home.home import new_consortium, open_home
from node.home.keys import verify_signature
from node.identity import Identity
from scenarios.desk import Desk
from scenarios.errors import CommandFailed
from tests.network.conftest import broker, embedded  # noqa: F401 a fixture is asked for by naming it

PATIENCE_S = 20
CUT = LinkPolicy(("ant",), ("jd",), drop=1.0)


class Disk:
    """What a story may do to a disk, without one behind it."""

    sync_ms = 0
    is_full = False

    def fill(self, is_full):
        self.is_full = is_full


class Member:
    """A member's end of the bus, commanded, without a node behind it."""

    def __init__(self, folder, charter, name, url, key):
        identity = Identity(charter, name, open_home(folder / name).keys(passphrase=None).node.sign, verify_signature)
        self.bus = Buses(
            [parse_bus_url(url)],
            chain=chain_id(charter),
            member=name,
            members=[each.id for each in charter.voters()],
            wake=self.wake,
            random=Random(1),
            commanded=True,
        )
        self.clock = Clock(lambda: 1_000)
        self.disk = Disk()
        self.commanded = Commanded(
            identity, key=key, bus=self.bus, clock=self.clock, disk=self.disk, casting=None, wake=lambda: None
        )

    def wake(self) -> None:
        asyncio.get_running_loop().call_soon(self.turn)

    def turn(self):
        self.commanded.bus.drain()

    @property
    def policies(self):
        return self.commanded.bus.policies


class Story:
    def __init__(self, folder, url):
        self.folder, self.url = folder, url
        self.charter = new_consortium(folder, members=4, passphrase=None, founded_ms=1)
        self.desk = Desk(seed=3)
        self.members = {}

    async def start(self, name):
        flag, key = self.desk.new_life(name)
        assert flag == "--scenario-key"
        member = Member(self.folder, self.charter, name, self.url, PublicKey(bytes.fromhex(key)))
        member.bus.start()
        self.members[name] = member
        return member

    async def stop(self, name):
        self.desk.end_life(name)
        await self.members.pop(name).bus.close()

    async def close(self):
        await self.desk.close()
        for member in self.members.values():
            await member.bus.close()


@pytest.fixture
async def story(broker, tmp_path):  # noqa: F811
    url = broker.url
    told = Story(tmp_path / "consortium", url)
    told.desk.open(told.charter, [url])
    yield told
    await told.close()


async def test_a_member_hears_its_first_command_and_every_change(story):
    ant = await story.start("ant")
    await story.desk.heard_by(["ant"])
    assert ant.policies == ()
    story.desk.policies = (CUT,)
    await story.desk.tell(wait_for=["ant"])
    assert ant.policies == (CUT,)


async def test_a_later_life_is_told_how_everything_is_by_another_key(story):
    await story.start("ant")
    story.desk.policies = (CUT,)
    story.desk.clocks["ant"] = (500, 0)
    await story.desk.tell(wait_for=["ant"])
    await story.stop("ant")
    again = await story.start("ant")
    await story.desk.heard_by(["ant"])
    assert again.policies == (CUT,)
    assert again.clock.now_ms() == 1_500


async def test_nobody_waits_for_a_member_that_is_down(story):
    ant = await story.start("ant")
    await story.start("jd")
    await story.stop("jd")
    story.desk.policies = (CUT,)
    await story.desk.tell(wait_for=["ant", "jd"])
    assert ant.policies == (CUT,)


async def test_a_member_that_says_nothing_is_named(story, monkeypatch):
    monkeypatch.setattr("scenarios.desk.ACKNOWLEDGED_WITHIN_S", 0.0)
    story.desk.new_life("jd")
    with pytest.raises(CommandFailed, match="jd did not acknowledge"):
        await story.desk.tell(wait_for=["jd"])


async def test_a_member_that_can_not_play_its_part_says_so(story):
    await story.start("ant")
    story.desk.roles["ant"] = ("dance", ("jd",))
    with pytest.raises(CommandFailed, match="nobody here knows how to play 'dance'"):
        await story.desk.tell(wait_for=["ant"])


async def test_a_command_of_a_life_that_is_over_means_nothing_to_the_next(story):
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    first = await story.start("ant")
    first.commanded.bus._on_command = heard.put_nowait
    story.desk.policies = (CUT,)
    telling = asyncio.create_task(story.desk.tell(wait_for=["ant"]))
    async with asyncio.timeout(PATIENCE_S):
        old = await heard.get()
    await story.stop("ant")
    story.desk.policies = ()
    second = await story.start("ant")
    second.commanded._on_command(old)
    assert second.commanded.bus.counters.dropped["command-unsigned"] == 1
    await telling
    assert second.policies == ()
