"""The bare ceiling: PBFT's votes as counters in Python's own heap, and nothing else.

No messages, signatures, disks, ledgers or liars: what remains of one slot is an event for each arrival, and two numbers
at each replica. Whatever simulates whole nodes in Python can at best come near it. It does the work that other PBFT
simulators are measured with: delays of 250 ms with a deviation of 50 ms, cut off at zero, until a quorum decided.
"""

import time
from heapq import heappop, heappush
from random import Random

from consensus.quorum import Committee
from consensus.types import View

DELAY_MS = 250.0
DEVIATION_MS = 50.0

PREPARE, COMMIT = 0, 1


def ceiling_slot(members: int, *, seed: int) -> tuple[float, int]:
    """One slot among `members` counters; return milliseconds of processor time and arrivals."""
    committee = Committee(members)
    quorum, prepares_needed = committee.quorum, committee.prepares_needed
    primary = committee.primary(View(0))
    gauss = Random(seed).gauss
    events: list[tuple[float, int, int]] = []
    prepares, commits, decided, arrivals = [0] * members, [0] * members, 0, 0
    started = time.process_time()
    # Each PRE-PREPARE's arrival makes its receiver send at once, so it is not worth an event of its own kind: backup i
    # sends its PREPAREs when it gets there, and has counted its own.
    waiting = sorted((max(0.0, gauss(DELAY_MS, DEVIATION_MS)), each) for each in range(members) if each != primary)
    for now_ms, sender in waiting:
        arrivals += 1
        prepares[sender] += 1
        for target in range(members):
            if target != sender:
                heappush(events, (now_ms + max(0.0, gauss(DELAY_MS, DEVIATION_MS)), target, PREPARE))
    while decided < quorum:
        now_ms, target, kind = heappop(events)
        arrivals += 1
        if kind == PREPARE:
            prepares[target] += 1
            if prepares[target] == prepares_needed:
                commits[target] += 1
                decided += commits[target] == quorum
                for other in range(members):
                    if other != target:
                        heappush(events, (now_ms + max(0.0, gauss(DELAY_MS, DEVIATION_MS)), other, COMMIT))
        else:
            commits[target] += 1
            decided += commits[target] == quorum
    return (time.process_time() - started) * 1_000, arrivals
