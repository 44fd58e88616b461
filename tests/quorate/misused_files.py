"""Genuine rows, paths and charters in a file where they have no business: what vectors of misuse are of."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import msgpack
from msgspec.structs import replace

from ledger.operations.tokens import Burn
from node.statement_file import Kind
from tests.quorate.certificates import block_of, charter_json, charter_of
from tests.quorate.forged_files import SIBLING, Content, Forged
from tests.quorate.statements import HOLDER, NEVER, POOR, TOKEN, WORK, Life

SERIES, ISSUER = "series/scroll-a", "member-0"
ENDS = ("wind_down/series/scroll-a", f"wind_down/platform/{ISSUER}")


def misused_statements(life: Life) -> Iterator[Forged]:
    """Statements of what the rows, all genuine, do not say."""
    made = partial(_stated, life)
    why = "the token's own row, as a statement of its absence"
    yield made("absence-with-the-row", Kind.ABSENCE, TOKEN, [f"token/{TOKEN}", SERIES], why)
    keys = [f"token/{NEVER}", SERIES, f"work/{WORK}", f"account/{ISSUER}", *ENDS, f"choice/{NEVER}"]
    yield made("ownership-of-nothing", Kind.OWNERSHIP, NEVER, keys, "the token was never minted")
    keys = [f"token/{TOKEN}", SERIES, f"work/{WORK}", f"account/{POOR}", *ENDS, f"choice/{TOKEN}"]
    yield made("account-of-another", Kind.OWNERSHIP, TOKEN, keys, "the account is not the owner's")
    keys = [f"token/{TOKEN}", SERIES, f"work/{WORK}", f"account/{HOLDER}", *reversed(ENDS), f"choice/{TOKEN}"]
    yield made("rows-in-another-order", Kind.OWNERSHIP, TOKEN, keys, "two rows have changed places")
    keys = [f"work/{WORK}", f"content/{SIBLING.hex()}"]
    yield made("content-of-another", Kind.COPYRIGHT, WORK, keys, "the content's row is not that of the work's hash")
    keys = ["work/vase", f"content/{SIBLING.hex()}"]
    yield made("copyright-of-nothing", Kind.COPYRIGHT, "vase", keys, "there is no such work")
    burned = Life()
    burned.block(HOLDER, Burn(TOKEN))
    keys = [f"token/{TOKEN}", SERIES, f"work/{WORK}", f"account/{HOLDER}", *ENDS, f"choice/{TOKEN}"]
    yield _stated(burned, "ownership-of-what-was-burned", Kind.OWNERSHIP, TOKEN, keys, "the token was burned")

    height = str(life.ledger.height)
    report = json.loads(life.statement(Kind.COMPLIANCE, height))
    other = json.loads(life.statement(Kind.COMPLIANCE, "2"))
    rows = json.loads(life.statement(Kind.HOLDINGS, POOR))["rows"]
    compliance = partial(Forged, kind="compliance")
    for title, content, why, fails in (
        ("compliance-of-another-height", {**report, "subject": "2"}, "the header is of height 3", "subject"),
        ("compliance-with-a-row", {**report, "rows": rows}, "there is a row", "subject"),
        ("report-of-another-block", {**report, "report": other["report"]}, "the report is that of block 2", "report"),
        ("report-missing", {**report, "report": None}, "there is no report", "report"),
    ):
        yield compliance(title, subject=content["subject"], content=content, why=why, fails=(fails,))
    holdings = json.loads(life.statement(Kind.HOLDINGS, POOR))
    content = {**holdings, "report": report["report"]}
    yield Forged("report-too-many", "holdings", POOR, content, "it has the block's report", ("report",))
    for title, content, why, fails in (
        ("chain-of-nobody", {**holdings, "chain": "00" * 32}, "the file names another chain", "chain"),
        ("chain-too-short", {**holdings, "chain": holdings["chain"][2:]}, "the chain id has 31 bytes", "format"),
        ("half-a-byte", {**holdings, "header": holdings["header"] + "0"}, "the header has an odd digit", "format"),
        ("kind-unknown", {**holdings, "kind": "beauty"}, "there is no such kind", "format"),
        ("format-of-tomorrow", {**holdings, "format": "quorate-statement/2"}, "another version", "format"),
        ("nine-rows", {**holdings, "rows": rows * 9}, "there are nine rows", "format"),
        ("depth-of-256", {**holdings, "rows": [_deep(rows[0])]}, "a step has depth 256", "format"),
        ("row-of-capitals", {**holdings, "rows": [{**rows[0], "key": "account/ANT"}]}, "a key's form", "format"),
    ):
        yield Forged(title, "holdings", POOR, content, why, (fails,))


def misused_certificates(good: Content) -> Iterator[Forged]:
    """Of one transaction among five."""
    envelope, block, vote = good["envelope"], good["block"], good["votes"][0]
    transaction = msgpack.unpackb(bytes.fromhex(good["transaction"]))
    nest: Any = 0
    for _ in range(31):
        nest = [nest]
    signature, path = ("transaction signature",), [*envelope["path"], SIBLING.hex()]
    for title, changed, why, fails in (
        ("index-beyond-the-count", {"envelope": {**envelope, "index": 5}}, "of five it is number 5, from 0", signature),
        ("path-too-long", {"envelope": {**envelope, "path": path}}, "the envelope's path has a hash more", signature),
        ("path-of-33", {"envelope": {**envelope, "path": [SIBLING.hex()] * 33}}, "33 hashes", ("format",)),
        ("sides-too-few", {"block": {**block, "sides": block["sides"][1:]}}, "a side is missing", ("format",)),
        (
            "vote-path-too-long",
            {"votes": [{**vote, "path": [*vote["path"], SIBLING.hex()]}, *good["votes"][1:]]},
            "a vote's path has a hash more",
            ("votes", "quorum"),
        ),
        ("nonce-of-text", {"transaction": _packed(["1", *transaction[1:]])}, "the nonce is a text", ("transaction",)),
        (
            "nested-33-deep",
            {"transaction": _packed([*transaction[:2], [*transaction[2], nest], *transaction[3:]])},
            "the 33rd array within another",
            ("transaction",),
        ),
        ("operation-of-nothing", {"transaction": _packed([1, 0, [], None, 1])}, "no operation", ("transaction",)),
        ("of-tomorrow", {"format": "quorate-certificate/2"}, "another version", ("format",)),
        ("account-in-capitals", {"envelope": {**envelope, "account": "Member-0"}}, "an account's form", ("format",)),
    ):
        yield Forged(f"transaction-{title}", "transaction", "transaction-one-of-five", {**good, **changed}, why, fails)


def charters(good: bytes) -> Iterator[tuple[str, bytes, str, tuple[str, ...]]]:
    """Other charters to check a good certificate with: name, bytes, why, and the checks that fail."""
    yield "of-others", charter_json(charter_of(7)), "another consortium's charter", ("chain",)
    content = json.loads(good)
    members = content["members"]
    twin = {**members[1], "node_key": members[2]["node_key"]}
    for title, changed, why in (
        ("votes-twice", {"members": [*members[:1], twin, *members[2:]]}, "two that vote have one node key"),
        ("member-twice", {"members": [*members, members[0]]}, "a member stands there twice"),
        ("nobody-votes", {"members": [{**each, "votes": False} for each in members]}, "nobody votes"),
        ("nobody", {"members": []}, "there are no members"),
        ("role-unknown", {"members": [{**members[0], "role": "king"}, *members[1:]]}, "there is no such role"),
        ("votes-perhaps", {"members": [{**members[0], "votes": 1}, *members[1:]]}, "whether it votes is 1"),
        ("key-in-capitals", {"members": [{**members[0], "node_key": "AB" * 32}, *members[1:]]}, "a key in capitals"),
        ("version-2", {"version": 2}, "the version is 2"),
        ("field-too-many", {"coin": "none"}, "there is a field too many"),
        ("half-a-character", {"name": "\ud800"}, "the name has a surrogate without its other half"),
        ("figures-in-an-array", {"parameters": []}, "the figures stand in an array"),
        ("policies-in-an-array", {"policies": []}, "the policies stand in an array"),
        ("figure-of-text", {"parameters": {"freeze_governors": "3"}}, "a figure is a text"),
        ("figure-too-large", {"parameters": {"freeze_governors": 2**63}}, "a figure is 2^63"),
    ):
        yield title, json.dumps({**content, **changed}).encode(), why, ("charter",)


def with_every_field() -> tuple[bytes, bytes]:
    """A charter with policies, chains, figures below nothing, names in any script; and a certificate of its chain."""
    founded = replace(
        charter_of(4),
        name="藏品联盟 \N{LATIN SMALL LETTER E WITH ACUTE}",
        parameters={"zoo": -1, "a": 2**63 - 1, "ä": 128, "": -(2**63) + 1, "Z": -33, "\U0001f5bc": 65536, "\uff21": 0},
        policies={"takedown": "2/3", "pause": "ALL"},
        chains=("b" * 64, "another"),
    )
    return charter_json(founded), block_of(charter=founded).certificate()


def _stated(life: Life, title: str, kind: Kind, subject: str, rows: list[str], why: str) -> Forged:
    return Forged(title, kind.value, subject, json.loads(life.stated(kind, subject, rows)), why, ("subject",))


def _deep(row: Content) -> Content:
    return {**row, "steps": [*row["steps"], {"depth": 256, "sibling": SIBLING.hex()}]}


def _packed(value: object) -> str:
    return bytes(msgpack.packb(value, use_bin_type=True)).hex()
