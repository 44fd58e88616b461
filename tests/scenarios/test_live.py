"""Plans in the live world: every kind of fault over both brokers, and what no outsider can do to a story."""

import asyncio
import contextlib
import os
import signal
import sqlite3

import httpx
import msgspec
import pytest

from network.bus import Channel
from network.commands import Command, seal
from network.policy import LinkPolicy
from network.topics import topic_of
from node.home.home import DATABASE_FILE, open_home
from node.identity import Knobs
from node.storage.log import FRAME_HEADER_BYTES, HEADER_BYTES, log_of
from scenarios.distances import distances
from scenarios.errors import MemberFailed
from scenarios.library import LIBRARY
from scenarios.live import LiveWorld
from scenarios.perform import perform
from scenarios.plan import Load, Progress
from scenarios.simulated import SimulatedWorld
from scenarios.verdict import Outcome
from scenarios.vocabulary import Vocabulary, scenario
from tests.network.conftest import broker  # noqa: F401 a fixture is asked for by naming it
from tests.network.ends import Outsider
from tests.network.mosquitto import Mosquitto

pytestmark = pytest.mark.timeout(300)
"""Processes on a busy machine; usually a tenth of it."""

PATIENCE_MS = 30_000


@scenario(members=4, network="metro")
async def every_fault(c: Vocabulary) -> None:
    """One fault of each kind that a story can ask a member for, one after the other."""
    c.load.open(rate_per_s=30)
    await c.until(c.height >= 2, within="30 s")
    cut = c.network.partition(c.primary, c.others)
    await c.until(c.view >= 1, within="30 s")
    cut.heal()
    late = c.network.delay(source=c.all, target=c.all, by="5 ms", jitter="10 ms")
    twice = c.network.duplicate(source=c.all, target=c.all, chance=0.3)
    wrong = await c.set_clock(c.backup[2], offset=-60_000, drift_ppm=500)
    await c.progress(blocks=2, within="30 s")
    late.heal()
    twice.heal()
    wrong.heal()
    await c.tear_next_write(c.backup[1])
    death = await c.kill(c.backup[1])
    death.heal()
    slow = await c.slow_disk(c.backup[1], by="100 ms")
    away = await c.hand_over(c.backup[1])
    away.heal()
    slow.heal()
    full = await c.fill_disk(c.backup[1])
    await c.progress(blocks=5, within="30 s")
    full.heal()
    freeze = await c.pause(c.backup[1])
    await c.lie(c.backup[0], "double-vote", to=c.others)
    freeze.heal()
    await c.stabilise()
    await c.progress(blocks=3, within="30 s")
    c.check("state-root", "view-monotone", "evidence", "liars-named", "time", "read-your-commit")


@pytest.mark.slow
async def test_every_kind_of_fault_is_done_with_processes_over_both_brokers(broker, tmp_path):  # noqa: F811
    buses = [broker.url] if isinstance(broker, Mosquitto) else []
    world = LiveWorld(4, tmp_path / "members", seed=1, network="metro", buses=buses)
    verdict = await perform(every_fault.plan(), world)
    assert (verdict.outcome, verdict.reasons, verdict.skipped) == (Outcome.HELD, (), "")


@scenario(members=4)
async def lies_to_people(c: Vocabulary) -> None:
    """One member lies to its clients, then censors one of them; in both it is caught, and nobody is fooled."""
    c.load.gifts(rate_per_s=30)
    await c.until(c.height >= 2, within="30 s")
    false = await c.lie(c.member[0], "lie-to-clients")
    await c.wait("3 s")
    false.heal()
    await c.lie(c.member[0], "censor-client")
    await c.until(c.view >= 1, within="30 s")
    await c.stabilise()
    await c.progress(blocks=3, within="30 s")
    c.check("believed", "liars-exposed", "linearizable", "read-your-commit", "state-root", "evidence")


@pytest.mark.slow
async def test_who_lies_to_people_is_found_out_with_processes(tmp_path):
    world = LiveWorld(4, tmp_path / "members", seed=1)
    verdict = await perform(lies_to_people.plan(), world)
    assert (verdict.outcome, verdict.reasons) == (Outcome.HELD, ())
    assert world._load.heard.doubts.keys() == {0}


@pytest.mark.slow
async def test_who_lies_to_people_is_found_out_in_virtual_time():
    verdict = await perform(lies_to_people.plan(), SimulatedWorld(4, seed=1))
    assert (verdict.outcome, verdict.reasons) == (Outcome.HELD, ())


async def test_the_same_plan_holds_in_virtual_time():
    verdict = await perform(every_fault.plan(), SimulatedWorld(4, seed=1, network="metro"))
    assert (verdict.outcome, verdict.reasons) == (Outcome.HELD, ())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
async def test_in_virtual_time_the_fifth_of_seven_moves_the_chain_within_one_capped_timeout(seed):
    plan = LIBRARY["late-fifth"].plan()
    capped_ms = 8 * Knobs().target_failover_ms
    steps = tuple(Progress(1, capped_ms) if isinstance(each, Progress) else each for each in plan.steps)
    verdict = await perform(msgspec.structs.replace(plan, steps=steps), SimulatedWorld(7, seed=seed))
    assert (verdict.outcome, verdict.reasons) == (Outcome.HELD, ())


