"""Rules about heritage, price bands, rates and how often a token moves."""

from msgspec.structs import replace

from ledger.envelope import SCHEMA
from ledger.operations.accounts import Claim, UpdateClaims
from ledger.operations.series import CosignSeries, Mint, MintBatch, SealSeries, Tag
from ledger.operations.tokens import TransferFrom
from ledger.parameters import MINUTE_MS
from ledger.receipts import Receipt
from tests.ledger.world import World, issue_operation, series_operation


def codes(receipt: Receipt) -> list[str]:
    return [f"{refusal.rule} {refusal.code}" for refusal in receipt.refusals]


def test_heritage_is_sealed_with_an_institutions_name_to_it__r2_2():
    here = World()
    here.register_work()
    here.must("ant", series_operation("s", tags=(Tag.HERITAGE,)), MintBatch("s", 3))
    assert codes(here.do("ant", SealSeries("s"))) == ["R2.2 E_COSIGNATURE"]
    here.must("hunan", CosignSeries("s"))
    assert codes(here.do("hunan", CosignSeries("s"))) == ["R2.2 E_COSIGNATURE"]
    here.must("ant", SealSeries("s"))
    series = here.ledger.series("s")
    assert series is not None
    assert series.cosigner == "hunan"


def test_a_band_is_kept_at_both_ends__r5_1():
    here = World()
    here.register_work()
    here.must("ant", series_operation("s", price_highest_fen=2_990), MintBatch("s", 3), SealSeries("s"))
    for name in ("ant.li", "ant.wang", "ant.zhao", "ant.qian"):
        here.open_account(name)
    here.must("ant", issue_operation("s", "ant.li", price_fen=1_990))
    here.must("ant", issue_operation("s", "ant.wang", price_fen=2_990))
    assert codes(here.do("ant", issue_operation("s", "ant.zhao", price_fen=1_989))) == ["R5.1 E_PRICE"]
    assert codes(here.do("ant", issue_operation("s", "ant.zhao", price_fen=2_991))) == ["R5.1 E_PRICE"]


def test_a_token_is_given_so_often_and_no_more__r10_2():
    here = World({"hold_hours_first": 0, "hold_hours_later": 0, "transfers_max": 2})
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    here.must("ant.li", TransferFrom(token, "ant.li", "jd.wang"))
    here.must("jd.wang", TransferFrom(token, "jd.wang", "ant.li"))
    assert codes(here.do("ant.li", TransferFrom(token, "ant.li", "jd.wang"))) == ["R10.2 E_TRANSFERS"]


def test_huanhe_permits_no_gift_at_all__r10_2():
    here = World({"hold_hours_first": 0, "transfers_max": 0})
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    assert codes(here.do("ant.li", TransferFrom(token, "ant.li", "jd.wang"))) == ["R10.2 E_TRANSFERS"]


def test_an_account_signs_so_many_a_minute_and_next_minute_again__r8_2():
    here = World({"member_transactions_per_minute": 4})
    here.register_work()
    here.now_ms += MINUTE_MS
    here.must("ant", series_operation("s"), Mint("s"), Mint("s"), Mint("s"))
    refused = here.do("ant", Mint("s"))
    assert codes(refused) == ["R8.2 E_RATE"]
    (refusal,) = refused.refusals
    assert refusal.retry_at_ms is not None
    here.now_ms = refusal.retry_at_ms - 1
    assert codes(here.do("ant", Mint("s"))) == ["R8.2 E_RATE"]
    here.now_ms += 1
    here.must("ant", Mint("s"))


def test_a_person_has_a_rate_of_his_own__r8_2():
    here = World({"transactions_per_minute": 1, "hold_hours_first": 0})
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    for _ in range(2):
        here.do("ant.li", TransferFrom(token, "ant.li", "ant.li"))
    assert codes(here.do("ant.li", TransferFrom(token, "ant.li", "jd.wang"))) == ["R8.2 E_RATE"]


def test_who_comes_of_age_may_buy__r6_1():
    here = World()
    here.open_account("jd.teen", claims=(Claim.OVER_14, Claim.REAL_NAME))
    here.sealed_series("s", editions=2)
    assert codes(here.do("ant", issue_operation("s", "jd.teen"))) == ["R6.1 E_AGE"]
    here.must("jd", UpdateClaims("jd.teen", (Claim.OVER_18, Claim.REAL_NAME)))
    here.must("ant", issue_operation("s", "jd.teen"))


def test_a_transaction_of_another_schema_is_refused__r3_2():
    here = World()
    here.register_work()
    plain = here.transaction("ant", series_operation("s"))
    for schema in (0, SCHEMA + 1):
        receipt = here.execute([here.seal("ant", replace(plain, schema=schema, nonce=schema + 50))]).receipts[0]
        assert codes(receipt) == ["R3.2 E_SCHEMA"]
    here.execute([here.seal("ant", plain)])
    assert here.ledger.series("s") is not None
