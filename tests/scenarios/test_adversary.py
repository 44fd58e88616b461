"""Every way to lie: one liar of four harms nobody, and is what its name says."""

import asyncio
from random import Random

import pytest

from network.policy import tags_of
from scenarios.adversary import LIES
from scenarios.perform import perform
from scenarios.plan import Heal, Kill, Lie, Links, Load, MessageKind, OpenLoad, Plan, Progress, Stabilise, Until, Wait
from scenarios.plan import Quantity as Measured
from scenarios.simulated import SimulatedWorld
from scenarios.verdict import Outcome

CHECKS = ("agreement", "prefix", "exactly-once", "state-root", "time", "view-monotone", "evidence", "one-owner")


def lying(way, who, *, to="all", seed=1):
    steps = (
        OpenLoad(Load(50.0)),
        Until(Measured.TOP, 2),
        Lie(who, way, to),
        Wait(3_000),
        Stabilise(),
        Progress(3, 20_000),
    )
    plan = Plan("one-liar", "", 4, steps=steps, checks=CHECKS)
    world = SimulatedWorld(4, seed=seed)
    return asyncio.run(perform(plan, world)), world


@pytest.mark.slow
@pytest.mark.parametrize("who", ["primary", "backup[0]"])
@pytest.mark.parametrize("way", LIES)
def test_one_liar_of_four_harms_nobody(way, who):
    verdict, _ = lying(way, who)
    assert (verdict.outcome, verdict.reasons) == (Outcome.HELD, ())


def test_a_silent_primary_is_replaced():
    verdict, _ = lying("silent", "primary")
    assert verdict.outcome is Outcome.HELD
    assert verdict.view >= 1


def test_a_liar_that_lies_to_one_is_honest_to_the_others():
    verdict, world = lying("silent", "backup[0]", to="member[3]")
    assert verdict.outcome is Outcome.HELD
    after = [
        each for each in world.story.happenings if each.what == "sent" and each.member == 1 and each.time_ms > 1_000
    ]
    assert {each.to for each in after} == {0, 2}


@pytest.mark.slow
def test_a_double_voter_is_named_and_nobody_else():
    verdict, world = lying("double-vote", "backup[0]")
    assert verdict.outcome is Outcome.HELD
    findings = asyncio.run(world.close())
    assert findings.accused == {1}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_who_serves_a_poisoned_snapshot_is_asked_no_more_and_the_others_give_the_true_one(seed, monkeypatch):
    monkeypatch.setattr("node.transfer.SNAPSHOT_BEHIND", 40)
    steps = (
        OpenLoad(Load(100.0)),
        Kill("member[3]", "away"),
        Until(Measured.TOP, 100, within_ms=30_000),
        Lie("member[1]", "poisoned-snapshot"),
        # The liar is the first to answer, and no blocks make the snapshot unnecessary.
        Links("member[0]+member[2]", "member[3]", delay_ms=60),
        Links("all", "member[3]", drop=1.0, types=(MessageKind.CERTIFIED_BLOCK,), handle="no-blocks"),
        Heal("away"),
        Until(Measured.HEIGHT, 96, who="member[3]", within_ms=30_000),
        Stabilise(),
        Progress(3, 20_000),
    )
    world = SimulatedWorld(4, seed=seed)
    verdict = asyncio.run(perform(Plan("poison", "", 4, steps=steps, checks=CHECKS), world))
    assert (verdict.outcome, verdict.reasons) == (Outcome.HELD, ())
    late = world.simulation.members[3]
    assert late.disk.base_height > 0
    assert set(late.core._state_transfer.bans) == {1}


@pytest.mark.parametrize("way", LIES)
def test_every_lie_says_what_it_is(way):
    assert LIES[way].endswith(".")


def test_bytes_without_meaning_carry_nothing():
    chance = Random(7)
    for _ in range(20_000):
        assert isinstance(tags_of(chance.randbytes(chance.randrange(1, 30))), frozenset)
    assert tags_of(b"\x94\xa5\xff\xfe\xf5\x00\x00") == frozenset()
