"""What the holder of one member's key, or of none, can make an honest member store, check and send: bounds, filled."""

from collections.abc import Callable

import msgspec
import pytest

from canonical.encoding import encode
from canonical.hashing import Digest
from canonical.signing import Signature
from consensus.bundle import seal
from consensus.effects import Outgoing
from consensus.messages import (
    BatchReference,
    BlockHeader,
    CertificateVote,
    CheckpointProof,
    PreparedCertificate,
    PrePrepare,
    Proposal,
    ViewChange,
)
from consensus.quorum import Committee
from consensus.requests import AUTHOR_BYTES_MAX, BATCHES_AHEAD_MAX, DEAF_TICKS
from consensus.settings import LOG_SIZE
from consensus.sizes import HEADER_BYTES_MAX, PRE_PREPARE_BYTES_MAX, VOTE_BYTES_MAX, view_change_bytes_max
from consensus.types import BatchNumber, Epoch, ReplicaId, SequenceNumber, View
from ledger.envelope import Envelope
from network.bus import PAYLOAD_BYTES_MAX, Channel
from node.batch import BATCH_BYTES_MAX, seal_batch
from node.framing import Framer
from node.opening import BundleFrame, FrameReader, OpenBatch, Refusal, frame_bytes_max
from node.packing import BATCHES_OUT_MAX
from tests.node.core_cluster import CoreCluster
from tests.node.test_core import cluster, founded, registration

__all__ = ["cluster"]

FAR = 2**62
HASH = Digest(b"\xff" * 32)
SIGNATURE = Signature(b"\xff" * 64)

Make = Callable[..., CoreCluster]


def batch_of(
    world: CoreCluster, author: int, number: int, *envelopes: Envelope, bad: bool = False
) -> tuple[bytes, Digest]:
    """A batch that a member's key signed; `bad` with one envelope that nobody signed."""
    if bad:
        envelopes = (*envelopes, msgspec.structs.replace(envelopes[0], signature=Signature(bytes(64))))
    batch, content = seal_batch(
        envelopes,
        chain=world.members[0].core.chain,
        epoch=Epoch(0),
        author=ReplicaId(author),
        number=BatchNumber(number),
        sign=world.members[author].keys.sign,
    )
    return encode(batch), content


def hear_batch(world: CoreCluster, payload: bytes, *, receiver: int = 0, author: int = 3) -> None:
    world.members[receiver].core.receive(Channel.BATCHES, f"m{author}", payload, world.now_ms)


def longest_view_change(committee: Committee, sign_as: ReplicaId) -> ViewChange:
    """All numbers of a full log prepared, with as many references as may be and votes out of the fullest bundles."""

    def vote(sender: int) -> CertificateVote:
        return CertificateVote(ReplicaId(sender), 255, 256, (HASH,) * 8, SIGNATURE)

    last = ReplicaId(committee.size - 1)
    reference = BatchReference(last, BatchNumber(FAR), HASH, 10**9, BATCH_BYTES_MAX)
    proposal = Proposal((reference,) * 64, FAR)
    prepares = tuple(vote(each) for each in range(1, committee.quorum))
    prepared = tuple(
        PreparedCertificate(PrePrepare(View(FAR), SequenceNumber(FAR + each), proposal), vote(sign_as), prepares)
        for each in range(LOG_SIZE)
    )
    header = BlockHeader(SequenceNumber(FAR), HASH, Epoch(0), HASH, FAR, HASH, HASH, HASH, HASH, HASH)
    votes = tuple(vote(each) for each in range(committee.quorum))
    return ViewChange(View(FAR), CheckpointProof(header, votes), prepared)


# Frames


@pytest.mark.parametrize("size", [1, 4, 7, 64, 100])
def test_the_longest_view_change_passes_the_frames_and_the_bus(size: int) -> None:
    """It is longer than a batch from n = 4 on. Were it refused as too long, no view would ever end again."""
    _, keys = founded(1)
    committee, chain = Committee(size), HASH
    said = longest_view_change(committee, ReplicaId(0))
    framer = Framer(chain, Epoch(0), ReplicaId(0), keys[0].sign)
    ((_, sealed),) = framer.frames([Outgoing(said)])
    payload = encode(sealed.bundle)
    frame = FrameReader(chain, Epoch(0), committee).read(payload)
    assert isinstance(frame, BundleFrame)
    assert frame.sealed.bundle == sealed.bundle
    assert len(payload) <= frame_bytes_max(committee) <= PAYLOAD_BYTES_MAX
    assert len(encode(said)) <= view_change_bytes_max(committee, log_size=LOG_SIZE)


