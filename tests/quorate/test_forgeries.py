"""What somebody tries who wants `quorate verify` to say what is not so: with no key, with one member's, with f."""

import json
from hashlib import sha256
from itertools import product
from typing import Any

import msgpack
import msgspec
import pytest

from canonical.hashing import Digest
from consensus.bundle import seal
from consensus.messages import BlockHeader, BlockVote, header_digest
from consensus.types import Epoch, ReplicaId
from ledger.envelope import signed_bytes
from ledger.execute import AuthoredBatch
from node.certificate_file import certificate_file
from node.statement_file import Kind
from quorate.commands.proof_words import proved
from quorate.verifier.checks import verify
from quorate.verifier.rows import branch_hash, leaf_hash
from tests.quorate.certificates import block_of, bundle_of, charter_json, public, signer
from tests.quorate.statements import NEVER, NOW_MS, TOKEN, Life

BLOCK = block_of(voters=7)
CHARTER = charter_json(BLOCK.charter)
LIARS, QUORUM = (5, 6), 5
LIFE = Life()
LIFE_CHARTER = charter_json(LIFE.charter)


def compact(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def vote_of(header: BlockHeader, member: int, *, sender: int | None = None, chain: Digest = BLOCK.chain) -> Any:
    """What `member` can sign for `header`, said to be `sender`'s, as it stands in a file."""
    bundle = bundle_of(header, chain=chain, member=member)
    vote = bundle.signed_items()[1].certificate_vote()
    return {
        "sender": member if sender is None else sender,
        "index": vote.index,
        "count": vote.count,
        "path": [each.hex() for each in vote.path],
        "signature": vote.signature.hex(),
    }


def certificate_with(header: BlockHeader, votes: list[Any]) -> bytes:
    content = json.loads(BLOCK.certificate(1, 2))
    content["header"], content["votes"] = msgspec.msgpack.encode(header).hex(), votes
    return compact(content)


FORGED = msgspec.structs.replace(BLOCK.header, state_root=Digest(b"forged".ljust(32)))


# With no key at all.


def test_a_stranger_cannot_put_his_key_in_the_place_of_the_one_that_signed():
    """He has a genuine certificate and a key of his own. The id binds the key; else the file would name his."""
    content = json.loads(BLOCK.certificate(1, 2))
    identifier = BLOCK.ids[BLOCK.place(1, 2)]
    signed = signed_bytes(BLOCK.envelopes[1].account, public("stranger"), (identifier,), chain=BLOCK.chain)
    content["envelope"] |= {"public_key": public("stranger").hex(), "count": 1, "index": 0, "path": []}
    content["envelope"]["signature"] = signer("stranger")(signed).hex()
    assert verify(compact(content), CHARTER).failed() == (
        "transaction signature",
        "transaction path",
        "receipt matches transaction",
    )


def test_an_absent_key_is_not_proved_by_what_stands_around_one_that_exists():
    """Every way to present the branches and leaves on the path of an existing token as the end of it."""
    content = json.loads(LIFE.statement(Kind.OWNERSHIP, TOKEN))
    row = content["rows"][0]
    key = sha256(row["key"].encode()).digest()
    number, steps = int.from_bytes(key, "big"), row["steps"]
    value_hash = sha256(bytes.fromhex(row["value"])).digest()
    others: list[Any] = [None, {"kind": "leaf", "depth": None, "parts": [key.hex(), value_hash.hex()]}]
    node = leaf_hash(key, value_hash)
    for step in reversed(steps):
        depth, sibling = step["depth"], bytes.fromhex(step["sibling"])
        sides = (sibling, node) if number >> (255 - depth) & 1 else (node, sibling)
        common = number >> (256 - depth)
        for prefix in (common, common ^ 1, common << 1, 0):
            parts = [prefix.to_bytes(32, "big").hex(), *(each.hex() for each in sides)]
            others.append({"kind": "branch", "depth": depth, "parts": parts})
        node = branch_hash(depth, common, *sides)
    series = content["rows"][1]
    for kept, other in product(range(len(steps) + 1), others):
        forged = {**row, "value": None, "steps": steps[:kept], "other": other}
        report = verify(compact({**content, "kind": "absence", "rows": [forged, series]}), LIFE_CHARTER)
        assert report.failed() == ("rows",), (kept, other)


def test_an_absence_says_nothing_of_the_key_beside_it():
    content = json.loads(LIFE.statement(Kind.ABSENCE, NEVER))
    content["rows"][0]["key"] = f"token/{TOKEN}"
    assert verify(compact(content), LIFE_CHARTER).failed() == ("rows",)
    content["subject"] = TOKEN
    assert verify(compact(content), LIFE_CHARTER).failed() == ("rows",)


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (Kind.ABSENCE, "scroll-a-1"),
        (Kind.ABSENCE, "scroll-a-00001"),
        (Kind.ABSENCE, "scroll-a-0000"),
        (Kind.ABSENCE, "scroll-a-0001 "),
        (Kind.ABSENCE, "SCROLL-A-0001"),
        (Kind.ABSENCE, "s\u0441roll-a-0001"),
        (Kind.ABSENCE, "\x1b[2Jscroll-a-0001"),
        (Kind.ABSENCE, "scroll-a-10001"),
        (Kind.HOLDINGS, "member-0.li\n"),
        (Kind.HOLDINGS, "Member-0.li"),
        (Kind.COMPLIANCE, "02"),
    ],
)
def test_nothing_is_stated_of_what_only_looks_like_a_name(kind, subject):
    """It would be true, and be read as if it were said of the thing that has nearly this name."""
    content = json.loads(LIFE.statement(kind, "2" if kind is Kind.COMPLIANCE else NEVER))
    content["subject"] = subject
    assert verify(compact(content), LIFE_CHARTER).failed() == ("format",)


