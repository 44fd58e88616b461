"""`quorate explain` turns what a gateway answers into sentences that name who is missing."""

import asyncio
import re
import socket

import msgspec
import pytest
from click.testing import CliRunner

from consensus.explain import with_times
from node.home.home import new_consortium
from node.home.running import tell_gateway
from node.simulation import Simulation
from quorate.__main__ import main
from quorate.commands.explain import told
from scenarios.library import LIBRARY
from scenarios.load import Clients
from scenarios.perform import perform
from scenarios.simulated import SimulatedWorld
from tests.node.four_members import four_members


def sentences(simulation, index):
    stands = msgspec.json.decode(msgspec.json.encode(simulation.members[index].explain()))
    return "\n".join(told("member", stands))


def clients_of(simulation):
    def key(name):
        found = simulation.keyring.key(name)
        return found.public_key, found.sign

    return Clients(simulation.charter, key, simulation.members[0]._chance)


def test_an_idle_member_waits_for_transactions():
    simulation = Simulation(4, seed=1)
    simulation.run_for(1_000)
    said = sentences(simulation, 2)
    assert "votes in view 0, whose primary is replica 0" in said
    assert "waits for transactions" in said
    assert "status" in said


def test_a_member_without_a_quorum_names_who_is_missing():
    simulation = Simulation(4, seed=1)
    simulation.members[2].kill()
    simulation.members[3].kill()
    simulation.submit(simulation.members[0], clients_of(simulation).envelope())
    simulation.run_for(200)
    said = sentences(simulation, 0)
    assert "Sequence 1 waits in prepare; missing: 2, 3." in said


def test_a_member_that_left_a_view_says_why():
    simulation = Simulation(4, seed=1)
    simulation.members[0].kill()
    simulation.submit(simulation.members[1], clients_of(simulation).envelope())
    assert simulation.run_until(lambda: simulation.members[1].core.explain().certified >= 1, 10_000)
    said = sentences(simulation, 1)
    assert "votes in view 1, whose primary is replica 1" in said
    assert "left the view before because" in said


@pytest.mark.parametrize("argument", ["nowhere", "ftp://x", ""])
def test_what_is_no_gateway_is_refused(argument):
    assert CliRunner().invoke(main, ["explain", argument]).exit_code == 2


def test_a_home_s_gateway_is_asked(tmp_path):
    new_consortium(tmp_path / "all", members=4, passphrase=None, founded_ms=1, gateway_port_first=9)
    done = CliRunner().invoke(main, ["explain", str(tmp_path / "all" / "ant")])
    assert done.exit_code == 1
    assert "no answer" in done.output


def test_a_home_with_a_free_port_and_no_node_says_that_none_runs(tmp_path):
    new_consortium(tmp_path / "all", members=4, passphrase=None, founded_ms=1, gateway_port_first=0)
    done = CliRunner().invoke(main, ["explain", str(tmp_path / "all" / "ant")])
    assert done.exit_code == 1
    assert "no node runs on this home" in done.output
    assert "quorate node --home" in done.output


def test_a_file_that_a_killed_node_left_leads_nowhere_and_that_is_said(tmp_path):
    new_consortium(tmp_path / "all", members=4, passphrase=None, founded_ms=1, gateway_port_first=0)
    home = tmp_path / "all" / "ant"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        tell_gateway(home, f"http://127.0.0.1:{free.getsockname()[1]}", pid=1)
    done = CliRunner().invoke(main, ["explain", str(home)])
    assert done.exit_code == 1
    assert "no answer" in done.output


@pytest.mark.slow
async def test_a_home_s_node_is_found_at_its_free_port_until_it_stops(tmp_path):
    async with four_members(tmp_path) as consortium:
        ant, jd = consortium.nodes[0], consortium.nodes[1]
        asked = await asyncio.to_thread(CliRunner().invoke, main, ["explain", str(ant.home), str(jd.home)])
        assert asked.exit_code == 0, asked.output
        assert asked.output.count("votes in view 0, whose primary is replica 0") == 2
        assert re.search(r"Timers: .*status in \d+ ms \(\d\d:\d\d:\d\d\.\d{3} UTC by its clock\)", asked.output)
        # A port may be somebody else's by now.
        tell_gateway(ant.home, jd.gateway, pid=1)
        other = await asyncio.to_thread(CliRunner().invoke, main, ["explain", str(ant.home)])
        assert other.exit_code == 1
        assert f"ant does not run: at {jd.gateway}" in other.output
        jd.terminate()
        assert await jd.ended() == 0
        gone = await asyncio.to_thread(CliRunner().invoke, main, ["explain", str(jd.home)])
        assert gone.exit_code == 1
        assert "no node runs on this home" in gone.output


def test_timers_say_when_they_are_due():
    simulation = Simulation(4, seed=1)
    simulation.run_for(1_000)
    member = simulation.members[2]
    (status,) = member.explain().timers
    assert status.kind == "status"
    assert status.in_ms is not None
    assert 0 < status.in_ms <= 125
    assert status.due_ms == member.wall_ms + status.in_ms
    (unknown,) = member.core.explain().timers
    assert (unknown.kind, unknown.in_ms, unknown.due_ms) == ("status", None, None)
    due = member.explain()
    simulation.run_for(status.in_ms - 1)
    assert member.explain().timers == with_times(due, {"status": 1}, now_ms=status.due_ms - 1).timers
    simulation.run_for(5)
    (again,) = member.explain().timers
    assert again.due_ms is not None
    assert again.due_ms > status.due_ms


def test_a_member_with_proof_of_a_lie_names_the_liar():
    plan = LIBRARY["double-votes"].plan()
    world = SimulatedWorld(plan.members, seed=1)
    asyncio.run(perform(plan, world))
    witnesses = [sentences(world.simulation, index) for index in (0, 2, 3)]
    assert all("proof that these lied: replica 1." in each for each in witnesses)
