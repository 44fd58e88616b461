"""Steps about links: every kind of harm, between chosen members, to chosen types of message, in both spellings."""

import asyncio
import inspect

import msgspec
import pytest

from network.policy import LinkPolicy
from scenarios.perform import perform
from scenarios.plan import MessageKind, PlanUnreadable, encode_plan
from scenarios.plan_reading import decode_plan
from scenarios.plan_yaml import read_yaml
from scenarios.simulated import SimulatedWorld
from scenarios.verdict import Outcome
from scenarios.vocabulary import Vocabulary, scenario
from tests.architecture.files import ROOT


@scenario(members=4)
async def ill_links(c: Vocabulary) -> None:
    """Every harm that a link can do, each to some messages only."""
    c.network.drop(source=c.primary, target=c.backup[0], types=["pre-prepare"])
    c.network.delay(source=c.primary, target=c.others, by="20 ms", jitter="5 ms", types=["commit", "block-vote"])
    c.network.duplicate(source=c.all, target=c.all, chance=0.5, types="prepare")
    c.network.corrupt(source=c.backup[1], target=c.others, chance=0.1)
    c.network.reorder(source=c.all, target=c.all, chance=0.3, jitter="30 ms")
    await c.progress(blocks=3)


SPELLED = """
scenario: ill-links
says: Every harm that a link can do, each to some messages only.
steps:
  - drop: {source: primary, target: "backup[0]", types: [pre-prepare]}
  - delay: {source: primary, target: others, by: 20 ms, jitter: 5 ms, types: [commit, block-vote]}
  - duplicate: {source: all, target: all, chance: 0.5, types: prepare}
  - corrupt: {source: "backup[1]", target: others, chance: 0.1}
  - reorder: {source: all, target: all, chance: 0.3, jitter: 30 ms}
  - progress: {blocks: 3}
"""


class PolicyKeeper(SimulatedWorld):
    """Keeps what the performance asked of the links."""

    asked: tuple[LinkPolicy, ...] = ()

    async def links(self, policies):
        """Keep them, and let them hold."""
        self.asked += tuple(policies)
        return await super().links(policies)


def test_both_spellings_are_one_plan_that_survives_its_file():
    plan = read_yaml(SPELLED)
    assert plan == ill_links.plan()
    assert decode_plan(encode_plan(plan)) == plan


def test_every_word_of_a_step_reaches_the_links_of_the_world():
    world = PolicyKeeper(4, seed=1)
    verdict = asyncio.run(perform(ill_links.plan(), world))
    assert verdict.outcome is Outcome.HELD, verdict.reasons
    sent = msgspec.msgpack.encode(world.asked)
    assert msgspec.msgpack.decode(sent, type=tuple[LinkPolicy, ...]) == world.asked, "live members are told the same"
    everybody = tuple(map(world.id_of, range(4)))
    primary, others = everybody[:1], everybody[1:]
    assert world.asked == (
        LinkPolicy(primary, everybody[1:2], tags=("pre-prepare",), drop=1.0),
        LinkPolicy(primary, others, tags=("commit", "block-vote"), delay_ms=20, delay_ms_spread=5),
        LinkPolicy(everybody, everybody, tags=("prepare",), duplicate=0.5),
        LinkPolicy(everybody[2:3], others, corrupt=0.1),
        LinkPolicy(everybody, everybody, reorder=0.3, delay_ms_spread=30),
    )


def test_a_member_that_gets_no_proposal_votes_for_none():
    @scenario(members=4)
    async def unproposed(c: Vocabulary) -> None:
        """The last backup never hears of a proposal."""
        c.network.drop(source=c.all, target="member[3]", types=["pre-prepare"])
        c.load.open(rate_per_s=50)
        await c.until(c.said("prepare", source=c.member[3]), within="1 s")

    verdict = asyncio.run(perform(unproposed.plan(), SimulatedWorld(4, seed=1)))
    assert verdict.outcome is Outcome.LIVENESS
    assert "member[3] did not say prepare" in verdict.reasons[0]


def test_a_type_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(PlanUnreadable, match=r"'gossip' is no type of message; there are .*pre-prepare"):
        read_yaml("scenario: x\nsteps:\n  - drop: {source: all, target: all, types: [gossip]}\n")


def test_the_page_names_every_harm_and_every_type():
    page = (ROOT / "docs" / "SCENARIOS.md").read_text(encoding="utf-8")
    harms = [name for name, _ in inspect.getmembers(type(Vocabulary(4).network), inspect.isfunction) if name[0] != "_"]
    assert [name for name in (*harms, *MessageKind) if f"`{name}`" not in page] == []
