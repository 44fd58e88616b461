"""`quorate verify`: prints the offline verifier's answer, check by check, and what it is worth."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from quorate.verifier.checks import Contents, Outcome, Report, quorum
from quorate.verifier.checks import verify as verify_certificate

EXIT_REFUSED = 10
"""The certificate does not hold. 2 is click's own, for a wrong command line."""

MARKS = {Outcome.PASSED: "ok", Outcome.FAILED: "FAILED", Outcome.SKIPPED: "skipped"}
TEXT_SHOWN_MAX = 160


@click.command(epilog="Exit status: 0 when every check passed, 10 when not, 2 for a wrong command line.")
@click.argument("certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--charter",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The chain's charter.json, from a source that you trust.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def verify(certificate: Path, charter: Path, as_json: bool) -> None:
    """Check CERTIFICATE with nothing but the charter: no node, no network, no code shared with the nodes.

    Every check is printed by name. What follows tells apart what the chain proves and what somebody merely claimed.
    """
    report = verify_certificate(certificate.read_bytes(), charter.read_bytes())
    if as_json:
        click.echo(json.dumps(as_object(report), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(as_text(report)))
    if not report.holds:
        raise SystemExit(EXIT_REFUSED)


def as_text(report: Report) -> list[str]:
    """Return the report as lines for a terminal."""
    lines = [f"  {MARKS[check.outcome]:<8} {check.name:<28} {shown(check.detail)}" for check in report.checks]
    if report.contents is None:
        failed = ", ".join(report.failed())
        return [*lines, "", f"The certificate does NOT hold. It fails: {failed}."]
    lines += ["", "The certificate holds.", "", "What the chain proves"]
    lines += [f"  * {line}" for line in proved(report.contents)]
    lines += ["", "What somebody claimed, and the chain only dates"]
    lines += [f"  * {line}" for line in claimed(report.contents)]
    return lines


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


def proved(contents: Contents) -> list[str]:
    """Say what follows from a certificate that holds."""
    charter, certificate, header = contents.charter, contents.certificate, contents.header
    transaction, receipt = contents.transaction, contents.receipt
    voters = charter.voters()
    signers = ", ".join(voters[vote.sender].id for vote in certificate.votes)
    lines = [
        f"Block {header.height} of chain {certificate.chain.hex()[:16]} ({shown(charter.name)}), "
        f"dated {written(header.timestamp_ms)}, is final: {len(certificate.votes)} of {len(voters)} members signed it "
        f"({signers}); {quorum(len(voters))} are a quorum.",
        f"It contains transaction {receipt.transaction.hex()}, signed with key {certificate.public_key.hex()[:16]} "
        f"for account {certificate.account}: {shown(transaction.operation)}.",
    ]
    if receipt.status == "accepted":
        lines.append("The ledger accepted it, so the key was the account's.")
    for event in receipt.events:
        lines.append(f"It did: {shown(event.name)} {shown(_pairs(event.params))}".rstrip())
    for refusal in receipt.refusals:
        retry = "" if refusal.retry_at_ms is None else f" It may be tried again from {written(refusal.retry_at_ms)}."
        rule = f"{shown(refusal.code)} ({shown(refusal.rule)})"
        lines.append(f"The ledger refused it: {rule}. {shown(refusal.message)}{retry}")
    return lines


def claimed(contents: Contents) -> list[str]:
    """Say what the certificate carries and does not prove."""
    certificate, transaction = contents.certificate, contents.transaction
    arguments = ", ".join(_argument(each) for each in transaction.arguments)
    return [
        f"{certificate.account} said: {shown(transaction.operation)}({shown(arguments)}). "
        "That titles, creators, rights and documents named here are true is its word, not the chain's.",
        "The date is the primary's clock within the drift that the other members allow, never before the parent's.",
    ]


def written(time_ms: int) -> str:
    """Return Unix milliseconds as a date in UTC, or as the number where the calendar has no such year."""
    try:
        moment = datetime.fromtimestamp(time_ms / 1000, tz=UTC)
    except (OverflowError, ValueError, OSError):
        return f"{time_ms} ms"
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def shown(text: str) -> str:
    """Return text from a file so that it cannot steer a terminal, cut to a line's length."""
    safe = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return safe if len(safe) <= TEXT_SHOWN_MAX else safe[: TEXT_SHOWN_MAX - 1] + "…"


def _pairs(params: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{name}={value}" for name, value in params)


def _argument(value: object) -> str:
    match value:
        case bytes():
            return value.hex()[:16]
        case str():
            return f'"{value}"'
        case list():
            return f"[{', '.join(_argument(each) for each in value)}]"
        case _:
            return str(value)