@pytest.mark.slow
async def test_four_of_seven_wait_half_a_minute_and_the_fifth_moves_the_chain(tmp_path):
    """The judged case; the story asks for three blocks within ten seconds of the fifth's start."""
    verdict = await perform(LIBRARY["late-fifth"].plan(), LiveWorld(7, tmp_path / "members", seed=1))
    assert (verdict.outcome, verdict.reasons) == (Outcome.HELD, ())


@contextlib.asynccontextmanager
async def live(folder):
    """A live world whose members are up; commanded by the test."""
    world = LiveWorld(4, folder / "members", seed=1)
    await world.open()
    try:
        yield world
    finally:
        await world.close()


async def progresses(world):
    look = await world.look()
    goal = max(each.certified for each in look.members) + 2
    await world.load(Load(rate_per_s=20.0), (0, 1, 2, 3))
    moved = await world.wait(lambda seen: all(each.certified >= goal for each in seen.members), within_ms=PATIENCE_MS)
    await world.load(None, ())
    return moved


async def answer_of(world, member, path):
    url = world._consortium.members[member].url
    async with httpx.AsyncClient(timeout=PATIENCE_MS / 1_000, trust_env=False) as http:
        return (await http.get(f"{url}{path}")).json()


async def dropped_at(world, member):
    return (await answer_of(world, member, "/v1/status"))["dropped"]


@pytest.mark.slow
async def test_a_member_s_key_on_the_control_topic_commands_nobody(tmp_path):
    async with live(tmp_path) as world:
        consortium = world._consortium
        bus = consortium.broker.bus_url
        thief = open_home(consortium.directory / "jd").keys(passphrase=None).node
        async with Outsider(bus.port) as outsider:
            for member in consortium.members:
                command = Command(consortium.chain, member, 10**6, 1, policies=(LinkPolicy(drop=1.0),))
                topic = str(topic_of(consortium.chain, member, Channel.CONTROL))
                await outsider.publish(topic, seal(command, sign=thief.sign))
                await outsider.publish(topic, os.urandom(100))
            await outsider.pinged()
        assert await progresses(world)
        dropped = await dropped_at(world, "ant")
        assert (dropped["command-unsigned"], dropped["command-malformed"]) == (1, 1)
        assert "policy" not in dropped
        # The story itself is still obeyed.
        undo = await world.links([LinkPolicy(source=("ant",), drop=1.0)])
        await undo()


@pytest.mark.slow
async def test_a_member_killed_from_outside_comes_back_under_the_same_faults(tmp_path):
    async with live(tmp_path) as world:
        await world.links([LinkPolicy(source=("ant",), target=("jd",), drop=1.0)])
        process = world._consortium.members["jd"]
        before = process.pid
        os.kill(before, signal.SIGKILL)
        again = world._ids.index("jd")
        assert await world.wait(lambda look: process.starts == 2 and look.members[again].up, within_ms=PATIENCE_MS)
        await world._desk.heard_by(["jd"])
        assert await progresses(world)
        assert (await dropped_at(world, "jd"))["policy"] > 0
        # That was nobody's fault; a member that finds itself wrong, and says so by its exit code, has failed.
        world._on_unasked_end("jd", 70)
        with pytest.raises(MemberFailed, match="jd ended by itself, with exit code 70"):
            await world.look()


def votes_of(database):
    """Sequence numbers of the votes that a member has on disk, while it runs."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return [sequence for (sequence,) in connection.execute("SELECT sequence FROM votes")]


@pytest.mark.slow
async def test_a_log_damaged_before_its_end_keeps_a_member_down_and_without_its_disk_it_is_mute__t_f7(tmp_path):
    async with live(tmp_path) as world:
        assert await progresses(world)
        await world.kill(3)
        said = max(each.executed for each in (await world.look()).members)
        database = world._consortium.directory / world.id_of(3) / DATABASE_FILE
        content = bytearray(log_of(database).read_bytes())
        content[HEADER_BYTES + FRAME_HEADER_BYTES + 100] ^= 4
        log_of(database).write_bytes(bytes(content))
        with pytest.raises(MemberFailed, match="the log is damaged"):
            await world.start(3)
        await world.wipe(3)
        await world.start(3)
        await world.load(Load(rate_per_s=100.0), (0, 1, 2))
        mute_looks = 0
        async with asyncio.timeout(4 * PATIENCE_MS / 1_000):
            while True:
                # What is read before it says that it is mute was there while it was.
                votes = votes_of(database)
                stands = await answer_of(world, world.id_of(3), "/v1/explain")
                if not stands["mute"]:
                    break
                mute_looks += 1
                assert votes == []
                await world.wait(lambda _: True, within_ms=0)
        assert mute_looks
        assert stands["stable"] > said
        assert await world.wait(lambda _: bool(votes_of(database)), within_ms=PATIENCE_MS)
        assert min(votes_of(database)) > said
        assert await progresses(world)


async def test_a_network_s_distances_are_policies_with_the_same_mean():
    members = ("ant", "jd", "ncta", "tencent")
    assert distances(members, "lan") == ()
    slow = distances(members, "slow")
    assert {(each.delay_ms, each.delay_ms_spread) for each in slow} == {(200, 100)}
    assert {(source, target) for each in slow for source in each.source for target in each.target} == {
        (source, target) for source in members for target in members if source != target
    }
    with pytest.raises(ValueError, match="no network profile"):
        distances(members, "moon")
