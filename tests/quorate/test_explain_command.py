"""`quorate explain` turns what a gateway answers into sentences that name who is missing."""

import asyncio

import msgspec
import pytest
from click.testing import CliRunner

from node.home.home import new_consortium
from node.simulation import Simulation
from quorate.__main__ import main
from quorate.commands.explain import told
from scenarios.library import LIBRARY
from scenarios.load import Clients
from scenarios.perform import perform
from scenarios.simulated import SimulatedWorld


def sentences(simulation, index):
    stands = msgspec.json.decode(msgspec.json.encode(simulation.members[index].core.explain()))
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


def test_a_home_with_a_free_port_asks_for_the_url(tmp_path):
    new_consortium(tmp_path / "all", members=4, passphrase=None, founded_ms=1, gateway_port_first=0)
    done = CliRunner().invoke(main, ["explain", str(tmp_path / "all" / "ant")])
    assert done.exit_code == 2
    assert "free port" in done.output


def test_a_member_with_proof_of_a_lie_names_the_liar():
    plan = LIBRARY["double-votes"].plan()
    world = SimulatedWorld(plan.members, seed=1)
    asyncio.run(perform(plan, world))
    witnesses = [sentences(world.simulation, index) for index in (0, 2, 3)]
    assert all("proof that these lied: replica 1." in each for each in witnesses)
