"""The gateway's paths: each reads its request, asks the service, and encodes what it says.

What a path takes and gives stands in `ROUTES`, with its types.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Literal, TypeVar

import msgspec
from litestar import Response, asgi, get, post
from litestar.enums import ScopeType
from litestar.exceptions import MethodNotAllowedException
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler
from litestar.types import Receive, Scope, Send

from node.gateway.clock import now_ms
from node.gateway.errors import bad_request, below_base, unavailable, unknown
from node.gateway.events import serve_stream
from node.gateway.http import AnyRequest, answer, read_digest, read_envelopes, read_query
from node.gateway.openapi import Route
from node.gateway.records import AccountReply, SeriesReply, TokenReply, WorkReply
from node.gateway.service import Service
from node.gateway.types import (
    JSON,
    BlockReply,
    CanTransferReply,
    Envelopes,
    Reply,
    StatusReply,
    SubmitReply,
    TransactionReply,
    TransactionStatus,
)
from node.statement_file import Kind

Found = TypeVar("Found", bound=Reply)

WAIT_MS_MAX = 60_000
"""Longest time a client may wait for finality in one request; then it asks again by the id."""

WAIT_MS = 10_000
"""How long a client waits that does not say."""


class SubmitQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of a submission."""

    wait: Literal["final"] | None = None
    """`final`: answer when all is final, or after `timeout_ms`; otherwise answer as soon as all is on disk."""
    timeout_ms: Annotated[int, msgspec.Meta(ge=0, le=WAIT_MS_MAX)] = WAIT_MS
    """After so long the answer says `pending`, which is no refusal."""


class TransferQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of the question whether a gift would be accepted."""

    to: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    """The account that would receive it."""


class StatementQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of a statement."""

    height: Annotated[int, msgspec.Meta(ge=0, lt=2**53)] | None = None
    """The state after this block; without it after the last one that is certified here. Not for compliance."""


ROUTES = (
    Route("GET", "/v1/status", "How this member is doing.", StatusReply),
    Route("GET", "/v1/explain", "Why consensus moves or does not, in one structure.", media_type=JSON),
    Route("GET", "/v1/charter", "The charter, as verifiers read it.", media_type=JSON),
    Route(
        "POST",
        "/v1/transactions",
        "Submit envelopes; answered when what was taken in is on this member's disk.",
        SubmitReply,
        statuses=(200, 202),
        problems=(400, 413, 415, 503),
        body=Envelopes,
        query=SubmitQuery,
    ),
    Route("GET", "/v1/transactions/{transaction}", "What became of a transaction.", TransactionReply, problems=(400,)),
    Route(
        "GET",
        "/v1/transactions/{transaction}/certificate",
        "The file that proves a final transaction to anybody who has the charter.",
        media_type=JSON,
        problems=(400, 404),
    ),
    Route(
        "GET",
        "/v1/statements/{kind}/{subject}",
        f"The file that proves what the state says of one thing. Kinds: {', '.join(Kind)}.",
        media_type=JSON,
        problems=(400, 404, 503),
        query=StatementQuery,
    ),
    Route("GET", "/v1/tokens/{token}", "One edition.", TokenReply, problems=(404,)),
    Route(
        "GET",
        "/v1/tokens/{token}/can-transfer",
        "Whether its owner could give it away now; every rule that refuses.",
        CanTransferReply,
        problems=(400, 404),
        query=TransferQuery,
    ),
    Route("GET", "/v1/series/{series}", "A series of editions.", SeriesReply, problems=(404,)),
    Route("GET", "/v1/works/{work}", "A registered work.", WorkReply, problems=(404,)),
    Route("GET", "/v1/accounts/{account}", "An account; no personal data exist.", AccountReply, problems=(404,)),
    Route("GET", "/v1/blocks/{height}", "A block, and who certified it.", BlockReply, problems=(400, 404)),
    Route(
        "GET",
        "/v1/events",
        "One server-sent event for each block that becomes final.",
        media_type="text/event-stream",
        problems=(503,),
    ),
    Route("GET", "/metrics", "Figures in Prometheus' text format.", media_type="text/plain"),
    Route("GET", "/schema/openapi.json", "This document.", media_type=JSON),
)
"""Every path of the gateway."""


