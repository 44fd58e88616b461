"""A censor takes in everybody's batches but its victim's, and whoever else leads brings the victim's in."""

import asyncio

import pytest

from ledger.envelope import transaction_ids
from scenarios.adversary import Liar
from scenarios.censor import CENSOR_CLIENT, CENSOR_TRANSACTION, CENSORSHIPS, Censor
from scenarios.perform import perform
from scenarios.plan import Lie, Load, OpenLoad, Plan, Progress, Quantity, Stabilise, Until, Wait
from scenarios.simulated import SimulatedWorld
from scenarios.verdict import Outcome


def censored(way, *, who="primary", seed=1):
    """A run in which clients talk to the backups only, and what the censor refused."""
    steps = (
        Lie(who, way),
        OpenLoad(Load(50.0, gateways="others")),
        Until(Quantity.VIEW, 1, within_ms=10_000) if who == "primary" else Wait(2_000),
        Stabilise(),
        Progress(3, 20_000),
    )
    world = SimulatedWorld(4, seed=seed)
    verdict = asyncio.run(perform(Plan("censored", "", 4, steps=steps), world))
    liar = next(each.wrapper for each in world.simulation.members if each.wrapper is not None)
    assert isinstance(liar, Liar)
    assert liar.censor is not None
    return verdict, world, liar.censor


@pytest.mark.slow
@pytest.mark.parametrize("way", CENSORSHIPS)
def test_a_censor_that_leads_is_replaced_and_its_victim_is_served(way):
    verdict, world, censor = censored(way)
    assert (verdict.outcome, verdict.reasons) == (Outcome.HELD, ())
    assert censor.refused
    blocks = world.simulation.blocks(world.simulation.members[1])
    ids = {each for block in blocks for each in block.transaction_ids}
    if way == CENSOR_TRANSACTION:
        assert censor.victim in ids
    else:
        assert {str(censor.victim)} <= {world.simulation.charter.voters()[each].id for each in range(4)}
        assert len(ids) > 10


@pytest.mark.slow
@pytest.mark.parametrize("way", CENSORSHIPS)
def test_a_censor_that_does_not_lead_is_not_noticed(way):
    verdict, _, censor = censored(way, who="backup[0]")
    assert (verdict.outcome, verdict.view) == (Outcome.HELD, 0)
    assert censor.refused


def batches_of(world, count):
    """So many batches as the others see them, each with one account opened."""
    said: list[bytes] = []
    world.simulation.on_said.append(lambda _, each: said.append(each.payload) if each.channel == "batches" else None)
    orders = []
    for _ in range(count):
        envelope = world.clients.envelope()
        orders.append(envelope)
        world.simulation.submit(world.simulation.members[1], envelope)
        world.simulation.run_for(100)
    return orders, list(dict.fromkeys(said))


def test_its_victim_is_the_first_that_it_is_sent_and_nobody_else_suffers():
    world = SimulatedWorld(4, seed=1)
    envelopes, batches = batches_of(world, 5)
    accounts = [each.account for each in envelopes]
    assert len(batches) == len(accounts)
    passes = [each != accounts[0] for each in accounts]
    assert passes.count(False) > 1
    assert True in passes
    client = Censor(CENSOR_CLIENT, world.simulation.chain)
    assert [client.lets_in(each) for each in batches] == passes
    assert client.victim == accounts[0]
    one = Censor(CENSOR_TRANSACTION, world.simulation.chain)
    assert [one.lets_in(each) for each in (*batches, batches[0])] == [False, True, True, True, True, False]
    assert one.victim == transaction_ids(envelopes[0], chain=world.simulation.chain)[0]
    assert one.lets_in(b"no batch")
