"""Blocks: receipts, nonces, roots, compliance, replay, restore."""

import re
from hashlib import sha256

import msgpack
import pytest

from canonical.encoding import encode
from canonical.hashing import ZERO_DIGEST, Digest, Domain
from canonical.merkle import leaf_hash, merkle_path, merkle_root, root_from_path, root_of_hashes
from ledger.commitment import verify_proof
from ledger.envelope import transaction_ids
from ledger.ledger import AuthoredBatch, Ledger
from ledger.names import token_id
from ledger.operations.accounts import AccountState, Claim, RegisterAccount, UpdateAccountState
from ledger.operations.series import Mint
from ledger.operations.tokens import TransferFrom
from ledger.receipts import Status, compliance_root
from tests.ledger.world import (
    ADULT,
    FOUNDED_MS,
    World,
    issue_operation,
    key_of,
    person,
    series_operation,
    work_operation,
)


def test_a_block_yields_a_receipt_for_each_transaction_in_order_and_its_roots():
    here = World()
    envelopes = [
        here.envelope(
            "ant", *(RegisterAccount(f"ant.p{number}", person("p"), key_of("p"), ADULT) for number in range(3))
        ),
        here.envelope("jd", Mint("nothing")),
        here.envelope("copyright", work_operation()),
    ]
    result = here.execute(envelopes)
    ids = [each for envelope in envelopes for each in transaction_ids(envelope, chain=here.chain)]
    assert list(result.transaction_ids) == ids == [receipt.transaction for receipt in result.receipts]
    assert [receipt.status for receipt in result.receipts] == ["accepted"] * 3 + ["refused", "accepted"]
    assert result.transactions_root == root_of_hashes(ids)
    encoded = [encode(receipt) for receipt in result.receipts]
    assert result.receipts_root == merkle_root(encoded)
    assert result.state_root == here.ledger.state_root
    hashes = [leaf_hash(each) for each in encoded]
    for index in range(5):
        path = merkle_path(hashes, index)
        assert root_from_path(leaf_hash(encoded[index]), index=index, count=5, path=path) == result.receipts_root


def test_an_empty_block_changes_nothing_but_time():
    here = World()
    root = here.ledger.state_root
    result = here.ledger.execute(1, FOUNDED_MS + 5, [])
    assert (result.transactions_root, result.receipts_root, result.state_root) == (ZERO_DIGEST, ZERO_DIGEST, root)
    assert (result.changes, result.compliance, result.receipts) == ((), (), ())
    assert (here.ledger.height, here.ledger.timestamp_ms) == (1, FOUNDED_MS + 5)


def test_changes_are_sorted_unique_and_add_up_to_the_state():
    here = World()
    summed = dict(here.ledger.entries())
    token = here.sold_token()
    for _, _, result in here.blocks:
        keys = [key for key, _ in result.changes]
        assert keys == sorted(set(keys))
        for key, value in result.changes:
            assert value is not None
            summed[key] = value
    assert sorted(summed.items()) == list(here.ledger.entries())
    assert f"token/{token}".encode() in summed


def test_the_state_between_two_blocks_differs_only_in_what_the_block_touched():
    here = World({"hold_hours_first": 0})
    token = here.sold_token("ant.li")
    here.open_account("jd.wang")
    here.nonces["ant.li"] = 0
    result = here.execute([here.envelope("ant.li", TransferFrom(token, "ant.li", "jd.wang"))])
    assert [key for key, _ in result.changes] == [
        b"account/ant.li",
        b"account/jd.wang",
        b"gateway/0",
        b"gift/" + person("ant.li").hex().encode(),
        b"token/" + token.encode(),
    ]


def test_a_refused_transaction_uses_up_its_nonce():
    here = World()
    refused = here.envelope("ant", series_operation("s"))
    assert here.execute([refused]).receipts[0].status is Status.REFUSED
    here.register_work()
    receipt = here.execute([refused]).receipts[0]
    assert [refusal.code for refusal in receipt.refusals] == ["E_NONCE"]
    assert here.ledger.series("s") is None


