"""A picture of a failure: the run of its plan once more, told as a story, and of it the moment at which it failed.

Where something happened that must not, the window ends shortly after that moment. Where nothing more happened it begins
with the last block, and ends with the last message. In between is what a page can show.
"""

from collections.abc import Iterator

from node.simulation import Crypto, Simulation
from scenarios.campaign.plan import Fault, FaultKind, Plan
from scenarios.campaign.run import NAMES, Outcome, Verdict, run_plan
from scenarios.campaign.twins import copies_of
from scenarios.space_time import MESSAGES_MAX, space_time
from scenarios.storyteller import Storyteller
from scenarios.world import Happening, Story

AFTER_MAX = 40
"""Messages that are shown after the moment of a failure: what others made of it."""

AFTER_MS = 20
"""They are shown for so long at most."""

BEFORE_MS_MAX = 1_500
"""So much is shown before that moment at most: three patiences of a view."""

BEFORE_BLOCK_MS = 20
"""So much is shown before the last block of a chain that stopped."""

TITLE_LETTERS_MAX = 150

DOWN = frozenset({FaultKind.KILL, FaultKind.POWER_CUT, FaultKind.WIPE})


def draw_failure(outcome: Outcome, *, crypto: Crypto) -> str:
    """The picture of a plan that failed, as SVG; empty where it goes another way now, and would show nothing of it."""
    plan, story, names = outcome.plan, Story(), list[str]()

    def watch(simulation: Simulation) -> None:
        copies = copies_of(simulation)
        names.extend(each.id for each in simulation.members)
        names.extend(f"{each.id}'" for each in copies[len(names) :])
        Storyteller(simulation, story, copies)

    if run_plan(plan, crypto=crypto, watch=watch).trace != outcome.trace:
        return ""
    first_ms, last_ms = window(story, outcome)
    story.happenings += _told(plan, outcome, first_ms, last_ms)
    story.happenings = sorted(
        (each for each in story.happenings if each.time_ms <= last_ms), key=lambda each: each.time_ms
    )
    title = f"seed {plan.seed}: {NAMES[outcome.verdict]}: {outcome.reason}".replace("\n", " ")
    shown = title if len(title) <= TITLE_LETTERS_MAX else title[: TITLE_LETTERS_MAX - 1] + "…"
    return space_time(story, names, title=shown, from_ms=first_ms)


def window(story: Story, outcome: Outcome) -> tuple[float, float]:
    """From when to when the picture shows the run, in milliseconds of it."""
    sent_ms = [each.time_ms for each in story.happenings if each.what == "sent"]
    if outcome.verdict is Verdict.LIVENESS:
        stopped_ms = max((each.time_ms for each in story.happenings if each.what == "block"), default=0.0)
        first_ms = max(0.0, stopped_ms - BEFORE_BLOCK_MS)
        shown = [each for each in sent_ms if each >= first_ms][:MESSAGES_MAX]
        return first_ms, (shown[-1] if shown else stopped_ms) + AFTER_MS
    before = [each for each in sent_ms if outcome.failed_ms - BEFORE_MS_MAX <= each <= outcome.failed_ms]
    first_ms = before[-(MESSAGES_MAX - AFTER_MAX) :][0] if before else max(0.0, outcome.failed_ms - BEFORE_MS_MAX)
    return first_ms, outcome.failed_ms + AFTER_MS


def _told(plan: Plan, outcome: Outcome, first_ms: float, last_ms: float) -> Iterator[Happening]:
    """What the plan does, and how it ends, as happenings; what was done before the window is told at its begin."""
    for part in (*plan.liars, *plan.corruptions, *plan.partings):
        yield Happening(first_ms, -1, "step", str(part))
    for fault in plan.faults:
        ends_ms = max(fault.at_ms, min(fault.at_ms + fault.lasts_ms, plan.safety_ms))
        if fault.at_ms <= outcome.failed_ms and ends_ms >= first_ms:
            yield Happening(max(first_ms, fault.at_ms), -1, "step", str(fault))
            yield from _outage(fault, ends_ms)
    said = f"{NAMES[outcome.verdict]}: {outcome.reason}"
    if outcome.verdict is not Verdict.LIVENESS:
        yield Happening(outcome.failed_ms, -1, "step", said)
        return
    if plan.safety_ms >= first_ms:
        yield Happening(plan.safety_ms, -1, "step", "the network is healed and everybody started")
    yield Happening(last_ms, -1, "step", said)


def _outage(fault: Fault, ends_ms: int) -> Iterator[Happening]:
    """Members that stop and go on."""
    if fault.kind in DOWN or fault.kind is FaultKind.PAUSE:
        first, last = ("killed", "started") if fault.kind in DOWN else ("paused", "resumed")
        for member in fault.members:
            yield Happening(fault.at_ms, member, first)
            yield Happening(ends_ms, member, last)
