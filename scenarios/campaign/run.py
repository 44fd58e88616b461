"""One plan, from founding to verdict: a safety phase with every fault of the plan, then a liveness phase without.

In the liveness phase the network is kind, whoever is down is started, and liars go on lying. Then everything that an
honest gateway ever acknowledged, and a new transaction of each honest gateway, must be executed by every honest member
within `HEALING_MS`. Where agreement is lost the run goes on until two certificates show who is to blame.
"""

import enum
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from consensus.messages import CertifiedBlock
from consensus.types import View
from node.simulation import Crypto, Simulation
from scenarios.campaign.byzzfuzz import stand_between, step_aside
from scenarios.campaign.checkers import Checkers, Violated
from scenarios.campaign.conspiracy import conspiracy_of
from scenarios.campaign.faults import recover, schedule
from scenarios.campaign.liars import stop_ears, wrapper_of
from scenarios.campaign.load import Load
from scenarios.campaign.lost_messages import count_messages
from scenarios.campaign.plan import LostMessage, Plan
from scenarios.campaign.twins import Twinned, copies_of
from scenarios.crash import crashed_member, told_crash
from scenarios.shop import RULES

HEALING_MS = 40_000
"""Ten times the longest patience of a view (8 x 500 ms): room for f liars in a row, and for catching up."""

FORK_MS = 10_000
"""How long a run goes on for the second certificate of a fork; and as long again with the network healed."""


class Verdict(enum.IntEnum):
    """What a run came to; its number is the exit status."""

    HELD = 0
    SAFETY = 10
    LIVENESS = 11
    CRASH = 12
    NOT_DETERMINISTIC = 13
    HARNESS = 14
    """The simulation's own code raised: nothing is known of the members."""


NAMES = {
    Verdict.HELD: "held",
    Verdict.SAFETY: "SAFETY",
    Verdict.LIVENESS: "LIVENESS",
    Verdict.CRASH: "CRASH",
    Verdict.NOT_DETERMINISTIC: "NOT DETERMINISTIC",
    Verdict.HARNESS: "HARNESS",
}
"""What each verdict is called."""


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
    """Members that evidence names, that of a fork too."""
    acknowledged: int
    """Transactions that were owed."""
    healed_ms: int
    """How long the liveness phase took."""
    simulated_ms: int
    wall_ms: int
    detail: str = ""
    """A traceback, or where members stood."""
    fork: tuple[CertifiedBlock, CertifiedBlock] | None = None
    """Where agreement was lost: two certified blocks of one height, if there came to be two."""
    culprits: tuple[int, ...] = ()
    """Members who voted for both."""
    failed_ms: int = 0
    """When it was seen to fail; 0 where everything held."""
    picture: str = ""
    """The moment of it as SVG; empty where none was drawn."""


def _nobody(_: Simulation) -> None:
    """Nobody watches."""


