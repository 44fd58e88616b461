"""A liar in a process of its own tells what a virtual one tells, and finds out by itself what its companions told."""

from random import Random

import pytest

from canonical.encoding import encode
from canonical.hashing import Digest
from consensus.bundle import seal
from consensus.messages import BatchReference, Prepare, PrePrepare, Proposal, proposal_digest
from consensus.types import BatchNumber, Epoch, ReplicaId, SequenceNumber, View
from ledger.charter import chain_id
from ledger.envelope import transaction_ids
from network.bus import Channel
from network.commands import Role
from node.gateway.types import EnvelopeReply, SubmitReply, TransactionReply, TransactionStatus
from node.home.home import new_consortium, open_home
from node.home.keys import KeyPair, verify_signature
from node.identity import Identity
from node.opening import FRAME_BYTES_MAX
from scenarios.adversary import CENSOR, LIES
from scenarios.censor import CENSOR_CLIENT
from scenarios.certificates import Examiner
from scenarios.false_answers import LIE_TO_CLIENTS
from scenarios.live_liar import cast
from scenarios.load import Clients
from scenarios.proof import Doubt, proven

PROPOSAL = Proposal((BatchReference(ReplicaId(0), BatchNumber(1), Digest(bytes(32)), 1, 100),), 1_000)


@pytest.fixture
def consortium(tmp_path):
    return tmp_path / "c", new_consortium(tmp_path / "c", members=4, passphrase=None, founded_ms=1)


def identity_of(consortium, replica):
    folder, charter = consortium
    name = charter.voters()[replica].id
    return Identity(charter, name, open_home(folder / name).keys(passphrase=None).node.sign, verify_signature)


def said_by(identity, replica, *items):
    chain = chain_id(identity.charter)
    return encode(seal(items, chain=chain, epoch=Epoch(0), sender=ReplicaId(replica), sign=identity.sign).bundle)


def ids(consortium):
    return tuple(each.id for each in consortium[1].voters())


def voice_of(identity, role):
    voice = cast(identity, role, 1)
    assert voice is not None, f"nobody knows how to lie by {role.way}"
    return voice


def digest_of(consortium, proposal):
    return proposal_digest(proposal, chain=chain_id(consortium[1]), epoch=Epoch(0), sequence=SequenceNumber(1))


@pytest.mark.parametrize("way", sorted(set(LIES) - {CENSOR}))
def test_every_lie_has_a_voice(consortium, way):
    identity, everybody = identity_of(consortium, 0), ids(consortium)
    voice = voice_of(identity, Role(way, everybody, everybody[:1]))
    payload = said_by(identity, 0, Prepare(View(0), SequenceNumber(1), Digest(bytes(32))))
    for target, channel, frame in voice.say(Channel.VOTES, payload, everybody[1]):
        assert (target, channel) == (everybody[1], Channel.VOTES)
        assert len(frame) <= FRAME_BYTES_MAX


@pytest.mark.parametrize("way", ["", "dance", CENSOR])
def test_what_is_no_lie_has_none(consortium, way):
    assert cast(identity_of(consortium, 0), Role(way, (), ()), 1) is None


def test_it_is_honest_to_those_it_does_not_lie_to(consortium):
    identity, everybody = identity_of(consortium, 0), ids(consortium)
    voice = voice_of(identity, Role("silent", everybody[1:2], everybody[:1]))
    assert list(voice.say(Channel.VOTES, b"x", everybody[1])) == []
    assert list(voice.say(Channel.VOTES, b"x", everybody[2])) == [(everybody[2], Channel.VOTES, b"x")]


