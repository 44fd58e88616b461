"""What a type of the ledger asks for, field by field, in words for `--help`: made of the type and its docstrings."""

import ast
import inspect as sources
import sys
from functools import cache
from types import ModuleType

import msgspec
from msgspec import inspect

import ledger.names
import ledger.operations.part

ALIASES = (ledger.names, ledger.operations.part)
"""Where names of fields' types have their docstrings."""

NAME_LENGTH_MAX = 64
"""What may be longer is a text."""


def shape_of(kind: type[msgspec.Struct]) -> list[tuple[str, str]]:
    """Each field of `kind` with what is written there."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType), "operations and questions are structures"
    return _rows(info, "", "")


def _rows(info: inspect.StructType, at: str, note: str) -> list[tuple[str, str]]:
    """The fields below the place `at`; `note` stands with each of them."""
    told = _docs(info.cls)
    rows = []
    for field in info.fields:
        parts = _parts(field.type)
        if parts is not None:
            together = "; all of these or none" if isinstance(field.type, inspect.UnionType) else ""
            rows += _rows(parts, f"{at}{field.name}.", together)
            continue
        form = _form(field.type, field.name)
        words = [told.get(field.name, ""), f"({form}{'' if field.required else '; may be left out'}{note})"]
        rows.append((f"{at}{field.name}", " ".join(filter(None, words))))
    return rows


def _parts(kind: inspect.Type) -> inspect.StructType | None:
    """The structure that is written part by part; it may be one that can be left out as a whole."""
    if isinstance(kind, inspect.UnionType):
        others = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
        return _parts(others[0]) if len(others) == 1 else None
    return kind if isinstance(kind, inspect.StructType) and kind.tag is None else None


def _form(kind: inspect.Type, name: str) -> str:
    match kind:
        case inspect.UnionType(types=types):
            others = [each for each in types if not isinstance(each, inspect.NoneType)]
            told = " or ".join(_form(each, name) for each in others)
            return told if len(others) == len(types) else f"{told}, or none"
        case inspect.StructType(fields=fields, tag=None):
            return ":".join(each.name for each in fields)
        case inspect.StructType(fields=fields, tag=tag):
            return ":".join([str(tag), *(each.name for each in fields)])
        case inspect.VarTupleType(item_type=item):
            return f"{_form(item, name)}; once for each"
        case inspect.EnumType(cls=choices):
            return " | ".join(str(each.value) for each in choices)
        case inspect.BoolType():
            return "true | false"
        case inspect.IntType() if name.endswith("_ms"):
            return "a time, as +30d"
        case inspect.IntType():
            return "a number"
        case inspect.BytesType(min_length=least, max_length=most) if least == most:
            return f"{least} bytes in hexadecimal"
        case inspect.BytesType():
            return "bytes in hexadecimal"
        case inspect.StrType(pattern=None, max_length=int() as most) if most > NAME_LENGTH_MAX:
            return f"a text of up to {most} characters"
    return "a name"


@cache
def _docs(kind: type) -> dict[str, str]:
    """The docstring of each field that has one, else that of the name of its type; the first sentence."""
    (body,) = ast.parse(sources.getsource(kind)).body
    assert isinstance(body, ast.ClassDef), "a class is a class"
    docs = {}
    for place, statement in enumerate(body.body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            docs[statement.target.id] = _doc_after(body.body, place) or _doc_of_alias(statement.annotation)
    for base in kind.__mro__[1:]:
        if base is not msgspec.Struct and issubclass(base, msgspec.Struct):
            docs = {**_docs(base), **docs}
            break
    return docs


def _doc_of_alias(annotation: ast.expr) -> str:
    if isinstance(annotation, ast.BinOp):
        annotation = annotation.left
    if not isinstance(annotation, ast.Name):
        return ""
    return next((docs[annotation.id] for docs in map(_docs_of_module, ALIASES) if annotation.id in docs), "")


@cache
def _docs_of_module(module: ModuleType) -> dict[str, str]:
    body = ast.parse(sources.getsource(sys.modules[module.__name__])).body
    return {
        statement.targets[0].id: _doc_after(body, place)
        for place, statement in enumerate(body)
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    }


def _doc_after(body: list[ast.stmt], place: int) -> str:
    following = body[place + 1] if place + 1 < len(body) else None
    match following:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return " ".join(text.split())
    return ""
