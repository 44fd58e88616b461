"""What stands inside a certificate as MessagePack: a block header, a transaction, a receipt.

Read into named fields with every type and length checked. Operations are read as a tag and its arguments: what they
mean is the ledger's affair, and its verdict is the receipt.
"""

from dataclasses import dataclass
from typing import Any

from quorate.verifier.json import INTEGER_MAX, UnreadableError, read_messagepack


@dataclass(frozen=True, slots=True)
class Header:
    """A block header, its ten fields in their order."""

    height: int
    parent: bytes
    epoch: int
    proposal: bytes
    timestamp_ms: int
    transactions_root: bytes
    receipts_root: bytes
    state_root: bytes
    compliance_root: bytes
    next_members: bytes


@dataclass(frozen=True, slots=True)
class Transaction:
    """What the account holder asked for."""

    nonce: int
    deadline_ms: int
    operation: str
    """The operation's tag, such as `transfer_from`."""
    arguments: tuple[Any, ...]
    """Its fields in order, as MessagePack has them."""
    idempotency_key: str | None
    """The client's own name for what it wanted once."""
    schema: int
    """The version of the operations' shapes that was meant."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rule's reason for refusing."""

    code: str
    rule: str
    tenet: int
    message: str
    params: tuple[tuple[str, str], ...]
    retry_at_ms: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something the transaction did."""

    name: str
    params: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction."""

    transaction: bytes
    status: str
    """`accepted` or `refused`."""
    refusals: tuple[Refusal, ...]
    events: tuple[Event, ...]


def read_header(data: bytes) -> Header:
    """Read a block header.

    Raises: UnreadableError naming the field.
    """
    fields = _tuple(read_messagepack(data), "the header", 10)
    header = Header(
        height=_count(fields[0], "height"),
        parent=_digest(fields[1], "parent"),
        epoch=_count(fields[2], "epoch"),
        proposal=_digest(fields[3], "proposal"),
        timestamp_ms=_count(fields[4], "timestamp_ms"),
        transactions_root=_digest(fields[5], "transactions_root"),
        receipts_root=_digest(fields[6], "receipts_root"),
        state_root=_digest(fields[7], "state_root"),
        compliance_root=_digest(fields[8], "compliance_root"),
        next_members=_digest(fields[9], "next_members"),
    )
    if header.height < 1:
        raise UnreadableError("height is 0: blocks are numbered from 1")
    return header


def read_transaction(data: bytes) -> Transaction:
    """Read a transaction.

    Raises: UnreadableError naming the field.
    """
    nonce, deadline_ms, operation, key, schema = _tuple(read_messagepack(data), "the transaction", 5)
    if not isinstance(operation, list) or not operation:
        raise UnreadableError("operation is not an array that begins with its tag")
    return Transaction(
        nonce=_count(nonce, "nonce"),
        deadline_ms=_count(deadline_ms, "deadline_ms"),
        operation=_string(operation[0], "operation"),
        arguments=tuple(operation[1:]),
        idempotency_key=None if key is None else _string(key, "idempotency_key"),
        schema=_count(schema, "schema"),
    )


def read_receipt(data: bytes) -> Receipt:
    """Read a receipt.

    Raises: UnreadableError naming the field.
    """
    transaction, status, refusals, events = _tuple(read_messagepack(data), "the receipt", 4)
    receipt = Receipt(
        transaction=_digest(transaction, "transaction"),
        status=_string(status, "status"),
        refusals=tuple(_refusal(each) for each in _list(refusals, "refusals")),
        events=tuple(_event(each) for each in _list(events, "events")),
    )
    if receipt.status not in ("accepted", "refused"):
        raise UnreadableError("status is neither accepted nor refused")
    if (receipt.status == "refused") != bool(receipt.refusals):
        raise UnreadableError("refusals and status contradict each other")
    return receipt


def _refusal(value: Any) -> Refusal:
    code, rule, tenet, message, params, retry_at_ms = _tuple(value, "a refusal", 6)
    return Refusal(
        code=_string(code, "code"),
        rule=_string(rule, "rule"),
        tenet=_count(tenet, "tenet"),
        message=_string(message, "message"),
        params=_params(params),
        retry_at_ms=None if retry_at_ms is None else _count(retry_at_ms, "retry_at_ms"),
    )


def _event(value: Any) -> Event:
    name, params = _tuple(value, "an event", 2)
    return Event(name=_string(name, "name"), params=_params(params))


def _params(value: Any) -> tuple[tuple[str, str], ...]:
    pairs = [_tuple(each, "a parameter", 2) for each in _list(value, "params")]
    return tuple((_string(name, "a parameter's name"), _string(text, "a parameter")) for name, text in pairs)


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise UnreadableError(f"{name} is not an array")
    return value


def _tuple(value: Any, name: str, length: int) -> list[Any]:
    fields = _list(value, name)
    if len(fields) != length:
        raise UnreadableError(f"{name} has {len(fields)} fields instead of {length}")
    return fields


def _count(value: Any, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= INTEGER_MAX:
        raise UnreadableError(f"{name} is no natural number below 2^63")
    return value


def _string(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise UnreadableError(f"{name} is no string")
    return value


def _digest(value: Any, name: str) -> bytes:
    if not isinstance(value, bytes) or len(value) != 32:
        raise UnreadableError(f"{name} is no digest of 32 bytes")
    return value
