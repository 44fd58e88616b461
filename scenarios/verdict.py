"""What came of a plan in a world: every check is asked, and what went wrong decides the exit code."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from consensus.explain import Explanation
from scenarios.checkers import checker
from scenarios.plan import Plan
from scenarios.world import Findings, Look, World

REASONS_PER_CHECK_MAX = 5
"""Sentences that one check adds to the reasons; a broken chain would say the same of every block."""


class Outcome(enum.IntEnum):
    """How a run ended; the number is the exit code."""

    HELD = 0
    SAFETY = 10
    LIVENESS = 11
    CRASH = 12
    NOT_DETERMINISTIC = 13
    HARNESS = 14


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a plan in a world."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    """Why it is not HELD, in sentences."""
    skipped: str = ""
    """Why it was not run here at all; empty where it was."""
    checks: tuple[tuple[str, bool], ...] = ()
    """Each check and whether what was expected of it came about."""
    unseen: tuple[str, ...] = ()
    """Checks that were left out, because this world shows nothing of what they read."""
    heights: tuple[int, ...] = ()
    """The last final block of each member."""
    transactions: int = 0
    """Distinct transactions in the longest honest chain."""
    view: int = 0
    """The view at the end."""
    lasted_ms: int = 0
    """Time in the world, not on the wall."""
    trace_hash: str = ""
    explained: Mapping[str, Explanation] = field(default_factory=dict)
    """Of a run that got stuck: where each member that was up stood then and what it waited for, by its id."""


def judged(
    plan: Plan, world: World, findings: Findings, *, stuck: tuple[str, ...], crashed: tuple[str, ...], look: Look | None
) -> Verdict:
    """Ask every check of the plan; `stuck` and `crashed` say why the steps ended early, `look` where members stood."""
    wrong: list[str] = []
    missed: list[str] = []
    checks: list[tuple[str, bool]] = []
    for name in plan.checks:
        if name in world.unseen_checks:
            continue
        found = checker(name)(findings)
        checks.append((name, not found))
        wrong += [f"{name}: {each}" for each in found[:REASONS_PER_CHECK_MAX]]
    for name in plan.must_break:
        found = checker(name)(findings)
        checks.append((f"{name} is seen to break", bool(found)))
        if not found:
            missed.append(f"{name} held, although the plan is made to break it")
    outcome = Outcome.HELD
    if crashed:
        outcome = Outcome.CRASH
    elif wrong:
        outcome = Outcome.SAFETY
    elif missed or (stuck and not plan.must_break):
        outcome = Outcome.LIVENESS
    longest = max((findings.blocks[each] for each in findings.honest), key=len, default=())
    return Verdict(
        outcome,
        reasons=() if outcome is Outcome.HELD else (*crashed, *wrong, *missed, *stuck),
        checks=tuple(checks),
        unseen=tuple(name for name in plan.checks if name in world.unseen_checks),
        heights=tuple(max((each.height for each in blocks if each.is_final), default=0) for blocks in findings.blocks),
        transactions=len({transaction for block in longest for transaction in block.transactions}),
        view=0 if look is None else look.top_view(),
        lasted_ms=0 if look is None else look.now_ms,
        trace_hash=findings.trace_hash,
    )
