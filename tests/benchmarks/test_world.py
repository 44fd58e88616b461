"""The world of the benchmark: every gift it signs is one that the ledger accepts."""

from random import Random

import pytest

from benchmarks.orders import Load, Workload
from benchmarks.world import ENVELOPE_BYTES, GIFTS_PER_PERSON_MAX, PARAMETERS, TOKENS_PER_PAIR, Exhausted, World
from canonical.encoding import encode
from canonical.hashing import Digest
from ledger.charter import Charter, Member, Role, chain_id
from ledger.execute import AuthoredBatch
from ledger.ledger import Ledger
from ledger.receipts import Status
from node.home.keys import KeyPair
from node.wallet import Wallet

CHAIN = Digest(b"c" * 32)


def sold_world(pairs=3):
    """A world whose tokens are sold, without a ledger."""
    world = World(pairs=pairs, platforms=("ant", "jd"), chain=CHAIN, random=Random(1))
    for number, pair in enumerate(world.pairs):
        for place in range(TOKENS_PER_PAIR):
            world.note_sale(pair.wallets[0].account, f"bench-0-{number * TOKENS_PER_PAIR + place + 1:04d}")
    return world


def test_a_signed_envelope_has_256_bytes():
    (gift,) = sold_world().single_gifts(1)
    assert abs(len(encode(gift.envelope)) - ENVELOPE_BYTES) <= 4


def test_no_token_comes_again_before_all_others_have():
    world = sold_world()
    tokens = [gift.envelope.transactions[0].operation.token for gift in world.single_gifts(2 * world.tokens)]
    assert len(set(tokens[: world.tokens])) == world.tokens
    assert tokens[world.tokens :] == tokens[: world.tokens]


def test_every_gift_is_by_whoever_holds_the_token():
    world = sold_world()
    holders: dict[str, str] = {}
    for gift in world.single_gifts(3 * world.tokens):
        (transaction,) = gift.envelope.transactions
        operation = transaction.operation
        assert gift.envelope.account == operation.sender
        assert holders.get(operation.token, world.pairs[gift.pair].wallets[0].account) == operation.sender
        holders[operation.token] = operation.to


def test_a_bundle_moves_all_tokens_of_a_pair():
    world = sold_world()
    gifts = world.bundled_gifts(6)
    assert [len(gift.places) for gift in gifts] == [TOKENS_PER_PAIR] * 6
    assert [gift.pair for gift in gifts] == [0, 1, 2, 0, 1, 2]
    assert gifts[0].envelope.account != gifts[3].envelope.account


def test_a_gift_that_went_wrong_is_taken_back_by_who_owns_the_token():
    world = sold_world()
    (gift,) = world.single_gifts(1)
    assert world.pairs[gift.pair].holders[gift.places[0]] == 1
    world.note_owner(gift, gift.places[0], world.pairs[gift.pair].wallets[0].account)
    assert world.pairs[gift.pair].holders[gift.places[0]] == 0


def test_what_no_charter_allows_is_not_signed():
    world = sold_world(pairs=1)
    with pytest.raises(Exhausted, match="no charter allows more"):
        world.bundled_gifts(2 * GIFTS_PER_PERSON_MAX // TOKENS_PER_PAIR + 1)


def test_the_ledger_accepts_the_world_and_every_gift():
    operators = {name: KeyPair.generate(Random(name).randbytes) for name in ("ant", "jd", "copyright")}
    members = tuple(
        Member(name, name, name, Role.REGISTRAR if name == "copyright" else Role.PLATFORM, True, key, keys.public_key)
        for name, keys in operators.items()
        for key in [KeyPair.generate(Random(f"node {name}").randbytes).public_key]
    )
    charter = Charter(1, "bench", 0, members, PARAMETERS)
    chain, ledger = chain_id(charter), Ledger.genesis(charter)
    world = World(pairs=2, platforms=("ant", "jd"), chain=chain, random=Random(1))
    wallets = {name: Wallet(name, keys, chain=chain, nonce_last=0) for name, keys in operators.items()}

    def execute(*envelopes):
        number = ledger.last_batch(0) + 1
        result = ledger.execute(ledger.height + 1, 1_000, [AuthoredBatch(0, number, envelopes)])
        refused = [receipt for receipt in result.receipts if receipt.status is not Status.ACCEPTED]
        assert not refused, refused[:3]
        return result.receipts

    for member, operations in world.opening("copyright"):
        execute(wallets[member].seal(*operations))
    for member, operations in world.registrations().items():
        execute(wallets[member].seal(*operations))
    for member, operations in world.sales().items():
        for receipt in execute(wallets[member].seal(*operations)):
            sold = dict(next(event.params for event in receipt.events if event.name == "transfer"))
            world.note_sale(sold["to"], sold["token"])
    gifts = [*world.single_gifts(world.tokens + 5), *world.bundled_gifts(4)]
    for gift in gifts:
        execute(gift.envelope)


def test_orders_survive_their_encoding():
    import msgspec

    from benchmarks.orders import Order

    order = Load(Workload.BUNDLE, 1_000, 2.0, 5.0)
    assert msgspec.json.decode(msgspec.json.encode(order), type=Order) == order
