"""What the simulated world says of members: what counts is on their disks, and what they remember of it."""

import asyncio
import dataclasses

import pytest

from consensus.types import View
from node.simulation.disk import Disk
from scenarios.perform import perform
from scenarios.plan import Plan
from scenarios.simulated import SimulatedWorld
from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=4)
async def torn_as_it_leaves(c: Vocabulary) -> None:
    """A member with a slow disk loses its power just as it has left its view, before that is on its disk."""
    c.load.open(rate_per_s=100)
    c.slow_disk("member[1]", by="20 ms")
    await c.until(c.height >= 3)
    death = await c.kill(c.primary)
    await c.until(c.between_views("member[1]") >= 1, within="5 s")
    gone = await c.kill("member[1]")
    gone.heal()
    await c.wait("1 s")
    death.heal()
    await c.progress(blocks=3, within="20 s")
    c.check("view-monotone")


def reasons_of(plan: Plan, *, seed: int) -> tuple[str, ...]:
    return asyncio.run(perform(plan, SimulatedWorld(plan.members, seed=seed))).reasons


# Under 12, 14 and 15 the member says something that binds nobody (a status, a repair) after it has left its view and
# before its disk knows, and the power takes that turn: I7 was said to be broken.
@pytest.mark.parametrize("seed", [12, 14, 15])
def test_a_view_that_the_power_took_before_the_disk_had_it_was_never_entered(seed):
    assert reasons_of(torn_as_it_leaves.plan(), seed=seed) == ()


@scenario(members=4)
async def back_from_view_1(c: Vocabulary) -> None:
    """A member is born again after the first view."""
    c.load.open(rate_per_s=100)
    await c.until(c.height >= 3)
    await c.kill(c.primary)
    await c.until(c.view >= 1, within="5 s")
    await c.wait("1 s")
    gone = await c.kill("member[2]")
    gone.heal()
    await c.wait("1 s")
    c.check("view-monotone")


def test_a_view_that_is_on_disk_and_forgotten_all_the_same_is_a_fall__i7(monkeypatch):
    load = Disk.load
    monkeypatch.setattr(
        Disk, "load", lambda disk: dataclasses.replace(load(disk), view=View(0), statements=(), votes=())
    )
    assert any("member 2 went back from view 1 to 0" in each for each in reasons_of(back_from_view_1.plan(), seed=1))
