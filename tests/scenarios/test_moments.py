"""Steps that wait for a message or a mark: they stop at that very moment, in both spellings, or say why they cannot."""

import asyncio

import pytest

from scenarios.live import LiveWorld
from scenarios.perform import perform, reason_to_skip
from scenarios.plan import Kill, MessageKind, Plan, PlanUnreadable, UntilSaid
from scenarios.plan_yaml import read_yaml
from scenarios.simulated import SimulatedWorld
from scenarios.verdict import Outcome, Verdict
from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=4)
async def told(c: Vocabulary) -> None:
    """Stop when the primary says the third PRE-PREPARE to the first backup."""
    c.load.open(rate_per_s=50)
    await c.until(c.said("pre-prepare", source=c.primary, target=c.backup[0], count=3), within="5 s")
    await c.kill(c.primary)
    await c.until(c.executed_of("not member[0]") >= 3, within="5 s")
    await c.until(c.between_views() >= 1, within="5 s")
    await c.until(c.view >= 1)


SPELLED = """
scenario: told
says: Stop when the primary says the third PRE-PREPARE to the first backup.
members: 4
steps:
  - load: {rate_per_s: 50}
  - until: {said: pre-prepare, source: primary, target: "backup[0]", count: 3, within: 5 s}
  - kill: primary
  - until: {executed: 3, who: "not member[0]", within: 5 s}
  - until: {between_views: 1, within: 5 s}
  - until: {view: 1}
"""


def run(plan: Plan) -> tuple[Verdict, SimulatedWorld]:
    world = SimulatedWorld(plan.members, seed=1)
    return asyncio.run(perform(plan, world)), world


def test_both_spellings_are_one_plan():
    assert read_yaml(SPELLED).digest() == told.plan().digest()


def test_a_step_after_a_message_happens_before_the_message_arrives():
    verdict, world = run(told.plan())
    assert verdict.outcome is Outcome.HELD, verdict.reasons
    killed = next(each for each in world.story.happenings if each.what == "killed")
    said = [
        each
        for each in world.story.happenings
        if each.what == "sent" and "pre-prepare" in each.text and each.member == 0 and each.to == 1
    ]
    assert len(said) == 3
    assert said[-1].arrives_ms is None or said[-1].arrives_ms >= killed.time_ms


def test_a_message_that_nobody_says_is_a_failure_of_liveness_that_names_it():
    plan = Plan("quiet", "", 4, steps=(UntilSaid(MessageKind.NEW_VIEW, within_ms=500), Kill("primary")))
    verdict, _ = run(plan)
    assert verdict.outcome is Outcome.LIVENESS
    assert "did not say new-view" in verdict.reasons[0]


def test_the_live_world_skips_what_waits_for_a_message_and_says_why(tmp_path):
    reason = reason_to_skip(told.plan(), LiveWorld(4, tmp_path / "run", seed=1))
    assert "stop at the very moment when a member says something" in reason


def test_a_kind_of_message_that_is_none_is_refused():
    with pytest.raises(PlanUnreadable, match="step 1"):
        read_yaml("scenario: a\nsteps:\n  - until: {said: gossip}\n")


def test_a_member_that_raises_ends_the_run_as_a_crash_that_names_it(monkeypatch):
    def explode(self, *_: object) -> None:
        raise IndexError("a slot that is not there")

    monkeypatch.setattr("node.core.Core.take", explode)
    verdict, _ = run(told.plan())
    assert verdict.outcome is Outcome.CRASH
    assert "stopped in explode: IndexError: a slot that is not there" in verdict.reasons[0]


def test_what_the_harness_raises_is_nobodys_crash(monkeypatch):
    def explode(self, *_: object) -> None:
        raise IndexError("a mistake of ours")

    monkeypatch.setattr(SimulatedWorld, "_observe", explode)
    with pytest.raises(IndexError, match="a mistake of ours"):
        run(told.plan())
