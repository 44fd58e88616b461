import os
import subprocess
import sys
from functools import partial

import pytest

from ledger.receipts import Status
from network.policy import LinkPolicy, tags_of
from node.admission import Admitted, Known, Unavailable
from node.simulation import Said, Simulation
from node.simulation.chance import stream
from node.simulation.profiles import PROFILES
from tests.architecture.files import ROOT
from tests.node.simulated import has_all, register, registration

STORY = """
from tests.node.test_simulation import eventful
print(eventful(seed={seed}).trace_hash())
"""


def eventful(*, seed: int, crypto: str = "ideal") -> Simulation:
    simulation = Simulation(4, seed=seed, crypto=crypto)
    simulation.network.add(LinkPolicy(drop=0.1, duplicate=0.1, reorder=0.2, corrupt=0.05, delay_ms_spread=5))
    for number in range(1, 13):
        simulation.at(number * 50, partial(register, simulation, number, at=number % 4))
    simulation.at(200, simulation.members[0].kill)
    simulation.at(900, simulation.members[0].start)
    simulation.at(300, simulation.members[1].tear_next_write)
    simulation.at(1_200, simulation.members[1].start)
    simulation.run_for(3_000)
    return simulation


def test_same_seed_gives_the_same_run_to_the_last_byte():
    first, again = eventful(seed=1), eventful(seed=1)
    assert first.trace_hash() == again.trace_hash()
    assert [first.blocks(member) for member in first.members] == [again.blocks(member) for member in again.members]
    assert max(member.height for member in first.members) > 0


def test_another_seed_gives_another_run():
    assert eventful(seed=1).trace_hash() != eventful(seed=2).trace_hash()


@pytest.mark.slow
def test_the_hash_seed_of_the_process_changes_nothing():
    def in_process(hash_seed: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", STORY.format(seed=5)],
            capture_output=True,
            text=True,
            timeout=100,
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        )
        return done.stdout.strip()

    assert in_process("1") == in_process("2") == eventful(seed=5).trace_hash()


def test_streams_of_chance_are_apart():
    network, load = stream(1, "network"), stream(1, "load")
    before = [stream(1, "load").random() for _ in range(3)]
    network.random()
    assert load.random() == before[0]
    assert network.random() != load.random()


def test_a_fault_of_links_reshuffles_no_delay():
    """Each message draws once for the fault, which never strikes, and arrives when it would have arrived."""

    def trace(*, share: float) -> str:
        simulation = Simulation(4, seed=6)
        simulation.network.add(LinkPolicy(corrupt=share))
        for number in range(1, 6):
            simulation.at(number * 20, partial(register, simulation, number, at=number % 4))
        simulation.run_for(400)
        return simulation.trace_hash()

    assert trace(share=1e-300) == trace(share=0.0)


@pytest.mark.parametrize("profile", PROFILES)
def test_members_agree_on_every_network(profile):
    simulation = Simulation(4, seed=3, profile=profile)
    for number in range(1, 5):
        assert isinstance(register(simulation, number, at=number - 1), Admitted)
    assert simulation.run_until(lambda: has_all(simulation, 4), within_ms=20_000)
    assert len({member.core.ledger.state_root for member in simulation.members}) == 1


def test_a_network_that_does_not_exist_is_refused_by_name():
    with pytest.raises(ValueError, match="no network profile moon; there are lan, metro"):
        Simulation(4, seed=1, profile="moon")


@pytest.mark.parametrize("crypto", ["ideal", "ed25519"])
def test_blocks_are_made_with_ideal_signatures_and_with_real_ones(crypto):
    simulation = Simulation(4, seed=1, crypto=crypto)
    register(simulation, 1, at=0)
    assert simulation.run_until(lambda: has_all(simulation, 1), within_ms=5_000)
    assert simulation.members[3].core.ledger.account("ant.p1") is not None


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
def test_committees_of_every_size_make_blocks(size):
    simulation = Simulation(size, seed=1)
    register(simulation, 1, at=size - 1)
    assert simulation.run_until(lambda: has_all(simulation, 1), within_ms=5_000)


def test_the_others_go_on_without_a_killed_primary_and_it_comes_back():
    simulation = Simulation(4, seed=1)
    simulation.members[0].kill()
    register(simulation, 1, at=1)
    assert simulation.run_until(lambda: simulation.members[3].height == 1, within_ms=3_000)
    assert simulation.members[3].core.replica.state.view >= 1
    simulation.members[0].start()
    assert simulation.run_until(lambda: has_all(simulation, 1), within_ms=5_000)


def test_a_power_cut_of_all_loses_nothing_that_was_acknowledged():
    simulation = Simulation(4, seed=4)
    acknowledged = []
    simulation.on_acknowledged.append(lambda member, transaction: acknowledged.append(transaction))
    for number in range(1, 30):
        simulation.at(number * 7, partial(register, simulation, number, at=number % 4))
    for moment in (40, 90, 170):
        for member in simulation.members:
            simulation.at(moment, member.kill)
            simulation.at(moment + 5, member.start)
    simulation.run_for(300)
    assert len(acknowledged) > 0
    assert simulation.run_until(
        lambda: all(member.disk.is_executed(each) for each in acknowledged for member in simulation.members),
        within_ms=20_000,
    )


