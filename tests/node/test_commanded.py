"""A node that is commanded: it obeys once, answers always, and says what it can not do."""

import pytest

from ledger.charter import chain_id
from network.bus import Channel, DropReason, Inbound
from network.commands import Command, Role, read_acknowledgement, seal
from network.policy import LinkPolicy
from node.clock import Clock
from node.commanded import Commanded
from node.home.home import new_consortium, open_home
from node.home.keys import KeyPair, verify_signature
from node.identity import Identity
from tests.network.scripted import ScriptedBus

STORY = KeyPair.generate()


class Silent:
    def say(self, channel, payload, to):
        return []

    def hear(self, payload):
        return True

    is_false = False

    def reply(self, envelopes, reply, *, height):
        return reply

    def certificate(self, transaction, file):
        return file


class Disk:
    sync_ms, is_full = 0, False

    def fill(self, is_full):
        self.is_full = is_full


class Node:
    def __init__(self, folder, *, casting=None):
        self.charter = new_consortium(folder, members=4, passphrase=None, founded_ms=1)
        self.keys = open_home(folder / "jd").keys(passphrase=None)
        self.wire, self.machine_ms = ScriptedBus(), 1_000_000
        self.clock = Clock(lambda: self.machine_ms)
        identity = Identity(self.charter, "jd", self.keys.node.sign, verify_signature)
        self.disk = Disk()
        self.commanded = Commanded(
            identity,
            key=STORY.public_key,
            bus=self.wire,
            clock=self.clock,
            disk=self.disk,
            casting=casting,
            wake=lambda: None,
        )

    def command(self, number=1, *, key=STORY, **fields):
        """Send a command; return what was acknowledged."""
        command = Command(chain=chain_id(self.charter), member="jd", number=number, seed=7, **fields)
        self.wire.arriving.append(Inbound(Channel.CONTROL, "jd", seal(command, sign=key.sign), 0))
        self.wire.published.clear()
        self.commanded.bus.drain()
        told = [payload for channel, payload, _ in self.wire.published if channel is Channel.REPORT]
        return [
            read_acknowledgement(
                each,
                chain=chain_id(self.charter),
                member="jd",
                key=self.keys.node.public_key,
                verify=verify_signature,
            )
            for each in told
        ]

    def hears(self, payload, *, member="ant"):
        self.wire.arriving.append(Inbound(Channel.VOTES, member, payload, 0))
        return [each.payload for each in self.commanded.bus.drain()]


@pytest.fixture
async def node(tmp_path):
    return Node(tmp_path / "consortium")


async def test_the_first_command_opens_its_ears_and_is_acknowledged(node):
    assert node.hears(b"before") == []
    (told,) = node.command(1)
    assert (told.number, told.refused) == (1, "")
    assert node.hears(b"after") == [b"after"]


async def test_a_policy_holds_until_the_next_command_leaves_it_out(node):
    node.command(1, policies=(LinkPolicy(("ant",), ("jd",), drop=1.0),))
    assert node.hears(b"a") == []
    assert node.hears(b"b", member="ncta") == [b"b"]
    node.command(2)
    assert node.hears(b"c") == [b"c"]


async def test_another_key_s_command_changes_nothing_and_is_counted(node):
    node.command(1)
    assert node.command(2, key=node.keys.node, policies=(LinkPolicy(drop=1.0),)) == []
    assert node.hears(b"a") == [b"a"]
    assert node.wire.counters.dropped == {DropReason.COMMAND_UNSIGNED: 1}


async def test_an_old_command_changes_nothing_and_is_counted(node):
    node.command(2)
    assert node.command(1, policies=(LinkPolicy(drop=1.0),)) == []
    assert node.hears(b"a") == [b"a"]
    assert node.wire.counters.dropped == {DropReason.COMMAND_OLD: 1}


async def test_the_last_command_said_again_is_answered_again_and_obeyed_once(node):
    node.command(1, drift_ppm=100_000)
    node.machine_ms += 1_000
    (told,) = node.command(1, drift_ppm=100_000)
    assert told.number == 1
    assert node.clock.now_ms() == node.machine_ms + 100


async def test_the_clock_is_put_wrong_and_right_again(node):
    node.command(1, offset_ms=-60_000)
    assert node.clock.now_ms() == node.machine_ms - 60_000
    node.command(2, policies=(LinkPolicy(drop=1.0),), offset_ms=-60_000)
    assert node.clock.now_ms() == node.machine_ms - 60_000
    node.command(3)
    assert node.clock.now_ms() == node.machine_ms


async def test_the_disk_is_put_wrong_and_right_again(node):
    node.command(1, sync_ms=200, disk_is_full=True)
    assert (node.disk.sync_ms, node.disk.is_full) == (200, True)
    node.command(2)
    assert (node.disk.sync_ms, node.disk.is_full) == (0, False)


async def test_a_part_that_nobody_knows_is_refused_with_its_name(node):
    (told,) = node.command(1, role=Role("dance", ("ant",), ("jd",)))
    assert "dance" in told.refused
    assert node.hears(b"a") == []


async def test_a_part_is_cast_once_and_given_up_again(tmp_path):
    cast = []

    def casting(identity, role, seed):
        cast.append((identity.member, role.way, seed))
        return Silent()

    node = Node(tmp_path / "consortium", casting=casting)
    role = Role("silence", ("ant",), ("jd",))
    node.command(1, role=role)
    node.command(2, role=role, offset_ms=5)
    assert cast == [("jd", "silence", 7)]
    node.commanded.bus.publish(Channel.VOTES, b"x")
    assert (Channel.VOTES, b"x", None) not in node.wire.published
    node.command(3)
    node.commanded.bus.publish(Channel.VOTES, b"x")
    assert (Channel.VOTES, b"x", None) in node.wire.published
