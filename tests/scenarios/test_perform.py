"""A performance knows who is down, refuses words that mean nobody, and tells a crash from the harness's fault."""

import asyncio

import pytest

from scenarios.errors import CommandFailed, MemberCrashed, MemberFailed, MemberKilled
from scenarios.perform import perform
from scenarios.plan import (
    Kill,
    Load,
    OpenLoad,
    Plan,
    PlanUnreadable,
    Progress,
    Quantity,
    Stabilise,
    Start,
    TearNextWrite,
    Until,
    Wait,
    Wipe,
)
from scenarios.simulated import SimulatedWorld
from scenarios.verdict import Outcome

TORN = (Progress(1), TearNextWrite("backup[0]"), Progress(3))


def performed(*steps, world=None):
    return asyncio.run(perform(Plan("x", "", 4, steps=steps), world or SimulatedWorld(4, seed=1)))


def test_torn_members_are_started_when_the_world_becomes_kind():
    both = (OpenLoad(Load(rate_per_s=50)), Wait(500), TearNextWrite("backup[0]+backup[1]"), Wait(2_000))
    assert performed(*both, Progress(3)).outcome is Outcome.LIVENESS
    assert performed(*both, Stabilise(), Progress(3)).outcome is Outcome.HELD


def test_a_torn_member_is_started_by_the_words_that_tore_it():
    world = SimulatedWorld(4, seed=1)
    assert performed(*TORN, Start("backup[0]"), world=world).outcome is Outcome.HELD
    assert all(each.up for each in world.simulation.members)


@pytest.mark.parametrize("quantity", [Quantity.HEIGHT, Quantity.EXECUTED])
def test_what_a_dead_member_has_not_is_not_reached(quantity):
    until = Until(quantity, 3, who="all", within_ms=1_000)
    assert performed(*TORN, until).outcome is Outcome.LIVENESS
    assert performed(*TORN, Start("backup[0]"), until).outcome is Outcome.HELD


def test_a_member_that_a_step_keeps_down_is_not_waited_for():
    kept = (*TORN, Kill("backup[0]"))
    assert performed(*kept, Until(Quantity.HEIGHT, 3, who="all", within_ms=1_000)).outcome is Outcome.HELD


def test_the_disk_of_a_member_that_is_up_is_not_lost():
    with pytest.raises(PlanUnreadable, match="step 1: member 0 is up"):
        performed(Wipe("primary"))
    assert performed(Kill("primary"), Wipe("down"), Start("down"), Progress(1)).outcome is Outcome.HELD


class _NotOpened(SimulatedWorld):
    async def open(self):
        raise AssertionError("it must not be started")


@pytest.mark.parametrize("who", ["role:regulator", "member[4]", "backup[0]+half[2]"])
def test_members_that_are_not_there_are_refused_before_anything_starts(who):
    with pytest.raises(PlanUnreadable):
        performed(Wait(1), Kill(who), world=_NotOpened(4, seed=1))


@pytest.mark.parametrize(
    ("fault", "is_crash"), [(MemberCrashed, True), (MemberKilled, False), (MemberFailed, False), (CommandFailed, False)]
)
def test_only_a_member_that_ended_by_itself_is_a_crash(fault, is_crash):
    class Failing(SimulatedWorld):
        async def kill(self, member):
            raise fault("told")

    world = Failing(4, seed=1)
    if is_crash:
        assert performed(Kill("primary"), world=world).outcome is Outcome.CRASH
    else:
        with pytest.raises(fault):
            performed(Kill("primary"), world=world)


def test_a_member_that_is_found_dead_while_a_step_waits_in_vain_is_a_crash():
    class Dying(SimulatedWorld):
        async def explain(self):
            raise MemberCrashed("jd ended by itself")

    verdict = performed(Kill("half[0]"), Progress(1, 1_000), world=Dying(4, seed=1))
    assert verdict.outcome is Outcome.CRASH
    assert verdict.reasons[0] == "a member stopped: jd ended by itself"
