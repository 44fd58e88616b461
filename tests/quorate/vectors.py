"""`python -m tests.quorate.vectors`: writes docs/vectors, the files by which another verifier is held to the document.

Keys are fixed, so the same bytes come out. `index.json` names for each file the verdict, the checks that fail, and why.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import msgspec

from canonical.hashing import Digest
from ledger.envelope import signed_bytes
from ledger.operations.series import MintBatch
from node.statement_file import Kind
from tests.quorate.certificates import charter_json, public, signer
from tests.quorate.statements import CONTENT, GOOD, HOLDER, NEVER, POOR, TOKEN, WORK, Life

FOLDER = Path(__file__).parents[2] / "docs" / "vectors"

Alteration = Callable[[dict[str, Any]], None]

CERTIFICATES: dict[str, tuple[int, int]] = {"transaction-one-alone": (1, 0), "transaction-one-of-five": (2, 2)}
"""Good certificates of transactions, with the height and the place of each; `refused` is beside them."""


def _flipped(text: str, place: int) -> str:
    return text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]


def _signature(content: dict[str, Any]) -> None:
    content["votes"][0]["signature"] = _flipped(content["votes"][0]["signature"], 4)


def _vote_missing(content: dict[str, Any]) -> None:
    del content["votes"][-1]


def _vote_twice(content: dict[str, Any]) -> None:
    content["votes"][1] = content["votes"][0]


def _subject(content: dict[str, Any]) -> None:
    content["subject"] = HOLDER


def _value(content: dict[str, Any]) -> None:
    content["rows"][0]["value"] = _flipped(content["rows"][0]["value"], 8)


def _sibling(content: dict[str, Any]) -> None:
    content["rows"][0]["steps"][0]["sibling"] = _flipped(content["rows"][0]["steps"][0]["sibling"], 0)


def _row_missing(content: dict[str, Any]) -> None:
    del content["rows"][-1]


def _order_of_steps(content: dict[str, Any]) -> None:
    content["rows"][0]["steps"].reverse()


def _report(content: dict[str, Any]) -> None:
    content["report"] = _flipped(content["report"], 20)


def _kind(content: dict[str, Any]) -> None:
    content["kind"] = "holdings"


def _own_signature(content: dict[str, Any]) -> None:
    content["envelope"]["signature"] = _flipped(content["envelope"]["signature"], 4)


def _place(content: dict[str, Any]) -> None:
    content["envelope"]["index"] += 1


def _transaction_path(content: dict[str, Any]) -> None:
    content["block"]["transaction_path"][0] = _flipped(content["block"]["transaction_path"][0], 0)


def _receipt(content: dict[str, Any]) -> None:
    content["receipt"] = _flipped(content["receipt"], 20)


def _unknown_field(content: dict[str, Any]) -> None:
    content["note"] = ""


def _capital(content: dict[str, Any]) -> None:
    content["chain"] = content["chain"].upper()


def _lookalike(content: dict[str, Any]) -> None:
    content["subject"] = "scroll-a-4"


def _order_of_fields(content: dict[str, Any]) -> None:
    content["votes"][0] = dict(reversed(content["votes"][0].items()))


def _order_of_votes(content: dict[str, Any]) -> None:
    content["votes"].reverse()


def _sender_unknown(content: dict[str, Any]) -> None:
    content["votes"][-1]["sender"] = 4


def _owners_account(content: dict[str, Any]) -> None:
    content["rows"][3] = content["rows"][0]


def _end_missing(content: dict[str, Any]) -> None:
    del content["rows"][4]


def _strangers_key(content: dict[str, Any]) -> None:
    """Sign the genuine id with another key: what anybody can who has the certificate."""
    envelope, chain = content["envelope"], Digest(bytes.fromhex(content["chain"]))
    identifier = Digest(msgspec.msgpack.decode(bytes.fromhex(content["receipt"]))[0])
    signed = signed_bytes(envelope["account"], public("stranger"), (identifier,), chain=chain)
    envelope |= {"public_key": public("stranger").hex(), "count": 1, "index": 0, "path": []}
    envelope["signature"] = signer("stranger")(signed).hex()


@dataclass(frozen=True)
class Broken:
    """What is done to a good file, and what comes of it."""

    title: str
    alter: Alteration
    why: str
    fails: tuple[str, ...]
    """The checks that fail, by name; those that rest on them are skipped."""


STATEMENTS: tuple[tuple[Kind, str, Broken], ...] = (
    (Kind.OWNERSHIP, TOKEN, Broken(
        "signature-altered", _signature, "a bit of a vote's signature is another", ("votes", "quorum"))),
    (Kind.OWNERSHIP, TOKEN, Broken("one-vote-short", _vote_missing, "one vote less than a quorum", ("quorum",))),
    (Kind.OWNERSHIP, TOKEN, Broken(
        "one-member-twice", _vote_twice, "the second vote is the first once more", ("votes", "quorum"))),
    (Kind.OWNERSHIP, TOKEN, Broken("votes-out-of-order", _order_of_votes, "votes stand by falling sender", ("votes",))),
    (Kind.OWNERSHIP, TOKEN, Broken(
        "vote-of-nobody", _sender_unknown, "a vote's sender is none of the four voters",
        ("committee", "votes", "quorum"))),
    (Kind.OWNERSHIP, TOKEN, Broken("owner-altered", _value, "a byte of the token's record is another", ("rows",))),
    (Kind.OWNERSHIP, TOKEN, Broken(
        "owners-account-missing", _owners_account, "the token's row stands where the owner's account has to",
        ("subject",))),
    (Kind.OWNERSHIP, TOKEN, Broken(
        "wind-down-missing", _end_missing, "the row of the series' wind-down is left out", ("subject",))),
    (Kind.OWNERSHIP, TOKEN, Broken(
        "fields-out-of-order", _order_of_fields, "a vote's fields stand in another order", ("format",))),
    (Kind.COPYRIGHT, WORK, Broken("path-altered", _sibling, "a sibling hash is another", ("rows",))),
    (Kind.COPYRIGHT, WORK, Broken(
        "steps-upside-down", _order_of_steps, "the steps stand from the leaf up", ("rows",))),
    (Kind.COPYRIGHT, WORK, Broken("row-missing", _row_missing, "the content's row is left out", ("subject",))),
    (Kind.HOLDINGS, POOR, Broken(
        "somebody-elses-row", _subject, "the subject is another account than the row's", ("subject",))),
    (Kind.ABSENCE, NEVER, Broken(
        "other-kind", _kind, "the kind is holdings, which has a token's name for an account", ("subject",))),
    (Kind.ABSENCE, NEVER, Broken(
        "name-of-nothing", _lookalike, "the subject is scroll-a-4, which is no token's name", ("format",))),
    (Kind.COMPLIANCE, "2", Broken("report-altered", _report, "a digit of the report is another", ("report",))),
    (Kind.HOLDINGS, POOR, Broken("unknown-field", _unknown_field, "there is a field too many", ("format",))),
    (Kind.HOLDINGS, POOR, Broken("capital-letters", _capital, "the chain id is in capitals", ("format",))),
)  # fmt: skip
"""Statements, each altered."""

CERTIFICATES_BROKEN: tuple[Broken, ...] = (
    Broken("transaction-signature-altered", _own_signature, "a bit of the account's signature is another",
           ("transaction signature",)),
    Broken("transaction-at-another-place", _place, "the index in the envelope is one more", ("transaction signature",)),
    Broken("transaction-path-altered", _transaction_path, "a sibling hash is another", ("transaction path",)),
    Broken("transaction-receipt-altered", _receipt, "a digit of the receipt is another",
           ("receipt path", "receipt matches transaction")),
    Broken("transaction-vote-short", _vote_missing, "one vote less than a quorum", ("quorum",)),
    Broken("transaction-key-of-a-stranger", _strangers_key, "another key signed the genuine id for the account",
           ("transaction signature", "transaction path", "receipt matches transaction")),
)  # fmt: skip
"""The certificate of one transaction among five, each time altered."""


def _compact(content: dict[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=True).encode()


def _entry(file: str, kind: str, subject: str, why: str, fails: tuple[str, ...] = (), **more: str) -> dict[str, object]:
    verdict = "does not hold" if fails else "holds"
    named = {"file": file, "kind": kind, "subject": subject, "verdict": verdict, "fails": list(fails), "why": why}
    return {**named, **more}


def vectors() -> dict[str, bytes]:
    """Every file by its name."""
    life, held = Life(), Life.held()
    made = {"charter.json": charter_json(life.charter)}
    index: list[dict[str, object]] = []
    for kind, subject in GOOD:
        name = f"{kind.value}-{subject}.json"
        made[name] = life.statement(kind, subject)
        index.append(_entry(name, kind.value, subject, "as it was handed out"))
    name = f"ownership-{TOKEN}-held.json"
    made[name] = held.statement(Kind.OWNERSHIP, TOKEN)
    why = "its owner's account is frozen, its work in dispute, its series wound down, its owner chose a refund"
    index.append(_entry(name, "ownership", TOKEN, why))
    index += [_content(TOKEN, CONTENT, "the content that was registered")]
    index += [_content(TOKEN, CONTENT + b"!", "another content", ("content",))]
    for kind, subject, broken in STATEMENTS:
        altered = json.loads(life.statement(kind, subject))
        broken.alter(altered)
        name = f"broken-{broken.title}.json"
        made[name] = _compact(altered)
        index.append(_entry(name, kind.value, subject, broken.why, broken.fails))
    certificates = {name: life.certificate(*place) for name, place in CERTIFICATES.items()}
    # Its own life, so that the statements above are of a state in which nobody tried this.
    other = Life()
    other.block("member-0", MintBatch("scroll-a", 1), accepted=False)
    certificates["transaction-refused"] = other.certificate(other.ledger.height, 0)
    for title, data in certificates.items():
        made[f"{title}.json"] = data
        index.append(_entry(f"{title}.json", "transaction", title, "as it was handed out"))
    for broken in CERTIFICATES_BROKEN:
        altered = json.loads(certificates["transaction-one-of-five"])
        broken.alter(altered)
        name = f"broken-{broken.title}.json"
        made[name] = _compact(altered)
        index.append(_entry(name, "transaction", broken.title, broken.why, broken.fails))
    made["index.json"] = (json.dumps(index, indent=1) + "\n").encode()
    return made


def _content(token: str, content: bytes, why: str, fails: tuple[str, ...] = ()) -> dict[str, object]:
    return _entry(f"ownership-{token}.json", "ownership", token, why, fails, content=content.hex())


def main() -> int:
    """Write them all."""
    FOLDER.mkdir(exist_ok=True)
    made = vectors()
    for old in FOLDER.glob("*.json"):
        if old.name not in made:
            old.unlink()
    for name, data in made.items():
        (FOLDER / name).write_bytes(data)
    click.echo(f"{len(made)} files in {FOLDER.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