def test_a_transaction_signed_with_another_key_does_not_use_up_the_nonce():
    here = World()
    transaction = here.transaction("copyright", work_operation())
    forged = here.seal("copyright", transaction, key=key_of("thief"))
    assert here.execute([forged]).receipts[0].status is Status.REFUSED
    assert here.execute([here.seal("copyright", transaction)]).receipts[0].status is Status.ACCEPTED


def test_a_suspended_account_uses_up_its_nonces():
    here = World()
    here.suspend("copyright", axis="operator")
    refused = here.envelope("copyright", work_operation())
    assert [each.code for each in here.execute([refused]).receipts[0].refusals] == ["E_ACCOUNT_STATE"]
    here.must("regulator", UpdateAccountState("copyright", None, AccountState.ACTIVE))
    assert [each.code for each in here.execute([refused]).receipts[0].refusals] == ["E_NONCE"]


def test_later_transactions_see_what_earlier_ones_did():
    here = World({"hold_hours_first": 0})
    here.sealed_series("s", editions=1)
    receipts = here.execute(
        [
            here.envelope("ant", RegisterAccount("ant.li", person("li"), key_of("ant.li"), ADULT)),
            here.envelope("jd", RegisterAccount("jd.wang", person("wang"), key_of("jd.wang"), ADULT)),
            here.envelope("ant", issue_operation("s", "ant.li"), issue_operation("s", "jd.wang")),
            here.envelope("ant.li", TransferFrom("s-0001", "ant.li", "jd.wang")),
            here.envelope("ant.li", TransferFrom("s-0001", "ant.li", "jd.wang")),
        ]
    ).receipts
    assert [[refusal.code for refusal in receipt.refusals] for receipt in receipts] == [
        [], [], [], ["E_SOLD_OUT"], [], ["E_NOT_OWNER", "E_HOLD"],
    ]  # fmt: skip


def test_a_thousand_people_rush_for_three_hundred_and_exactly_three_hundred_get_one__r5_3():
    here = World()
    platforms = ("ant", "tencent", "jd")
    people = [f"{platforms[number % 3]}.p{number}" for number in range(1_000)]
    here.sealed_series("rush", editions=300)
    openings = [
        here.envelope(
            name,
            *(RegisterAccount(each, person(each), key_of(each), ADULT) for each in people if each.startswith(name)),
        )
        for name in platforms
    ]
    assert all(receipt.status is Status.ACCEPTED for receipt in here.execute(openings).receipts)
    orders = [here.envelope(each.partition(".")[0], issue_operation("rush", each)) for each in people]
    batches = [
        AuthoredBatch(author, number, tuple(orders[start : start + 50]))
        for number, start in enumerate(range(0, 1_000, 150), start=here.ledger.last_batch(0) + 1)
        for author, start in ((0, start), (1, start + 50), (2, start + 100))
    ]
    receipts = here.ledger.execute(here.ledger.height + 1, here.now_ms, batches).receipts
    assert len(receipts) == 1_000
    accepted = [receipt for receipt in receipts if receipt.status is Status.ACCEPTED]
    refused = [receipt for receipt in receipts if receipt.status is Status.REFUSED]
    assert (len(accepted), len(refused)) == (300, 700)
    assert all([each.code for each in receipt.refusals] == ["E_SOLD_OUT"] for receipt in refused)
    owners = [here.ledger.owner_of(token_id("rush", edition)) for edition in range(1, 301)]
    assert len(set(owners)) == 300
    assert set(owners) <= set(people)
    assert sum(here.ledger.balance_of(each) for each in people) == 300
    here.execute([])


