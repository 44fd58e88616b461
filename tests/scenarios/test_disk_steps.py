"""Slow disks, full disks, and members that are stopped as their operators do it: in virtual time."""

import asyncio

import pytest

from scenarios.perform import perform
from scenarios.plan import (
    FillDisk,
    HandOver,
    Heal,
    Kill,
    Load,
    OpenLoad,
    Plan,
    PlanUnreadable,
    Progress,
    Quantity,
    SlowDisk,
    Stabilise,
    Start,
    Until,
    Wait,
)
from scenarios.plan_reading import checked
from scenarios.plan_yaml import read_yaml
from scenarios.simulated import SimulatedWorld
from scenarios.verdict import Outcome
from scenarios.vocabulary import Vocabulary, scenario

BUSY = OpenLoad(Load(rate_per_s=50))


def performed(*steps, seed=1):
    world = SimulatedWorld(4, seed=seed)
    return asyncio.run(perform(Plan("x", "", 4, steps=steps), world)), world


def told(world, what):
    return [(each.time_ms, each.member) for each in world.story.happenings if each.what == what]


def test_a_primary_that_hands_over_is_not_missed():
    plain, _ = performed(BUSY, Progress(3), Kill("primary"), Until(Quantity.VIEW, 1))
    handed, world = performed(BUSY, Progress(3), HandOver("primary"), Until(Quantity.VIEW, 1))
    assert (plain.outcome, handed.outcome) == (Outcome.HELD, Outcome.HELD)
    ((stopped_ms, member),) = told(world, "stopped")
    entered_ms = min(time_ms for time_ms, each in told(world, "view") if each != member)
    assert not world.simulation.members[member].up
    assert entered_ms - stopped_ms < 100
    assert handed.lasted_ms < plain.lasted_ms


def test_a_backup_that_is_stopped_moves_no_view():
    verdict, world = performed(BUSY, Progress(3), HandOver("backup[0]", "upgrade"), Progress(3), Heal("upgrade"))
    assert (verdict.outcome, verdict.view) == (Outcome.HELD, 0)
    assert all(each.up for each in world.simulation.members)


@pytest.mark.parametrize("seed", range(3))
def test_nobody_who_stops_in_order_forgets_what_it_said(seed):
    turns = [each for number in range(4) for each in (HandOver(f"member[{number}]", f"h-{number}"), Wait(300))]
    back = [Heal(f"h-{number}") for number in range(4)]
    verdict, _ = performed(
        BUSY, Progress(3), *turns[:2], back[0], *turns[2:], *back[1:], Progress(3, 20_000), seed=seed
    )
    assert (verdict.outcome, verdict.reasons) == (Outcome.HELD, ())


def test_a_slow_disk_slows_the_chain_and_a_healed_one_no_more():
    slow, _ = performed(BUSY, SlowDisk("half[0]", 400, "slow"), Progress(3, 30_000))
    healed, _ = performed(BUSY, SlowDisk("half[0]", 400, "slow"), Heal("slow"), Progress(3, 30_000))
    plain, _ = performed(BUSY, Progress(3, 30_000))
    assert slow.lasted_ms > plain.lasted_ms + 800
    assert healed.lasted_ms < plain.lasted_ms + 100


def test_a_full_disk_stops_its_member_and_room_brings_it_back():
    full = (BUSY, Progress(3), FillDisk("backup[0]", "full"), Progress(3))
    stopped, world = performed(*full)
    assert stopped.outcome is Outcome.HELD
    assert [each.up for each in world.simulation.members] == [True, False, True, True]
    again, world = performed(*full, Start("backup[0]"), Wait(500))
    assert not world.simulation.members[1].up
    healed, world = performed(*full, Heal("full"), Until(Quantity.HEIGHT, 6, who="all"))
    assert (again.outcome, healed.outcome) == (Outcome.HELD, Outcome.HELD)
    assert all(each.up for each in world.simulation.members)


def test_two_full_disks_stop_the_chain_until_the_world_is_kind():
    full = (BUSY, Progress(3), FillDisk("half[0]"), Wait(1_000))
    assert performed(*full, Progress(1, 3_000))[0].outcome is Outcome.LIVENESS
    assert performed(*full, Stabilise(), Progress(3, 20_000))[0].outcome is Outcome.HELD


def test_what_is_awaited_of_a_member_with_a_full_disk_is_not_reached():
    verdict, _ = performed(BUSY, Progress(3), FillDisk("backup[0]"), Until(Quantity.HEIGHT, 20, "all", 3_000))
    assert verdict.outcome is Outcome.LIVENESS


@scenario(members=4)
async def spelled(c: Vocabulary) -> None:
    """The verbs in Python."""
    slow = c.slow_disk(c.minority, by="200 ms")
    c.fill_disk(c.backup[0])
    c.hand_over(c.primary)
    slow.heal()


YAML = """
scenario: spelled
says: The verbs in Python.
steps:
  - slow-disk: {who: minority, by: 200 ms, as: slow-disk-1}
  - fill-disk: {who: "backup[0]", as: full-disk-2}
  - hand-over: {who: primary, as: hand-over-3}
  - heal: slow-disk-1
"""


def test_both_spellings_are_one_plan():
    assert spelled.plan() == read_yaml(YAML)


@pytest.mark.parametrize("name", ["primary", "all", "minority"])
def test_a_fault_is_not_named_like_those_whom_it_could_select(name):
    with pytest.raises(PlanUnreadable, match=f"'{name}' selects members; give the fault another name"):
        read_yaml(f"scenario: x\nsteps:\n  - kill: {{who: primary, as: {name}}}\n")
    with pytest.raises(PlanUnreadable):
        checked(Plan("x", "", 4, steps=(Kill("primary", name),)))
