"""Faults planted into whole simulated nodes, each of which exactly one of the checks that every run asks must see."""

import asyncio
import dataclasses
from random import Random

import msgspec
import pytest

from canonical.signing import Signature
from consensus.types import SequenceNumber
from ledger import invariants
from node.simulation.disk import Disk
from node.writes import StoreView, StoreVote
from scenarios.campaign.load import Load as CampaignLoad
from scenarios.campaign.plan import draw_plan
from scenarios.campaign.run import Verdict, run_plan
from scenarios.load import Clients
from scenarios.perform import perform
from scenarios.plan import CHECKED_ALWAYS, Kill, Load, OpenLoad, Plan, Progress
from scenarios.simulated import SimulatedWorld
from scenarios.verdict import Outcome

STEPS = (OpenLoad(Load(rate_per_s=50)), Progress(5), Kill("primary"), Progress(3))


def broken_checks(world=None):
    """Names of the checks that said something, in a run that is like any other but for what was planted."""
    verdict = asyncio.run(perform(Plan("planted", "", 4, steps=STEPS), world or SimulatedWorld(4, seed=1)))
    assert verdict.outcome in (Outcome.HELD, Outcome.SAFETY), verdict.reasons
    assert [name for name, _ in verdict.checks] == list(CHECKED_ALWAYS)
    return {name for name, held in verdict.checks if not held}


def test_nothing_planted_nothing_found():
    assert broken_checks() == set()


def test_a_transaction_that_no_client_of_the_story_signed_is_no_valid_decision():
    class Smuggling(SimulatedWorld):
        async def load(self, load, gateways):
            await super().load(load, gateways)
            others = Clients(self.simulation.charter, self.simulation.keyring.pair, Random(9), nonce_first=500)
            self.simulation.submit(self.simulation.members[1], others.envelope())

    assert broken_checks(Smuggling(4, seed=1)) == {"validity"}


def without_one(votes):
    return votes[:-1]


def one_twice(votes):
    return (votes[0], *votes[:-1])


def one_forged(votes):
    signature = Signature(bytes((votes[0].signature[0] ^ 1,)) + votes[0].signature[1:])
    return (msgspec.structs.replace(votes[0], signature=signature), *votes[1:])


@pytest.mark.parametrize("alter", [without_one, one_twice, one_forged])
def test_a_certificate_that_proves_nothing_is_seen(alter):
    class Tampering(SimulatedWorld):
        async def close(self):
            certificates = self.simulation.members[2].disk._certificates
            certificates[SequenceNumber(3)] = alter(certificates[SequenceNumber(3)])
            return await super().close()

    assert broken_checks(Tampering(4, seed=1)) == {"certificates"}


@pytest.mark.parametrize("forgotten", [StoreVote, StoreView])
def test_what_is_said_and_not_on_disk_is_seen(monkeypatch, forgotten):
    commit = Disk.commit

    def forgetful(disk, writes):
        commit(disk, [each for each in writes if disk.member != 2 or not isinstance(each, forgotten)])

    monkeypatch.setattr(Disk, "commit", forgetful)
    assert broken_checks() == {"recorded"}


class Purse(msgspec.Struct):
    """What no ledger of ours has: a number that could be paid with."""

    fen: int


def test_a_ledger_that_could_keep_a_purse_is_seen(monkeypatch):
    monkeypatch.setattr(invariants, "RECORD_TYPES", (*invariants.RECORD_TYPES, Purse))
    assert broken_checks() == {"no-coin"}


def campaign_of(**changes):
    """A seed without faults or liars."""
    return run_plan(dataclasses.replace(draw_plan(7, members=4, liars=0), faults=(), safety_ms=1_000, **changes))


def test_a_campaign_sees_a_vote_that_is_not_on_its_sender_s_disk(monkeypatch):
    assert campaign_of().verdict is Verdict.HELD
    commit = Disk.commit

    def forgetful(disk, writes):
        commit(disk, [each for each in writes if disk.member != 2 or not isinstance(each, StoreVote)])

    monkeypatch.setattr(Disk, "commit", forgetful)
    found = campaign_of()
    assert (found.verdict, found.reason[:2]) == (Verdict.SAFETY, "I5")


def test_a_campaign_sees_a_transaction_that_no_client_handed_in(monkeypatch):
    monkeypatch.setattr(CampaignLoad, "asked", frozenset())
    found = campaign_of()
    assert (found.verdict, found.reason.split(":")[0]) == (Verdict.SAFETY, "validity")


def test_a_campaign_sees_a_certificate_that_proves_nothing(monkeypatch):
    proofs = Disk.proofs
    monkeypatch.setattr(
        Disk, "proofs", lambda disk, *heights: [(header, votes[:-1]) for header, votes in proofs(disk, *heights)]
    )
    found = campaign_of()
    assert (found.verdict, found.reason.split(":")[0]) == (Verdict.SAFETY, "certificate")


def test_a_campaign_sees_a_ledger_that_could_keep_a_purse(monkeypatch):
    monkeypatch.setattr(invariants, "RECORD_TYPES", (*invariants.RECORD_TYPES, Purse))
    found = campaign_of()
    assert found.verdict is Verdict.SAFETY
    assert "no transferable balance: nobody says what Purse.fen counts" in found.reason