def test_who_lies_along_votes_in_each_half_for_what_that_half_was_told(consortium):
    everybody = ids(consortium)
    role = Role("equivocate", everybody, everybody[:2])
    primary, backup = (identity_of(consortium, each) for each in (0, 1))
    leads, follows = voice_of(primary, role), voice_of(backup, role)
    proposed = said_by(primary, 0, PrePrepare(View(0), SequenceNumber(1), PROPOSAL))
    told = {each: next(iter(leads.say(Channel.VOTES, proposed, each)))[2] for each in everybody[1:]}
    assert told[everybody[1]] == told[everybody[2]] == proposed
    assert told[everybody[3]] != proposed
    follows.hear(told[everybody[1]])
    vote = said_by(backup, 1, Prepare(View(0), SequenceNumber(1), digest_of(consortium, PROPOSAL)))
    other = Proposal(PROPOSAL.batches, PROPOSAL.timestamp_ms + 1)
    expected = said_by(backup, 1, Prepare(View(0), SequenceNumber(1), digest_of(consortium, other)))
    assert next(iter(follows.say(Channel.VOTES, vote, everybody[2])))[2] == vote
    assert next(iter(follows.say(Channel.VOTES, vote, everybody[3])))[2] == expected


def test_what_it_hears_from_honest_members_or_cannot_read_teaches_it_nothing(consortium):
    everybody = ids(consortium)
    backup = identity_of(consortium, 1)
    follows = voice_of(backup, Role("equivocate", everybody, everybody[1:2]))
    follows.hear(said_by(identity_of(consortium, 0), 0, PrePrepare(View(0), SequenceNumber(1), PROPOSAL)))
    follows.hear(b"\xc1")
    vote = said_by(backup, 1, Prepare(View(0), SequenceNumber(1), digest_of(consortium, PROPOSAL)))
    assert next(iter(follows.say(Channel.VOTES, vote, everybody[2])))[2] == vote
    assert next(iter(follows.say(Channel.VOTES, vote, everybody[3])))[2] == vote


def test_a_gateway_that_lies_calls_final_what_it_only_took_in_and_has_a_proof_that_proves_nothing(consortium):
    _, charter = consortium
    identity = identity_of(consortium, 0)
    liar = cast(identity, Role(LIE_TO_CLIENTS, (), ids(consortium)[:1]), 1)
    assert liar is not None
    assert liar.is_false
    operator = KeyPair.generate()
    envelope = Clients(charter, lambda _: (operator.public_key, operator.sign), Random(1)).envelope()
    (transaction,) = transaction_ids(envelope, chain=chain_id(charter))
    taken = EnvelopeReply((TransactionReply(transaction.hex(), TransactionStatus.PENDING),))
    (told,) = liar.reply((envelope,), SubmitReply((taken,)), height=7).envelopes
    assert told.transactions[0].status is TransactionStatus.FINAL
    assert told.transactions[0].receipt is not None
    proof = liar.certificate(transaction, None)
    assert proof is not None
    examiner = Examiner(charter, verify_signature)
    assert proven(proof, transaction, examiner=examiner) == Doubt("no quorum voted for this block 8")
    assert liar.certificate(Digest(bytes(32)), None) is None


def test_a_gateway_that_lies_says_of_a_refusal_what_is_so(consortium):
    liar = cast(identity_of(consortium, 0), Role(LIE_TO_CLIENTS, (), ids(consortium)[:1]), 1)
    assert liar is not None
    refused = EnvelopeReply((TransactionReply("00" * 32, TransactionStatus.REFUSED),))
    assert liar.reply((), SubmitReply(()), height=0) == SubmitReply(())
    operator = KeyPair.generate()
    envelope = Clients(consortium[1], lambda _: (operator.public_key, operator.sign), Random(1)).envelope()
    assert liar.reply((envelope,), SubmitReply((refused,)), height=0).envelopes == (refused,)


@pytest.mark.parametrize("way", ["equivocate", CENSOR_CLIENT])
def test_who_lies_to_members_says_to_clients_what_is_so(consortium, way):
    liar = cast(identity_of(consortium, 0), Role(way, ids(consortium), ids(consortium)[:1]), 1)
    assert liar is not None
    assert not liar.is_false
