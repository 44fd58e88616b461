"""One plan, from founding to verdict: a safety phase with every fault of the plan, then a liveness phase without.

In the liveness phase the network is kind, whoever is down is started, and liars go on lying. Then everything that an
honest gateway ever acknowledged, and a new transaction of each honest gateway, must be executed by every honest member
within `HEALING_MS`.
"""

import enum
import time
import traceback
from dataclasses import dataclass

from consensus.types import View
from node.simulation import Crypto, Simulation
from scenarios.campaign.checkers import Checkers, Violated
from scenarios.campaign.faults import recover, schedule
from scenarios.campaign.liars import conspiracy_of, wrapper_of
from scenarios.campaign.load import Load
from scenarios.campaign.plan import FaultKind, Plan

HEALING_MS = 40_000
"""Ten times the longest patience of a view (8 x 500 ms): room for f liars in a row, and for catching up."""


class Verdict(enum.IntEnum):
    """What a run came to; its number is the exit status."""

    HELD = 0
    SAFETY = 10
    LIVENESS = 11
    CRASH = 12
    NOT_DETERMINISTIC = 13


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a plan."""

    plan: Plan
    verdict: Verdict
    reason: str
    """One line; empty where everything held."""
    trace: str
    """The trace hash at the end."""
    height: int
    """Blocks of the longest honest chain."""
    view: View
    """The highest view of an honest member."""
    accused: tuple[int, ...]
    """Members that evidence names."""
    acknowledged: int
    """Transactions that were owed."""
    healed_ms: int
    """How long the liveness phase took."""
    simulated_ms: int
    wall_ms: int
    detail: str = ""
    """A traceback, or where members stood."""


def run_plan(plan: Plan, *, crypto: Crypto = Crypto.IDEAL) -> Outcome:
    """Run a plan; nothing it brings to light raises."""
    started = time.perf_counter()
    simulation = Simulation(plan.members, seed=plan.seed, profile=plan.profile, crypto=crypto)
    wiped = {member for fault in plan.faults if fault.kind is FaultKind.WIPE for member in fault.members}
    checkers = Checkers(simulation, frozenset(wiped | {liar.member for liar in plan.liars}))
    healing_from_ms = plan.safety_ms
    verdict, reason, detail = Verdict.HELD, "", ""
    try:
        load = _prepare(plan, simulation, checkers)
        simulation.run_for(plan.safety_ms)
        healing_from_ms = simulation.now_ms
        if not _heals(simulation, checkers, load):
            verdict, reason = Verdict.LIVENESS, f"after {HEALING_MS} ms: {'; '.join(checkers.missing())}"
            detail = "\n".join(f"{each.id}: {each.core.explain()}" for each in simulation.members)
        checkers.look()
        checkers.look_at_ledgers()
    except Violated as violated:
        verdict, reason = Verdict.SAFETY, str(violated)
    except Exception as error:  # noqa: BLE001 whatever a core raises is what a campaign is looking for
        verdict, reason, detail = Verdict.CRASH, f"{type(error).__name__}: {error}", traceback.format_exc()
    honest = checkers.honest or list(simulation.members)
    return Outcome(
        plan=plan,
        verdict=verdict,
        reason=reason,
        trace=simulation.trace_hash(),
        height=max(each.height for each in honest),
        view=max(each.core.replica.state.view for each in honest),
        accused=tuple(sorted(checkers.accused)),
        acknowledged=len(checkers.owed),
        healed_ms=simulation.now_ms - healing_from_ms,
        simulated_ms=simulation.now_ms,
        wall_ms=int((time.perf_counter() - started) * 1_000),
        detail=detail,
    )


def _prepare(plan: Plan, simulation: Simulation, checkers: Checkers) -> Load:
    conspiracy = conspiracy_of(simulation, plan.liars)
    for liar in plan.liars:
        simulation.replace_member(liar.member, wrapper_of(liar, simulation, conspiracy))
    checkers.watch()
    load = Load(simulation)
    load.start(per_second=plan.load_per_second, until_ms=plan.safety_ms)
    for fault in plan.faults:
        schedule(simulation, fault)
    return load


def _heals(simulation: Simulation, checkers: Checkers, load: Load) -> bool:
    simulation.network.heal()
    for member in simulation.members:
        recover(member)
    for member in checkers.honest:
        load.send(load.registration(), member)
    return simulation.run_until(lambda: not checkers.missing(), HEALING_MS)
