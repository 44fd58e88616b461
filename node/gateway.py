"""The gateway: HTTP on one node, for that member's clients.

What it serves lives elsewhere:

    gateway_routes   the paths           gateway_http     bodies, queries, encodings
    gateway_types    what is answered    gateway_records  the ledger's records among it
    gateway_errors   problem+json        gateway_openapi  the document of all that
    gateway_events   the event stream    gateway_server   the socket
    service          what is done for clients, reading  what is looked up, figures  how the member is doing
"""

from litestar import Litestar

from node.gateway_errors import exception_handlers
from node.gateway_http import BODY_BYTES_MAX
from node.gateway_openapi import openapi_document
from node.gateway_routes import ROUTES, ledger_handlers, member_handlers, submission_handlers
from node.logs import Log
from node.service import Service

GATEWAY_VERSION = "1"
"""Of the paths and types; a change that breaks clients changes it and the `/v1` in the paths."""


def gateway(service: Service, log: Log) -> Litestar:
    """Return the ASGI application that serves `service`."""
    document = openapi_document(ROUTES, version=GATEWAY_VERSION)
    return Litestar(
        route_handlers=[
            *submission_handlers(service),
            *ledger_handlers(service),
            *member_handlers(service, document=document),
        ],
        exception_handlers=exception_handlers(log),
        openapi_config=None,
        logging_config=None,
        request_max_body_size=BODY_BYTES_MAX,
    )
