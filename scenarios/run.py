"""One plan, run once or twice, with a report left behind: what `quorate run` does."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from network.errors import BusFault
from node.errors import NodeFault
from scenarios.campaign.failure_file import is_failure
from scenarios.errors import FolderUnusable, ScenarioFault
from scenarios.library import LIBRARY
from scenarios.live import LiveWorld
from scenarios.perform import perform
from scenarios.plan import Plan, PlanUnreadable
from scenarios.plan_reading import decode_plan
from scenarios.plan_yaml import FILE_BYTES_MAX, read_yaml
from scenarios.report import leave_report, verdict_lines
from scenarios.simulated import SimulatedWorld
from scenarios.story_file import SUFFIX, read_story, split_name
from scenarios.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What `quorate run` was told."""

    world: str
    """`sim` or `live`."""
    seed: int
    folder: Path
    """Where the report goes; in the live world the members' homes too."""
    twice: bool = False
    """Run it again and compare: simulated world only."""
    crypto: str = "ideal"
    recorded: bool = False
    """Leave a recording in each member's home: live world only."""
    buses: tuple[str, ...] = ()
    """Brokers in place of the embedded one: live world only."""


def find_plan(name: str, *, members: int | None) -> Plan:
    """A plan by the name of a scenario of the library, or from a file: Python, YAML, or the JSON of a report.

    A Python file is executed; `FILE.py::NAME` is one of its scenarios.

    Raises: PlanUnreadable.
    """
    if name in LIBRARY:
        return LIBRARY[name].plan(members=members)
    file, chosen = split_name(name)
    path = Path(file)
    if path.suffix == ".json" and is_failure(path):
        raise PlanUnreadable(
            f"{name}: a failure of a campaign, not a story. What to do: run it with quorate campaign --replay {name}"
        )
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise PlanUnreadable(f"{name}: longer than {FILE_BYTES_MAX} bytes")
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        near = [each for each in LIBRARY if name.replace("_", "-") in each]
        hint = f" Did you mean {' or '.join(near)}?" if near else " `quorate scenarios` lists those there are."
        raise PlanUnreadable(f"{name}: neither a scenario nor a file that can be read.{hint}") from error
    if path.suffix == SUFFIX:
        return read_story(path, chosen, members=members)
    if path.suffix == ".json":
        plan = decode_plan(text.encode())
        return plan if members is None else replace_members(plan, members)
    return read_yaml(text, members=members)


def replace_members(plan: Plan, members: int) -> Plan:
    """The plan for another committee; what it names by number must still exist there."""
    return msgspec.structs.replace(plan, members=members)


def run(plan: Plan, options: RunOptions, *, say: Callable[[str], None]) -> Verdict:
    """Run a plan and leave its report; the verdict is also said.

    Raises: PlanUnreadable, before anything is started; FolderUnusable.
    """
    world = _world(plan, options)
    try:
        options.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderUnusable(
            f"{options.folder}: the report's folder cannot be made ({error.strerror}). Nothing was started."
            " What to do: give a folder that you may write with --directory DIR."
        ) from error
    try:
        verdict = asyncio.run(perform(plan, world, say=say))
        if options.twice and isinstance(world, SimulatedWorld) and not verdict.skipped:
            again = asyncio.run(perform(plan, _world(plan, options)))
            if again.trace_hash != verdict.trace_hash:
                verdict = replace(
                    verdict, outcome=Outcome.NOT_DETERMINISTIC, reasons=("another trace the second time",)
                )
    except (ScenarioFault, NodeFault, BusFault) as fault:
        verdict = Verdict(Outcome.HARNESS, reasons=(str(fault),))
    for line in verdict_lines(plan, verdict, world=world.name, seed=options.seed):
        say(line)
    if verdict.skipped:
        with suppress(OSError):
            options.folder.rmdir()
        return verdict
    members = [world.id_of(each) for each in range(plan.members)]
    try:
        leave_report(options.folder, plan, verdict, world.story, members, world=world.name, seed=options.seed)
    except OSError as error:
        raise FolderUnusable(
            f"{options.folder}: the report cannot be written ({error.strerror}). The verdict is above, and what was"
            " written before is kept. What to do: make room there, or give another folder with --directory DIR."
        ) from error
    return verdict


def _world(plan: Plan, options: RunOptions) -> SimulatedWorld | LiveWorld:
    """The world asked for.

    Raises: PlanUnreadable for a network or a committee that does not exist.
    """
    try:
        if options.world == "live":
            return LiveWorld(
                plan.members,
                options.folder / "members",
                seed=options.seed,
                network=plan.network,
                recorded=options.recorded,
                buses=options.buses,
            )
        return SimulatedWorld(plan.members, seed=options.seed, network=plan.network, crypto=options.crypto)
    except (ValueError, KeyError) as error:
        raise PlanUnreadable(f"{plan.name}: {error}") from error
