"""lost_messages.py: what a fault lost can be lost again, message by message, and the run goes the same way."""

from dataclasses import replace

import pytest

from node.simulation import Simulation
from scenarios.campaign.lost_messages import count_messages
from scenarios.campaign.plan import Fault, FaultKind, LostMessage, Plan
from scenarios.campaign.run import Verdict, lost_in, run_plan

QUIET = Plan(seed=1, members=4, profile="lan", faults=(), liars=(), safety_ms=800, load_per_second=20)

LOSING = {
    "loss": Fault(100, FaultKind.LOSS, (0, 1), lasts_ms=500, amount=30),
    "cut": Fault(100, FaultKind.CUT, (0,), (2, 3), lasts_ms=300, amount=100),
    "partition": Fault(200, FaultKind.PARTITION, (1, 3), lasts_ms=400),
}


def test_without_faults_every_message_arrives():
    assert lost_in(QUIET) == ()


@pytest.mark.parametrize("kind", LOSING)
def test_a_fault_that_is_spelled_out_leads_to_the_same_blocks(kind):
    faulty = replace(QUIET, faults=(LOSING[kind],))
    lost = lost_in(faulty)
    assert len(lost) > 5
    spelled = replace(QUIET, lost=lost)
    assert lost_in(spelled) == lost
    assert run_plan(spelled).trace == run_plan(faulty).trace


def test_counting_changes_nothing():
    def watch(simulation: Simulation) -> None:
        count_messages(simulation, ())

    assert run_plan(QUIET, watch=watch).trace == run_plan(QUIET).trace


def test_just_the_messages_that_are_named_are_lost():
    some = tuple(LostMessage(0, 2, number) for number in range(3, 30))
    lost = replace(QUIET, lost=some)
    assert lost_in(lost) == some
    outcome = run_plan(lost)
    assert outcome.verdict is Verdict.HELD
    assert outcome.trace != run_plan(QUIET).trace


def test_once_the_network_is_healed_every_message_arrives():
    late = tuple(LostMessage(0, target, number) for target in (1, 2, 3) for number in range(1, 2_000))
    lost = replace(QUIET, lost=late)
    assert run_plan(lost).verdict is Verdict.HELD
    assert 0 < len(lost_in(lost)) < len(late)
