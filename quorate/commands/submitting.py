"""Handing in what was signed, waiting until it is final, and saying what became of it."""

import json
from typing import TYPE_CHECKING

import click

from quorate.commands.answer_words import event_words
from quorate.commands.asking import NotTaken, talk
from quorate.commands.safe_text import shown, worded, written
from quorate.commands.signing import Signer

if TYPE_CHECKING:
    from ledger.operations.table import Operation
    from node.client import Client
    from node.gateway.types import RefusalReply, StatusReply, TransactionReply

EXIT_REFUSED = 10
"""The rules refuse it."""

EXITS = (
    "Exit status: 0 when it took effect; 10 when the rules refuse it; 1 when it was not taken in; 3 when it was handed"
    " in and nobody says whether it became final; 2 for a wrong command line."
)


def submit_operation(
    node: str,
    signer: Signer,
    operation: "Operation",
    *,
    deadline_ms: int = 0,
    idempotency_key: str | None = None,
    wait_s: int,
) -> "TransactionReply":
    """Sign, hand in at `node`, wait until it is final or refused.

    Raises: NotTaken; Unknown.
    """

    async def hand_in(client: "Client", status: "StatusReply") -> "TransactionReply":
        from node.client import Refused
        from node.wallet import Wallet

        if status.chain != signer.chain.hex():
            raise NotTaken(
                f"{status.member}'s node is of another chain ({status.chain[:16]}) than this home"
                f" ({signer.chain.hex()[:16]}). Nothing was signed. What to do: name a node of the home's chain."
            )
        # Next to the highest: a jump to the clock would leave a program that signs for this account below the window.
        nonce_last = (await client.account(signer.account)).nonce_highest
        wallet = Wallet(signer.account, signer.keys, chain=signer.chain, nonce_last=nonce_last)
        transaction = wallet.transaction(operation, deadline_ms=deadline_ms, idempotency_key=idempotency_key)
        envelope = wallet.seal_transactions([transaction])
        try:
            (reply,) = await client.finalise(envelope, timeout_ms=wait_s * 1_000)
        except Refused as refused:
            if not refused.replies:
                raise
            (reply,) = refused.replies
        return reply

    return talk(node, hand_in)


def tell(reply: "TransactionReply", *, as_json: bool) -> None:
    """Print what became of a transaction; end the command where the rules refused it.

    Raises: SystemExit.
    """
    import msgspec

    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(reply), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(reply_lines(reply)))
    if refusals_of(reply):
        raise SystemExit(EXIT_REFUSED)


def reply_lines(reply: "TransactionReply") -> list[str]:
    """What became of it, in sentences."""
    refusals = refusals_of(reply)
    if reply.receipt is None:
        return ["Refused before it was ordered; it is in no block.", *map(refusal_line, refusals)]
    place = f"block {reply.height}, final for good. Transaction {worded(reply.id)}"
    if refusals:
        return [f"Refused in {place}", *map(refusal_line, refusals)]
    events = [f"  {event_words(event.name, event.params)}" for event in reply.receipt.events]
    return [f"Executed in {place}", *events]


def refusals_of(reply: "TransactionReply") -> tuple["RefusalReply", ...]:
    """Every rule that refuses it."""
    return reply.refusals if reply.receipt is None else reply.receipt.refusals


def refusal_line(refusal: "RefusalReply") -> str:
    """One rule's reason: its number, its tenet, what it says, and from when it no longer refuses."""
    from ledger.tenets import TENETS

    tenet = f"tenet {refusal.tenet}, {TENETS[refusal.tenet][1]}" if refusal.tenet in TENETS else "the ledger's own"
    again = "" if refusal.retry_at_ms is None else f" Try again from {written(refusal.retry_at_ms)}."
    return f"  {worded(refusal.rule)} {worded(refusal.code)} ({tenet}): {shown(refusal.message)}{again}"
