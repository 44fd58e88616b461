"""Records of the ledger's state as a statement carries them: an array each, read field by field.

docs/CERTIFICATE.md lists the fields; a test holds the names against the ledger's own records.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from quorate.verifier.json import INTEGER_MAX, UnreadableError, read_messagepack

Record = dict[str, Any]
"""A record's fields by name, each of the type that its table says."""

Shape = Callable[[Any], bool]
"""Whether a value is what a field takes."""

ROLES = frozenset({"platform", "registrar", "institution", "notary", "regulator"})


def is_text(value: Any) -> bool:
    """A string."""
    return isinstance(value, str)


def is_natural(value: Any) -> bool:
    """An integer from 0 to 2^63 - 1."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= INTEGER_MAX


def is_truth(value: Any) -> bool:
    """True or false."""
    return isinstance(value, bool)


def is_bytes(value: Any) -> bool:
    """Bytes of any number."""
    return isinstance(value, bytes)


def is_digest(value: Any) -> bool:
    """32 bytes: a hash or a public key."""
    return isinstance(value, bytes) and len(value) == 32


def word_of(*words: str) -> Shape:
    """One of these strings."""
    return lambda value: isinstance(value, str) and value in words


def maybe(shape: Shape) -> Shape:
    """Nil, or what `shape` says."""
    return lambda value: value is None or shape(value)


def array_of(shape: Shape) -> Shape:
    """An array of any length of what `shape` says."""
    return lambda value: isinstance(value, list) and all(shape(each) for each in value)


def fields_of(*shapes: Shape) -> Shape:
    """An array of exactly these."""
    return lambda value: (
        isinstance(value, list)
        and len(value) == len(shapes)
        and all(shape(each) for shape, each in zip(shapes, value, strict=True))
    )


_STATE = word_of("active", "suspended")

_TABLES: dict[str, dict[str, Shape]] = {
    "token": {
        "owner": is_text,
        "state": word_of("minted", "issued", "burned"),
        "transfers": is_natural,
        "acquired_ms": is_natural,
        "freeze_case": maybe(is_text),
        "frozen_until_ms": is_natural,
        "approved": maybe(is_text),
        "redeemed": is_natural,
        "trail": array_of(fields_of(is_text, is_natural)),
        "taken_down": maybe(is_text),
    },
    "series": {
        "work": is_text,
        "issuer": is_text,
        "title": is_text,
        "price_fen": is_natural,
        "sellers": array_of(is_text),
        "anchors": array_of(fields_of(is_text, is_text)),
        "disclosure": fields_of(is_text, is_text, is_text),
        "edition_cap": is_natural,
        "minted": is_natural,
        "issued": is_natural,
        "sealed": is_truth,
        "price_highest_fen": maybe(is_natural),
        "tags": array_of(is_text),
        "cosigner": maybe(is_text),
        "burned": is_natural,
        "refunded": is_natural,
        "taken_down": maybe(is_text),
    },
    "work": {
        "title": is_text,
        "creator": is_text,
        "holder": is_text,
        "source": is_text,
        "content_hash": is_digest,
        "certificate_number": is_text,
        "registrar": is_text,
        "licensees": array_of(is_text),
        "review": word_of("clear", "waiting", "rejected"),
        "similar_to": maybe(is_text),
        "dispute_case": maybe(is_text),
        "disputed_until_ms": is_natural,
        "taken_down": maybe(is_text),
    },
    "account": {
        "platform": is_text,
        "role": maybe(word_of(*sorted(ROLES))),
        "governor": is_truth,
        "person": maybe(is_digest),
        "public_key": is_digest,
        "claims": array_of(is_text),
        "platform_state": _STATE,
        "operator_state": _STATE,
        "nonce_highest": is_natural,
        "nonces_used": is_bytes,
        "minute": is_natural,
        "in_minute": is_natural,
        "freeze_case": maybe(is_text),
        "frozen_until_ms": is_natural,
        "tokens": is_natural,
        "key_changes": is_truth,
        "platform_until_ms": is_natural,
        "operator_until_ms": is_natural,
    },
    "wind_down": {"reason": is_text, "announced_ms": is_natural, "choose_until_ms": is_natural},
    "choice": {"owner": is_text, "choice": word_of("hold", "refund")},
    "content": {"work": is_text},
}

TABLES: Mapping[str, Mapping[str, Shape]] = MappingProxyType(_TABLES)
"""For each table that statements have rows of, the fields of its records in their order."""


def read_record(value: bytes, table: str) -> Record:
    """Read the record of a row of `table`.

    Raises: UnreadableError naming the field.
    """
    shapes, found = TABLES[table], read_messagepack(value)
    if not isinstance(found, list) or len(found) != len(shapes):
        raise UnreadableError(f"the record of {table} is not an array of {len(shapes)} fields")
    for (name, shape), each in zip(shapes.items(), found, strict=True):
        if not shape(each):
            raise UnreadableError(f"the record of {table} has no {name} of the right form")
    return dict(zip(shapes, found, strict=True))
