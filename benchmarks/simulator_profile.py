"""Where virtual time's processor time goes, by part of the node.

    python -m benchmarks.simulator_profile --slot 128 --repeats 4
    python -m benchmarks.simulator_profile --seeds 5

A timer signal looks every 2 ms of processor time which file is at work; library code counts for its caller. Founding
is not looked at.
"""

import argparse

from benchmarks.sampling import Parts, shares_of
from benchmarks.simulator import SECONDS_A_SEED, Slot, measure_seeds

PARTS: Parts = (
    ("driver: agenda, links, turns, disk", ("node/simulation/",)),
    ("core: gate, frames, pool, execution's call", ("node/",)),
    (
        "consensus: counting votes",
        ("consensus/log", "consensus/relevance", "consensus/normal_case", "consensus/quorum"),
    ),
    ("consensus: statuses", ("consensus/status",)),
    ("consensus: the rest", ("consensus/",)),
    ("canonical: encoding, hashing, Merkle trees", ("canonical/",)),
    ("ledger: rules, execution, commitment", ("ledger/",)),
    ("campaign: liars, checkers, load", ("scenarios/", "network/")),
)
"""The parts of a node."""


def main() -> None:
    """Profile what is asked for and print shares."""
    parser = argparse.ArgumentParser(description="Where virtual time's processor time goes.")
    parser.add_argument("--slot", type=int, default=0, help="one slot in a committee of this size")
    parser.add_argument("--repeats", type=int, default=4, help="of the slot")
    parser.add_argument("--seeds", type=int, default=0, help="campaign seeds of 60 simulated seconds at n = 4")
    arguments = parser.parse_args()

    repeats = range(arguments.repeats if arguments.slot else 0)
    slots = [Slot(arguments.slot, seed=2021 + repeat) for repeat in repeats]

    def work() -> None:
        for slot in slots:
            slot.order()
        if arguments.seeds:
            measure_seeds(arguments.seeds, 2021, SECONDS_A_SEED)

    for part, share in shares_of(work, PARTS):
        print(f"{share:>6.1%}  {part}")


if __name__ == "__main__":
    main()
