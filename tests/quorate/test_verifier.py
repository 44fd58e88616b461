import json
from copy import deepcopy
from typing import Any

import msgpack
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonical import merkle
from canonical.encoding import encode
from canonical.hashing import Digest
from consensus.certificate import is_block_certificate
from consensus.messages import header_digest
from consensus.quorum import Committee
from ledger.charter import chain_id, members_digest
from ledger.envelope import transaction_id
from node.certificate_file import path_sides
from quorate.verifier import hashing as verifier_hashing
from quorate.verifier.block import Outcome, quorum
from quorate.verifier.checks import verify
from quorate.verifier.format import read_charter
from tests.quorate.certificates import block_of, bundle_of, charter_json, charter_of, key, public

BLOCK = block_of()
CHARTER = charter_json(BLOCK.charter)
CERTIFICATE = BLOCK.certificate()
CHECKS = (
    "format",
    "charter",
    "chain",
    "header",
    "committee",
    "votes",
    "quorum",
    "transaction",
    "transaction signature",
    "transaction path",
    "receipt",
    "receipt path",
    "receipt matches transaction",
)


def edited(path: tuple[str | int, ...], value: object, data: bytes = CERTIFICATE) -> bytes:
    """The file with the field at `path` replaced."""
    content: Any = deepcopy(json.loads(data))
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(content, separators=(",", ":")).encode()


def repacked(field: str, index: int, value: object) -> bytes:
    """The file with one element of a MessagePack field replaced."""
    content = json.loads(CERTIFICATE)
    fields = msgpack.unpackb(bytes.fromhex(content[field]))
    fields[index] = value
    return edited((field,), msgpack.packb(fields).hex())


def test_real_certificate_passes_every_check_in_order():
    report = verify(CERTIFICATE, CHARTER)
    assert tuple(check.name for check in report.checks) == CHECKS
    assert {check.outcome for check in report.checks} == {Outcome.PASSED}
    assert report.holds
    assert report.contents is not None
    assert report.contents.header.height == 17


@pytest.mark.parametrize("voters", [1, 2, 3, 4, 6, 7, 31])
def test_every_transaction_of_a_block_has_a_certificate_whatever_the_committee(voters):
    block = block_of(voters=voters, envelopes=(1, 2, 4))
    charter = charter_json(block.charter)
    for envelope, count in enumerate((1, 2, 4)):
        for index in range(count):
            assert verify(block.certificate(envelope, index), charter).holds


def test_block_of_a_single_transaction_has_a_certificate_with_empty_paths():
    block = block_of(envelopes=(1,))
    assert verify(block.certificate(0, 0), charter_json(block.charter)).holds


def test_white_space_between_tokens_means_nothing():
    assert verify(json.dumps(json.loads(CERTIFICATE), indent=4).encode(), CHARTER).holds


@pytest.mark.slow
def test_every_byte_altered_in_its_lowest_bit_fails_with_the_name_of_a_check():
    for place in range(len(CERTIFICATE)):
        data = bytearray(CERTIFICATE)
        data[place] ^= 1
        assert verify(bytes(data), CHARTER).failed(), f"byte {place}: {data[place : place + 1]!r}"


@pytest.mark.slow
def test_every_byte_altered_in_any_bit_fails_with_the_name_of_a_check():
    for place in range(len(CERTIFICATE)):
        for bit in range(1, 8):
            data = bytearray(CERTIFICATE)
            data[place] ^= 1 << bit
            assert verify(bytes(data), CHARTER).failed(), f"byte {place}, bit {bit}"


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, len(CERTIFICATE) - 1), value=st.integers(0, 255))
def test_any_byte_replaced_by_any_other_fails(place, value):
    data = bytearray(CERTIFICATE)
    same = data[place] == value
    data[place] = value
    assert bool(verify(bytes(data), CHARTER).failed()) is not same


@settings(max_examples=200, deadline=None)
@given(cut=st.integers(0, len(CERTIFICATE) - 1))
def test_truncated_file_fails_the_format_check(cut):
    assert "format" in verify(CERTIFICATE[:cut], CHARTER).failed()


@settings(max_examples=200, deadline=None)
@given(certificate=st.binary(max_size=200), charter=st.binary(max_size=200))
def test_random_bytes_fail_and_raise_nothing(certificate, charter):
    assert verify(certificate, charter).failed()[:2] == ("format", "charter")


