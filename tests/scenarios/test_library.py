"""Every story of the library, in virtual time; what it claims holds under more than one seed, and is repeatable."""

import asyncio
import inspect
import os
import re
import subprocess
import sys

import pytest

from consensus.quorum import Committee
from scenarios.library import LIBRARY
from scenarios.perform import perform
from scenarios.plan import Lie
from scenarios.simulated import SimulatedWorld
from scenarios.verdict import Outcome
from tests.architecture.files import ROOT

QUICK = (
    "happy-path",
    "primary-killed",
    "power-cut",
    "wiped-member",
    "deaf-primary",
    "censoring-primary",
    "double-votes",
    "full-disk",
    "handed-over",
)


def verdict_of(name, *, seed, members=None):
    plan = LIBRARY[name].plan(members=members)
    return asyncio.run(perform(plan, SimulatedWorld(plan.members, seed=seed, network=plan.network)))


@pytest.mark.parametrize("name", QUICK)
def test_quick_story_holds(name):
    verdict = verdict_of(name, seed=3)
    assert (verdict.outcome, verdict.reasons) == (Outcome.HELD, ())
    assert not verdict.skipped


@pytest.mark.slow
@pytest.mark.parametrize("name", LIBRARY)
def test_every_story_holds_in_virtual_time(name):
    verdict = verdict_of(name, seed=2)
    assert (verdict.outcome, verdict.reasons) == (Outcome.HELD, ())
    assert bool(verdict.skipped) == (name == "broker-away")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["primary-killed", "two-halves", "equivocating-primary", "wiped-member"])
def test_stories_hold_with_seven_members(name):
    verdict = verdict_of(name, seed=1, members=7)
    assert (verdict.outcome, verdict.reasons) == (Outcome.HELD, ())


def cited_in(page, pattern):
    return set(re.findall(pattern, (ROOT / "docs" / page).read_text(encoding="utf-8"), re.MULTILINE))


INVARIANTS = cited_in("INVARIANTS.md", r"^\| (I\d+) \|")
LINES = cited_in("PROTOCOL.md", r"\*\*([A-Z]\d+)\*\*")


@pytest.mark.parametrize("name", LIBRARY)
def test_every_story_teaches_what_happens_what_to_watch_and_what_holds(name):
    story = LIBRARY[name].story
    headline, happens, watch, holds = (story.__doc__ or "").strip().split("\n\n")
    assert headline.endswith(".")
    assert len(happens.split()) > 60
    assert watch.split()[0] == "Watch"
    assert holds.strip().startswith("What holds")
    lines = inspect.getsource(story).rstrip().count("\n")
    assert 20 <= lines <= 60


@pytest.mark.parametrize("name", LIBRARY)
def test_what_a_story_cites_is_in_the_documents(name):
    text = LIBRARY[name].story.__doc__ or ""
    cited = set(re.findall(r"\b([A-Z]\d{1,2})\b", text)) - set(re.findall(r"\bS\d\d\b", text))
    assert cited
    assert cited <= INVARIANTS | LINES, cited - INVARIANTS - LINES


@pytest.mark.parametrize("name", LIBRARY)
def test_no_story_asks_for_more_liars_than_the_committee_bears_unless_it_says_so(name):
    plan = LIBRARY[name].plan()
    lying = {step.who for step in plan.steps if isinstance(step, Lie)}
    assert len(lying) <= Committee(plan.members).faults_max or plan.must_break


CODE = """
import asyncio
from scenarios.library import LIBRARY
from scenarios.perform import perform
from scenarios.simulated import SimulatedWorld
for name in ("primary-killed", "double-votes"):
    plan = LIBRARY[name].plan()
    print(plan.digest(), asyncio.run(perform(plan, SimulatedWorld(plan.members, seed=5))).trace_hash)
"""


@pytest.mark.slow
def test_a_story_is_the_same_to_the_last_event_whatever_the_hash_seed():
    seen = set()
    for hash_seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", CODE],
            capture_output=True,
            text=True,
            timeout=100,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        seen.add(done.stdout)
    assert len(seen) == 1


def test_another_seed_is_another_run():
    assert verdict_of("happy-path", seed=1).trace_hash != verdict_of("happy-path", seed=2).trace_hash
