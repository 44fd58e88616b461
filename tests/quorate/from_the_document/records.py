"""The records of the state that statements carry, in the words of the document's table."""

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

_ROLE = one_of("platform", "registrar", "institution", "notary", "regulator")
_STANDING = one_of("active", "suspended")

TOKEN = array(
    text, one_of("minted", "issued", "burned"), natural, natural, nil_or(text), natural, nil_or(text), natural,
    each(array(text, natural)), nil_or(text),
)  # fmt: skip
"""Owner, state, transfers, acquired_ms, freeze_case, frozen_until_ms, approved, redeemed, trail, taken_down."""

SERIES = array(
    text, text, text, natural, each(text), each(array(text, text)), array(text, text, text), natural, natural, natural,
    boolean, nil_or(natural), each(text), nil_or(text), natural, natural, nil_or(text),
)  # fmt: skip
"""Work, issuer, title, price_fen, sellers, anchors, disclosure, edition_cap, minted, issued, sealed, price_highest_fen,
tags, cosigner, burned, refunded, taken_down."""

WORK = array(
    text, text, text, text, digest, text, text, each(text), one_of("clear", "waiting", "rejected"), nil_or(text),
    nil_or(text), natural, nil_or(text),
)  # fmt: skip
"""Title, creator, holder, source, content_hash, certificate_number, registrar, licensees, review, similar_to,
dispute_case, disputed_until_ms, taken_down."""

ACCOUNT = array(
    text, nil_or(_ROLE), boolean, nil_or(digest), digest, each(text), _STANDING, _STANDING, natural, octets, natural,
    natural, nil_or(text), natural, natural, boolean, natural, natural,
)  # fmt: skip
"""Platform, role, governor, person, public_key, claims, platform_state, operator_state, nonce_highest, nonces_used,
minute, in_minute, freeze_case, frozen_until_ms, tokens, key_changes, platform_until_ms, operator_until_ms."""

RECORDS: dict[str, Shape] = {
    "token": TOKEN,
    "series": SERIES,
    "work": WORK,
    "account": ACCOUNT,
    "wind_down": array(text, natural, natural),
    "choice": array(text, one_of("hold", "refund")),
    "content": array(text),
}
"""By table."""