@pytest.mark.parametrize(
    "data",
    [
        CERTIFICATE.replace(b'{"format"', b'{"format":"quorate-certificate/1","format"', 1),
        CERTIFICATE.replace(b'"sender":0', b'"sender":-0', 1),
        CERTIFICATE.replace(b'"sender":0', b'"sender":0.0', 1),
        CERTIFICATE.replace(b'"sender":0', b'"sender":0e0', 1),
        CERTIFICATE.replace(b'"sender":0', b'"sender":false', 1),
        CERTIFICATE.replace(b'"sender":0', b'"sender":NaN', 1),
        CERTIFICATE.replace(b'"sender":0', b'"sender":' + b"9" * 5000, 1),
        CERTIFICATE.replace(b'"sender":0,', b"", 1),
        CERTIFICATE.replace(b'"sender":0', b'"sender":0,"note":1', 1),
        edited(("header",), json.loads(CERTIFICATE)["header"].upper()),
        edited(("header",), " " + json.loads(CERTIFICATE)["header"]),
        edited(("chain",), "00" * 31),
        edited(("envelope", "account"), "Someone\n"),
        edited(("envelope", "account"), "\ud800"),
        edited(("format",), "quorate-certificate/2"),
        edited(("votes",), {}),
        edited(("votes", 0, "path"), ["00" * 32] * 33),
        edited(("block", "sides"), "r"),
        CERTIFICATE.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + CERTIFICATE,
        b"[" * 100_000,
        CERTIFICATE + b" " * (4 << 20),
        b"null",
        b"",
    ],
    ids=range(24),
)
def test_file_that_is_not_exactly_of_the_form_fails_the_format_check(data):
    report = verify(data, CHARTER)
    assert report.failed() == ("format",)
    assert report.contents is None


@pytest.mark.parametrize("field", ["header", "transaction", "receipt"])
def test_messagepack_with_a_longer_form_than_needed_is_refused(field):
    packed = bytes.fromhex(json.loads(CERTIFICATE)[field])
    array = b"\xdc" + (packed[0] & 0x0F).to_bytes(2, "big") + packed[1:]
    assert field in verify(edited((field,), array.hex()), CHARTER).failed()


@pytest.mark.parametrize(
    "rubbish", [b"", b"\xc1", b"\x91" * 5000, b"\xdd\xff\xff\xff\xff", b"\xcb" + bytes(8), b"\x81\x90\x01"]
)
@pytest.mark.parametrize("field", ["header", "transaction", "receipt"])
def test_rubbish_in_place_of_messagepack_fails_the_check_of_that_part(field, rubbish):
    assert field in verify(edited((field,), rubbish.hex()), CHARTER).failed()


FAULTS = {
    "another chain's id": (edited(("chain",), "00" * 32), {"chain"}),
    "a header with another height": (repacked("header", 0, 18), {"votes", "quorum"}),
    "a header with another state root": (repacked("header", 7, bytes(32)), {"votes", "quorum"}),
    "a header of height 0": (repacked("header", 0, 0), {"header"}),
    "a header of a later epoch": (repacked("header", 2, 1), {"committee", "votes", "quorum"}),
    "a header that hands over to others": (repacked("header", 9, bytes(32)), {"committee", "votes", "quorum"}),
    "a vote too few": (edited(("votes",), json.loads(CERTIFICATE)["votes"][:2]), {"quorum"}),
    "one vote three times": (edited(("votes",), [json.loads(CERTIFICATE)["votes"][0]] * 3), {"votes", "quorum"}),
    "votes out of order": (edited(("votes",), json.loads(CERTIFICATE)["votes"][::-1]), {"votes"}),
    "a vote under another's name": (edited(("votes", 2, "sender"), 3), {"votes", "quorum"}),
    "a vote of nobody": (edited(("votes", 2, "sender"), 4), {"committee", "votes", "quorum"}),
    "a vote elsewhere in its bundle": (edited(("votes", 2, "index"), 0), {"votes", "quorum"}),
    "a vote of a longer bundle": (edited(("votes", 2, "count"), 4), {"votes", "quorum"}),
    "an impossible bundle": (edited(("votes", 2, "count"), 0), {"votes", "quorum"}),
    "another account": (
        edited(("envelope", "account"), "member-0.person-2"),
        {"transaction signature", "transaction path", "receipt matches transaction"},
    ),
    "another key": (
        edited(("envelope", "public_key"), public("person-2").hex()),
        {"transaction signature", "transaction path", "receipt matches transaction"},
    ),
    "a key that is no curve point": (
        edited(("envelope", "public_key"), "ff" * 32),
        {"transaction signature", "transaction path", "receipt matches transaction"},
    ),
    "another place in the envelope": (edited(("envelope", "index"), 1), {"transaction signature"}),
    "a longer envelope": (edited(("envelope", "count"), 6), {"transaction signature"}),
    "another nonce": (
        repacked("transaction", 0, 99),
        {"transaction signature", "transaction path", "receipt matches transaction"},
    ),
    "another side": (edited(("block", "sides"), "rrlr"), {"transaction path", "receipt path"}),
    "a receipt of another transaction": (
        repacked("receipt", 0, bytes(32)),
        {"receipt path", "receipt matches transaction"},
    ),
    "another event": (repacked("receipt", 3, [["burnt", []]]), {"receipt path"}),
    "a refusal without reason": (repacked("receipt", 1, "refused"), {"receipt"}),
    "an unknown status": (repacked("receipt", 1, "pending"), {"receipt"}),
}


