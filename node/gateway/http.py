"""Between HTTP and our types: one encoding chosen by Content-Type, the other by Accept; identifiers in hexadecimal.

Bodies are decoded straight into the ledger's types, so that shapes and bounds are checked once, and an extra or a
missing field is an error with the field's name.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response
from litestar.exceptions import InternalServerException

from canonical.hashing import Digest
from node.gateway.errors import RequestRefused, bad_request
from node.gateway.field_names import with_names
from node.gateway.types import JSON, MESSAGE_PACK, Envelopes

_MESSAGE_PACK_NAMES = frozenset({MESSAGE_PACK, "application/vnd.msgpack", "application/x-msgpack"})

AnyRequest = Request[Any, Any, Any]
Query = TypeVar("Query", bound=msgspec.Struct)

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What the decoders raise for bytes that are not what was asked for."""

_read_json = msgspec.json.Decoder(Envelopes)
_read_message_pack = msgspec.msgpack.Decoder(Envelopes)


async def read_envelopes(request: AnyRequest) -> Envelopes:
    """Return the envelopes in a request's body.

    Raises: RequestRefused for another media type or a body that is not what it should be.
    """
    media_type = request.content_type[0].lower()
    read: Callable[[bytes], Envelopes]
    if media_type == JSON:
        read = _read_json.decode
    elif media_type in _MESSAGE_PACK_NAMES:
        read = _read_message_pack.decode
    else:
        raise RequestRefused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            f"a body of type {media_type[:80] or '(none given)'!r} is not read here",
            f"send {JSON} (bytes in base64) or {MESSAGE_PACK}, and say so in Content-Type",
        )
    try:
        body = await request.body()
    except InternalServerException as error:
        raise bad_request(
            "incomplete-body",
            "the client left before the body was whole",
            "nothing was taken in: send the same bytes again",
        ) from error
    try:
        return read(body)
    except _UNREADABLE as error:
        raise bad_request(
            "malformed-body",
            f"the body is no array of envelopes: {_with_names(error, body, media_type)[:400]}",
            "compare it with the request body of POST /v1/transactions in /schema/openapi.json",
        ) from error


def _with_names(error: Exception, body: bytes, media_type: str) -> str:
    """The decoder's words, with the wrong field by its name where the body can be read at all."""
    try:
        plain = msgspec.json.decode(body) if media_type == JSON else msgspec.msgpack.decode(body)
    except _UNREADABLE:
        return str(error)
    return with_names(str(error), plain, Envelopes)


def read_query(request: AnyRequest, expected: type[Query]) -> Query:
    """Return the query's parameters as `expected`.

    Raises: RequestRefused for an unknown parameter or a value out of its range.
    """
    try:
        return msgspec.convert(dict(request.query_params), expected, strict=False)
    except msgspec.ValidationError as error:
        raise bad_request(
            "bad-query",
            f"the query is not understood: {str(error)[:300]}",
            "see /schema/openapi.json for its parameters",
        ) from error


def read_digest(text: str) -> Digest:
    """Return the transaction id written as 64 hexadecimal digits.

    Raises: RequestRefused for anything else.
    """
    try:
        value = bytes.fromhex(text) if len(text) == 64 and text.isalnum() else b""
    except ValueError:
        value = b""
    if len(value) != 32:
        raise bad_request(
            "bad-identifier",
            f"{text[:80]!r} is no transaction id",
            "a transaction id is written as 64 hexadecimal digits",
        )
    return Digest(value)


def answer(request: AnyRequest, value: msgspec.Struct, *, status: HTTPStatus = HTTPStatus.OK) -> Response[bytes]:
    """Return `value` in the encoding the client asks for: MessagePack where Accept names it, else JSON."""
    accepted = request.headers.get("accept", "")
    for name in _MESSAGE_PACK_NAMES:
        if name in accepted:
            return Response(msgspec.msgpack.encode(value), status_code=status, media_type=MESSAGE_PACK)
    return Response(msgspec.json.encode(value), status_code=status, media_type=JSON)
