"""How long a member is deaf that takes a large ledger over: the longest turn of putting it together, and of writing it.

    python -m benchmarks.taking_over                          a ledger of 100,000 tokens, in slices and all at once
    python -m benchmarks.taking_over --tokens 1000000         some minutes, and 4 GiB of memory

What is timed is what a turn of the node adds for it: one slice of `node/installing.py`, its transaction on disk, and in
the last one the switch, with the end of a ledger of the same size. Messages, votes and the pause between two turns are
left out. Times are processor time, so that a busy machine changes little; waiting for a sync is not in them.
"""

import argparse
import gc
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from unittest.mock import patch

import msgspec

from benchmarks.ledger_world import LedgerWorld, Size, charter_of_a_bench
from canonical.hashing import ZERO_DIGEST
from consensus.messages import BlockHeader, CheckpointProof
from consensus.types import BatchNumber, Epoch, ReplicaId, SequenceNumber
from ledger.charter import Charter
from ledger.ledger import Ledger
from ledger.snapshot import Snapshot
from node import installing
from node.installing import Installing
from node.storage.writer import Storage
from node.transfer import Complete
from node.writes import StoreSnapshot, Write

HEIGHT = SequenceNumber(1_024)


class Turns(msgspec.Struct, frozen=True):
    """What one way of installing took."""

    count: int
    median_ms: float
    longest_ms: float
    """But for the last one."""
    last_ms: float
    """With the switch."""
    total_s: float


def install(charter: Charter, complete: Complete, standing: list[Ledger], directory: Path) -> Turns:
    """Put a ledger together and on disk, in the place of the one in `standing`."""
    header = complete.checkpoint.header
    storage = Storage(
        directory / "quorate.db", chain=ZERO_DIGEST, member=ReplicaId(0), genesis=standing[0].entries, epoch=Epoch(0)
    )
    storage.load()
    # What the founding left in the log is no part of this.
    storage.close()
    storage = Storage(storage.path, chain=ZERO_DIGEST, member=ReplicaId(0), genesis=lambda: (), epoch=Epoch(0))
    storage.load()
    turns: list[float] = []
    with_installing = Installing.of(complete, charter)
    whole = None
    while whole is None:
        began = time.process_time()
        whole = with_installing.work()
        entries = with_installing.take_entries()
        writes: list[Write] = [] if entries is None else [entries]
        if whole is not None:
            writes.append(StoreSnapshot(complete.checkpoint, whole.entries, (BatchNumber(0),) * 4))
            standing[0] = whole.ledger
        storage.commit(writes)
        turns.append((time.process_time() - began) * 1_000)
    storage.close()
    assert standing[0].state_root == header.state_root
    return Turns(len(turns), median(turns), max(turns[:-1], default=0.0), turns[-1], sum(turns) / 1_000)


def checkpoint_of(snapshot: Snapshot, timestamp_ms: int) -> CheckpointProof:
    """A header for it; nobody asks here whether a quorum certified it."""
    nothing, root = ZERO_DIGEST, snapshot.state_root
    header = BlockHeader(HEIGHT, nothing, Epoch(0), nothing, timestamp_ms, nothing, nothing, root, nothing, nothing)
    return CheckpointProof(header, ())


def main() -> None:
    """Measure both ways and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=100_000, help="A multiple of 100.")
    parser.add_argument("--directory", type=Path, help="Where the databases lie meanwhile; the system's temporary one.")
    arguments = parser.parse_args()
    world = LedgerWorld(charter_of_a_bench(), Size(arguments.tokens))
    snapshot = Snapshot.of(HEIGHT, world.ledger.entries())
    entries = sum(map(len, snapshot.parts.values()))
    print(f"{arguments.tokens:,} tokens, {entries:,} entries, in the place of as many")
    complete = Complete(checkpoint_of(snapshot, world.now_ms), tuple(snapshot.parts.values()))
    standing = [world.ledger]
    charter = world.charter
    del world
    # As a node does once it stands: what is there already is looked at by no collection from now on.
    gc.collect()
    gc.freeze()
    for way, steps_max in (("in slices", installing.SLICE_STEPS_MAX), ("at once", 1 << 40)):
        with (
            patch.object(installing, "SLICE_STEPS_MAX", steps_max),
            TemporaryDirectory(dir=arguments.directory) as directory,
        ):
            took = install(charter, complete, standing, Path(directory))
        print(
            f"{way}: {took.count:,} turns, half of them below {took.median_ms:,.1f} ms,"
            f" the longest {took.longest_ms:,.0f} ms, the last {took.last_ms:,.0f} ms, {took.total_s:.1f} s in all"
        )


if __name__ == "__main__":
    main()
