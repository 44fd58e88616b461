"""`quorate query`: every question that a gateway answers, as of a height, with its proof checked if that is asked."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quorate.commands.answer_words import answer_lines
from quorate.commands.asking import NotTaken, talk
from quorate.commands.listed import Listed, Rows
from quorate.commands.safe_text import shown, written

if TYPE_CHECKING:
    import msgspec

    from node.client import Client
    from node.gateway.queries.table import BlockQuery, Query
    from node.gateway.types import StatusReply
    from quorate.verifier.answers import ProvedAnswer
    from quorate.verifier.block import Check

EXIT_UNPROVED = 10
"""As `quorate verify`: the proof does not hold."""

OPTIONS = frozenset({"height", "proof"})
"""Parameters of questions that are options here."""


def _listing() -> Rows:
    from node.gateway.queries.table import ALL_QUERIES

    return [(name, query.summary.replace(", as of a height", "")) for name, query in ALL_QUERIES.items()]


def _explained(name: str) -> Rows:
    from node.gateway.queries.table import ALL_QUERIES
    from quorate.commands.shapes import shape_of

    return [(field, told) for field, told in shape_of(ALL_QUERIES[name].asked) if field not in OPTIONS]


@click.command(
    cls=Listed,
    heading="Questions",
    listing=_listing,
    explained=_explained,
    epilog="Exit status: 0 when it was answered and the proof, if asked for, holds; 1 when nobody answered; 10 when the"
    " proof does not hold; 2 for a wrong command line.",
)
@click.argument("node", metavar="NODE")
@click.argument("question")
@click.argument("fields", metavar="[NAME=VALUE]...", nargs=-1)
@click.option("--height", metavar="H", help="The ledger after this block. Default: the last one.")
@click.option("--proof", is_flag=True, help="Ask for the rows behind the answer, check them, draw the answer again.")
@click.option(
    "--charter",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What a proof is checked against, from a source that you trust. Default: the one in the member's home.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def query(
    node: str,
    question: str,
    fields: tuple[str, ...],
    height: str | None,
    proof: bool,
    charter: Path | None,
    as_json: bool,
) -> None:
    """Ask NODE a QUESTION about the ledger; what does not exist is none, not an error.

    NODE is a gateway (http://127.0.0.1:7460) or a member's home folder. `quorate query QUESTION --help` says what a
    question takes. For example, who owns a token:

    \b
        quorate query NODE owner_of token=prints-0001 --proof --charter charter.json
    """  # noqa: D301 click knows the backspace, not two letters
    from node.gateway.queries.table import ALL_QUERIES
    from quorate.commands.fields import read_words

    row = ALL_QUERIES.get(question)
    if row is None:
        raise click.UsageError(f"{question!r:.60} is no question; there are: {', '.join(ALL_QUERIES)}")
    if proof and "proof" not in row.asked.__struct_fields__:
        raise click.UsageError(
            f"{question} has no proof as a whole: each transaction that it names has a certificate of its own"
            " (quorate certificate NODE transaction ID)"
        )
    trusted = _charter_file(node, charter) if proof else None
    words = [*fields, *([] if height is None else [f"height={height}"]), *(["proof=true"] if proof else [])]
    asked = read_words(row.asked, words, name=question, now_ms=0)
    parameters = dict(word.split("=", 1) for word in words)

    async def ask(client: "Client", status: "StatusReply") -> tuple["msgspec.Struct", bytes]:
        return await client.query(question, **parameters), bytes.fromhex(status.chain)

    now_ms = time.time_ns() // 1_000_000
    answered, chain = talk(node, ask)
    plain = _plain(answered)
    if trusted is None:
        click.echo(json.dumps(plain, ensure_ascii=False, indent=2) if as_json else "\n".join(answer_lines(plain)))
        return
    checks, proved = _check(row, asked, answered, trusted, chain=chain, now_ms=now_ms)
    if as_json:
        told = [{"name": each.name, "outcome": each.outcome.value, "detail": shown(each.detail)} for each in checks]
        click.echo(json.dumps({**plain, "holds": proved is not None, "checks": told}, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join([*answer_lines(plain), "", *_proof_lines(row, checks, proved)]))
    if proved is None:
        raise SystemExit(EXIT_UNPROVED)


def _charter_file(node: str, charter: Path | None) -> Path:
    from node.home.home import CHARTER_FILE

    found = charter or Path(node) / CHARTER_FILE
    if not found.is_file():
        raise click.UsageError("a proof is checked against the chain's charter: give it with --charter")
    return found


def _plain(answered: "msgspec.Struct") -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(answered)
    return plain


def _check(
    row: "Query | BlockQuery",
    asked: "msgspec.Struct",
    answered: Any,
    charter: Path,
    *,
    chain: bytes,
    now_ms: int,
) -> tuple[tuple["Check", ...], "ProvedAnswer | None"]:
    """The verifier's checks of the proof, and whether the answer is what it proves."""
    import msgspec

    from canonical.encoding import encode
    from ledger.receipts import ComplianceEntry
    from node.gateway.queries.table import Query
    from node.gateway.queries.types import Answer, Asked
    from node.home.charter_file import charter_from_json
    from quorate.commands.drawing import draw
    from quorate.verifier.answers import verify_answer
    from quorate.verifier.block import Outcome

    if answered.proof is None:
        raise NotTaken("the gateway answered without a proof, though it was asked for one")
    report = None
    if not isinstance(row, Query):
        report = encode(tuple(ComplianceEntry(each.rule, each.checked, each.refused) for each in answered.entries))
    trusted = charter.read_bytes()
    proof = msgspec.json.encode(answered.proof)
    checks, proved = verify_answer(proof, trusted, chain=chain, height=answered.height, report=report)
    if proved is None or not isinstance(row, Query):
        return checks, proved
    assert isinstance(asked, Asked), "questions of the state are asked so"
    assert isinstance(answered, Answer), "and answered so"
    drawn = draw(row, asked, answered, charter_from_json(trusted), proved, now_ms=now_ms)
    return (*checks, drawn), proved if drawn.outcome is Outcome.PASSED else None


def _proof_lines(row: "Query | BlockQuery", checks: tuple["Check", ...], proved: "ProvedAnswer | None") -> list[str]:
    from quorate.commands.verify import check_lines

    lines = [*check_lines(checks), ""]
    if proved is None:
        return [*lines, "The proof does NOT hold: this answer is one member's word."]
    header, voters = proved.header, len(proved.charter.voters())
    lines.append(
        f"The proof holds: so it stood after block {header.height}, dated {written(header.timestamp_ms)}, which"
        f" {proved.votes} of {voters} members signed."
    )
    unproved = getattr(row, "unproved", "")
    return [*lines, f"What it does not show: {unproved}."] if unproved else lines