# With one member's key, or f of them.


def test_liars_do_not_make_a_quorum_by_voting_more_than_once():
    own = [vote_of(FORGED, member) for member in LIARS]
    for votes in (own, own * 3, sorted(own * 3, key=lambda vote: vote["sender"])):
        assert "quorum" in verify(certificate_with(FORGED, votes), CHARTER).failed()


def test_liars_do_not_vote_in_the_name_of_others():
    votes = [vote_of(FORGED, LIARS[sender % 2], sender=sender) for sender in range(QUORUM)]
    assert verify(certificate_with(FORGED, votes), CHARTER).failed()[:2] == ("votes", "quorum")


def test_votes_of_honest_members_for_another_header_count_for_nothing():
    votes = [vote_of(BLOCK.header, member) for member in range(QUORUM)] + [vote_of(FORGED, each) for each in LIARS]
    assert verify(certificate_with(FORGED, votes), CHARTER).failed()[:2] == ("votes", "quorum")


def test_votes_of_another_epoch_count_for_nothing():
    """A quorum that signed the same header in bundles of another epoch: what a later committee could do."""
    votes = []
    for member in range(QUORUM):
        items = (BlockVote(FORGED.height, header_digest(FORGED, chain=BLOCK.chain)),)
        sign = signer(f"node-{member}")
        bundle = seal(items, chain=BLOCK.chain, epoch=Epoch(1), sender=ReplicaId(member), sign=sign)
        vote = bundle.signed_items()[0].certificate_vote()
        votes.append({"sender": member, "index": 0, "count": 1, "path": [], "signature": vote.signature.hex()})
    assert verify(certificate_with(FORGED, votes), CHARTER).failed()[:2] == ("votes", "quorum")
    later = msgspec.structs.replace(FORGED, epoch=Epoch(1))
    votes = [vote_of(later, member) for member in range(QUORUM)]
    assert verify(certificate_with(later, votes), CHARTER).failed()[:1] == ("committee",)


def test_votes_on_another_chain_of_the_same_members_count_for_nothing():
    other = Digest(sha256(b"another charter").digest())
    votes = [vote_of(FORGED, member, chain=other) for member in range(QUORUM)]
    assert verify(certificate_with(FORGED, votes), CHARTER).failed()[:2] == ("votes", "quorum")


def test_a_committee_of_liars_is_not_the_charters():
    """The founders of another chain are all liars; their charter is not the one that the reader has."""
    theirs = block_of(voters=4)
    assert verify(theirs.certificate(1, 2), CHARTER).failed() == ("chain",)
    content = json.loads(theirs.certificate(1, 2))
    content["chain"] = BLOCK.chain.hex()
    assert verify(compact(content), CHARTER).failed()[:3] == ("committee", "votes", "quorum")


