"""Clients of the shop against whole simulated nodes: what they learn is strong enough to convict a wrong ledger."""

import asyncio

import pytest
from msgspec.structs import replace

from consensus.quorum import Committee
from ledger.operations.tokens import TransferFrom
from ledger.receipts import Event
from ledger.rules.request import Request
from ledger.transitions.holding import count
from ledger.transitions.table import TRANSITIONS
from scenarios import simulated_clients
from scenarios.history import Act, Answer, History
from scenarios.perform import perform
from scenarios.plan import Load, LoadKind, OpenLoad, Partition, Plan, Wait
from scenarios.simulated import SimulatedWorld
from scenarios.verdict import Outcome


def plan(kind: LoadKind = LoadKind.GIFTS, *, lasting_ms: int = 2_000) -> Plan:
    load = OpenLoad(Load(rate_per_s=120, kind=kind))
    return Plan("shop", "People shop.", 4, steps=(load, Wait(lasting_ms)), checks=("agreement", "linearizable"))


def shopped(kind: LoadKind = LoadKind.GIFTS, *, seed: int = 1) -> tuple[Outcome, tuple[str, ...], History]:
    world = SimulatedWorld(4, seed=seed)
    verdict = asyncio.run(perform(plan(kind), world))
    return verdict.outcome, verdict.reasons, world.clients.history


def kind_of(answer: object) -> object:
    return answer if isinstance(answer, Answer) else type(answer)


@pytest.mark.slow
def test_people_buy_give_and_look_and_are_refused_what_is_not_theirs():
    outcome, reasons, history = shopped()
    assert outcome is Outcome.HELD, reasons
    answers = {(each.act, kind_of(each.answer)) for each in history.operations}
    assert {(Act.BUY, int), (Act.GIVE, Answer.YES), (Act.READ, int), (Act.READ, str)} <= answers


@pytest.mark.slow
def test_in_a_drop_nobody_gives_anything_away():
    outcome, reasons, history = shopped(LoadKind.DROP)
    assert outcome is Outcome.HELD, reasons
    assert {each.act for each in history.operations} == {Act.BUY, Act.READ}
    assert (Act.BUY, Answer.NO) in {(each.act, kind_of(each.answer)) for each in history.operations}


@pytest.mark.slow
def test_the_same_seed_asks_the_same_things_at_the_same_times():
    first, second = shopped()[2], shopped()[2]
    assert [each.told() for each in first.operations] == [each.told() for each in second.operations]


class Alone(Committee):
    """Believes a single answer."""

    @property
    def quorum(self) -> int:
        return 1


LAG = (OpenLoad(Load(rate_per_s=150, kind=LoadKind.GIFTS)), Partition(("not member[3]",)), Wait(3_000))
"""S36: member 3 hears nothing for a while, and answers readers all the same."""


@pytest.mark.slow
def test_readers_who_ask_a_quorum_read_nothing_old_while_a_member_lags__s36():
    verdict = asyncio.run(perform(replace(plan(), steps=LAG), SimulatedWorld(4, seed=3)))
    assert verdict.outcome is Outcome.HELD, verdict.reasons


@pytest.mark.slow
def test_readers_who_believe_one_member_read_what_is_old__s36(monkeypatch):
    """The mutant 'reads need no quorum'."""
    monkeypatch.setattr(simulated_clients, "Committee", Alone)
    verdict = asyncio.run(perform(replace(plan(), steps=LAG), SimulatedWorld(4, seed=3)))
    assert verdict.outcome is Outcome.SAFETY
    assert any("linearizable" in reason for reason in verdict.reasons)


def test_a_ledger_that_loses_a_gift_is_not_linearizable(monkeypatch):
    """The mutant 'a gift is accepted and takes no effect', alike at every member, so that no block differs."""
    right = TRANSITIONS[TransferFrom]

    def transfer_from(request: Request, operation: TransferFrom) -> tuple[Event, ...]:
        before = request.state.tokens.get(operation.token)
        events = right(request, operation)
        assert before is not None
        request.state.tokens.put(operation.token, before)
        count(request.state, operation.to, -1)
        count(request.state, operation.sender, 1)
        return events

    monkeypatch.setitem(TRANSITIONS, TransferFrom, transfer_from)
    outcome, reasons, _ = shopped()
    assert outcome is Outcome.SAFETY
    assert any("linearizable" in reason for reason in reasons)
