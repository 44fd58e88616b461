"""The paths of questions: `/v1/query/<name>`."""

from collections.abc import Sequence

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from node.gateway.clock import now_ms
from node.gateway.http import AnyRequest, answer, read_query
from node.gateway.openapi import Route
from node.gateway.queries.asking import Asking
from node.gateway.queries.table import ALL_QUERIES, COMPLIANCE, HISTORY, QUERIES, Query
from node.gateway.queries.types import AskedOfCompliance, AskedOfHistory

PROBLEMS = (400, 404, 503)

QUERY_ROUTES = tuple(
    Route("GET", f"/v1/query/{query.name}", query.summary, query.answered, problems=PROBLEMS, query=query.asked)
    for query in ALL_QUERIES.values()
)
"""Every one of them."""


def query_handlers(asking: Asking) -> Sequence[HTTPRouteHandler]:
    """One handler a question."""

    @get(f"/v1/query/{HISTORY.name}")
    async def history(request: AnyRequest) -> Response[bytes]:
        return answer(request, asking.history(read_query(request, AskedOfHistory)))

    @get(f"/v1/query/{COMPLIANCE.name}")
    async def compliance(request: AnyRequest) -> Response[bytes]:
        return answer(request, asking.compliance(read_query(request, AskedOfCompliance)))

    return *(_handler(asking, query) for query in QUERIES), history, compliance


def _handler(asking: Asking, query: Query) -> HTTPRouteHandler:
    @get(f"/v1/query/{query.name}")
    async def ask(request: AnyRequest) -> Response[bytes]:
        return answer(request, asking.answer(query, read_query(request, query.asked), now_ms=now_ms()))

    return ask
