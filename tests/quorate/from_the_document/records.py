"""The shapes of all that is MessagePack: header, transaction, receipt, report, and the records of the state."""

from tests.quorate.from_the_document.packing import (
    Shape,
    array,
    boolean,
    digest,
    each,
    natural,
    nil_or,
    octets,
    one_of,
    text,
)

ROLES = ("platform", "registrar", "institution", "notary", "regulator")
"""What a member can be."""


def _height(value: object) -> bool:
    """Blocks are numbered from 1."""
    return natural(value) and value != 0


def _operation(value: object) -> bool:
    """An array that begins with the operation's name."""
    return isinstance(value, list) and len(value) > 0 and text(value[0])


_NAMED = each(array(text, text))
_REFUSAL = array(text, text, natural, text, _NAMED, nil_or(natural))
_EVENT = array(text, _NAMED)
_RECEIPT = array(digest, one_of("accepted", "refused"), each(_REFUSAL), each(_EVENT))
_STATE = one_of("active", "suspended")


def receipt(value: object) -> bool:
    """Transaction id, what became of it, why not, what happened; it has refusals exactly if it is refused."""
    return isinstance(value, list) and _RECEIPT(value) and (value[1] == "refused") == bool(value[2])


HEADER = array(_height, digest, natural, digest, natural, digest, digest, digest, digest, digest)
"""Height, parent, epoch, proposal, timestamp_ms; roots of transactions, receipts, state, compliance; next members."""

TRANSACTION = array(natural, natural, _operation, nil_or(text), natural)
"""Nonce, deadline_ms, operation and its arguments, idempotency key, schema."""

REPORT = each(array(text, natural, natural))
"""Rule, how often it was asked, how often it refused."""

_TOKEN = array(
    text,  # owner
    one_of("minted", "issued", "burned"),  # state
    natural,  # transfers
    natural,  # acquired_ms
    nil_or(text),  # freeze_case
    natural,  # frozen_until_ms
    nil_or(text),  # approved
    natural,  # redeemed
    each(array(text, natural)),  # trail
    nil_or(text),  # taken_down
)
_SERIES = array(
    text,  # work
    text,  # issuer
    text,  # title
    natural,  # price_fen
    each(text),  # sellers
    each(array(text, text)),  # anchors
    array(text, text, text),  # disclosure
    natural,  # edition_cap
    natural,  # minted
    natural,  # issued
    boolean,  # sealed
    nil_or(natural),  # price_highest_fen
    each(text),  # tags
    nil_or(text),  # cosigner
    natural,  # burned
    natural,  # refunded
    nil_or(text),  # taken_down
)
_WORK = array(
    text,  # title
    text,  # creator
    text,  # holder
    text,  # source
    digest,  # content_hash
    text,  # certificate_number
    text,  # registrar
    each(text),  # licensees
    one_of("clear", "waiting", "rejected"),  # review
    nil_or(text),  # similar_to
    nil_or(text),  # dispute_case
    natural,  # disputed_until_ms
    nil_or(text),  # taken_down
)
_ACCOUNT = array(
    text,  # platform
    nil_or(one_of(*ROLES)),  # role
    boolean,  # governor
    nil_or(digest),  # person
    digest,  # public_key
    each(text),  # claims
    _STATE,  # platform_state
    _STATE,  # operator_state
    natural,  # nonce_highest
    octets,  # nonces_used
    natural,  # minute
    natural,  # in_minute
    nil_or(text),  # freeze_case
    natural,  # frozen_until_ms
    natural,  # tokens
    boolean,  # key_changes
    natural,  # platform_until_ms
    natural,  # operator_until_ms
)
_WIND_DOWN = array(text, natural, natural)
_CHOICE = array(text, one_of("hold", "refund"))
_CONTENT = array(text)

RECORDS: dict[str, Shape] = {
    "token": _TOKEN,
    "series": _SERIES,
    "work": _WORK,
    "account": _ACCOUNT,
    "wind_down": _WIND_DOWN,
    "choice": _CHOICE,
    "content": _CONTENT,
}
"""The record of each table of the state."""

TOKEN_OWNER, TOKEN_STATE = 0, 1
SERIES_WORK, SERIES_ISSUER = 0, 1
WORK_CONTENT_HASH = 4
CONTENT_WORK = 0
