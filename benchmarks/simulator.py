"""How fast virtual time runs: one slot in committees of growing size, and campaign seeds in a second.

    python -m benchmarks.simulator [--members 4,16,64] [--seeds 10]

The slot is the work that other PBFT simulators are measured with: one request, delays of 250 ms with a deviation of
50 ms, signatures ideal, from the request until a quorum executed it. Founding the committee is not counted. Here a slot
runs through whole nodes: frames are encoded and decoded, the ledger executes, disks sync.
"""

import argparse
import time
from dataclasses import dataclass, replace

from consensus.quorum import Committee
from node.identity import Knobs
from node.simulation import Simulation
from scenarios.campaign.load import Load
from scenarios.campaign.run import run_plan
from scenarios.campaign.swarm import Campaign

SEED = 2021
PATIENT = Knobs(target_failover_ms=9_000)
"""The peers' view timer in that measurement: nobody leaves the view."""

SECONDS_A_SEED = 60
"""Simulated seconds of faults in each seed that is timed."""


@dataclass(frozen=True, slots=True)
class SlotFigure:
    """One slot at one size."""

    members: int
    wall_ms: float
    messages: int
    """Frames sent to one receiver each, statuses included."""
    simulated_ms: int


def measure_slot(members: int, *, seed: int = SEED) -> SlotFigure:
    """Order one account in a committee of `members`, and time it."""
    simulation = Simulation(members, seed=seed, profile="slow", knobs=PATIENT)
    quorum = Committee(members).quorum
    load = Load(simulation, frozenset())
    envelope = load.registration()
    started = time.perf_counter()
    load.send(envelope, simulation.members[0])
    reached = simulation.run_until(lambda: sum(each.height > 0 for each in simulation.members) >= quorum, 60_000)
    elapsed_s = time.perf_counter() - started
    assert reached, "an undisturbed committee executes a request"
    return SlotFigure(members, elapsed_s * 1_000, simulation.network.links.sent, simulation.now_ms)


def measure_seeds(count: int, *, seconds: int = SECONDS_A_SEED) -> tuple[float, float]:
    """Run `count` campaign seeds at n = 4; return seeds a second and simulated seconds a second, on one core."""
    campaign = Campaign(1, count, 4, 1, safety_ms=seconds * 1_000)
    started, simulated_ms = time.perf_counter(), 0
    for seed in range(1, count + 1):
        plan = replace(campaign.plan(seed), load_per_second=2)
        simulated_ms += run_plan(plan).simulated_ms
    elapsed_s = time.perf_counter() - started
    return count / elapsed_s, simulated_ms / 1_000 / elapsed_s


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How fast virtual time runs.")
    parser.add_argument("--members", default="4,16,32,64", help="sizes of committees, with commas between them")
    parser.add_argument("--seeds", type=int, default=10, help="campaign seeds of 60 simulated seconds; 0 for none")
    arguments = parser.parse_args()
    print("members      wall ms   messages   simulated ms")
    for members in map(int, arguments.members.split(",")):
        figure = measure_slot(members)
        print(f"{figure.members:>7} {figure.wall_ms:>12.1f} {figure.messages:>10} {figure.simulated_ms:>14}")
    if arguments.seeds:
        seeds, seconds = measure_seeds(arguments.seeds)
        print(
            f"\ncampaign at n = 4: {seeds:.2f} seeds/s of {SECONDS_A_SEED} s, {seconds:.0f} simulated seconds a second"
        )


if __name__ == "__main__":
    main()
