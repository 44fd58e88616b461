"""`python -m tests.quorate.vectors`: writes docs/vectors, the files by which another verifier is held to the document.

Keys are fixed, so the same bytes come out. `index.json` names for each file the checks that fail, none for a good one.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ledger.operations.series import MintBatch
from node.statement_file import Kind
from tests.quorate.certificates import charter_json
from tests.quorate.statements import GOOD, HOLDER, NEVER, POOR, TOKEN, WORK, Life

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


BROKEN: tuple[tuple[str, Kind, str, Alteration], ...] = (
    ("signature-altered", Kind.OWNERSHIP, TOKEN, _signature),
    ("one-vote-short", Kind.OWNERSHIP, TOKEN, _vote_missing),
    ("one-member-twice", Kind.OWNERSHIP, TOKEN, _vote_twice),
    ("owner-altered", Kind.OWNERSHIP, TOKEN, _value),
    ("path-altered", Kind.COPYRIGHT, WORK, _sibling),
    ("steps-upside-down", Kind.COPYRIGHT, WORK, _order_of_steps),
    ("row-missing", Kind.COPYRIGHT, WORK, _row_missing),
    ("somebody-elses-row", Kind.HOLDINGS, POOR, _subject),
    ("other-kind", Kind.ABSENCE, NEVER, _kind),
    ("report-altered", Kind.COMPLIANCE, "2", _report),
    ("unknown-field", Kind.HOLDINGS, POOR, _unknown_field),
    ("capital-letters", Kind.HOLDINGS, POOR, _capital),
)
"""What is done to a good file, and its name."""

BROKEN_CERTIFICATES: tuple[tuple[str, Alteration], ...] = (
    ("transaction-signature-altered", _own_signature),
    ("transaction-at-another-place", _place),
    ("transaction-path-altered", _transaction_path),
    ("transaction-receipt-altered", _receipt),
    ("transaction-vote-short", _vote_missing),
)
"""The same, done to the certificate of one transaction among five."""

EXPECTED: dict[str, tuple[str, ...]] = {
    "signature-altered": ("votes", "quorum"),
    "one-vote-short": ("quorum",),
    "one-member-twice": ("votes", "quorum"),
    "owner-altered": ("rows",),
    "path-altered": ("rows",),
    "steps-upside-down": ("rows",),
    "row-missing": ("subject",),
    "somebody-elses-row": ("subject",),
    "other-kind": ("subject",),
    "report-altered": ("report",),
    "transaction-signature-altered": ("transaction signature",),
    "transaction-at-another-place": ("transaction signature",),
    "transaction-path-altered": ("transaction path",),
    "transaction-receipt-altered": ("receipt path", "receipt matches transaction"),
    "transaction-vote-short": ("quorum",),
    "unknown-field": ("format",),
    "capital-letters": ("format",),
}
"""The checks that fail, by name; those that rest on them are skipped."""


def vectors() -> dict[str, bytes]:
    """Every file by its name."""
    life = Life()
    made = {"charter.json": charter_json(life.charter)}
    index: list[dict[str, object]] = []
    for kind, subject in GOOD:
        name = f"{kind.value}-{subject}.json"
        made[name] = life.statement(kind, subject)
        index.append({"file": name, "kind": kind.value, "subject": subject, "fails": []})
    for title, kind, subject, alter in BROKEN:
        content = json.loads(life.statement(kind, subject))
        alter(content)
        name = f"broken-{title}.json"
        made[name] = json.dumps(content, separators=(",", ":"), ensure_ascii=True).encode()
        index.append({"file": name, "kind": kind.value, "subject": subject, "fails": list(EXPECTED[title])})
    certificates = {name: life.certificate(*place) for name, place in CERTIFICATES.items()}
    # Its own life, so that the statements above are of a state in which nobody tried this.
    other = Life()
    other.block("member-0", MintBatch("scroll-a", 1), accepted=False)
    certificates["transaction-refused"] = other.certificate(other.ledger.height, 0)
    for title, data in certificates.items():
        made[f"{title}.json"] = data
        index.append({"file": f"{title}.json", "kind": "transaction", "subject": title, "fails": []})
    for title, alter in BROKEN_CERTIFICATES:
        content = json.loads(certificates["transaction-one-of-five"])
        alter(content)
        name = f"broken-{title}.json"
        made[name] = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
        index.append({"file": name, "kind": "transaction", "subject": title, "fails": list(EXPECTED[title])})
    made["index.json"] = (json.dumps(index, indent=1) + "\n").encode()
    return made


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
