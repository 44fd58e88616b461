"""`quorate verify`: prints the offline verifier's answer, check by check, and what it is worth."""

import json
from collections.abc import Sequence
from hashlib import file_digest
from pathlib import Path

import click

from quorate.commands.proof_words import claimed, proved
from quorate.commands.safe_text import shown
from quorate.verifier.block import Check, Outcome
from quorate.verifier.checks import Report
from quorate.verifier.checks import verify as verify_certificate
from quorate.verifier.json import FILE_BYTES_MAX

EXIT_REFUSED = 10
"""The certificate does not hold. 2 is click's own, for a wrong command line."""

MARKS = {Outcome.PASSED: "ok", Outcome.FAILED: "FAILED", Outcome.SKIPPED: "skipped"}


@click.command(epilog="Exit status: 0 when every check passed, 10 when not, 2 for a wrong command line.")
@click.argument("certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--charter",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The chain's charter.json, from a source that you trust.",
)
@click.option(
    "--content",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file that the work is about: is it the one that was registered?",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def verify(certificate: Path, charter: Path, content: Path | None, as_json: bool) -> None:
    """Check CERTIFICATE with nothing but the charter: no node, no network, no code shared with the nodes.

    CERTIFICATE is a transaction's certificate, or a statement of who owns a token, of a work's copyright, that a token
    was never minted, of what an account holds, or of a block's compliance: `quorate certificate` fetches them.

    Every check is printed by name. What follows tells apart what the chain proves and what somebody merely claimed.
    """
    report = verify_certificate(_start(certificate), _start(charter), None if content is None else _digest(content))
    if as_json:
        click.echo(json.dumps(as_object(report), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(as_text(report)))
    if not report.holds:
        raise SystemExit(EXIT_REFUSED)


def _start(path: Path) -> bytes:
    """What is read of a file: one that is longer than any proof is refused for it, and not taken into memory."""
    with path.open("rb") as file:
        return file.read(FILE_BYTES_MAX + 1)


def _digest(path: Path) -> bytes:
    """The SHA-256 of a file, which may be a film: read a piece at a time."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").digest()


def as_text(report: Report) -> list[str]:
    """Return the report as lines for a terminal."""
    lines = check_lines(report.checks)
    if report.contents is None:
        failed = ", ".join(report.failed())
        return [*lines, "", f"The certificate does NOT hold. It fails: {failed}."]
    lines += ["", "The certificate holds.", "", "What the chain proves"]
    lines += [f"  * {line}" for line in proved(report.contents)]
    lines += ["", "What somebody claimed, and the chain only dates"]
    lines += [f"  * {line}" for line in claimed(report.contents)]
    return lines


def check_lines(checks: Sequence[Check]) -> list[str]:
    """Each check with how it ended."""
    return [f"  {MARKS[check.outcome]:<8} {check.name:<28} {shown(check.detail)}" for check in checks]


def as_object(report: Report) -> dict[str, object]:
    """Return the report for a program."""
    return {
        "holds": report.holds,
        "failed": list(report.failed()),
        "checks": [
            {"name": check.name, "outcome": check.outcome.value, "detail": shown(check.detail)}
            for check in report.checks
        ],
        "proved": [] if report.contents is None else proved(report.contents),
        "claimed": [] if report.contents is None else claimed(report.contents),
    }
