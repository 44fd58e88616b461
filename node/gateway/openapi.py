"""The OpenAPI 3.1 document of the gateway, made of the very types that decode requests and encode replies.

Each route names its types once, in `Route`. Schemas come from msgspec, which knows that our wire types are arrays with
a tag in front; nothing about a type is written a second time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from node.gateway.errors import PROBLEM_MEDIA_TYPE
from node.gateway.types import JSON, MESSAGE_PACK, Problem

OPENAPI_VERSION = "3.1.0"
"""The first version whose schemas are JSON Schema 2020-12, which has `prefixItems` for tuples."""

_REFERENCE = "#/components/schemas/{name}"


@dataclass(frozen=True, slots=True)
class Route:
    """What one path takes and gives."""

    method: str
    path: str
    """In OpenAPI's form: `/v1/tokens/{token}`; each part in braces is a string."""
    summary: str
    """One sentence for people."""
    reply: Any = None
    """The type of a good reply, as JSON or MessagePack; None where `media_type` says what it is."""
    statuses: tuple[int, ...] = (200,)
    """What a good reply may come with."""
    problems: tuple[int, ...] = ()
    """What a problem may come with, besides 500."""
    body: Any = None
    """The type of the request body, as JSON or MessagePack."""
    query: type[msgspec.Struct] | None = None
    """Its fields are the query's parameters."""
    media_type: str | None = None
    """Of a good reply that is neither JSON nor MessagePack of `reply`."""


def openapi_document(routes: Sequence[Route], *, version: str) -> bytes:
    """Return the document of these routes, as JSON."""
    types = [kind for route in routes for kind in (route.reply, route.body, route.query) if kind is not None]
    schemas, components = msgspec.json.schema_components([*types, Problem], ref_template=_REFERENCE)
    schema_of = _Schemas([*types, Problem], schemas, components)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schema_of)
    document = {
        "openapi": OPENAPI_VERSION,
        "info": {
            "title": "Quorate gateway",
            "version": version,
            "description": "One member's gateway: submit transactions, read the ledger, fetch certificates.",
        },
        "paths": paths,
        "components": {"schemas": components},
    }
    return msgspec.json.encode(document)


class _Schemas:
    """The schema of each type, by the type itself; types may be unhashable aliases, so by identity."""

    def __init__(self, types: Sequence[Any], schemas: Sequence[dict[str, Any]], components: dict[str, Any]) -> None:
        self._schemas = {id(kind): schema for kind, schema in zip(types, schemas, strict=True)}
        self._components = components

    def of(self, kind: Any) -> dict[str, Any]:
        return self._schemas[id(kind)]

    def fields_of(self, kind: type[msgspec.Struct]) -> list[tuple[str, dict[str, Any], bool]]:
        """Name, schema and whether it is required, of each field."""
        schema = self._components[kind.__name__]
        required = schema.get("required", [])
        return [(name, field, name in required) for name, field in schema["properties"].items()]


def _operation(route: Route, schema_of: _Schemas) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in path_parameters(route.path)
    ]
    if route.query is not None:
        parameters += [
            {"name": name, "in": "query", "required": required, "schema": schema}
            for name, schema, required in schema_of.fields_of(route.query)
        ]
    operation: dict[str, Any] = {"summary": route.summary, "responses": _responses(route, schema_of)}
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": _content(schema_of.of(route.body))}
    return operation


def _responses(route: Route, schema_of: _Schemas) -> dict[str, Any]:
    if route.media_type is not None:
        content: dict[str, Any] = {route.media_type: {}}
    else:
        content = _content(schema_of.of(route.reply))
    responses: dict[str, Any] = {}
    for status in route.statuses:
        responses[str(status)] = {"description": route.summary, "content": content}
    problem = {PROBLEM_MEDIA_TYPE: {"schema": schema_of.of(Problem)}}
    for status in (*route.problems, 500):
        responses[str(status)] = {"description": "What happened and what to do.", "content": problem}
    return responses


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {JSON: {"schema": schema}, MESSAGE_PACK: {"schema": schema}}


def path_parameters(path: str) -> list[str]:
    """The names in braces, in order."""
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]
