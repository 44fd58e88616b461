"""byzzfuzz.py: few rounds, few changes, and each is what the plan says."""

import msgspec
import pytest

from consensus.bundle import Bundle
from consensus.messages import Commit, Prepare
from node.simulation import Said, Simulation
from node.simulation.chance import stream
from scenarios.campaign.byzzfuzz import (
    PARTED_ROUNDS_MAX,
    PARTINGS_MAX,
    RoundFaults,
    Rounds,
    corrupted,
    draw_byzzfuzz,
    stand_between,
    step_aside,
)
from scenarios.campaign.load import Load
from scenarios.campaign.plan import Change, Corruption, Plan
from scenarios.campaign.run import Verdict, run_plan
from tests.consensus.makers import commit, pre_prepare, prepare, view_change

FIRST, SECOND = pre_prepare(1), pre_prepare(2)


def change(kind: Change, field: int = 0, *, receivers: tuple[int, ...] = (1, 2, 3), number: int = 1) -> Corruption:
    return Corruption(0, number, receivers, kind, field)


def test_a_round_is_a_statement_and_said_again_it_is_the_same_round():
    rounds = Rounds()
    said = (FIRST, prepare(FIRST), commit(FIRST), FIRST, SECOND, view_change(1), view_change(1))
    assert [rounds.of(each) for each in said] == [1, 2, 3, 1, 4, 5, 5]


@pytest.mark.parametrize("kind", [Change.RAISE, Change.LOWER, Change.RANDOM])
@pytest.mark.parametrize("field", range(9))
@pytest.mark.parametrize("item", [SECOND, prepare(SECOND), commit(SECOND)])
def test_a_change_is_of_one_field_at_most(kind, field, item):
    said = corrupted(item, change(kind, field), older=None, chance=stream(1, "test"))
    different = [name for name in item.__struct_fields__ if getattr(said, name) != getattr(item, name)]
    assert len(different) <= 1


def test_an_older_value_is_what_was_said_there_before():
    said = corrupted(commit(SECOND), change(Change.OLDER, 2), older=commit(FIRST), chance=stream(1, "test"))
    assert said == Commit(SECOND.view, SECOND.sequence, commit(FIRST).digest)


def test_a_plan_has_few_corruptions_of_as_many_members_as_may_lie():
    for seed in range(1, 300):
        plan = draw_byzzfuzz(seed, members=7, liars=2)
        assert len({each.member for each in plan.corruptions}) <= 2
        assert len(plan.corruptions) <= 4
        assert len(plan.partings) <= PARTINGS_MAX * PARTED_ROUNDS_MAX


def heard(plan: Plan) -> dict[tuple[int, int], list[object]]:
    """All PREPAREs that members said, by sender and receiver."""
    simulation = Simulation(4, seed=1)
    stand_between(simulation, plan)
    found: dict[tuple[int, int], list[object]] = {}
    places = {each.id: each.index for each in simulation.members}

    def listen(member: object, said: Said) -> None:
        try:
            bundle = msgspec.msgpack.decode(said.payload, type=Bundle)
        except msgspec.DecodeError:
            return
        items = [each for each in bundle.items if isinstance(each, Prepare)]
        found.setdefault((bundle.sender, places[said.target]), []).extend(items)

    simulation.on_said.append(listen)
    Load(simulation, frozenset()).start(per_second=10, until_ms=500)
    simulation.run_for(600)
    step_aside(simulation)
    assert not any(isinstance(each.wrapper, RoundFaults) for each in simulation.members)
    return found


def test_all_who_are_told_a_change_are_told_the_same_and_the_others_the_truth():
    plan = Plan(1, 4, "lan", (), (), 500, 10, corruptions=(Corruption(1, 1, (0, 2), Change.RANDOM, 2),))
    found = heard(plan)
    (to_0, to_2, to_3) = (found[1, target][0] for target in (0, 2, 3))
    assert to_0 == to_2 != to_3


@pytest.mark.parametrize("seed", range(1, 7))
def test_one_liar_of_four_with_a_few_changes_breaks_nothing(seed):
    outcome = run_plan(draw_byzzfuzz(seed, members=4, liars=1, safety_ms=2_000))
    assert outcome.verdict is Verdict.HELD, outcome.reason
