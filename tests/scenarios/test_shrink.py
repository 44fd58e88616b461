"""shrink.py: the smallest plan that fails alike, down to single messages, in a bounded number of runs."""

from dataclasses import replace

import pytest

from consensus.normal_case import on_pre_prepare
from consensus.types import View
from scenarios.campaign.plan import Change, Corruption, Fault, FaultKind, Liar, LiarKind, LostMessage, Parting, Plan
from scenarios.campaign.run import Outcome, Verdict, lost_in, run_plan
from scenarios.campaign.shrink import LOST_MAX, LOST_TOLD_MAX, shrink, spell_out

QUIET = Plan(seed=1, members=4, profile="lan", faults=(), liars=(), safety_ms=500, load_per_second=10)


def outcome(plan: Plan, verdict: Verdict) -> Outcome:
    return Outcome(plan, verdict, "because", "", 1, View(0), (), 1, 0, 500, 1)


def test_shrinking_keeps_only_what_the_failure_needs():
    needed = Fault(10, FaultKind.KILL, (1,))
    faults = tuple(Fault(at, FaultKind.LOSS, (0,), amount=5) for at in range(6))
    plan = replace(QUIET, faults=(*faults[:3], needed, *faults[3:]), liars=(Liar(2, LiarKind.REPLAY),))

    def run(smaller: Plan) -> Outcome:
        return outcome(smaller, Verdict.SAFETY if needed in smaller.faults else Verdict.HELD)

    smallest = shrink(run(plan), run)
    assert smallest.plan.faults == (needed,)
    assert smallest.plan.liars == ()


def test_two_faults_that_fail_only_together_are_both_kept():
    pair = {Fault(10, FaultKind.KILL, (1,)), Fault(70, FaultKind.TEAR, (2,))}
    plan = replace(QUIET, faults=tuple(Fault(at, FaultKind.PAUSE, (0,)) for at in range(20)))
    plan = replace(plan, faults=tuple(sorted({*plan.faults, *pair}, key=lambda each: each.at_ms)))

    def run(smaller: Plan) -> Outcome:
        return outcome(smaller, Verdict.SAFETY if pair <= set(smaller.faults) else Verdict.HELD)

    assert set(shrink(run(plan), run).plan.faults) == pair


def test_shrinking_costs_a_bounded_number_of_runs():
    plan = replace(QUIET, faults=tuple(Fault(at, FaultKind.LOSS, (0,)) for at in range(50)))
    runs_made = []

    def run(smaller: Plan) -> Outcome:
        runs_made.append(smaller)
        return outcome(smaller, Verdict.HELD)

    assert shrink(outcome(plan, Verdict.CRASH), run, attempts_max=10).plan == plan
    assert len(runs_made) == 10
    assert len(set(runs_made)) == 10, "no plan is run twice"


def test_a_fork_that_names_who_made_it_is_not_shrunk_to_one_that_names_nobody():
    faults = tuple(Fault(at, FaultKind.PAUSE, (0,)) for at in range(4))

    def run(plan: Plan) -> Outcome:
        found = outcome(plan, Verdict.SAFETY)
        return replace(found, culprits=(1, 2)) if faults[2] in plan.faults else found

    assert shrink(run(replace(QUIET, faults=faults)), run).plan.faults == (faults[2],)


def test_what_remains_befalls_as_few_as_it_may():
    plan = replace(
        QUIET,
        corruptions=(Corruption(1, 4, (0, 2, 3), Change.LOWER, 2),),
        partings=(Parting(3, (0, 1, 2)),),
        faults=(Fault(5, FaultKind.LOSS, (0, 1, 2), (1, 2, 3), amount=70),),
    )

    def run(smaller: Plan) -> Outcome:
        told = any(2 in each.receivers for each in smaller.corruptions)
        cut = any(1 in each.side for each in smaller.partings)
        lost = any(0 in each.members and 3 in each.others for each in smaller.faults)
        return outcome(smaller, Verdict.SAFETY if told and cut and lost else Verdict.HELD)

    smallest = shrink(run(plan), run).plan
    assert smallest.corruptions == (Corruption(1, 4, (2,), Change.LOWER, 2),)
    assert smallest.partings == (Parting(3, (1,)),)
    assert smallest.faults == (Fault(5, FaultKind.LOSS, (0,), (3,), amount=70),)


