"""A key stands for one accepted transaction, for some hours; whoever uses none pays nothing."""

from ledger.envelope import transaction_id
from ledger.operations.series import Mint
from ledger.operations.tokens import TransferFrom
from ledger.parameters import HOUR_MS
from ledger.receipts import Receipt, Refusal
from ledger.records.idempotency import KEYS_MAX
from tests.ledger.world import World, series_operation


def world(parameters: dict[str, int] | None = None) -> World:
    """An open series `s`."""
    here = World(parameters)
    here.register_work()
    here.must("ant", series_operation("s"))
    return here


def mint(here: World, key: str | None, *, account: str = "ant") -> Receipt:
    """One more edition, asked for under `key`, in a block of its own."""
    transaction = here.transaction(account, Mint("s"), key=key)
    return here.execute([here.seal(account, transaction)]).receipts[0]


def codes(refusals: tuple[Refusal, ...]) -> list[str]:
    """Each as `rule code`."""
    return [f"{refusal.rule} {refusal.code}" for refusal in refusals]


def test_a_key_stands_for_its_first_transaction_for_some_hours__l11():
    here = world({"idempotency_hours": 2})
    first = mint(here, "order-7")
    assert first.events
    asked_ms = here.now_ms
    here.now_ms = asked_ms + 2 * HOUR_MS - 1
    (refusal,) = mint(here, "order-7").refusals
    assert refusal == Refusal(
        "E_DUPLICATE_KEY",
        "L11",
        0,
        f"Key order-7 stands for transaction {first.transaction.hex()}.",
        (("key", "order-7"), ("transaction", first.transaction.hex())),
        asked_ms + 2 * HOUR_MS,
    )
    here.now_ms = asked_ms + 2 * HOUR_MS
    assert mint(here, "order-7").events


def test_the_same_bytes_again_are_told_of_the_nonce_and_not_of_the_key():
    here = world()
    envelope = here.seal("ant", here.transaction("ant", Mint("s"), key="order-7"))
    assert here.execute([envelope]).receipts[0].events
    assert codes(here.ledger.check(envelope, here.now_ms)[0]) == ["L3 E_NONCE"]
    assert codes(here.execute([envelope]).receipts[0].refusals) == ["L3 E_NONCE"]


def test_keys_are_each_accounts_own_and_each_other_key_is_free():
    here = world()
    assert mint(here, "order-7").events
    assert mint(here, "order-8").events
    assert mint(here, None).events
    assert codes(mint(here, "order-7", account="jd").refusals) == ["L6 E_AUTHORITY"]


def test_a_refused_transaction_leaves_its_key_free():
    here = world()
    transaction = here.transaction("ant", Mint("nothing"), key="order-7")
    assert codes(here.execute([here.seal("ant", transaction)]).receipts[0].refusals) == ["L7 E_UNKNOWN"]
    assert mint(here, "order-7").events


def test_a_key_twice_in_one_bundle_is_refused_before_it_is_ordered():
    here = world()
    bundle = here.seal("ant", *(here.transaction("ant", Mint("s"), key="order-7") for _ in range(2)))
    first = transaction_id("ant", bundle.public_key, bundle.transactions[0], chain=here.chain)
    _, refusals = here.ledger.check(bundle, here.now_ms)
    assert codes(refusals) == ["L11 E_DUPLICATE_KEY"]
    assert dict(refusals[0].params)["transaction"] == first.hex()
    assert [codes(each.refusals) for each in here.execute([bundle]).receipts] == [[], ["L11 E_DUPLICATE_KEY"]]


def test_no_key_is_forgotten_before_its_time__l11():
    here = world({"idempotency_hours": 1})
    first_ms = here.now_ms
    here.execute([here.seal("ant", here.transaction("ant", Mint("s"), key="first"))])
    here.now_ms += 1
    rest = [here.transaction("ant", Mint("s"), key=f"order-{number}") for number in range(KEYS_MAX - 1)]
    assert all(receipt.events for receipt in here.execute([here.seal("ant", *rest)]).receipts)
    (refusal,) = mint(here, "one-more").refusals
    assert (refusal.code, refusal.rule, refusal.retry_at_ms) == ("E_TOO_MANY_KEYS", "L11", first_ms + HOUR_MS)
    assert mint(here, None).events
    here.now_ms = first_ms + HOUR_MS
    assert mint(here, "one-more").events
    here.wait_days(1)
    assert mint(here, "last").events
    record = here.ledger.state.idempotency.get("ant")
    assert record is not None
    assert [each.key for each in record.keys] == ["last"], "keys that are over leave when the next one comes"


def test_the_fullest_row_is_one_that_can_be_stored_and_read_again():
    here = world()
    keys = [here.transaction("ant", Mint("s"), key=f"{number:064d}") for number in range(KEYS_MAX)]
    here.execute([here.seal("ant", *keys)])
    again = type(here.ledger).restore(
        here.charter, here.ledger.entries(), height=here.ledger.height, timestamp_ms=here.now_ms
    )
    assert again.state_root == here.ledger.state_root


def test_a_key_holds_no_personal_data__l10():
    here = world()
    (refusal,) = mint(here, "tel-13800138000").refusals
    assert (refusal.code, dict(refusal.params)["field"]) == ("E_PERSONAL_DATA", "idempotency_key")


def test_a_gift_without_a_key_leaves_no_row():
    here = World({"hold_hours_first": 0})
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    here.must("ant.li", TransferFrom(token, "ant.li", "jd.wang"))
    assert len(here.ledger.state.idempotency) == 0
