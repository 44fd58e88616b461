"""Errors as the gateway says them: RFC 9457 problem details, each with a code for programs and a cure for people.

What is wrong with a request is raised as `RequestRefused` where it is found and turned into a reply in one place. What
is wrong with us becomes a reply too, without a trace of the inside; the inside goes to the log.
"""

import math
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from node.gateway.types import BODY_BYTES_MAX, Problem
from node.logs import Log

PROBLEM_MEDIA_TYPE = "application/problem+json"


class RequestRefused(Exception):
    """A request that cannot be served, with what its client is told."""

    def __init__(
        self, status: HTTPStatus, code: str, detail: str, cure: str, *, retry_after_ms: int | None = None
    ) -> None:
        """Say what happened (`detail`) and what to do (`cure`)."""
        super().__init__(detail)
        self.problem = Problem("about:blank", status.phrase, status.value, detail, code, cure, retry_after_ms)


def bad_request(code: str, detail: str, cure: str) -> RequestRefused:
    """The request breaks its form; sending it again changes nothing."""
    return RequestRefused(HTTPStatus.BAD_REQUEST, code, detail, cure)


def unknown(what: str, name: str) -> RequestRefused:
    """There is no such thing on this member."""
    return RequestRefused(
        HTTPStatus.NOT_FOUND,
        f"unknown-{what}",
        f"this member knows no {what} {name}",
        "check the name; a member that is behind may come to know it: compare `executed` in /v1/status",
    )


def below_base(height: int, *, base: int) -> RequestRefused:
    """The block is final, and this member took the ledger over above it."""
    return RequestRefused(
        HTTPStatus.NOT_FOUND,
        "below-base",
        f"this member has no block {height}: it took the ledger over whole after block {base}",
        "ask another member, whose `base` in /v1/status is lower",
    )


def unavailable(detail: str, *, retry_after_ms: int) -> RequestRefused:
    """Nothing is wrong with the request; this member cannot take it now."""
    return RequestRefused(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "unavailable",
        detail,
        "send the same bytes again after retry_after_ms, here or to another member: a transaction takes effect once",
        retry_after_ms=retry_after_ms,
    )


def problem_response(problem: Problem) -> Response[bytes]:
    """Return the problem as a reply, with Retry-After in whole seconds where it helps."""
    headers = {}
    if problem.retry_after_ms is not None:
        headers["retry-after"] = str(math.ceil(problem.retry_after_ms / 1000))
    return Response(
        msgspec.json.encode(problem), status_code=problem.status, media_type=PROBLEM_MEDIA_TYPE, headers=headers
    )


_FRAMEWORK_CURES = {
    HTTPStatus.NOT_FOUND: ("unknown-path", "see /schema/openapi.json for the paths there are"),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method-not-allowed", "see /schema/openapi.json for the methods of this path"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "too-large",
        f"send fewer envelopes in one request: a body may have {BODY_BYTES_MAX:,} bytes",
    ),
}


def exception_handlers(log: Log) -> ExceptionHandlersMap:
    """Return what turns every exception of a handler into a problem."""

    def on_refused(_: Request[Any, Any, Any], refused: RequestRefused) -> Response[bytes]:
        return problem_response(refused.problem)

    def on_framework(request: Request[Any, Any, Any], exception: HTTPException) -> Response[bytes]:
        status = HTTPStatus(exception.status_code)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return on_fault(request, exception)
        code, cure = _FRAMEWORK_CURES.get(status, ("bad-request", "see /schema/openapi.json for what this path takes"))
        return problem_response(
            Problem("about:blank", status.phrase, status.value, f"{status.phrase}: {request.url.path}", code, cure)
        )

    def on_fault(request: Request[Any, Any, Any], exception: Exception) -> Response[bytes]:
        log.error("a request failed by a fault of this node", path=request.url.path, exc_info=exception)
        return problem_response(
            Problem(
                "about:blank",
                HTTPStatus.INTERNAL_SERVER_ERROR.phrase,
                HTTPStatus.INTERNAL_SERVER_ERROR.value,
                "this node failed while it served the request; what became of a submission is not known",
                "internal",
                "ask for the transaction by its id, or send the same bytes to another member; the log has the cause",
            )
        )

    return {RequestRefused: on_refused, HTTPException: on_framework, Exception: on_fault}