@pytest.mark.parametrize(("data", "names"), FAULTS.values(), ids=FAULTS.keys())
def test_each_fault_fails_exactly_the_checks_it_concerns(data, names):
    assert set(verify(data, CHARTER).failed()) == names


def test_certificate_of_another_chain_with_the_same_members_fails():
    other = msgspec.structs.replace(BLOCK.charter, founded_ms=1)
    assert verify(CERTIFICATE, charter_json(other)).failed() == ("chain",)


def test_under_another_chains_charter_one_reason_stands_out_and_what_rests_on_it_is_skipped():
    report = verify(CERTIFICATE, charter_json(charter_of(7)))
    assert report.failed() == ("chain",)
    assert report.contents is None
    skipped = {check.name for check in report.checks if check.outcome is Outcome.SKIPPED}
    assert skipped == {
        *("committee", "votes", "quorum", "transaction", "transaction signature", "transaction path"),
        "receipt matches transaction",
    }


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("name",), "Another"),
        (("parameters", "first_hold_days"), 181),
        (("policies",), {"pause": "ANY"}),
        (("chains",), ["wenchang"]),
        (("members", 1, "name_zh"), "别人"),
        (("members", 1, "node_key"), public("thief").hex()),
        (("members", 1, "votes"), False),
    ],
)
def test_altered_charter_is_that_of_another_chain(path, value):
    assert verify(CERTIFICATE, edited(path, value, CHARTER)).failed() == ("chain",)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("members", 1, "role"), "emperor"),
        (("members", 1, "role"), []),
        (("members", 1, "votes"), 1),
        (("members", 1, "id"), "member-1"),
        (("members", 1, "node_key"), public("node-1").hex()),
        (("members",), []),
        (("parameters",), []),
        (("parameters", "first_hold_days"), "180"),
        (("parameters", "\ud800"), 1),
        (("policies",), []),
        (("policies",), {"pause": 1}),
        (("chains",), {}),
        (("chains",), [1]),
        (("name",), "\ud800"),
        (("extra",), 1),
    ],
)
def test_unusable_charter_fails_the_charter_check_and_what_rests_on_it_is_skipped(path, value):
    report = verify(CERTIFICATE, edited(path, value, CHARTER))
    assert report.failed() == ("charter",)
    skipped = {check.name for check in report.checks if check.outcome is Outcome.SKIPPED}
    assert {"chain", "votes", "quorum", "transaction signature"} <= skipped


def test_transaction_of_another_block_is_not_certified_by_this_one():
    other = block_of(envelopes=(2, 5))
    mixed = json.loads(other.certificate(1, 2))
    for field in ("header", "votes"):
        mixed[field] = json.loads(CERTIFICATE)[field]
    assert {"transaction path", "receipt path"} <= set(verify(json.dumps(mixed).encode(), CHARTER).failed())


def test_inner_node_of_a_tree_cannot_be_passed_off_as_a_receipt():
    content = json.loads(CERTIFICATE)
    content["block"]["sides"] = content["block"]["sides"][1:]
    for name in ("transaction_path", "receipt_path"):
        content["block"][name] = content["block"][name][1:]
    assert {"transaction path", "receipt path"} <= set(verify(json.dumps(content).encode(), CHARTER).failed())


