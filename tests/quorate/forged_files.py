"""Files that a quorum of the charter's members signed although they say what no honest member does.

A verifier that leaves a check out is not found by altering good files, where the hashes notice everything. So the
header is made to fit here, and signed anew with the test members' keys.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

import msgpack

from quorate.verifier.format import VoteFile
from quorate.verifier.hashing import header_digest, pack, root_along_sides, vote_signed_bytes
from quorate.verifier.hashing import leaf_hash as tree_leaf
from quorate.verifier.rows import branch_hash, leaf_hash
from quorate.verifier.statement_checks import COMPLIANCE_TAG
from tests.quorate.certificates import signer
from tests.quorate.statements import HOLDER

NOBODY = "member-0.nobody"
SIBLING = sha256(b"sibling").digest()
EPOCH, TIMESTAMP, RECEIPTS, STATE, COMPLIANCE, NEXT = 2, 4, 6, 7, 8, 9
"""Places in a header."""

Content = dict[str, Any]


@dataclass(frozen=True)
class Forged:
    """A file that is made anew, and what comes of it."""

    title: str
    kind: str
    subject: str
    content: Content
    why: str
    fails: tuple[str, ...] = ()


def resigned(content: Content, changes: dict[int, Any], *more: object) -> Content:
    """The same with these fields of its header, and votes of three members for it."""
    header: list[Any] = [*msgpack.unpackb(bytes.fromhex(content["header"])), *more]
    for place, value in changes.items():
        header[place] = value
    chain, data = bytes.fromhex(content["chain"]), pack(header)
    digest, votes = header_digest(data, chain=chain), []
    for sender in range(3):
        vote = VoteFile(sender, 0, 1, (), b"")
        said = vote_signed_bytes(vote, height=header[0], digest=digest, chain=chain, epoch=header[EPOCH])
        assert said is not None, "a bundle of one"
        signature = signer(f"node-{sender}")(said).hex()
        votes.append({"sender": sender, "index": 0, "count": 1, "path": [], "signature": signature})
    return {**content, "header": data.hex(), "votes": votes}


def forged_headers(good: Content) -> Iterator[Forged]:
    """Of a statement of holdings."""
    made = partial(Forged, kind="holdings", subject=good["subject"])
    yield made("signed-anew", content=resigned(good, {}), why="nothing, but other bundles of votes")
    why = "a quorum signed a header of epoch 1"
    yield made("header-of-epoch-1", content=resigned(good, {EPOCH: 1}), why=why, fails=("committee",))
    why = "the header hands over to other members"
    yield made("header-hands-over", content=resigned(good, {NEXT: SIBLING}), why=why, fails=("committee",))
    yield made("header-of-height-0", content=resigned(good, {0: 0}), why="the height is 0", fails=("header",))
    why = "the time is 2^63"
    yield made("header-of-no-time", content=resigned(good, {TIMESTAMP: 2**63}), why=why, fails=("header",))
    why = "the header has a field more"
    yield made("header-with-a-field-more", content=resigned(good, {}, 0), why=why, fails=("header",))


def forged_rows(good: Content) -> Iterator[Forged]:
    """Of the holdings of an account that is not there: every way for a row to contradict itself, and three good."""
    number = int.from_bytes(sha256(f"account/{NOBODY}".encode()).digest(), "big")
    step, far = {"depth": 9, "sibling": SIBLING.hex()}, {"depth": 3, "sibling": SIBLING.hex()}
    value = good["rows"][0]["value"]
    cases: tuple[tuple[str, list[Any], str | None, Any, str, bool], ...] = (
        ("absent-beside-a-leaf", [step], None, _leaf(number ^ 1), "a leaf that parts at the last bit", True),
        ("absent-beside-a-branch", [step], None, _branch(12, number >> 244 ^ 1), "a branch that parts at bit 11", True),
        ("absent-from-an-empty-state", [], None, None, "the state is empty", True),
        ("steps-to-nothing", [step], None, None, "there are steps, and nothing at their end", False),
        ("depths-equal", [far, far], None, _leaf(number ^ 1), "two steps have one depth", False),
        ("value-beside-another-leaf", [step], value, _leaf(number ^ 1), "there are a value and a leaf", False),
        ("leaf-of-the-key-itself", [step], None, _leaf(number), "the leaf has the key's own hash", False),
        ("leaf-parts-too-early", [step], None, _leaf(number ^ 1 << 250), "the leaf parts from the key at bit 5", False),
        ("branch-above-the-steps", [step], None, _branch(9, number >> 247 ^ 1), "the branch is not below them", False),
        ("branch-of-too-many-bits", [step], None, _branch(12, number >> 244 | 1 << 12), "13 bits at depth 12", False),
        ("branch-that-agrees", [step], None, _branch(12, number >> 244), "the branch agrees with the key", False),
        ("branch-parts-too-early", [step], None, _branch(12, number >> 244 ^ 1 << 11), "it parts at bit 0", False),
    )  # fmt: skip
    for title, steps, found, other, why, holds in cases:
        row = {"key": f"account/{NOBODY}", "value": found, "steps": steps, "other": other}
        made = resigned({**good, "subject": NOBODY, "rows": [row]}, {STATE: _root(row)})
        yield Forged(title, "holdings", NOBODY, made, why, () if holds else ("rows",))


def forged_records(good: Content) -> Iterator[Forged]:
    """Of an account that is there, alone in the state: records that are none."""
    record = msgpack.unpackb(bytes.fromhex(good["rows"][0]["value"]))
    for title, altered, why in (
        ("record-with-a-field-more", [*record, 0], "the record has a field more"),
        ("record-with-a-field-less", record[:-1], "the record has a field less"),
        ("record-with-true-for-a-number", _with(record, 14, True), "tokens is true"),
        ("record-with-less-than-nothing", _with(record, 14, -1), "tokens is -1"),
        ("record-with-bytes-for-a-text", _with(record, 0, b"member-0"), "platform is bytes"),
        ("record-with-a-word-too-many", _with(record, 6, "resting"), "platform_state is no word that there is"),
        ("record-with-a-short-key", _with(record, 4, b"short"), "public_key has 5 bytes"),
        ("record-that-is-a-map", {"tokens": 0}, "the record is a map"),
    ):
        row: Content = {"key": f"account/{HOLDER}", "value": pack(altered).hex(), "steps": [], "other": None}
        made = resigned({**good, "rows": [row]}, {STATE: _root(row)})
        yield Forged(title, "holdings", HOLDER, made, why, ("subject",))


def forged_reports(good: Content) -> Iterator[Forged]:
    """Of a block's compliance."""
    for title, report, why in (
        ("report-with-true-for-a-number", [["L1", True, 0]], "a count is true"),
        ("report-with-an-entry-of-two", [["L1", 1]], "an entry has two fields"),
        ("report-that-is-a-number", 7, "the report is no array"),
    ):
        data = pack(report)
        made = resigned({**good, "report": data.hex()}, {COMPLIANCE: sha256(COMPLIANCE_TAG + data).digest()})
        yield Forged(title, "compliance", good["subject"], made, why, ("report",))


