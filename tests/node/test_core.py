"""The composed member: envelopes in at gateways, the same blocks at everybody, whatever the bus and the machines do."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from canonical.encoding import encode
from canonical.hashing import Digest
from ledger.charter import Charter, Member, Role, chain_id
from ledger.envelope import Envelope, Transaction, seal_envelope
from ledger.operations.accounts import Claim, RegisterAccount
from ledger.receipts import Status
from network.bus import Channel
from node.admission import Admitted, Known, Refused, Unavailable
from node.batch import Batch, seal_batch
from node.home.keys import KeyPair
from tests.node.core_cluster import CoreCluster

FOUNDED_MS = 1_600_000_000_000
OPERATORS = [KeyPair.from_seed(bytes([100 + index]) * 32) for index in range(7)]


def founded(size: int) -> tuple[Charter, list[KeyPair]]:
    """A charter of `size` platforms and their node keys."""
    nodes = [KeyPair.from_seed(bytes([index + 1]) * 32) for index in range(size)]
    members = tuple(
        Member(f"m{index}", f"Member {index}", "成员", Role.PLATFORM, True, key.public_key, OPERATORS[index].public_key)
        for index, key in enumerate(nodes)
    )
    return Charter(1, "test", FOUNDED_MS, members, {}), nodes


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Callable[..., CoreCluster]]:
    """Make clusters and close them in the end."""
    made: list[CoreCluster] = []

    def make(size: int = 4, *, seed: int = 0) -> CoreCluster:
        charter, keys = founded(size)
        made.append(CoreCluster(charter, keys, tmp_path, seed=seed))
        return made[-1]

    yield make
    for each in made:
        each.close()


def registration(cluster: CoreCluster, platform: int, name: int, *, nonce: int | None = None) -> Envelope:
    """Platform `platform` opens an account for a person."""
    keys = OPERATORS[platform]
    operation = RegisterAccount(
        f"m{platform}.person{name}", Digest(name.to_bytes(32, "big")), keys.public_key, (Claim.REAL_NAME,)
    )
    chain = chain_id(cluster.members[0].charter)
    transaction = Transaction(nonce or name + 1, 0, operation)
    return seal_envelope(f"m{platform}", (transaction,), chain=chain, public_key=keys.public_key, sign=keys.sign)


def heights(cluster: CoreCluster) -> list[int]:
    return [member.core.explain().certified for member in cluster.members]


def agree(cluster: CoreCluster) -> None:
    """Every two members that executed a height got the same header there."""
    seen: dict[int, bytes] = {}
    for blocks in cluster.blocks.values():
        for block in blocks:
            assert seen.setdefault(block.header.height, encode(block.header)) == encode(block.header)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7])
def test_an_envelope_becomes_a_certified_block_everywhere(cluster: Callable[..., CoreCluster], size: int) -> None:
    world = cluster(size)
    assert isinstance(world.submit(world.members[0], registration(world, 0, 1)), Admitted)
    world.settle()
    assert heights(world) == [1] * size
    assert all(member.core.ledger.account("m0.person1") is not None for member in world.members)
    agree(world)


def test_every_gateway_can_take_envelopes_and_loss_is_repaired(cluster: Callable[..., CoreCluster]) -> None:
    world = cluster(4, seed=7)
    world.loses = lambda source, target, payload: world.random.random() < 0.3
    for name in range(40):
        platform = name % 4
        assert isinstance(world.submit(world.members[platform], registration(world, platform, name)), Admitted)
        world.settle()
    world.pass_time(20_000)
    assert len(set(heights(world))) == 1
    for member in world.members:
        assert all(member.core.ledger.account(f"m{name % 4}.person{name}") for name in range(40))
    agree(world)


def test_the_same_bytes_twice_are_known_and_then_refused_by_their_nonce(cluster: Callable[..., CoreCluster]) -> None:
    world = cluster(4)
    envelope = registration(world, 0, 1)
    first = world.submit(world.members[0], envelope)
    assert isinstance(first, Admitted)
    assert world.submit(world.members[0], envelope) == Known(first.ids)
    world.settle()
    again = world.submit(world.members[1], envelope)
    assert isinstance(again, Refused)
    assert len(again.refusals[0]) >= 1


def test_a_badly_signed_envelope_is_refused_and_costs_the_chain_nothing(cluster: Callable[..., CoreCluster]) -> None:
    world = cluster(4)
    envelope = registration(world, 0, 1)
    forged = Envelope(envelope.account, envelope.public_key, envelope.transactions, OPERATORS[1].sign(b"else"))
    refused = world.submit(world.members[0], forged)
    assert isinstance(refused, Refused)
    assert refused.refusals[0][0].code == "E_SIGNATURE"
    world.settle()
    assert heights(world) == [0] * 4


def test_a_batch_with_one_bad_envelope_is_refused_whole_by_everybody(cluster: Callable[..., CoreCluster]) -> None:
    world = cluster(4)
    good, other = registration(world, 0, 1), registration(world, 0, 2)
    bad = Envelope(other.account, other.public_key, other.transactions, good.signature)
    liar = world.members[3]
    chain = chain_id(liar.charter)
    batch, _ = seal_batch((good, bad), chain=chain, epoch=0, author=3, number=1, sign=liar.keys.sign)  # type: ignore[arg-type]
    assert isinstance(batch, Batch)
    for member in world.members[:3]:
        member.core.receive(Channel.BATCHES, "m3", encode(batch), world.now_ms)
        world.perform(member)
        assert member.core.counters["m3: batch holds a malformed or badly signed envelope"] == 1
    world.settle()
    assert heights(world) == [0] * 4


def test_a_full_pool_pushes_back_and_loses_nothing__t_i5(
    cluster: Callable[..., CoreCluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.pool.POOL_TRANSACTIONS_MAX", 3)
    world = cluster(4)
    world.down |= {"m1", "m2", "m3"}
    answers = [world.submit(world.members[0], registration(world, 0, name)) for name in range(5)]
    assert [type(answer) for answer in answers] == [Admitted] * 3 + [Unavailable] * 2


@pytest.mark.slow
@pytest.mark.parametrize("victim", [0, 1, 3])
def test_a_killed_member_comes_back_and_says_its_own_votes_again(
    cluster: Callable[..., CoreCluster], victim: int
) -> None:
    world = cluster(4, seed=victim)
    for name in range(60):
        if name == 20:
            for _ in range(5):
                world.deliver_one()
            world.crash(world.members[victim])
        if name == 40:
            world.restart(world.members[victim])
        platform = next(p for p in (name % 4, (name + 1) % 4) if f"m{p}" not in world.down)
        assert isinstance(world.submit(world.members[platform], registration(world, platform, name)), Admitted)
        for _ in range(30):
            world.deliver_one()
    world.pass_time(10_000)
    assert len(set(heights(world))) == 1
    assert all(world.members[victim].core.ledger.state_root == each.core.ledger.state_root for each in world.members)
    agree(world)


def test_all_members_power_cycled_at_once_go_on__t_f4(cluster: Callable[..., CoreCluster]) -> None:
    world = cluster(4, seed=3)
    for name in range(30):
        world.submit(world.members[name % 4], registration(world, name % 4, name))
        for _ in range(7):
            world.deliver_one()
    for member in world.members:
        world.crash(member)
    world.wire.clear()
    for member in world.members:
        world.restart(member)
    world.pass_time(10_000)
    assert len(set(heights(world))) == 1
    executed = [each for block in world.blocks["m0"] for each in block.transaction_ids]
    assert len(world.acknowledged) >= 4, "somebody was answered before the lights went out"
    assert set(world.acknowledged) <= set(executed)
    assert len(executed) == len(set(executed)), "exactly once"
    agree(world)


@pytest.mark.slow
def test_an_envelope_acknowledged_by_a_member_that_lost_its_disk_is_not_lost(
    cluster: Callable[..., CoreCluster],
) -> None:
    world = cluster(4)
    victim = world.members[3]
    for name in range(5):
        world.submit(victim, registration(world, 3, name))
        world.settle()
    world.crash(victim)
    victim.path.unlink()
    world.restart(victim)
    late = world.submit(victim, registration(world, 3, 9))
    assert isinstance(late, Unavailable), "it is mute"
    world.pass_time(10_000)
    assert all(member.core.ledger.account("m3.person4") for member in world.members)
    for name in range(10, 140):
        world.submit(world.members[0], registration(world, 0, name))
        world.settle()
    world.pass_time(2_000)
    assert isinstance(world.submit(victim, registration(world, 3, 9)), Admitted)
    world.pass_time(2_000)
    assert all(member.core.ledger.account("m3.person9") for member in world.members)
    agree(world)


def test_admitted_at_two_gateways_and_wrong_by_the_time_it_runs_is_a_receipt__t_j5(
    cluster: Callable[..., CoreCluster],
) -> None:
    """Two envelopes open one account. Each is right where it is handed in; the second to run is refused, for good."""
    world = cluster(4)
    first, second = registration(world, 0, 1, nonce=7), registration(world, 0, 1, nonce=8)
    assert isinstance(world.submit(world.members[0], first), Admitted)
    assert isinstance(world.submit(world.members[2], second), Admitted)
    world.pass_time(2_000)
    for member in world.members:
        receipts = [receipt for block in world.blocks[member.id] for receipt in block.receipts]
        assert sorted(each.status for each in receipts) == [Status.ACCEPTED, Status.REFUSED]
        assert [refusal.code for each in receipts for refusal in each.refusals] == ["E_EXISTS"]
    assert len(set(heights(world))) == 1
    agree(world)


def test_a_lagging_member_reads_an_earlier_state_and_never_another__t_j6(cluster: Callable[..., CoreCluster]) -> None:
    """Reads are answered from one member's own state: behind, it answers as it would have, and says where it stands."""
    world = cluster(4)
    lagging = world.members[3]
    world.loses = lambda source, target, payload: target == "m3" and lagging.core.ledger.height >= 2
    for name in range(5):
        world.submit(world.members[0], registration(world, 0, name))
        world.pass_time(1_000)
    assert world.members[0].core.ledger.height == 5
    assert lagging.core.ledger.height == lagging.core.explain().executed == 2
    roots = [block.header.state_root for block in world.blocks["m0"]]
    assert lagging.core.ledger.state_root == roots[1]
    assert [lagging.core.ledger.account(f"m0.person{name}") is not None for name in range(5)] == [True] * 2 + [
        False
    ] * 3
    world.loses = lambda source, target, payload: False
    world.pass_time(5_000)
    assert lagging.core.ledger.state_root == roots[-1]