def test_commit_is_no_block_vote():
    """A bundle signed by its sender, whose item at the index given says something else."""
    votes = [BLOCK.bundles[i].signed_items()[0].certificate_vote() for i in range(3)]
    content = json.loads(CERTIFICATE)
    for vote, other in zip(content["votes"], votes, strict=True):
        vote.update(index=0, path=[each.hex() for each in other.path], signature=other.signature.hex())
    assert set(verify(json.dumps(content).encode(), CHARTER).failed()) == {"votes", "quorum"}


def test_votes_for_another_header_do_not_certify_this_one():
    other = msgspec.structs.replace(BLOCK.header, state_root=Digest(bytes(32)))
    votes = [bundle_of(other, chain=BLOCK.chain, member=i).signed_items()[1].certificate_vote() for i in range(3)]
    content = json.loads(CERTIFICATE)
    for vote, wrong in zip(content["votes"], votes, strict=True):
        vote.update(path=[each.hex() for each in wrong.path], signature=wrong.signature.hex())
    assert set(verify(json.dumps(content).encode(), CHARTER).failed()) == {"votes", "quorum"}


# ------------------------------------------------------------------ the two implementations, held against each other


@pytest.mark.parametrize("members", range(1, 61))
def test_quorum_is_that_of_the_nodes(members):
    assert quorum(members) == Committee(members).quorum


@pytest.mark.parametrize("voters", [1, 4, 7])
def test_digests_are_those_of_the_nodes(voters):
    block = block_of(voters=voters)
    charter = read_charter(charter_json(block.charter))
    transaction = block.envelopes[0].transactions[0]
    account, key = block.envelopes[0].account, block.envelopes[0].public_key
    assert verifier_hashing.chain_id(charter) == chain_id(block.charter)
    assert verifier_hashing.committee_digest(charter.voters()) == members_digest(block.charter.voters())
    assert verifier_hashing.header_digest(encode(block.header), chain=block.chain) == header_digest(
        block.header, chain=block.chain
    )
    assert verifier_hashing.transaction_id(account, key, encode(transaction), chain=block.chain) == transaction_id(
        account, key, transaction, chain=block.chain
    )


@pytest.mark.parametrize("count", range(1, 34))
def test_merkle_paths_lead_where_those_of_the_nodes_lead(count):
    leaves = [merkle.leaf_hash(bytes([i])) for i in range(count)]
    root = merkle.root_of_hashes(leaves)
    for index, leaf in enumerate(leaves):
        path = merkle.merkle_path(leaves, index)
        assert verifier_hashing.root_from_path(leaf, index=index, count=count, path=path) == root
        assert verifier_hashing.root_along_sides(leaf, sides=path_sides(index, count), path=path) == root


@given(
    index=st.integers(-1, 40), count=st.integers(-1, 40), path=st.lists(st.binary(min_size=32, max_size=32), max_size=7)
)
def test_misshapen_paths_are_refused_by_both_alike(index, count, path):
    leaf = merkle.leaf_hash(b"leaf")
    ours = verifier_hashing.root_from_path(leaf, index=index, count=count, path=path)
    assert ours == merkle.root_from_path(leaf, index=index, count=count, path=path)


@given(voters=st.sets(st.integers(0, 6)))
def test_nodes_and_verifier_agree_on_which_votes_are_a_certificate(voters):
    chosen = tuple(sorted(voters))
    certified = SEVEN.certified(chosen)
    nodes = is_block_certificate(
        certified.header, certified.votes, chain=SEVEN.chain, committee=Committee(7), verify=by_nacl
    )
    assert verify(SEVEN.certificate(voters=chosen), charter_json(SEVEN.charter)).holds is nodes


def by_nacl(member: int, content: bytes, signature: bytes) -> bool:
    return verifier_hashing.is_signed_by(bytes(key(f"node-{member}").verify_key), content, signature)


SEVEN = block_of(voters=7)


def test_charter_keys_may_stand_in_any_order_in_the_file():
    content = json.loads(CHARTER)
    backwards = dict(reversed(content.items()))
    backwards["members"] = [dict(reversed(member.items())) for member in content["members"]]
    backwards["parameters"] = dict(reversed(content["parameters"].items()))
    assert verify(CERTIFICATE, json.dumps(backwards).encode()).holds


def test_chain_id_is_golden():
    assert chain_id(charter_of(4)).hex() == "225d867fa57034ef242099ed55a8b4b8007dcb2d624732f5f6941be6febc9167"
