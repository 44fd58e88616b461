"""What a campaign prints: one line a failure with the command that replays it, and what was covered."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from consensus.quorum import Committee
from scenarios.campaign.plan import Change, FaultKind, LiarKind
from scenarios.campaign.run import NAMES, Outcome
from scenarios.campaign.swarm import Campaign, Mode, Tally

LIES = {f"lies: {each.value}" for each in LiarKind}
CHANGES = {f"changes: {each.value}" for each in Change}

OPTIONS: Mapping[Mode, AbstractSet[str]] = {
    Mode.SWARM: {each.value for each in FaultKind} | LIES,
    Mode.TWINS: {FaultKind.PARTITION.value, FaultKind.HAND_OVER.value, "twins"},
    Mode.BYZZFUZZ: CHANGES | {"round cut"},
}
"""What plans of each mode may have in them, networks aside: what a campaign never drew it says nothing of."""


def failure_lines(outcome: Outcome, replay: str, *, with_plan: bool) -> list[str]:
    """One line that ends with the command `replay`, and the plan below it where it is wanted."""
    reason = outcome.reason.replace("\n", " ")[:300]
    head = f"{NAMES[outcome.verdict]} seed {outcome.plan.seed}: {reason}  |  {replay}"
    if not with_plan:
        return [head]
    return [head, *outcome.plan.lines(), *(f"    {line}" for line in outcome.detail.splitlines())]


def stopped_lines(tally: Tally, campaign: Campaign, failures: Sequence[str]) -> list[str]:
    """How far a campaign came that was stopped, what goes on with it, and the lines of its failures once more."""
    seeds = range(campaign.first, campaign.last + 1)
    open_from = next((seed for seed in seeds if seed not in tally.judged), campaign.last)
    return [
        f"Stopped: {len(tally.judged)} of {len(seeds)} seeds have their verdict; no process is left. To go on:",
        f"  {campaign.command(open_from, campaign.last)}",
        *([f"{len(failures)} of them failed:"] if failures else []),
        *failures,
    ]


def summary_lines(tally: Tally, campaign: Campaign, *, elapsed_s: float, on: str) -> list[str]:
    """What was run, on whom, what it came to, and how often each option was in it."""
    runs = tally.verdicts.total()
    verdicts = ", ".join(f"{tally.verdicts[each]} {name}" for each, name in NAMES.items() if tally.verdicts[each])
    pace = runs / max(elapsed_s, 1e-9)
    lines = [
        f"{runs} seeds, {campaign.mode}, {campaign.members} members, up to {campaign.liars} of them faulty: {verdicts}",
        f"{tally.simulated_ms / 1_000:,.0f} simulated seconds in {elapsed_s:,.1f} s: {pace:.2f} seeds/s on {on};"
        f" {tally.blocks:,} blocks, {tally.views:,} view changes, {tally.acknowledged:,} transactions"
        f" acknowledged, slowest healing {tally.healed_ms_max:,} ms, {tally.convicted} liars convicted",
    ]
    if tally.forks:
        lines.append(
            f"{tally.forks} forks with both certificates; in {tally.forks_named} of them these name f+1 = "
            f"{Committee(campaign.members).weak_quorum} members or more; no honest member was ever named"
        )
    lines.append("option                      plans   failed")
    lines += [f"{name:<26} {count:>6} {tally.failed_options[name]:>8}" for name, count in sorted(tally.options.items())]
    never = sorted(OPTIONS[campaign.mode] - set(tally.options))
    if never:
        lines.append(f"never drawn: {', '.join(never)}")
    return lines