def test_the_compliance_report_counts_each_rule_once_for_each_transaction():
    here = World()
    here.open_account("jd.child", claims=(Claim.OVER_14,))
    here.sealed_series("s", editions=2)
    here.open_account("ant.li")
    result = here.execute(
        [
            here.envelope("ant", issue_operation("s", "jd.child"), issue_operation("s", "ant.li")),
            here.envelope("copyright", work_operation()),
        ]
    )
    entries = {entry.rule: (entry.checked, entry.refused) for entry in result.compliance}
    assert entries == {
        "L1": (3, 0), "L2": (3, 0), "L3": (3, 0), "L4": (3, 0), "L5": (3, 0), "L6": (3, 0), "L7": (3, 0),
        "L8": (1, 1), "L9": (2, 0), "L10": (3, 0), "L11": (3, 0), "R3.2": (3, 0), "R4.2": (1, 1), "R4.3": (2, 0),
        "R5.1": (2, 0), "R5.3": (2, 0), "R6.1": (2, 1), "R6.2": (2, 0), "R6.3": (2, 0),
        "R7.2": (3, 0), "R7.5": (3, 0), "R8.2": (3, 0), "R9.2": (2, 0), "R11.1": (2, 1),
    }  # fmt: skip
    assert [refusal.code for refusal in result.receipts[0].refusals] == ["E_AGE", "E_REAL_NAME", "E_IDENTITY"]
    assert result.compliance_root == compliance_root(result.compliance)
    assert result.compliance_root == sha256(Domain.COMPLIANCE.value + encode(result.compliance)).digest()


def test_batches_of_an_author_run_in_ascending_order_and_once():
    here = World()
    here.ledger.execute(1, FOUNDED_MS, [AuthoredBatch(1, 3, ()), AuthoredBatch(0, 1, ()), AuthoredBatch(1, 5, ())])
    assert [here.ledger.last_batch(author) for author in range(3)] == [1, 5, 0]
    for number in (4, 5):
        with pytest.raises(AssertionError, match="once"):
            here.ledger.execute(2, FOUNDED_MS, [AuthoredBatch(1, number, ())])


def test_heights_follow_each_other_and_time_never_runs_back():
    here = World()
    with pytest.raises(AssertionError, match="block 2 does not follow block 0"):
        here.ledger.execute(2, FOUNDED_MS, [])
    with pytest.raises(AssertionError, match="back"):
        here.ledger.execute(1, FOUNDED_MS - 1, [])


def story() -> World:
    """Some blocks with sales, gifts and refusals."""
    here = World({"hold_hours_first": 0, "hold_hours_later": 0})
    tokens = [here.sold_token(account) for account in ("ant.li", "jd.wang", "tencent.zhao")]
    for token in tokens:
        owner = here.ledger.owner_of(token)
        assert owner is not None
        here.wait_days(0.2)
        here.do(owner, TransferFrom(token, owner, "jd.wang" if owner != "jd.wang" else "ant.li"))
        here.do(owner, TransferFrom(token, owner, "jd.wang"))
    return here


def test_replay_gives_the_same_blocks():
    here = story()
    again = Ledger.genesis(here.charter)
    for height, (timestamp_ms, batch, result) in enumerate(here.blocks, start=1):
        assert again.execute(height, timestamp_ms, [batch]) == result
    assert len({result.state_root for _, _, result in here.blocks}) == len(here.blocks) > 10


def test_restore_at_any_block_gives_the_same_ledger_and_future():
    here = story()
    running = Ledger.genesis(here.charter)
    for height, (timestamp_ms, batch, _) in enumerate(here.blocks, start=1):
        entries = list(running.entries())
        restored = Ledger.restore(here.charter, reversed(entries), height=height - 1, timestamp_ms=running.timestamp_ms)
        assert restored.state_root == running.state_root
        assert restored.execute(height, timestamp_ms, [batch]) == running.execute(height, timestamp_ms, [batch])
    assert list(restored.entries()) == list(running.entries())
    for account in ("ant.li", "jd.wang", "tencent.zhao", "ant"):
        assert restored.tokens_of(account) == running.tokens_of(account)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"nothing/x", b"\x90"),
        (b"token/", b"\x90"),
        (b"token", b"\x90"),
        (b"\xff/x", b"\x90"),
        (b"gateway/0", b"\x90"),
        (b"gateway/0", b"\x91\xcc\x01"),
        (b"gateway/0", b"\xc1"),
        (b"gateway/0", b""),
    ],
)
def test_an_entry_that_is_none_is_named(key, value):
    here = World()
    entries = [*here.ledger.entries(), (key, value)]
    with pytest.raises(ValueError, match=re.escape(f"state entry {key!r}: ")):
        Ledger.restore(here.charter, entries, height=0, timestamp_ms=FOUNDED_MS)


