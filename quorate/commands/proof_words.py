"""What a proof that holds is worth, in sentences: what the chain proves, kept apart from what somebody claimed."""

from collections.abc import Sequence

from quorate.commands.safe_text import quoted, shown, worded, written
from quorate.commands.state_words import claimed_of_statement, proved_of_statement
from quorate.verifier.block import quorum
from quorate.verifier.checks import Contents
from quorate.verifier.contents import Header
from quorate.verifier.format import CharterFile, VoteFile
from quorate.verifier.statement_checks import StatementContents

ORDERED_BEFORE = "E_NONCE"
"""The refusal of a number that was used: any member can order a transaction a second time, and show that receipt."""


def proved(contents: Contents | StatementContents) -> list[str]:
    """Say what follows from a proof that holds."""
    if isinstance(contents, Contents):
        return _proved_of_transaction(contents)
    final = _final(contents.charter, contents.header, contents.statement.block.votes)
    return [final, *proved_of_statement(contents)]


def claimed(contents: Contents | StatementContents) -> list[str]:
    """Say what the file carries and does not prove."""
    if isinstance(contents, Contents):
        return _claimed_of_transaction(contents)
    lines = [
        "The date is the primary's clock within the drift that the other members allow, never before the parent's.",
        "It is so after that block. What happened later, this file cannot know.",
    ]
    return [*claimed_of_statement(contents), *lines]


def _final(charter: CharterFile, header: Header, votes: Sequence[VoteFile]) -> str:
    voters = charter.voters()
    signers = ", ".join(voters[vote.sender].id for vote in votes)
    return (
        f"Block {header.height} of chain {shown(charter.name)}, dated {written(header.timestamp_ms)}, is final: "
        f"{len(votes)} of {len(voters)} members signed it ({signers}); {quorum(len(voters))} are a quorum."
    )


def _proved_of_transaction(contents: Contents) -> list[str]:
    """Say what follows from a certificate that holds."""
    charter, certificate, header = contents.charter, contents.certificate, contents.header
    transaction, receipt = contents.transaction, contents.receipt
    lines = [
        _final(charter, header, certificate.votes),
        f"It contains transaction {receipt.transaction.hex()}, signed with key {certificate.public_key.hex()[:16]} "
        f"for account {certificate.account}: {worded(transaction.operation)}.",
    ]
    if receipt.status == "accepted":
        lines.append("The ledger accepted it, so the key was the account's.")
    for event in receipt.events:
        lines.append(f"It did: {worded(event.name)} {_pairs(event.params)}".rstrip())
    for refusal in receipt.refusals:
        retry = "" if refusal.retry_at_ms is None else f" It may be tried again from {written(refusal.retry_at_ms)}."
        rule = f"{worded(refusal.code)} ({worded(refusal.rule)})"
        lines.append(f"The ledger refused it: {rule}, in its words {quoted(refusal.message)}.{retry}")
    if ORDERED_BEFORE in {refusal.code for refusal in receipt.refusals}:
        lines.append("This is of a copy of it, or of its number used before: what became of the first it does not say.")
    return lines


def _claimed_of_transaction(contents: Contents) -> list[str]:
    """Say what the certificate carries and does not prove."""
    certificate, transaction = contents.certificate, contents.transaction
    arguments = ", ".join(quoted(each) for each in transaction.arguments)
    return [
        f"{certificate.account} said: {worded(transaction.operation)}({shown(arguments)}). "
        "That titles, creators, rights and documents named here are true is its word, not the chain's.",
        "The date is the primary's clock within the drift that the other members allow, never before the parent's.",
    ]


def _pairs(params: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{worded(name)}={worded(value)}" for name, value in params)
