"""The gateway: HTTP on one node, for that member's clients.

What it serves lives elsewhere:

    routes   the paths           http     bodies, queries, encodings
    types    what is answered    records  the ledger's records among it
    errors   problem+json        openapi  the document of all that
    field_names  what is wrong with a body, by name
    events   the event stream    server   the socket
    service  what is done for clients, reading  what is looked up, figures  how the member is doing
    queries  questions about the ledger, as of a height and with proof
"""

from litestar import Litestar

from node.gateway.errors import exception_handlers
from node.gateway.openapi import openapi_document
from node.gateway.queries.routes import QUERY_ROUTES, query_handlers
from node.gateway.routes import ROUTES, ledger_handlers, member_handlers, submission_handlers
from node.gateway.service import Service
from node.gateway.types import BODY_BYTES_MAX
from node.logs import Log

GATEWAY_VERSION = "1"
"""Of the paths and types; a change that breaks clients changes it and the `/v1` in the paths."""


def gateway(service: Service, log: Log) -> Litestar:
    """Return the ASGI application that serves `service`."""
    document = openapi_document((*ROUTES, *QUERY_ROUTES), version=GATEWAY_VERSION)
    return Litestar(
        route_handlers=[
            *submission_handlers(service),
            *ledger_handlers(service),
            *query_handlers(service.asking),
            *member_handlers(service, document=document),
        ],
        exception_handlers=exception_handlers(log),
        openapi_config=None,
        logging_config=None,
        request_max_body_size=BODY_BYTES_MAX,
    )
