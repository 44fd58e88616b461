"""LinkPolicies at a real member's end of the bus: the same values as in virtual time, and the same effects."""

import asyncio
from random import Random

import pytest

from network.bus import Bus, Channel, DropReason, Inbound
from network.faulty import FaultyBus
from network.held import Held
from network.policy import LinkPolicy
from tests.network.scripted import ScriptedBus

PATIENCE_S = 20
CONFORMS: type[Bus] = FaultyBus


class End:
    def __init__(self, *, opened=True):
        self.wire, self.woken = ScriptedBus(), asyncio.Event()
        self.commands: list[bytes] = []
        self.bus = FaultyBus(
            self.wire,
            member="ant",
            members=("ant", "jd", "ncta", "tencent"),
            wake=self.woken.set,
            on_command=self.commands.append,
        )
        if opened:
            self.bus.open(Random(3))

    def hears(self, *payloads, member="jd", channel=Channel.VOTES):
        self.wire.arriving += [Inbound(channel, member, payload, 0) for payload in payloads]
        return [each.payload for each in self.bus.drain()]

    async def hears_later(self):
        async with asyncio.timeout(PATIENCE_S):
            await self.woken.wait()
        self.woken.clear()
        return [each.payload for each in self.bus.drain()]


@pytest.fixture
async def end():
    return End()


async def test_without_a_policy_everything_passes(end):
    assert end.hears(b"a", b"b") == [b"a", b"b"]
    end.bus.publish(Channel.VOTES, b"c")
    end.bus.publish(Channel.INBOX, b"d", to="jd")
    assert end.wire.published == [(Channel.VOTES, b"c", None), (Channel.INBOX, b"d", "jd")]


async def test_before_the_first_command_it_hears_nobody_and_writes_to_no_inbox():
    end = End(opened=False)
    assert end.hears(b"a") == []
    end.bus.publish(Channel.INBOX, b"b", to="jd")
    assert end.wire.published == []
    assert end.wire.counters.dropped[DropReason.NOT_COMMANDED] == 2


async def test_commands_go_no_further_even_before_the_first():
    end = End(opened=False)
    assert end.hears(b"obey", member="ant", channel=Channel.CONTROL) == []
    assert end.commands == [b"obey"]


async def test_a_broadcast_is_judged_where_it_arrives(end):
    end.bus.policies = (LinkPolicy(("jd",), ("ant",), drop=1.0), LinkPolicy(("tencent",), ("ncta",), drop=1.0))
    assert end.hears(b"a", member="jd") == []
    assert end.hears(b"b", member="tencent") == [b"b"]
    assert end.hears(b"c", channel=Channel.BATCHES, member="jd") == []
    assert end.wire.counters.dropped[DropReason.POLICY] == 2
    end.bus.policies = (LinkPolicy(("ant",), (), drop=1.0),)
    end.bus.publish(Channel.VOTES, b"d")
    assert end.wire.published == [(Channel.VOTES, b"d", None)], "its receivers see to it"


async def test_an_inbox_is_judged_where_it_is_written_to(end):
    end.bus.policies = (LinkPolicy(("ant",), ("jd",), drop=1.0),)
    end.bus.publish(Channel.INBOX, b"a", to="jd")
    end.bus.publish(Channel.INBOX, b"b", to="ncta")
    assert end.wire.published == [(Channel.INBOX, b"b", "ncta")]
    end.bus.policies = (LinkPolicy((), ("ant",), drop=1.0),)
    assert end.hears(b"c", member="ant", channel=Channel.INBOX) == [b"c"]


async def test_what_is_delayed_comes_later_and_wakes_the_node(end):
    end.bus.policies = (LinkPolicy(("jd",), delay_ms=20),)
    assert end.hears(b"late") == []
    assert end.hears(b"other", member="ncta") == [b"other"]
    assert await end.hears_later() == [b"late"]


async def test_a_late_frame_holds_up_those_behind_it_when_the_policy_is_healed(end):
    end.bus.policies = (LinkPolicy(("jd",), delay_ms=20),)
    end.hears(b"first")
    end.bus.policies = ()
    assert end.hears(b"second") == []
    heard = await end.hears_later()
    assert heard == [b"first", b"second"]


async def test_a_late_inbox_frame_is_published_by_itself(end):
    end.bus.policies = (LinkPolicy((), ("jd",), delay_ms=20),)
    end.bus.publish(Channel.INBOX, b"a", to="jd")
    assert end.wire.published == []
    async with asyncio.timeout(PATIENCE_S):
        await end.wire.said.wait()
    assert end.wire.published == [(Channel.INBOX, b"a", "jd")]


async def test_a_copy_comes_after_its_original(end):
    end.bus.policies = (LinkPolicy(duplicate=1.0),)
    assert end.hears(b"twice") == [b"twice"]
    assert await end.hears_later() == [b"twice"]


async def test_corruption_changes_one_byte(end):
    end.bus.policies = (LinkPolicy(corrupt=1.0),)
    (heard,) = end.hears(b"0123456789")
    assert sum(one != other for one, other in zip(heard, b"0123456789", strict=True)) == 1


async def test_a_share_of_losses_comes_from_the_member_s_own_stream_of_chance():
    heard = []
    for _ in range(2):
        end = End()
        end.bus.policies = (LinkPolicy(drop=0.5),)
        heard.append(end.hears(*(bytes([number]) for number in range(64))))
    assert heard[0] == heard[1]
    assert 16 < len(heard[0]) < 48


async def test_late_frames_are_bounded_and_counted(end):
    end.bus._inward = Held(count_max=2)
    end.bus.policies = (LinkPolicy(delay_ms=60_000),)
    assert end.hears(b"a", b"b", b"c", b"d") == []
    assert end.wire.counters.dropped[DropReason.HELD_FULL] == 2


class Parrot:
    """Says everything twice to jd, and nothing to ncta."""

    def __init__(self):
        self.heard = []

    def say(self, channel, payload, to):
        return [] if to == "ncta" else [(to, channel, payload)] * (2 if to == "jd" else 1)

    def hear(self, payload):
        self.heard.append(payload)
        return payload != b"censored"


async def test_another_voice_says_to_each_member_what_it_likes_and_says_what_the_member_hears(end):
    end.bus.voice = parrot = Parrot()
    end.bus.publish(Channel.VOTES, b"a")
    assert end.wire.published == [
        (Channel.INBOX, b"a", "jd"),
        (Channel.INBOX, b"a", "jd"),
        (Channel.INBOX, b"a", "tencent"),
    ]
    assert end.hears(b"b", b"censored", b"c") == [b"b", b"c"]
    assert parrot.heard == [b"b", b"censored", b"c"]


async def test_what_another_voice_says_suffers_the_links_under_its_true_channel(end):
    end.bus.voice = Parrot()
    end.bus.policies = (LinkPolicy(("ant",), ("jd",), (Channel.VOTES,), drop=1.0),)
    end.bus.publish(Channel.VOTES, b"a")
    end.bus.publish(Channel.BATCHES, b"b")
    assert end.wire.published == [
        (Channel.INBOX, b"a", "tencent"),
        (Channel.INBOX, b"b", "jd"),
        (Channel.INBOX, b"b", "jd"),
        (Channel.INBOX, b"b", "tencent"),
    ]
