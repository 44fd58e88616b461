"""`quorate propose` and `quorate vote`: how members change rules, roles, members, keys, policies, or pause a chain."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from quorate.commands.answer_words import event_words
from quorate.commands.asking import talk
from quorate.commands.listed import Listed, Rows
from quorate.commands.safe_text import worded, written
from quorate.commands.signing import Signing, signing_options
from quorate.commands.submit import first_line, read_deadline
from quorate.commands.submitting import EXITS, refusals_of, submit_operation, tell

if TYPE_CHECKING:
    from ledger.operations.table import Operation
    from node.client import Client
    from node.gateway.queries.types import ParametersAnswer, ProposalReply
    from node.gateway.types import StatusReply

FIGURES = "change_parameters"
"""The action whose fields are the rules' figures by name."""


def _listing() -> Rows:
    from ledger.operations.governance import ACTION_TYPES

    return [(str(kind.__struct_config__.tag), first_line(kind.__doc__ or "")) for kind in ACTION_TYPES]


def _explained(name: str) -> Rows:
    from ledger.operations.governance import ACTION_TYPES
    from ledger.parameters import RANGES
    from quorate.commands.shapes import shape_of

    if name == FIGURES:
        return [(figure, f"{least:,} to {most:,}") for figure, (least, most) in RANGES.items()]
    return shape_of(next(kind for kind in ACTION_TYPES if kind.__struct_config__.tag == name))


@click.command(cls=Listed, heading="Actions", listing=_listing, explained=_explained, epilog=EXITS)
@click.argument("home", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("proposal")
@click.argument("action")
@click.argument("fields", metavar="[NAME=VALUE]...", nargs=-1)
@click.option("--reason", required=True, help="Why, in a sentence or two; it stands on the chain.")
@click.option("--expires", metavar="TIME", default="+14d", show_default=True, help="When it ends if nobody decides it.")
@signing_options
def propose(
    home: Path,
    proposal: str,
    action: str,
    fields: tuple[str, ...],
    reason: str,
    expires: str,
    signing: Signing,
) -> None:
    """Put ACTION to the vote under the number PROPOSAL, with the key of the voting member in HOME, which votes for it.

    A proposal bears the name of who makes it: ant.2026-1 is for ant to make, and for all to vote on.

    `quorate propose ACTION --help` says what an action takes. For example:

    \b
        quorate propose HOME ant.1 change_parameters gifts_per_day=5 --reason "A new year."
        quorate propose HOME ant.2 set_role member=jd role=registrar votes=true --reason "..."
    """  # noqa: D301 click knows the backspace, not two letters
    from ledger.operations.governance import ACTION_TYPES, Propose
    from quorate.commands.fields import read_words

    kinds = {str(kind.__struct_config__.tag): kind for kind in ACTION_TYPES}
    if action not in kinds:
        raise click.UsageError(f"{action!r:.60} is no action; there are: {', '.join(kinds)}")
    now_ms = time.time_ns() // 1_000_000
    words = _figures(fields) if action == FIGURES else fields
    read: Any = read_words(kinds[action], words, name=action, now_ms=now_ms)
    # The terms are read by themselves; what is proposed then takes the place of the pause.
    terms = [f"proposal={proposal}", "action=pause", f"reason={reason}", f"expires_ms={expires}"]
    asked = msgspec.structs.replace(read_words(Propose, terms, name="propose", now_ms=now_ms), action=read)
    _hand_in(home, proposal, asked, signing, deadline_ms=0)


def _figures(words: tuple[str, ...]) -> list[str]:
    """Figures by their names, as the list of names and numbers that they are on the wire.

    Raises: click.UsageError.
    """
    from ledger.parameters import RANGES

    for word in words:
        name, _, number = word.partition("=")
        if name not in RANGES or not (number.isascii() and number.isdigit()):
            raise click.UsageError(
                f"{FIGURES}: {word[:80]!r} is no figure of the rules and its value, such as gifts_per_day=5;"
                f" `quorate propose {FIGURES} --help` lists them"
            )
    return [f"changes={word.replace('=', ':', 1)}" for word in words]


@click.command(epilog=EXITS)
@click.argument("home", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("proposal")
@click.argument("ballot", type=click.Choice(["for", "against"]))
@click.option("--deadline", metavar="TIME", help="The vote counts only until then: +1h, or a date. Default: no end.")
@signing_options
def vote(
    home: Path,
    proposal: str,
    ballot: str,
    deadline: str | None,
    signing: Signing,
) -> None:
    """Vote for or against PROPOSAL with the key of the voting member in HOME, once.

    What there is to vote on: `quorate query NODE proposals`; one with all its terms: `quorate query NODE proposal
    proposal=PROPOSAL`.
    """
    from ledger.operations.governance import Vote
    from quorate.commands.fields import read_words

    now_ms = time.time_ns() // 1_000_000
    asked = read_words(Vote, [f"proposal={proposal}", f"ballot={ballot}"], name="vote", now_ms=now_ms)
    until_ms = read_deadline(deadline, now_ms=now_ms)
    _hand_in(home, proposal, asked, signing, deadline_ms=until_ms)


def _hand_in(home: Path, proposal: str, asked: "Operation", signing: Signing, *, deadline_ms: int) -> None:
    """Hand it in, and tell how the proposal stands then."""
    whom = signing.node_of(home)
    reply = submit_operation(whom, signing.signer_of(home), asked, deadline_ms=deadline_ms, wait_s=signing.wait_s)
    if refusals_of(reply):
        tell(reply, as_json=signing.as_json)

    async def stands(client: "Client", _: "StatusReply") -> tuple["ProposalReply | None", "ParametersAnswer"]:
        found: Any = await client.query("proposal", proposal=proposal)
        rules: Any = await client.query("parameters")
        return found.proposal, rules

    found, rules = talk(whom, stands)
    if signing.as_json:
        told = {**msgspec.to_builtins(reply), "proposal": msgspec.to_builtins(found)}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    tell(reply, as_json=False)
    if found is not None:
        click.echo("\n".join(proposal_lines(proposal, found, rules)))


def proposal_lines(name: str, proposal: "ProposalReply", rules: "ParametersAnswer") -> list[str]:
    """How a proposal stands, in sentences."""
    from ledger.records.governance import ProposalState

    lines = [
        f"{name}: {event_words(proposal.action, proposal.particulars)}",
        f"  For it: {', '.join(map(worded, proposal.votes_for)) or 'nobody'}. Against it:"
        f" {', '.join(map(worded, proposal.votes_against)) or 'nobody'}. It needs"
        f" {worded(rules.policies.get(proposal.action, '?'))} of the voting members.",
    ]
    match proposal.state:
        case ProposalState.OPEN:
            said = f"Open until {written(proposal.expires_ms)}."
        case ProposalState.ADOPTED:
            said = (
                f"Adopted in block {proposal.decided_height}; block {proposal.effective_height} is the first under it."
            )
        case ProposalState.IN_FORCE:
            said = f"In force since block {proposal.effective_height}."
        case decided:
            said = f"It is {decided.value} since block {proposal.decided_height}."
    return [*lines, f"  {said}"]
