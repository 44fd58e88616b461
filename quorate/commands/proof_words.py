"""What a proof that holds is worth, in sentences: what the chain proves, kept apart from what somebody claimed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from quorate.verifier.block import quorum
from quorate.verifier.checks import Contents
from quorate.verifier.contents import Header
from quorate.verifier.format import CharterFile, VoteFile
from quorate.verifier.statement_checks import StatementContents
from quorate.verifier.statements import Kind

TEXT_SHOWN_MAX = 160


def proved(contents: Contents | StatementContents) -> list[str]:
    """Say what follows from a proof that holds."""
    if isinstance(contents, Contents):
        return _proved_of_transaction(contents)
    final = _final(contents.charter, contents.header, contents.statement.block.votes)
    return [final, *_proved_of_statement(contents)]


def claimed(contents: Contents | StatementContents) -> list[str]:
    """Say what the file carries and does not prove."""
    if isinstance(contents, Contents):
        return _claimed_of_transaction(contents)
    lines = [
        "The date is the primary's clock within the drift that the other members allow, never before the parent's.",
        "It is so after that block. What happened later, this file cannot know.",
    ]
    work = contents.records.get("work")
    if work is None:
        return lines
    return [
        f"{shown(work['registrar'])} said: {_argument(work['title'])} by {_argument(work['creator'])}, right held by "
        f"{_argument(work['holder'])}, source {_argument(work['source'])}. That this is so is its word: "
        "the chain proves only that it has not been altered since it was registered.",
        *lines,
    ]


def _final(charter: CharterFile, header: Header, votes: Sequence[VoteFile]) -> str:
    voters = charter.voters()
    signers = ", ".join(voters[vote.sender].id for vote in votes)
    return (
        f"Block {header.height} of chain {shown(charter.name)}, dated {written(header.timestamp_ms)}, is final: "
        f"{len(votes)} of {len(voters)} members signed it ({signers}); {quorum(len(voters))} are a quorum."
    )


def _proved_of_statement(contents: StatementContents) -> list[str]:
    subject, records = contents.statement.subject, contents.records
    match contents.statement.kind:
        case Kind.OWNERSHIP:
            return _proved_of_ownership(subject, contents)
        case Kind.COPYRIGHT:
            return _proved_of_work(subject, records["work"] or {}, contents.header)
        case Kind.ABSENCE:
            series = records["series"]
            if series is None:
                return [f"Token {subject} was never minted: there is no such series."]
            return [f"Token {subject} was never minted: {series['minted']} editions of its series were."]
        case Kind.HOLDINGS:
            account = records["account"]
            if account is None:
                return [f"Account {subject} holds nothing: it does not exist."]
            held = account["tokens"]
            editions = "1 sold edition" if held == 1 else f"{held} sold editions" if held else "nothing"
            return [f"Account {subject} holds {editions}."]
        case Kind.COMPLIANCE:
            refused = [(rule, count) for rule, _, count in contents.report if count]
            lines = [f"In block {subject}, {len(contents.report)} rules were asked."]
            return lines + [f"Rule {shown(rule)} refused {count}." for rule, count in refused]


def _proved_of_ownership(token: str, contents: StatementContents) -> list[str]:
    record, series, work = (contents.records[table] or {} for table in ("token", "series", "work"))
    owner = shown(record["owner"])
    sold = "" if record["state"] != "minted" else " It is its issuer's and was not sold yet."
    lines = [f"Token {token} belongs to account {owner}.{sold}"]
    if contents.header.timestamp_ms < record["frozen_until_ms"]:
        until = written(record["frozen_until_ms"])
        lines.append(f"It is frozen in case {shown(record['freeze_case'])} until {until} at the latest.")
    if record["taken_down"] is not None:
        lines.append(f"It was taken down in case {shown(record['taken_down'])}.")
    if series["taken_down"] is not None:
        lines.append(f"Its series was taken down in case {shown(series['taken_down'])}.")
    number, last = int(token.rpartition("-")[2]), series["minted"]
    lines.append(f"It is edition {number} of {last} of series {shown(token.rpartition('-')[0])}.")
    return lines + _proved_of_work(shown(series["work"]), work, contents.header)


def _proved_of_work(name: str, work: dict[str, Any], header: Header) -> list[str]:
    lines = [
        f"Work {name} is registered by {shown(work['registrar'])} under certificate "
        f"{shown(work['certificate_number'])}; its content has SHA-256 {bytes(work['content_hash']).hex()}.",
        f"Platforms that may issue series of it: {shown(', '.join(work['licensees'])) or 'none'}.",
    ]
    if work["review"] != "clear":
        lines.append(f"It resembles work {shown(work['similar_to'])}; its review is {shown(work['review'])}.")
    if header.timestamp_ms < work["disputed_until_ms"]:
        until = written(work["disputed_until_ms"])
        lines.append(f"It is in dispute, case {shown(work['dispute_case'])}, until {until} at the latest.")
    if work["taken_down"] is not None:
        lines.append(f"It was taken down in case {shown(work['taken_down'])}.")
    return lines


def _proved_of_transaction(contents: Contents) -> list[str]:
    """Say what follows from a certificate that holds."""
    charter, certificate, header = contents.charter, contents.certificate, contents.header
    transaction, receipt = contents.transaction, contents.receipt
    lines = [
        _final(charter, header, certificate.votes),
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


def _claimed_of_transaction(contents: Contents) -> list[str]:
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
