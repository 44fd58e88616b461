"""What a run leaves in its folder: the plan, what happened, the verdict, and a picture of it.

plan.json        run it again with `quorate run plan.json --seed N`
trace.jsonl      what happened, a line each, the last two hundred thousand
verdict.json     what held and what did not
space-time.svg   the most telling moment
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import msgspec

from scenarios.plan import Plan, encode_plan
from scenarios.space_time import space_time
from scenarios.verdict import Outcome, Verdict
from scenarios.world import Story

PLAN_FILE = "plan.json"
TRACE_FILE = "trace.jsonl"
VERDICT_FILE = "verdict.json"
PICTURE_FILE = "space-time.svg"


def leave_report(
    folder: Path, plan: Plan, verdict: Verdict, story: Story, members: Sequence[str], *, world: str, seed: int
) -> None:
    """Write the four files into `folder`, which is made if it is not there.

    Raises: OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PLAN_FILE).write_bytes(encode_plan(plan))
    (folder / TRACE_FILE).write_bytes(msgspec.json.Encoder().encode_lines(story.happenings))
    judged = {
        "plan": plan.digest(),
        "world": world,
        "seed": seed,
        **asdict(verdict),
        "outcome": verdict.outcome.name.lower(),
        "left_out_of_the_trace": story.dropped,
    }
    (folder / VERDICT_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(judged), indent=2) + b"\n")
    title = f"{plan.name} under seed {seed} in the {world} world: {told_outcome(verdict)}"
    (folder / PICTURE_FILE).write_text(space_time(story, members, title=title), encoding="utf-8")


def told_outcome(verdict: Verdict) -> str:
    """The outcome in words."""
    if verdict.skipped:
        return "skipped"
    return {
        Outcome.HELD: "held",
        Outcome.SAFETY: "SAFETY: something happened that must never happen",
        Outcome.LIVENESS: "LIVENESS: something that must happen did not, in time",
        Outcome.CRASH: "CRASH: a member stopped",
        Outcome.NOT_DETERMINISTIC: "NOT DETERMINISTIC: the same seed gave another run",
        Outcome.HARNESS: "this machine could not run it",
    }[verdict.outcome]


def verdict_lines(plan: Plan, verdict: Verdict, *, world: str, seed: int) -> list[str]:
    """The verdict for people."""
    if verdict.skipped:
        return [f"{plan.name}: skipped, since {verdict.skipped}"]
    lines = [f"{'holds' if held else 'BROKEN':>8}  {name}" for name, held in verdict.checks]
    lines += [f"{'unseen':>8}  {name}: the {world} world shows nothing of it" for name in verdict.unseen]
    lines += [f"  {reason}" for reason in verdict.reasons]
    heights = " ".join(map(str, verdict.heights))
    lines.append(
        f"{plan.name}: {told_outcome(verdict)}. Final blocks {heights}; {verdict.transactions} transactions;"
        f" view {verdict.view}; {verdict.lasted_ms / 1000:.1f} s in the {world} world; plan {plan.digest()[:12]},"
        f" seed {seed}" + (f", trace {verdict.trace_hash[:12]}" if verdict.trace_hash else "")
    )
    return lines