def submission_handlers(service: Service) -> Sequence[HTTPRouteHandler]:
    """Paths for transactions."""

    @post("/v1/transactions")
    async def submit(request: AnyRequest) -> Response[bytes]:
        query = read_query(request, SubmitQuery)
        envelopes = await read_envelopes(request)
        reply = await service.submit(envelopes, wait_ms=query.timeout_ms if query.wait == "final" else None)
        statuses = {each.status for envelope in reply.envelopes for each in envelope.transactions}
        if statuses == {TransactionStatus.UNAVAILABLE}:
            first = reply.envelopes[0].unavailable
            assert first is not None, "an envelope that is unavailable says why"
            raise unavailable(first.reason, retry_after_ms=first.retry_after_ms)
        is_open = not statuses.isdisjoint({TransactionStatus.PENDING, TransactionStatus.QUEUED})
        return answer(request, reply, status=HTTPStatus.ACCEPTED if is_open else HTTPStatus.OK)

    @get("/v1/transactions/{transaction:str}")
    async def transaction(request: AnyRequest) -> Response[bytes]:
        return answer(request, service.reading.transaction(read_digest(_named(request, "transaction"))))

    @get("/v1/transactions/{transaction:str}/certificate")
    async def certificate(request: AnyRequest) -> Response[bytes]:
        name = _named(request, "transaction")
        found = service.certificate(read_digest(name))
        if found is None:
            raise unknown("final-transaction", name)
        return Response(found, media_type=JSON)

    @get("/v1/statements/{kind:str}/{subject:str}")
    async def statement(request: AnyRequest) -> Response[bytes]:
        name = _named(request, "kind")
        if name not in list(Kind):
            raise bad_request(
                "bad-identifier", f"{name[:40]!r} is no kind of statement", f"there are {', '.join(Kind)}"
            )
        query = read_query(request, StatementQuery)
        return Response(
            service.statement(Kind(name), _named(request, "subject"), query.height),
            media_type=JSON,
        )

    return submit, transaction, certificate, statement


def ledger_handlers(service: Service) -> Sequence[HTTPRouteHandler]:
    """Paths that read the ledger."""

    @get("/v1/tokens/{token:str}")
    async def token(request: AnyRequest) -> Response[bytes]:
        name = _named(request, "token")
        return answer(request, _found(service.reading.token(name), "token", name))

    @get("/v1/tokens/{token:str}/can-transfer")
    async def can_transfer(request: AnyRequest) -> Response[bytes]:
        name = _named(request, "token")
        query = read_query(request, TransferQuery)
        return answer(request, _found(service.reading.can_transfer(name, query.to, now_ms=now_ms()), "token", name))

    @get("/v1/series/{series:str}")
    async def series(request: AnyRequest) -> Response[bytes]:
        name = _named(request, "series")
        return answer(request, _found(service.reading.series(name), "series", name))

    @get("/v1/works/{work:str}")
    async def work(request: AnyRequest) -> Response[bytes]:
        name = _named(request, "work")
        return answer(request, _found(service.reading.work(name), "work", name))

    @get("/v1/accounts/{account:str}")
    async def account(request: AnyRequest) -> Response[bytes]:
        name = _named(request, "account")
        return answer(request, _found(service.reading.account(name), "account", name))

    @get("/v1/blocks/{height:str}")
    async def block(request: AnyRequest) -> Response[bytes]:
        name = _named(request, "height")
        height = read_height(name)
        if 1 <= height <= service.reading.base:
            raise below_base(height, base=service.reading.base)
        return answer(request, _found(service.reading.block(height), "block", name))

    return token, can_transfer, series, work, account, block


def member_handlers(service: Service, *, document: bytes) -> Sequence[HTTPRouteHandler | ASGIRouteHandler]:
    """Paths about the member itself."""

    @get("/v1/status")
    async def status(request: AnyRequest) -> Response[bytes]:
        return answer(request, service.figures.status())

    @get("/v1/explain")
    async def explain() -> Response[bytes]:
        return Response(msgspec.json.encode(service.figures.explain()), media_type=JSON)

    @get("/v1/charter")
    async def charter() -> Response[bytes]:
        return Response(service.charter_file, media_type=JSON)

    @get("/metrics")
    async def metrics() -> Response[bytes]:
        return Response(service.figures.metrics().encode(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @get("/schema/openapi.json")
    async def openapi() -> Response[bytes]:
        return Response(document, media_type=JSON)

    @asgi("/v1/events", is_mount=False, copy_scope=True)
    async def events(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "GET":
            raise MethodNotAllowedException
        listener = service.events.listen()
        if listener is None:
            raise unavailable("as many event streams are open as this member serves", retry_after_ms=5_000)
        try:
            await serve_stream(listener, receive, send)
        finally:
            service.events.leave(listener)

    return status, explain, charter, metrics, openapi, events


def read_height(text: str) -> int:
    """Return the height in a path.

    Raises: RequestRefused where it is no number.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise bad_request("bad-identifier", f"{text[:80]!r} is no height", "a height is written in decimal digits")
    return int(text)


def _named(request: AnyRequest, part: str) -> str:
    """What stands in the path for `part`."""
    return str(request.path_params[part])


def _found(reply: Found | None, what: str, name: str) -> Found:
    if reply is None:
        raise unknown(what, name[:80])
    return reply
