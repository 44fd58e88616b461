from dataclasses import fields
from functools import partial

from canonical.encoding import encode
from consensus.types import ReplicaId
from ledger.ledger import Ledger
from node.simulation import Simulation
from node.simulation.disk import Disk
from node.storage.writer import Storage
from tests.node.simulated import register


def test_the_disk_in_memory_remembers_what_the_database_remembers(tmp_path, monkeypatch):
    """Every turn of a member in a run with view changes and checkpoints goes to both; both must load the same."""
    simulation = Simulation(4, seed=8)
    member = simulation.members[1]
    turns = []
    commit = Disk.commit

    def recorded(disk, writes):
        if disk is member.disk:
            turns.append(tuple(writes))
        commit(disk, writes)

    monkeypatch.setattr(Disk, "commit", recorded)
    for number in range(1, 91):
        simulation.at(number * 50, partial(register, simulation, number, at=1 + number % 3))
    simulation.at(500, simulation.members[0].kill)
    simulation.run_for(6_000)
    monkeypatch.undo()
    state = member.core.replica.state
    assert state.view > 0
    assert state.stable > 0

    genesis = Ledger.genesis(simulation.charter)
    path = tmp_path / "member.db"
    storage = Storage(path, chain=simulation.chain, member=ReplicaId(1), genesis=genesis.entries)
    storage.load()
    memory = Disk(simulation.chain, ReplicaId(1), genesis.entries)
    for place, writes in enumerate(turns):
        storage.commit(writes)
        memory.commit(writes)
        if place % 90 and place != len(turns) - 1:
            continue
        storage.close()
        storage = Storage(path, chain=simulation.chain, member=ReplicaId(1), genesis=genesis.entries)
        assert remembered(storage.load()) == remembered(memory.load())
    storage.close()


def remembered(restored):
    found = {}
    for field in fields(restored):
        value = getattr(restored, field.name)
        found[field.name] = list(value) if field.name == "entries" else value
    found["statements"] = [encode(each) for each in restored.statements]
    return found
