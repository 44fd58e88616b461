"""Rule L10, the ledger's own: what is ordered cannot be erased, so no personal data are ordered.

It reads every field in which people write what they like, found by type: whoever adds an operation with such a field
need not remember this rule.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from ledger.operations.part import Part
from ledger.operations.table import OPERATION_TYPES
from ledger.personal_data import find_personal_data
from ledger.rules.request import Reason, Request, refuse


def _is_free(info: Any) -> bool:
    """Whether values of a type hold text: references to what exists were judged when it was created."""
    match info:
        case msgspec.inspect.StrType():
            return info.pattern is None
        case msgspec.inspect.UnionType():
            return any(_is_free(each) for each in info.types)
        case msgspec.inspect.VarTupleType():
            return _is_free(info.item_type)
        case msgspec.inspect.StructType():
            return any(_is_free(each.type) for each in info.fields)
        case _:
            return False


CREATED = ("register_account", "register_work", "create_series")
"""Operations whose names are free too: whoever creates a thing calls it what he likes."""

WRITTEN: tuple[type[Part], ...] = tuple(
    each
    for each in OPERATION_TYPES
    if each.__struct_config__.tag in CREATED
    or any(_is_free(msgspec.inspect.type_info(field.type)) for field in msgspec.structs.fields(each))
)
"""Operations with something to read."""


def _texts(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Every string in `value`, with the name of the field it stands in, as `disclosure.rights`."""
    match value:
        case str():
            yield name, value
        case tuple():
            for each in value:
                yield from _texts(name, each)
        case msgspec.Struct():
            for field in value.__struct_fields__:
                yield from _texts(f"{name}.{field}", getattr(value, field))


def texts_hold_no_personal_data(_: Request, operation: Part) -> Reason | None:
    """L10: no field holds an identity number, a mobile number, a bank card or an e-mail address."""
    for field in operation.__struct_fields__:
        for name, text in _texts(field, getattr(operation, field)):
            found = find_personal_data(text)
            if found is not None:
                return refuse(
                    "Field {field} holds personal data, {kind}: what is on the chain cannot be erased.",
                    field=name,
                    kind=found.value,
                )
    return None


def key_holds_no_personal_data(request: Request, _: object) -> Reason | None:
    """L10: nor does the key under which a transaction is sent."""
    key = request.transaction.idempotency_key
    found = None if key is None else find_personal_data(key)
    if found is None:
        return None
    return refuse(
        "Field {field} holds personal data, {kind}: what is on the chain cannot be erased.",
        field="idempotency_key",
        kind=found.value,
    )
