"""twins.py: two copies under one key are one liar, whom f+1 of bring the chain down and f of do not."""

from itertools import pairwise

import pytest

from scenarios.campaign.plan import FaultKind
from scenarios.campaign.run import Verdict, run_plan
from scenarios.campaign.twins import Twinned, copies_of, draw_twins


def test_copies_of_a_member_share_its_name_and_key_and_nothing_else():
    simulation = Twinned(4, twins=(1,), seed=1)
    first, second = simulation.members[1], copies_of(simulation)[4]
    assert (first.id, first.index) == (second.id, second.index)
    assert first.sign(b"x") == second.sign(b"x")
    assert first.core is not second.core
    assert first.disk is not second.disk


def test_what_is_sent_to_a_member_reaches_both_copies_unless_a_partition_is_between():
    simulation = Twinned(4, twins=(1,), seed=1)
    arrived = []
    links = simulation.network.links
    deliver = links.deliver

    def count(source, target, channel, payload):
        arrived.append((source, target))
        deliver(source, target, channel, payload)

    links.deliver = count
    simulation.run_for(300)
    assert {(0, 1), (0, 4), (4, 0), (1, 0)} <= set(arrived)
    assert not {(1, 4), (4, 1)} & set(arrived)
    simulation.network.partition([links.ids[:4], links.ids[4:]])
    simulation.run_for(300)
    arrived.clear()
    simulation.run_for(300)
    assert (0, 1) in arrived
    assert (0, 4) not in arrived


def test_a_plan_of_twins_has_rounds_one_after_the_other_and_names_copies_that_exist():
    for seed in range(1, 200):
        plan = draw_twins(seed, members=4, liars=1)
        assert len(plan.twins) == 1
        cuts = [each for each in plan.faults if each.kind is FaultKind.PARTITION]
        assert all(first.at_ms + first.lasts_ms <= second.at_ms for first, second in pairwise(cuts))
        assert all(copy < 5 for each in plan.faults for copy in each.members)
        assert all(each.at_ms + each.lasts_ms <= plan.safety_ms for each in plan.faults)


@pytest.mark.parametrize("seed", range(1, 7))
def test_f_twins_break_nothing(seed):
    outcome = run_plan(draw_twins(seed, members=4, liars=1, safety_ms=2_000))
    assert outcome.verdict is Verdict.HELD, outcome.reason


@pytest.mark.slow
def test_one_twin_too_many_forks_the_chain_and_the_fork_names_just_the_twins():
    outcomes = [run_plan(draw_twins(seed, members=4, liars=2)) for seed in range(1, 9)]
    forked = [each for each in outcomes if each.fork is not None]
    assert forked
    assert all(each.culprits == each.plan.twins for each in forked)