def test_one_who_orders_a_transaction_twice_has_a_genuine_refusal_that_says_what_it_is():
    life = Life()
    genuine = life.envelopes[3]
    height = life.ledger.height + 1
    life.results[height] = life.ledger.execute(height, NOW_MS + height, [AuthoredBatch(1, height, (genuine,))])
    life.envelopes[height], life.times[height] = genuine, NOW_MS + height
    contents = verify(life.certificate(height, 0), LIFE_CHARTER).contents
    assert contents is not None
    lines = proved(contents)
    assert any("E_NONCE" in line for line in lines)
    assert "This is of a copy of it, or of its number used before: what became of the first it does not say." in lines


def test_a_receipt_of_another_transaction_of_the_same_block_fits_only_its_own():
    """A gateway that would rather show the neighbour's acceptance than the refusal."""
    certified = BLOCK.certified()
    for index in (0, 1, 3, 4):
        content = json.loads(BLOCK.certificate(1, 2))
        other = json.loads(
            certificate_file(
                BLOCK.charter, certified, BLOCK.envelopes[1], index, BLOCK.ids, BLOCK.receipts, BLOCK.place(1, index)
            )
        )
        content["receipt"] = other["receipt"]
        content["block"]["receipt_path"] = other["block"]["receipt_path"]
        assert "receipt matches transaction" in verify(compact(content), CHARTER).failed()


# With bytes that a reader stumbles over. Nothing raises, everything fails.


@pytest.mark.parametrize("levels", [30, 200, 900, 1_000, 5_000, 200_000])
def test_deep_nesting_fails_and_does_not_raise(levels):
    nest = "[" * levels + "]" * levels
    statement = LIFE.statement(Kind.OWNERSHIP, TOKEN).decode()
    for place in ('"report":null', '"kind":"ownership"', '"other":null'):
        name = place.partition(":")[0]
        assert verify(statement.replace(place, f"{name}:{nest}", 1).encode(), LIFE_CHARTER).failed() == ("format",)
    packed = (b"\x91" * levels + b"\x90").hex()
    content = json.loads(BLOCK.certificate(1, 2))
    for field in ("header", "transaction", "receipt"):
        assert field in verify(compact({**content, field: packed}), CHARTER).failed()


@pytest.mark.parametrize("value", [1.5, {"a": 1}, msgpack.ExtType(5, b"x"), msgpack.Timestamp(1, 0), [[1.5]]])
def test_an_argument_that_no_node_writes_fails_the_transaction(value):
    content = json.loads(BLOCK.certificate(1, 2))
    fields = msgpack.unpackb(bytes.fromhex(content["transaction"]))
    fields[2].append(value)
    content["transaction"] = msgpack.packb(fields, use_bin_type=True).hex()
    assert verify(compact(content), CHARTER).failed()[0] == "transaction"


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e3", "1.0", "-0", "01", "-1", "9223372036854775808", "9" * 5_000]
)
def test_a_number_that_is_not_plain_fails_the_format_of_either_file(number):
    for data, charter in ((BLOCK.certificate(1, 2), CHARTER), (LIFE.statement(Kind.ABSENCE, NEVER), LIFE_CHARTER)):
        altered = data.replace(b'"sender":0', f'"sender":{number}'.encode(), 1)
        assert verify(altered, charter).failed() == ("format",)


def test_a_key_twice_fails_the_format_of_either_file_also_where_it_is_written_with_escapes():
    for data, charter in ((BLOCK.certificate(1, 2), CHARTER), (LIFE.statement(Kind.ABSENCE, NEVER), LIFE_CHARTER)):
        for twice in (b'"chain":"00","chain"', b'"ch\\u0061in":"00","chain"'):
            assert verify(data.replace(b'"chain"', twice, 1), charter).failed() == ("format",)


def test_more_votes_than_any_committee_has_are_not_read():
    vote = json.loads(BLOCK.certificate(1, 2))["votes"][0]
    assert verify(certificate_with(BLOCK.header, [vote] * 1_025), CHARTER).failed() == ("format",)
    assert "quorum" in verify(certificate_with(BLOCK.header, [vote] * 1_024), CHARTER).failed()