def run_plan(plan: Plan, *, crypto: Crypto = Crypto.IDEAL, watch: Callable[[Simulation], None] = _nobody) -> Outcome:
    """Run a plan; nothing it brings to light raises. `watch` may begin to listen before anything happens."""
    started = time.perf_counter()
    simulation = _simulation(plan, crypto)
    watch(simulation)
    checkers = Checkers(simulation, plan.lying, plan.wiped)
    healing_from_ms = plan.safety_ms
    verdict, reason, detail = Verdict.HELD, "", ""
    fork: tuple[CertifiedBlock, CertifiedBlock] | None = None
    culprits: tuple[int, ...] = ()
    failed_ms = None
    try:
        load = _prepare(plan, simulation, checkers)
        simulation.run_until(lambda: checkers.split is not None, plan.safety_ms)
        healing_from_ms = simulation.now_ms
        if checkers.split is None and not _heals(simulation, checkers, load):
            verdict, reason = Verdict.LIVENESS, f"after {HEALING_MS} ms: {'; '.join(checkers.missing())}"
            detail = "\n".join(f"{each.id}: {each.explain()}" for each in simulation.members)
        checkers.look()
        if checkers.split is None:
            checkers.look_at_ledgers()
            checkers.look_at_certificates()
            unexplained = load.unexplained()
            if unexplained:
                verdict, reason = Verdict.SAFETY, f"linearizable: {'; '.join(unexplained)}"
        else:
            verdict, reason, failed_ms = Verdict.SAFETY, checkers.split.reason, simulation.now_ms
            fork = _wait_for_fork(simulation, checkers)
            culprits = () if fork is None else tuple(each.first_vote.sender for each in checkers.blame(*fork))
            reason += _told_fork(fork, culprits)
    except Violated as violated:
        verdict, reason = Verdict.SAFETY, str(violated)
    except Exception as error:  # noqa: BLE001 whatever a core raises is what a campaign is looking for
        member, detail = crashed_member(error), traceback.format_exc()
        verdict = Verdict.HARNESS if member is None else Verdict.CRASH
        reason = f"{type(error).__name__}: {error}" if member is None else told_crash(member, error)
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
        fork=fork,
        culprits=culprits,
        failed_ms=0 if verdict is Verdict.HELD else simulation.now_ms if failed_ms is None else failed_ms,
    )


def lost_in(plan: Plan, *, crypto: Crypto = Crypto.IDEAL) -> tuple[LostMessage, ...]:
    """The messages that do not arrive in a run of a plan, in the order in which they were sent."""
    noted: list[list[LostMessage]] = []
    run_plan(plan, crypto=crypto, watch=lambda simulation: noted.append(count_messages(simulation, plan.lost).noted))
    return tuple(noted[0])


def _simulation(plan: Plan, crypto: Crypto) -> Simulation:
    found = partial(Twinned, twins=plan.twins) if plan.twins else Simulation
    simulation = found(plan.members, seed=plan.seed, profile=plan.profile, crypto=crypto, rules=RULES)
    if plan.lost:
        count_messages(simulation, plan.lost)
    return simulation


def _prepare(plan: Plan, simulation: Simulation, checkers: Checkers) -> Load:
    conspiracy = conspiracy_of(simulation, plan.liars)
    for liar in plan.liars:
        simulation.replace_member(liar.member, wrapper_of(liar, simulation, conspiracy))
    stop_ears(simulation)
    stand_between(simulation, plan)
    checkers.watch()
    load = Load(simulation, plan.faulty)
    checkers.asked = load.asked
    load.start(per_second=plan.load_per_second, until_ms=plan.safety_ms)
    for fault in plan.faults:
        schedule(simulation, fault)
    return load


def _heal(simulation: Simulation) -> None:
    simulation.network.heal()
    step_aside(simulation)
    for member in copies_of(simulation):
        recover(member)


def _heals(simulation: Simulation, checkers: Checkers, load: Load) -> bool:
    _heal(simulation)
    for member in checkers.honest:
        load.send(load.registration(), member)
    return simulation.run_until(lambda: checkers.split is not None or not checkers.missing(), HEALING_MS)


def _wait_for_fork(simulation: Simulation, checkers: Checkers) -> tuple[CertifiedBlock, CertifiedBlock] | None:
    """Let the run go on until both sides of a split have their certificate, first as it is, then healed."""
    for is_healed in (False, True):
        if is_healed:
            _heal(simulation)
        until_ms = simulation.now_ms + FORK_MS
        while simulation.now_ms < until_ms:
            fork = checkers.fork()
            if fork is not None:
                return fork
            simulation.run_for(100)
    return None


def _told_fork(fork: tuple[CertifiedBlock, CertifiedBlock] | None, culprits: tuple[int, ...]) -> str:
    if fork is None:
        return "; no second certificate came, so nobody is named by the fork"
    names = f"members {', '.join(map(str, culprits))}" if culprits else "nobody"
    return f"; fork at height {fork[0].header.height}, its evidence names {names}"
