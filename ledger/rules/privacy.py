"""Rule L10, the ledger's own: what is ordered cannot be erased, so no personal data are ordered.

It reads every field in which people write what they like, found by type: whoever adds an operation with such a field
need not remember this rule. Ids are of known form, and were judged when they were made. To read them again would do
harm: a token whose number happens to look like a telephone could not be frozen.
"""

import typing
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from ledger.names import CaseId, ProposalId
from ledger.operations.accounts import RegisterAccount
from ledger.operations.governance import AdmitMember
from ledger.operations.part import Part
from ledger.operations.series import CreateSeries
from ledger.operations.table import OPERATION_TYPES
from ledger.operations.works import RegisterWork
from ledger.personal_data import find_personal_data
from ledger.rules.request import Reason, Request, refuse

_COINED = tuple(typing.get_args(each)[1].pattern for each in (CaseId, ProposalId))
"""The forms of ids that are made where they stand: whoever opens a case numbers it as he likes."""

CREATED: dict[type, str] = {
    RegisterAccount: "account",
    RegisterWork: "work",
    CreateSeries: "series",
    AdmitMember: "member",
}
"""The field that names what is created: whoever creates a thing calls it what he likes. Elsewhere it refers to it."""

_Read = Callable[[str, Any], Iterator[tuple[str, str]]]
"""How a value is read: given the name of its field, yields each text in it with its name, as `disclosure.rights`."""

_KNOWN: dict[type, tuple[tuple[str, _Read], ...]] = {}
"""What `_fields_read` found before: types do not change."""


def _text(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if type(value) is str:
        yield name, value


def _each(name: str, value: Any) -> Iterator[tuple[str, str]]:
    for each in value:
        yield from _part(name, each)


def _part(name: str, value: Any) -> Iterator[tuple[str, str]]:
    for field, read in _fields_read(type(value)):
        yield from read(f"{name}.{field}", getattr(value, field))


def _fields_read(part: type) -> tuple[tuple[str, _Read], ...]:
    """The fields of a part that hold something to read, and how each is read; none of what is no part."""
    if not issubclass(part, msgspec.Struct):
        return ()
    if part not in _KNOWN:
        found = ((each.name, _how_to_read(part, each)) for each in msgspec.structs.fields(part))
        _KNOWN[part] = tuple((name, read) for name, read in found if read is not None)
    return _KNOWN[part]


def _how_to_read(part: type, field: msgspec.structs.FieldInfo) -> _Read | None:
    if CREATED.get(part) == field.name:
        return _text
    return _reader_of(msgspec.inspect.type_info(field.type))


def _reader_of(info: Any) -> _Read | None:
    match info:
        case msgspec.inspect.StrType():
            return _text if info.pattern is None or info.pattern in _COINED else None
        case msgspec.inspect.UnionType():
            readers = list(filter(None, map(_reader_of, info.types)))
            assert len(set(readers)) <= 1, "a field holds texts, or parts, or neither"
            return readers[0] if readers else None
        case msgspec.inspect.VarTupleType():
            return None if _reader_of(info.item_type) is None else _each
        case msgspec.inspect.StructType():
            return _part if _fields_read(info.cls) else None
        case _:
            return None


WRITTEN: tuple[type[Part], ...] = tuple(each for each in OPERATION_TYPES if _fields_read(each))
"""Operations with something to read."""


def texts_hold_no_personal_data(_: Request, operation: Part) -> Reason | None:
    """L10: no field holds an identity number, a mobile number, a bank card or an e-mail address."""
    for field, read in _fields_read(type(operation)):
        for name, text in read(field, getattr(operation, field)):
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
