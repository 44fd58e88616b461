"""`python -m tests.quorate.vectors`: writes docs/vectors, the files by which another verifier is held to the document.

Keys are fixed, so the same bytes come out. `index.json` names for each file the verdict, the checks that fail, and why.
"""

import json
import sys
from pathlib import Path
from typing import Any

import click

from ledger.operations.series import MintBatch
from node.statement_file import Kind
from tests.quorate.broken_files import CERTIFICATES_BROKEN, STATEMENTS, WRITTEN
from tests.quorate.certificates import charter_json
from tests.quorate.forged_files import forged_headers, forged_receipts, forged_records, forged_reports, forged_rows
from tests.quorate.intermediate import intermediate_values
from tests.quorate.misused_files import charters, misused_certificates, misused_statements, with_every_field
from tests.quorate.statements import CONTENT, GOOD, HOLDER, TOKEN, Life

FOLDER = Path(__file__).parents[2] / "docs" / "vectors"

CERTIFICATES: dict[str, tuple[int, int]] = {"transaction-one-alone": (1, 0), "transaction-one-of-five": (2, 2)}
"""Good certificates of transactions, with the height and the place of each; `refused` is beside them."""


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
    for title, old, new, why in WRITTEN:
        name = f"broken-{title}.json"
        made[name] = certificates["transaction-one-of-five"].replace(old, new, 1)
        index.append(_entry(name, "transaction", title, why, ("format",)))
    _add_forged(made, index, life)
    charter, statement = made["charter.json"], made[f"ownership-{TOKEN}.json"]
    values = intermediate_values(certificates["transaction-one-of-five"], statement, charter)
    made["intermediate.json"] = (json.dumps(values, indent=1) + "\n").encode()
    made["index.json"] = (json.dumps(index, indent=1) + "\n").encode()
    return made


def _add_forged(made: dict[str, bytes], index: list[dict[str, object]], life: Life) -> None:
    """Add what a quorum signed although it is not so, what stands where it has no business, and other charters."""
    holdings, compliance = (json.loads(made[name]) for name in (f"holdings-{HOLDER}.json", "compliance-2.json"))
    certificate = json.loads(made["transaction-one-of-five.json"])
    for each in (
        *forged_headers(holdings),
        *forged_rows(holdings),
        *forged_records(holdings),
        *forged_reports(compliance),
        *forged_receipts(certificate),
        *misused_statements(life),
        *misused_certificates(certificate),
    ):
        name = f"{'broken-' if each.fails else 'good-'}{each.title}.json"
        assert name not in made, "every title is another"
        made[name] = _compact(each.content)
        index.append(_entry(name, each.kind, each.subject, each.why, each.fails))
    for file, content, is_its in (
        ("transaction-one-alone.json", CONTENT, True),
        ("transaction-one-alone.json", CONTENT + b"!", False),
        ("transaction-one-of-five.json", CONTENT, False),
        (f"holdings-{HOLDER}.json", CONTENT, False),
    ):
        why = "the content that was registered" if is_its else "the content of something else"
        fails = () if is_its else ("content",)
        index.append(_entry(file, file.partition("-")[0], file, why, fails, content=content.hex()))
    for title, charter, why, failed in charters(made["charter.json"]):
        made[f"charter-{title}.json"] = charter
        index.append(
            _entry("transaction-one-alone.json", "transaction", "", why, failed, charter=f"charter-{title}.json")
        )
    name, of_all = "charter-with-every-field.json", "transaction-of-another-chain.json"
    made[name], made[of_all] = with_every_field()
    index.append(_entry(of_all, "transaction", of_all, "a charter with all that there can be", charter=name))


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