def forged_receipts(good: Content) -> Iterator[Forged]:
    """Of a transaction that was accepted: receipts that are none, in a block that has them."""
    identifier, _, _, events = msgpack.unpackb(bytes.fromhex(good["receipt"]))
    refusal = ["E_X", "X1", 1, "Why.", [], None]
    for title, receipt, why in (
        ("receipt-that-waits", [identifier, "pending", [], events], "the status is no word that there is"),
        ("receipt-of-both", [identifier, "accepted", [refusal], events], "it is accepted, with a refusal"),
        ("receipt-of-neither", [identifier, "refused", [], events], "it is refused, without a refusal"),
        ("receipt-of-tenet-below-nothing", [identifier, "refused", [_with(refusal, 2, -1)], []], "a tenet is -1"),
        ("receipt-with-a-number-for-a-text", [identifier, "accepted", [], [["minted", [["n", 1]]]]], "a text is 1"),
    ):
        data = pack(receipt)
        path = tuple(map(bytes.fromhex, good["block"]["receipt_path"]))
        root = root_along_sides(tree_leaf(data), sides=good["block"]["sides"], path=path)
        made = resigned({**good, "receipt": data.hex()}, {RECEIPTS: root})
        yield Forged(title, "transaction", "transaction-one-of-five", made, why, ("receipt",))


def _with(fields: list[Any], place: int, value: object) -> list[Any]:
    return [*fields[:place], value, *fields[place + 1 :]]


def _leaf(number: int) -> Content:
    return {"kind": "leaf", "depth": None, "parts": [number.to_bytes(32, "big").hex(), SIBLING.hex()]}


def _branch(depth: int, common: int) -> Content:
    parts = [common.to_bytes(32, "big").hex(), SIBLING.hex(), sha256(SIBLING).hexdigest()]
    return {"kind": "branch", "depth": depth, "parts": parts}


def _root(row: Content) -> bytes:
    """Where the row leads if nobody asks whether it contradicts itself."""
    key_hash, other = sha256(row["key"].encode()).digest(), row["other"]
    number, node = int.from_bytes(key_hash, "big"), bytes(32)
    if row["value"] is not None:
        node = leaf_hash(key_hash, sha256(bytes.fromhex(row["value"])).digest())
    elif other is not None:
        first, *rest = map(bytes.fromhex, other["parts"])
        at = other["depth"]
        node = leaf_hash(first, *rest) if at is None else branch_hash(at, int.from_bytes(first, "big"), *rest)
    for step in reversed(row["steps"]):
        depth, sibling = step["depth"], bytes.fromhex(step["sibling"])
        sides = (sibling, node) if number >> (255 - depth) & 1 else (node, sibling)
        node = branch_hash(depth, number >> (256 - depth), *sides)
    return node