def test_a_changed_missing_or_added_entry_gives_another_root():
    here = story()
    entries = list(here.ledger.entries())
    token = next(value for key, value in entries if key.startswith(b"token/"))

    def root(altered: list[tuple[bytes, bytes]]) -> Digest:
        return Ledger.restore(here.charter, altered, height=1, timestamp_ms=FOUNDED_MS).state_root

    for index, (key, value) in enumerate(entries):
        assert root([*entries[:index], *entries[index + 1 :]]) != here.ledger.state_root
        if key.startswith(b"token/") and value != token:
            assert root([*entries[:index], (key, token), *entries[index + 1 :]]) != here.ledger.state_root
    assert root([*entries, (b"token/extra-0001", token)]) != here.ledger.state_root


def test_every_entry_is_proved_under_the_state_root_and_absence_too():
    here = story()
    root = here.ledger.state_root
    for key, value in here.ledger.entries():
        assert verify_proof(root, key, value, here.ledger.prove(key))
        assert not verify_proof(root, key, None, here.ledger.prove(key))
    absent = b"token/nothing-0001"
    assert verify_proof(root, absent, None, here.ledger.prove(absent))


def test_ids_and_roots_are_golden():
    here = story()
    opening = here.seal(
        "ant", here.transaction("ant", RegisterAccount("ant.g", person("g"), key_of("g"), ADULT), nonce=900)
    )
    result = here.execute([opening, here.seal("jd", here.transaction("jd", Mint("nothing"), nonce=901))])
    golden = {
        "chain": here.chain.hex(),
        "transaction": result.transaction_ids[0].hex(),
        "receipts_root": result.receipts_root.hex(),
        "compliance_root": result.compliance_root.hex(),
        "genesis_state_root": Ledger.genesis(here.charter).state_root.hex(),
        "state_root": result.state_root.hex(),
    }
    assert golden == {
        "chain": "5dcf45acbfe36e8ba50daf30846539f1b8e79bc6bcff9196a59da579abfd7f8a",
        "transaction": "373353f4722313d025a1c8fd67d99d003a80080a7b131be6b2bf4bc9abe08345",
        "receipts_root": "0a2bceb48e376108edba6b7ac0c16d83d15dc9a4e186d8cfc82e7a905fd429f0",
        "compliance_root": "b7db6b64c16ab3912b6b6d0cf73ce69a3cb4ebb3dbbf15561cbce3cd483f796b",
        "genesis_state_root": "484b935110ab78b923badb277e230ee231883613533bec0e57234c8377c881ce",
        "state_root": "f43891b362152b5926f3bc7b6fd9c0e6aff04cb33e8a0162d126a6ba3ba0ce23",
    }


def test_an_outsider_computes_ids_and_receipts_with_plain_msgpack():
    here = World()
    operation = RegisterAccount("ant.g", person("g"), key_of("g"), ADULT)
    result = here.execute([here.seal("ant", here.transaction("ant", operation, nonce=5, deadline_ms=FOUNDED_MS))])
    plain = ["register_account", "ant.g", bytes(person("g")), bytes(key_of("g")), ["over18", "real_name"]]
    content = msgpack.packb(["ant", bytes(key_of("ant")), [5, FOUNDED_MS, plain, None, 1]])
    identifier = sha256(b"quorate/transaction/1\0" + here.chain + content).digest()
    assert result.transaction_ids == (identifier,)
    event = ["account_registered", [["account", "ant.g"], ["platform", "ant"]]]
    receipt = msgpack.packb([identifier, "accepted", [], [event]])
    assert result.receipts_root == sha256(b"\0" + receipt).digest()