# Single messages

LOSS = Fault(50, FaultKind.LOSS, (0, 1, 2, 3), lasts_ms=400, amount=30)
KILL = Fault(80, FaultKind.KILL, (3,))
LOST = tuple(LostMessage(source, target, number) for source, target in ((0, 1), (0, 2), (1, 2)) for number in range(40))


def test_of_what_a_fault_lost_only_the_messages_that_matter_remain():
    needed = {LOST[3], LOST[77]}

    def run(plan: Plan) -> Outcome:
        fails = KILL in plan.faults and (LOSS in plan.faults or needed <= set(plan.lost))
        return outcome(plan, Verdict.SAFETY if fails else Verdict.HELD)

    found = spell_out(run(replace(QUIET, faults=(LOSS, KILL))), run, lambda _: LOST).plan
    assert found.faults == (KILL,)
    assert set(found.lost) == needed


def test_a_fault_of_which_too_many_messages_matter_is_told_as_it_is():
    needed = set(LOST[: LOST_TOLD_MAX + 1])

    def run(plan: Plan) -> Outcome:
        fails = LOSS in plan.faults or needed <= set(plan.lost)
        return outcome(plan, Verdict.SAFETY if fails else Verdict.HELD)

    whole = run(replace(QUIET, faults=(LOSS,)))
    assert spell_out(whole, run, lambda _: LOST) is whole
    too_many = tuple(LostMessage(0, 1, number) for number in range(LOST_MAX + 1))
    assert spell_out(whole, run, lambda _: too_many) is whole


def test_what_fails_without_any_loss_is_not_run_message_by_message():
    def run(_: Plan) -> Outcome:
        raise AssertionError("nothing to spell out")

    whole = outcome(replace(QUIET, faults=(KILL,)), Verdict.CRASH)
    assert spell_out(whole, run, lambda _: LOST) is whole


@pytest.mark.slow
@pytest.mark.parametrize("seed", [5, 11])
def test_a_bug_that_lost_messages_bring_to_light_is_shrunk_to_those_without_which_it_does_not_show(seed, monkeypatch):
    """The planted bug: a backup that gets PRE-PREPARE 3 without having got PRE-PREPARE 2 stops."""

    def wrong(state, signed, message, *, wall_ms):
        before = state.log.slots.get(2)
        if message.sequence == 3 and state.executed < 2 and (before is None or before.pre_prepare is None):
            raise IndexError("nothing is known of slot 2")
        return on_pre_prepare(state, signed, message, wall_ms=wall_ms)

    monkeypatch.setattr("consensus.replica.on_pre_prepare", wrong)
    plan = Plan(
        seed=seed,
        members=4,
        profile="lan",
        faults=(
            Fault(0, FaultKind.DUPLICATE, (1,), lasts_ms=600, amount=30),
            Fault(0, FaultKind.LOSS, (0, 1, 2, 3), lasts_ms=900, amount=30),
            Fault(300, FaultKind.SLOW_DISK, (2,), lasts_ms=200, amount=20),
        ),
        liars=(),
        safety_ms=1_000,
        load_per_second=60,
    )
    drawn = run_plan(plan)
    assert drawn.verdict is Verdict.CRASH, drawn
    smallest = spell_out(shrink(drawn, run_plan), run_plan, lost_in)
    assert "nothing is known of slot 2" in smallest.reason
    assert smallest.plan.faults == ()
    lost = smallest.plan.lost
    assert 1 <= len(lost) <= 3
    assert any(each.source == 0 for each in lost), "the primary's PRE-PREPARE"
    for each in lost:
        spared = tuple(other for other in lost if other != each)
        assert run_plan(replace(smallest.plan, lost=spared)).verdict is Verdict.HELD
