"""picture.py: what went wrong in a campaign is seen at a glance, in a window that is no longer than it has to be."""

import re
from dataclasses import replace

import pytest

from consensus.types import View
from node.simulation import Crypto, Simulation
from scenarios.campaign import run as runs
from scenarios.campaign.failure_file import write_failure
from scenarios.campaign.picture import AFTER_MS, BEFORE_MS_MAX, draw_failure, window
from scenarios.campaign.plan import Fault, FaultKind, Liar, LiarKind, Plan
from scenarios.campaign.run import Outcome, Verdict, run_plan
from scenarios.campaign.swarm import Campaign, run_seed
from scenarios.campaign.twins import Twinned
from scenarios.space_time import MESSAGES_MAX
from scenarios.storyteller import Storyteller
from scenarios.world import Happening, Story

QUIET = Plan(seed=1, members=4, profile="lan", faults=(), liars=(), safety_ms=500, load_per_second=10)
FORKED = replace(QUIET, liars=(Liar(0, LiarKind.EQUIVOCATE), Liar(1, LiarKind.EQUIVOCATE)))


def outcome(verdict: Verdict, *, failed_ms: int) -> Outcome:
    return Outcome(QUIET, verdict, "because", "", 1, View(0), (), 1, 0, 500, 1, failed_ms=failed_ms)


def told(*, blocks_until_ms: int, until_ms: int) -> Story:
    """A message every millisecond, and a block every hundredth."""
    story = Story()
    for ms in range(until_ms):
        story.add(Happening(ms, 0, "sent", "commit", 1, ms + 0.5))
        if ms % 100 == 0 and ms < blocks_until_ms:
            story.add(Happening(ms, 2, "block", str(ms // 100)))
    return story


def test_the_window_of_a_wrong_deed_ends_shortly_after_it_and_holds_what_can_be_drawn():
    story = told(blocks_until_ms=9_000, until_ms=9_000)
    first_ms, last_ms = window(story, outcome(Verdict.SAFETY, failed_ms=5_000))
    assert last_ms == 5_000 + AFTER_MS
    sent = [each for each in story.happenings if each.what == "sent" and first_ms <= each.time_ms <= last_ms]
    assert MESSAGES_MAX // 2 < len(sent) <= MESSAGES_MAX


def test_what_happened_long_before_a_wrong_deed_is_not_shown():
    story = told(blocks_until_ms=50, until_ms=50)
    first_ms, _ = window(story, outcome(Verdict.CRASH, failed_ms=5_000))
    assert first_ms == 5_000 - BEFORE_MS_MAX


def test_the_window_of_a_chain_that_stopped_begins_with_its_last_block_and_ends_with_the_last_message():
    story = told(blocks_until_ms=301, until_ms=400)
    first_ms, last_ms = window(story, outcome(Verdict.LIVENESS, failed_ms=40_500))
    assert 200 < first_ms < 300
    assert last_ms == 399 + AFTER_MS


def test_a_picture_of_a_fork_shows_who_lies_and_both_blocks():
    picture = draw_failure(run_plan(FORKED), crypto=Crypto.IDEAL)
    assert "member 0 lies: equivocate" in picture
    assert "SAFETY: I1:" in picture
    assert 0 < picture.count("<line x1") <= MESSAGES_MAX
    assert picture.count('fill="#ffd43b"') >= 2, "a block is a yellow square"


def test_a_member_that_is_down_in_the_window_fades(monkeypatch):
    monkeypatch.setattr(runs, "HEALING_MS", 500)
    liars = (Liar(0, LiarKind.SILENT), Liar(1, LiarKind.SILENT))
    faults = (Fault(300, FaultKind.KILL, (3,), lasts_ms=5_000),)
    failed = run_plan(replace(QUIET, liars=liars, faults=faults))
    assert failed.verdict is Verdict.LIVENESS
    picture = draw_failure(failed, crypto=Crypto.IDEAL)
    assert 'class="down"' in picture
    assert "kill of 3 for 5000 ms" in picture
    assert "LIVENESS: after 500 ms" in picture


def test_twins_have_a_line_each():
    plan = replace(QUIET, twins=(1,), faults=(Fault(50, FaultKind.PARTITION, (0, 1), lasts_ms=300),))
    run = run_plan(plan)
    picture = draw_failure(replace(run, verdict=Verdict.SAFETY, failed_ms=300), crypto=Crypto.IDEAL)
    names = re.findall(r'text-anchor="middle">\d (\S+)</text>', picture)
    assert len(names) == 5
    assert names[4] == f"{names[1]}&#x27;"


def test_a_plan_that_goes_another_way_now_has_no_picture():
    assert draw_failure(replace(run_plan(FORKED), trace="of another program"), crypto=Crypto.IDEAL) == ""


@pytest.mark.parametrize("twins", [(), (2,)])
def test_a_run_that_is_told_is_the_run_that_is_not(twins):
    plan = replace(QUIET, twins=twins)

    def watch(simulation: Simulation) -> None:
        copies = simulation.copies if isinstance(simulation, Twinned) else simulation.members
        Storyteller(simulation, Story(), copies)

    assert run_plan(plan, watch=watch).trace == run_plan(plan).trace


@pytest.mark.slow
def test_a_campaign_leaves_the_picture_of_the_shrunk_plan_beside_it(tmp_path):
    found = run_seed(Campaign(5, 5, 4, 2), 5)
    assert found.verdict is Verdict.SAFETY
    path = write_failure(tmp_path, found, crypto=Crypto.IDEAL)
    assert path.with_suffix(".svg").read_text(encoding="utf-8") == draw_failure(found, crypto=Crypto.IDEAL)
    held = run_seed(Campaign(1, 1, 4, 1, safety_ms=300), 1)
    assert (held.verdict, held.picture) == (Verdict.HELD, "")