def test_a_torn_write_ends_the_process_in_the_middle_of_its_sync():
    simulation = Simulation(4, seed=1)
    simulation.members[2].tear_next_write()
    register(simulation, 1, at=2)
    simulation.run_for(100)
    assert not simulation.members[2].up
    simulation.members[2].start()
    register(simulation, 1, at=2)
    assert simulation.run_until(lambda: has_all(simulation, 1), within_ms=5_000)


def test_a_paused_member_hears_everything_when_it_goes_on():
    simulation = Simulation(4, seed=1)
    simulation.members[3].pause()
    register(simulation, 1, at=0)
    simulation.run_for(1_000)
    assert [member.height for member in simulation.members] == [1, 1, 1, 0]
    assert isinstance(register(simulation, 2, at=3), Unavailable)
    simulation.members[3].resume()
    assert simulation.run_until(lambda: simulation.members[3].height == 1, within_ms=1_000)


def test_a_wiped_member_gets_the_chain_from_the_others():
    simulation = Simulation(4, seed=1)
    for number in range(1, 4):
        register(simulation, number, at=0)
        simulation.run_for(500)
    simulation.members[2].wipe()
    assert simulation.members[2].height == 0
    simulation.members[2].start()
    assert simulation.run_until(lambda: has_all(simulation, 3), within_ms=5_000)


def test_a_wiped_member_turns_clients_away_and_votes_again_when_it_is_past_all_it_may_have_signed__t_f7():
    simulation = Simulation(4, seed=1)
    register(simulation, 1, at=0)
    simulation.run_for(500)
    wiped = simulation.members[2]
    wiped.wipe()
    wiped.start()
    simulation.run_for(1_000)
    answer = register(simulation, 1, at=2)
    assert isinstance(answer, Unavailable)
    assert answer.reason == "this member is mute until block 128: disk was lost"
    said = []
    simulation.on_said.append(lambda member, frame: said.append(frame.payload) if member is wiped else None)
    for number in range(2, 130):
        register(simulation, number, at=0)
        assert simulation.run_until(partial(has_all, simulation, number), within_ms=5_000)
        if number == 127:
            tags = {tag for payload in said for tag in tags_of(payload)}
            assert tags <= {"bundle", "status", "query-stable", "certified-block"}, tags
    assert simulation.run_until(lambda: wiped.core.explain().mute == "", within_ms=5_000)
    assert isinstance(register(simulation, 130, at=2), Admitted)
    assert simulation.run_until(lambda: has_all(simulation, 130), within_ms=5_000)


def test_a_partition_stops_the_minority_and_heals():
    simulation = Simulation(4, seed=1)
    ant, tencent, jd, copyright_alliance = simulation.members
    cut = simulation.network.partition([[ant, tencent, jd], [copyright_alliance.id]])
    register(simulation, 1, at=0)
    simulation.run_for(2_000)
    assert [member.height for member in simulation.members] == [1, 1, 1, 0]
    cut.heal()
    cut.heal()
    assert simulation.run_until(lambda: has_all(simulation, 1), within_ms=5_000)


def test_a_quorum_is_needed_and_two_halves_decide_nothing():
    simulation = Simulation(4, seed=1)
    simulation.network.partition([["ant", "tencent"], ["jd", "copyright"]])
    register(simulation, 1, at=0)
    simulation.run_for(10_000)
    assert [member.height for member in simulation.members] == [0, 0, 0, 0]


def test_who_stands_between_a_core_and_the_network_decides_what_leaves():
    class Mute:
        def say(self, member, said: Said):
            return []

    simulation = Simulation(4, seed=1)
    simulation.replace_member(0, Mute())
    said = []
    simulation.on_said.append(lambda member, frame: said.append(member.index))
    register(simulation, 1, at=1)
    assert simulation.run_until(lambda: simulation.members[1].height == 1, within_ms=5_000)
    assert 0 not in said
    assert set(said) == {1, 2, 3}


def test_clocks_are_set_for_one_member_alone():
    simulation = Simulation(4, seed=1)
    simulation.run_for(1_000)
    simulation.members[1].set_clock(offset_ms=-500, drift_ppm=1_000)
    honest, shifted = simulation.members[0].wall_ms, simulation.members[1].wall_ms
    assert shifted == honest - 500 + 1


def test_the_same_envelope_at_two_gateways_takes_effect_once():
    simulation = Simulation(4, seed=1)
    envelope = registration(simulation, 1)
    assert isinstance(simulation.submit(simulation.members[0], envelope), Admitted)
    assert isinstance(simulation.submit(simulation.members[1], envelope), Admitted)
    assert isinstance(simulation.submit(simulation.members[0], envelope), Known)
    simulation.run_for(2_000)
    statuses = [r.status for block in simulation.blocks(simulation.members[2]) for r in block.receipts]
    assert statuses.count(Status.ACCEPTED) == 1
    assert isinstance(simulation.submit(simulation.members[3], envelope), Known)
