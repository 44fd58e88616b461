"""What is timed in virtual time: one slot in a committee, and seeds of a campaign.

The slot is the work that other PBFT simulators are measured with: one request, delays of 250 ms with a deviation of
50 ms, signatures ideal, from the request until a quorum executed it. Founding the committee is not counted. Here a slot
runs through whole nodes: frames are encoded, decoded and hashed, the ledger executes, disks sync, every member's block
vote leaves.
"""

from dataclasses import replace

from consensus.quorum import Committee
from node.identity import Knobs
from node.simulation import SimulatedMember, Simulation
from node.writes import StoreBlock
from scenarios.campaign.load import Load
from scenarios.campaign.run import run_plan
from scenarios.campaign.swarm import Campaign
from scenarios.campaign.workforce import settle

PATIENT = Knobs(target_failover_ms=9_000)
"""The peers' view timer in that measurement: nobody leaves the view."""

SECONDS_A_SEED = 60
"""Simulated seconds of faults in each seed that is timed."""

WITHIN_MS = 60_000
"""Virtual time after which a slot has failed."""


class Slot:
    """A committee that is founded and has ordered nothing yet."""

    def __init__(self, members: int, *, seed: int) -> None:
        """Found it, and let a client sign what it will ask for."""
        self.simulation = Simulation(members, seed=seed, profile="slow", knobs=PATIENT)
        self.simulation.on_executed.append(self._on_executed)
        self._executed: set[int] = set()
        self._load = Load(self.simulation, frozenset())
        self._envelope = self._load.registration()

    def order(self) -> None:
        """Let a quorum execute one account: what is timed."""
        simulation = self.simulation
        quorum = Committee(len(simulation.members)).quorum
        self._load.send(self._envelope, simulation.members[0])
        reached = simulation.run_until(lambda: len(self._executed) >= quorum, WITHIN_MS)
        assert reached, "an undisturbed committee executes a request"

    def _on_executed(self, member: SimulatedMember, block: StoreBlock) -> None:
        del block
        self._executed.add(member.index)


class Seeds:
    """Campaign seeds at n = 4 with f liars and two envelopes a second each, as a campaign's worker runs them."""

    def __init__(self, count: int, *, seed: int, seconds: int) -> None:
        """Draw the plans of `count` seeds from `seed` on, and settle as a worker does."""
        campaign = Campaign(seed, seed + count, 4, 1, safety_ms=seconds * 1_000)
        self._plans = [replace(campaign.plan(number), load_per_second=2) for number in range(seed, seed + count)]
        settle()

    def run(self) -> int:
        """Run them; return the virtual milliseconds that passed: what is timed."""
        return sum(run_plan(plan).simulated_ms for plan in self._plans)
