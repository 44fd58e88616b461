"""Seeded runs in which anything may happen to the network and the machines, and some members may lie."""

import random
from collections import Counter
from collections.abc import Sequence

from consensus.events import TimerKind
from tests.consensus.cluster import Cluster
from tests.consensus.liar import Liar

TIMERS = (TimerKind.STATUS,) * 6 + (TimerKind.LINGER,) * 2 + (TimerKind.PROGRESS, TimerKind.NEW_VIEW)
"""What fires how often, due or not: a clock may run fast."""


def run_chaos(seed: int, *, n: int = 4, liars: Sequence[int] = (), steps: int = 250, crashes: bool = True) -> Cluster:
    """Deliver, drop, repeat, reorder, fire timers, crash and restart at random, with invariants checked all along."""
    chance = random.Random(seed)
    cluster = Cluster(n, liars=liars)
    for liar in liars:
        Liar(cluster, liar, chance)
    for machine in cluster.machines:
        machine.is_slow = chance.random() < 0.25
    for _ in range(steps):
        action = chance.random()
        up = [each.id for each in cluster.up]
        if action < 0.70 and cluster.wire:
            deliver_some(cluster, chance)
        elif action < 0.74 and cluster.wire:
            del cluster.wire[chance.randrange(len(cluster.wire))]
        elif action < 0.80 and up:
            author = chance.choice(up)
            if cluster.machines[author].disk.own_batches - cluster.machines[author].ledger.last[author] < 8:
                cluster.submit(author, b"%d" % seed)
        elif action < 0.95 and up:
            cluster.now_ms += chance.randrange(300)
            cluster.fire(chance.choice(up), chance.choice(TIMERS))
            if chance.random() < 0.1:
                cluster.cut(*chance.sample(range(n), chance.randrange(n)))
        elif crashes:
            down = [each.id for each in cluster.machines if not each.is_up]
            if down and chance.random() < 0.6:
                cluster.restart(chance.choice(down))
            elif chance.random() < 0.1:
                power_cut(cluster)
            elif up and chance.random() < 0.3:
                highest = max(each.replica.state.view for each in cluster.up)
                cluster.crash(highest % n)
            elif action < 0.97 and up:
                cluster.crash(chance.choice(up))
            else:
                cluster.crash_at = cluster.steps + chance.randrange(1, 8)
    return cluster


def power_cut(cluster: Cluster) -> None:
    """All lose power at once, and with it everything that was on its way."""
    for machine in cluster.machines:
        machine.crash()
    cluster.drop()
    for machine in cluster.machines:
        cluster.restart(machine.id)


def deliver_some(cluster: Cluster, chance: random.Random) -> None:
    """Hand one to four of the frames that wait to one member, in any order, in one turn; some arrive again later."""
    to = chance.choice(cluster.wire).to
    waiting = [each for each in cluster.wire if each.to == to]
    chosen = chance.sample(waiting, min(len(waiting), chance.randrange(1, 5)))
    machine = cluster.machines[to]
    for frame in chosen:
        if chance.random() > 0.1:
            del cluster.wire[next(index for index, each in enumerate(cluster.wire) if each is frame)]
        if machine.is_up:
            machine.receive(frame.content)
    if machine.is_up:
        cluster.turn(to)


def heal(cluster: Cluster) -> None:
    """Nobody is down and nothing is lost any more; a liar goes on lying."""
    cluster.crash_at = None
    cluster.loss = lambda frame: False
    for machine in cluster.machines:
        machine.is_slow = False
        if not machine.is_up:
            cluster.restart(machine.id)


def is_complete(cluster: Cluster) -> bool:
    """Whether every honest member executed every batch of every honest author, and holds every block's certificate."""
    owed = {each.id: each.disk.own_batches for each in cluster.honest}
    for machine in cluster.honest:
        ran = Counter(int(each.author) for each in machine.disk.executed)
        if any(ran[author] != count for author, count in owed.items()):
            return False
        if len(machine.disk.certificates) != len(machine.disk.headers):
            return False
    return len({len(each.disk.headers) for each in cluster.honest}) == 1