def test_the_sizes_of_the_parts_are_upper_bounds() -> None:
    said = longest_view_change(Committee(4), ReplicaId(3))
    assert said.checkpoint is not None
    assert len(encode(said.prepared[0].primary)) <= VOTE_BYTES_MAX
    assert len(encode(said.prepared[0].pre_prepare)) <= PRE_PREPARE_BYTES_MAX
    assert len(encode(said.checkpoint.header)) <= HEADER_BYTES_MAX


# Batches


def test_an_authors_batches_are_bounded_in_number_and_in_bytes(cluster: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    world = cluster()
    receiver = world.members[0]
    payloads = [batch_of(world, 3, number, registration(world, 3, number))[0] for number in range(2, 60)]
    for payload in payloads:
        hear_batch(world, payload)
    held = receiver.core.replica.state.requests.held
    assert len(held) == BATCHES_AHEAD_MAX - 1, "number 1 never came"
    assert receiver.core.counters[f"m3: {Refusal.USELESS}"] == len(payloads) - len(held)
    monkeypatch.setattr("consensus.requests.AUTHOR_BYTES_MAX", 3 * len(payloads[0]))
    for payload in payloads:
        hear_batch(world, payload, receiver=1)
    assert len(world.members[1].core.replica.state.requests.held) == 3
    hear_batch(world, batch_of(world, 2, 1, registration(world, 2, 1))[0], receiver=1, author=2)
    assert len(world.members[1].core.replica.state.requests.held) == 4, "the others' room is their own"
    assert AUTHOR_BYTES_MAX >= 2 * BATCHES_OUT_MAX * BATCH_BYTES_MAX, "an honest gateway never fills its own"


def name(world: CoreCluster, content: Digest, *, number: int, size_bytes: int) -> None:
    """Primary 0 gives sequence number 1 to a batch of member 3, as far as member 1 is told."""
    reference = BatchReference(ReplicaId(3), BatchNumber(number), content, 1, size_bytes)
    said = PrePrepare(View(0), SequenceNumber(1), Proposal((reference,), world.now_ms))
    chain, sign = world.members[0].core.chain, world.members[0].keys.sign
    bundle = seal([said], chain=chain, epoch=Epoch(0), sender=ReplicaId(0), sign=sign).bundle
    world.members[1].core.receive(Channel.VOTES, "m0", encode(bundle), world.now_ms)


@pytest.mark.parametrize(("claims", "is_taken"), [(0, True), (-1, False), (1, False)])
def test_a_named_batch_is_as_long_as_its_name_says(cluster: Make, claims: int, is_taken: bool) -> None:
    """Else a name of one byte would fetch half a megabyte, as often as a primary has numbers to give."""
    world = cluster()
    payload, content = batch_of(world, 3, 500, registration(world, 3, 1))
    hear_batch(world, payload, receiver=1)
    assert not world.members[1].core.replica.state.requests.held, "far ahead, and nobody names it"
    name(world, content, number=500, size_bytes=len(payload) + claims)
    hear_batch(world, payload, receiver=1)
    assert bool(world.members[1].core.replica.state.requests.held) is is_taken


def test_named_batches_count_among_their_authors_bytes(cluster: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    world = cluster()
    payload, content = batch_of(world, 3, 500, registration(world, 3, 1))
    monkeypatch.setattr("consensus.requests.AUTHOR_BYTES_MAX", len(payload) - 1)
    name(world, content, number=500, size_bytes=len(payload))
    hear_batch(world, payload, receiver=1)
    assert not world.members[1].core.replica.state.requests.held


def checks(world: CoreCluster, receiver: int, payloads: list[bytes]) -> int:
    """How many signatures a member checks when it hears these from member 3."""
    core = world.members[receiver].core
    counted, verify = [0], core._inbound.verify

    def counting(key: object, content: bytes, signature: Signature) -> bool:
        counted[0] += 1
        return verify(key, content, signature)  # type: ignore[arg-type]

    core._inbound.verify = counting
    for payload in payloads:
        hear_batch(world, payload, receiver=receiver)
    core._inbound.verify = verify
    return counted[0]


def test_who_signs_a_batch_with_a_bad_envelope_is_not_heard_for_a_while(cluster: Make) -> None:
    """Up to 10,000 signatures are checked before the bad one is met: half a second, as often as he likes."""
    world = cluster()
    envelopes = [registration(world, 3, each) for each in range(20)]
    bad = [batch_of(world, 3, number, *envelopes, bad=True)[0] for number in range(1, 11)]
    assert checks(world, 0, bad) == 1 + 20 + 1
    counters = world.members[0].core.counters
    assert counters[f"m3: {Refusal.BAD_ENVELOPE}"] == 1
    assert counters[f"m3: {Refusal.USELESS}"] == 9
    good = batch_of(world, 3, 1, envelopes[0])[0]
    hear_batch(world, good)
    assert not world.members[0].core.replica.state.requests.held
    world.members[0].core.replica.state.tick += DEAF_TICKS
    hear_batch(world, good)
    assert len(world.members[0].core.replica.state.requests.held) == 1


def test_what_an_honest_primary_orders_of_him_is_taken_in_meanwhile(cluster: Make) -> None:
    world = cluster()
    hear_batch(world, batch_of(world, 3, 2, registration(world, 3, 1), bad=True)[0], receiver=1)
    payload, content = batch_of(world, 3, 1, registration(world, 3, 2))
    name(world, content, number=1, size_bytes=len(payload))
    hear_batch(world, payload, receiver=1)
    assert len(world.members[1].core.replica.state.requests.held) == 1


def test_a_bad_batch_that_a_primary_names_is_looked_at_once_in_its_view(cluster: Make) -> None:
    world = cluster()
    bad, content = batch_of(world, 3, 1, registration(world, 3, 1), bad=True)
    name(world, content, number=1, size_bytes=len(bad))
    world.members[1].core.replica.state.requests.streams[3].deaf_until = 10**9
    assert checks(world, 1, [bad] * 5) == 3
    assert world.members[1].core.counters[f"m3: {Refusal.BAD_ENVELOPE}"] == 1


def test_a_batch_that_is_too_long_is_refused_whole(cluster: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a frame might be longer, as a VIEW-CHANGE is."""
    world = cluster()
    payload, _ = batch_of(world, 3, 1, *(registration(world, 3, each) for each in range(4)))
    limit = len(payload)
    for bytes_max, refused in ((limit, 0), (limit - 1, 1)):
        monkeypatch.setattr("node.opening.BATCH_BYTES_MAX", bytes_max)
        reader = FrameReader(world.members[0].core.chain, Epoch(0), Committee(4))
        core = world.members[refused].core
        core._inbound.decode = reader.read
        hear_batch(world, payload, receiver=refused)
        assert core.counters[f"m3: {Refusal.BAD_ENVELOPE}"] == refused
        assert len(core.replica.state.requests.held) == 1 - refused


# Counters, and the pool


def test_counters_have_one_key_for_each_member_and_reason(cluster: Make) -> None:
    world = cluster()
    core = world.members[0].core
    for each in range(2_000):
        core.receive(Channel.INBOX, f"stranger {each}", b"%d" % each, world.now_ms)
        core.receive(Channel.VOTES, f"m{each % 4}", b"%d" % each, world.now_ms)
    assert core.counters[str(Refusal.MALFORMED)] == 2_000
    assert len(core.counters) <= 1 + len(world.members)


def test_what_is_packed_anew_exceeds_the_pool_by_what_was_out_at_most(
    cluster: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An acknowledged envelope is never dropped; a full pool takes no new ones until there is room again."""
    world = cluster()
    packer = world.members[0].core._packer
    envelopes = [registration(world, 0, each) for each in range(40)]
    size_bytes = len(encode(envelopes[0]))
    monkeypatch.setattr("node.pool.POOL_BYTES_MAX", 10 * size_bytes)
    out: list[OpenBatch] = []
    for envelope in envelopes:
        world.members[0].core.submit(envelope, world.now_ms)
        batch = packer.pack(executed=BatchNumber(0), held_up_to=BatchNumber(len(out)))
        out += [batch] if batch is not None else []
    assert 1 <= len(out) <= BATCHES_OUT_MAX
    full, known = packer.pool.waiting_bytes, len(packer.pool.pending)
    for batch in out:
        packer.put_back(batch)
    assert full < packer.pool.waiting_bytes <= 10 * size_bytes + BATCHES_OUT_MAX * BATCH_BYTES_MAX
    assert len(packer.pool.pending) == known, "nothing is lost and nothing counted twice"
    assert not packer.pool.has_room_for(transactions=1, size_bytes=size_bytes)
