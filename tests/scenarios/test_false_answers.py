"""Gateways that lie to their clients are found out by the proofs that they cannot make, and fool nobody."""

import asyncio
import json
from random import Random

import pytest

from canonical.hashing import Digest
from consensus.messages import CertifiedBlock
from consensus.types import ReplicaId
from ledger.receipts import Receipt, Status
from node.certificate_file import certificate_file
from scenarios import heard
from scenarios.certificates import Examiner
from scenarios.false_answers import LIE_TO_CLIENTS, FalseTongue
from scenarios.perform import perform
from scenarios.plan import CHECKED_ALWAYS, Lie, Load, LoadKind, OpenLoad, Plan, Progress, Stabilise, Until, Wait
from scenarios.plan import Quantity as Measured
from scenarios.proof import Doubt, proven
from scenarios.simulated import SimulatedWorld
from scenarios.verdict import Outcome

CHECKS = (*CHECKED_ALWAYS, "read-your-commit", "believed", "liars-exposed", "linearizable", "evidence")


def lied(who="backup[0]", *, kind=LoadKind.OPEN, seed=1):
    steps = (
        OpenLoad(Load(60.0, kind=kind)),
        Until(Measured.TOP, 3),
        Lie(who, LIE_TO_CLIENTS),
        Wait(2_000),
        Stabilise(),
        Progress(3),
    )
    world = SimulatedWorld(4, seed=seed)
    return asyncio.run(perform(Plan("lied", "", 4, steps=steps, checks=CHECKS), world)), world


@pytest.mark.parametrize("kind", [LoadKind.GIFTS, LoadKind.DROP, pytest.param(LoadKind.OPEN, marks=pytest.mark.slow)])
@pytest.mark.parametrize("who", ["primary", "backup[0]"])
def test_clients_who_look_at_the_proof_believe_nothing_false_and_find_the_liar_out(who, kind):
    verdict, world = lied(who, kind=kind)
    assert (verdict.outcome, verdict.reasons) == (Outcome.HELD, ())
    ((_, doubts),) = world._clients.heard.doubts.items()
    assert any(each.startswith("no quorum voted") for each in doubts)
    assert any(each.startswith("the receipt is not that of block") for each in doubts)
    assert world._clients.heard.believed, "what a liar can prove is true, and believed"


def test_clients_who_believe_without_a_proof_are_lied_to(monkeypatch):
    """The mutant 'a client believes its gateway'."""

    def believe(proof, transaction, **_):
        refused = b"refused".hex() in json.loads(proof)["receipt"]
        return Receipt(transaction, Status.REFUSED if refused else Status.ACCEPTED, (), ())

    monkeypatch.setattr(heard, "proven", believe)
    verdict, _ = lied()
    assert verdict.outcome is Outcome.SAFETY
    assert {each.split(":")[0] for each in verdict.reasons} == {"believed", "liars-exposed"}


@pytest.fixture(scope="module")
def run():
    """A chain with an envelope in it, its true proof, and who can judge it."""
    world = SimulatedWorld(4, seed=1)
    envelope = world.clients.envelope()
    member = world.simulation.members[2]
    world.simulation.submit(member, envelope)
    assert world.simulation.run_until(lambda: bool(member.disk.proofs(1, 1)), 5_000)
    (block,) = world.simulation.blocks(member)[:1]
    ((header, votes),) = member.disk.proofs(1, 1)
    certified = CertifiedBlock(header, block.proposal, votes)
    charter = world.simulation.charter
    proof = certificate_file(charter, certified, envelope, 0, block.transaction_ids, block.receipts, 0)
    return world, envelope, block.transaction_ids[0], proof, Examiner(charter, world.simulation.keyring.verify)


def test_the_true_certificate_is_believed(run):
    _, _, transaction, proof, examiner = run
    receipt = proven(proof, transaction, examiner=examiner)
    assert isinstance(receipt, Receipt)
    assert (receipt.transaction, receipt.status) == (transaction, Status.ACCEPTED)


def altered(proof, change):
    file = json.loads(proof)
    change(file)
    return json.dumps(file).encode()


def flip(text):
    return text[:-1] + ("0" if text[-1] != "0" else "1")


WRONG = {
    "a vote less": lambda file: file["votes"].pop(),
    "a vote twice": lambda file: file["votes"].append(file["votes"][-1]),
    "a forged vote": lambda file: file["votes"][0].update(signature=flip(file["votes"][0]["signature"])),
    "a voter who is no member": lambda file: file["votes"][-1].update(sender=9),
    "another header": lambda file: file.update(header=flip(file["header"])),
    "another receipt": lambda file: file.update(receipt=file["receipt"].replace("a8" + b"accepted".hex(), "")),
    "no receipt": lambda file: file.pop("receipt"),
    "a longer path": lambda file: file["block"].update(sides="l"),
    "a path to nowhere": lambda file: file["block"].update(sides="l", transaction_path=["00" * 32]),
    "bytes that are none": lambda file: file.update(header="zz"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_altered_certificate_is_doubted(run, name):
    _, _, transaction, proof, examiner = run
    assert isinstance(proven(altered(proof, WRONG[name]), transaction, examiner=examiner), Doubt)


def test_another_transaction_s_certificate_and_bytes_without_meaning_are_doubted(run):
    world, envelope, transaction, proof, examiner = run
    assert isinstance(proven(proof, Digest(bytes(32)), examiner=examiner), Doubt)
    for content in (b"", b"{}", b"\xff", b"[" * 100_000):
        assert isinstance(proven(content, transaction, examiner=examiner), Doubt)
    tongue = FalseTongue(world.simulation.charter, ReplicaId(1), world.simulation.members[1].sign, Random(1))
    early = tongue.too_early(envelope, height=1, timestamp_ms=1)
    assert proven(early, transaction, examiner=examiner) == Doubt("no quorum voted for this block 2")
    assert proven(tongue.otherwise(proof), transaction, examiner=examiner) == Doubt(
        "the receipt is not that of block 1"
    )
