"""`quorate audit`: what the rules were asked and what they refused, block by block or in all, with its proof."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ledger.charter import Charter
    from node.audit.compliance import ComplianceAudit

EXIT_UNPROVED = 10
"""As `quorate verify`: something does not hold. 2 is click's own, for a wrong command line."""

UNREADABLE = 14

FINDINGS_SHOWN_MAX = 20


@click.command(
    epilog="Exit status: 0 when every block of the range is proved; 10 when not: what keeps it is named; 14 when a file"
    " can not be read; 2 for a wrong command line.",
)
@click.argument("ledger", type=click.Path(exists=True, path_type=Path))
@click.option("--from", "first", type=click.IntRange(1), metavar="H", help="First height; default: the first there is.")
@click.option("--to", "last", type=click.IntRange(1), metavar="H", help="Last height; default: the last certified one.")
@click.option(
    "--charter",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The chain's charter.json, from a source that you trust. Default: the one in the member's home.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with every block, instead of text.")
def audit(ledger: Path, first: int | None, last: int | None, charter: Path | None, as_json: bool) -> None:
    """Print what was checked and refused, by tenet and rule, in the blocks of LEDGER, and prove it.

    LEDGER is a member's home, or its quorate.db together with --charter. The node may be running. Every report is
    hashed anew and compared with its block's header, every header with the signatures of a quorum, and what was refused
    is counted again in the receipts.
    """
    from node.audit.compliance import audit_compliance
    from node.errors import NodeFault
    from node.home.charter_file import read_charter
    from node.home.home import CHARTER_FILE, DATABASE_FILE
    from node.home.keys import verify_signature

    if first is not None and last is not None and last < first:
        raise click.UsageError(f"--to {last} lies below --from {first}; give the lower height to --from.")
    if not ledger.is_dir() and charter is None:
        raise click.UsageError(f"{ledger} is no member's home; give its chain's charter with --charter.")
    database = ledger / DATABASE_FILE if ledger.is_dir() else ledger
    try:
        founding = read_charter(charter or ledger / CHARTER_FILE)
        if not database.exists():
            raise click.UsageError(f"{ledger} holds no {DATABASE_FILE}; the member's node has not run yet.")
        audited = audit_compliance(database, charter=founding, first=first, last=last, verify=verify_signature)
    except NodeFault as fault:
        click.echo(str(fault), err=True)
        raise SystemExit(UNREADABLE) from None
    if as_json:
        click.echo(json.dumps(as_object(audited, founding), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(as_text(audited, founding)))
    if audited.count or not audited.blocks:
        raise SystemExit(EXIT_UNPROVED)


def as_text(audited: "ComplianceAudit", charter: "Charter") -> list[str]:
    """Return what was found as lines for a terminal."""
    from ledger.charter import chain_id

    lines = [f"Chain {chain_id(charter).hex()[:16]} ({charter.name}), blocks {audited.first} to {audited.last}", ""]
    lines += list(_table(audited))
    lines += ["", *_proof(audited, charter)]
    return lines


def as_object(audited: "ComplianceAudit", charter: "Charter") -> dict[str, object]:
    """Return what was found for a program."""
    from ledger.charter import chain_id
    from ledger.tenets import tenet_of

    def counted(rows: Iterable[tuple[str, int, int]]) -> list[dict[str, object]]:
        return [
            {"tenet": tenet_of(rule), "rule": rule, "checked": checked, "refused": refused}
            for rule, checked, refused in rows
        ]

    return {
        "chain": chain_id(charter).hex(),
        "from": audited.first,
        "to": audited.last,
        "proved": not audited.count and bool(audited.blocks),
        "findings": [str(finding) for finding in audited.findings],
        "findings_count": audited.count,
        "rules": counted((rule, *counts) for rule, counts in audited.totals().items()),
        "blocks": [
            {
                "height": block.height,
                "timestamp_ms": block.timestamp_ms,
                "transactions": block.transactions,
                "signers": block.signers,
                "rules": counted((entry.rule, entry.checked, entry.refused) for entry in block.entries),
            }
            for block in audited.blocks
        ],
    }


def _table(audited: "ComplianceAudit") -> Iterable[str]:
    """Rules under their tenets."""
    from ledger.tenets import TENETS, tenet_of

    totals = audited.totals()
    yield f"{'rule':<8}{'checked':>12}{'refused':>12}"
    for tenet in range(12):
        rules = sorted((rule for rule in totals if tenet_of(rule) == tenet), key=_number)
        if rules:
            yield "the ledger's own" if tenet == 0 else f"{tenet} · {' · '.join(TENETS[tenet])}"
        for rule in rules:
            checked, refused = totals[rule]
            yield f"  {rule:<6}{checked:>12,}{refused:>12,}"


def _number(rule: str) -> tuple[int, ...]:
    """What rules of a tenet are sorted by: 10 and 2 of `R10.2`."""
    return tuple(map(int, rule[1:].split(".")))


def _proof(audited: "ComplianceAudit", charter: "Charter") -> Iterable[str]:
    """What holds, and what does not."""
    from consensus.quorum import Committee

    blocks, voters = len(audited.blocks), len(charter.voters())
    own = sum(block.signers > 0 for block in audited.blocks)
    if blocks:
        yield f"Proved for {blocks:,} blocks with {sum(block.transactions for block in audited.blocks):,} transactions:"
        yield "  * each report leads to the compliance root in its block's header;"
        yield f"  * {own:,} headers are signed by at least {Committee(voters).quorum} of {voters} members;"
        if blocks > own:
            yield f"  * {blocks - own:,} headers are named, from block to block, by a signed one above them;"
        yield "  * the receipts, which lead to the headers' receipt roots, tell of the same refusals."
    if audited.uncertified > 0:
        yield f"Not looked at: {audited.uncertified} later blocks that are executed here and not certified yet."
    if audited.count:
        yield f"NOT proved ({audited.count} findings):"
        yield from (f"  {finding}" for finding in audited.findings[:FINDINGS_SHOWN_MAX])
        if audited.count > FINDINGS_SHOWN_MAX:
            yield f"  and {audited.count - FINDINGS_SHOWN_MAX} more"
    elif not blocks:
        yield "NOT proved: there is no certified block in this range."
