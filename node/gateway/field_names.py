"""Which field of a body is wrong, by its name: structures are arrays on the wire, and decoders tell places by index."""

import re
from typing import Any

import msgspec

PATH = re.compile(r"`\$((?:\[\d+\])+)`")
"""Where msgspec says that something is: indexes from the outside in."""


def with_names(error: str, body: Any, kind: Any) -> str:
    """The decoder's `error` about `body`, decoded to plain lists, with the place by names where `kind` has them.

    `$[0][2][0][2][1]` becomes `[0].transactions[0].operation.transfer_from.token`. Never raises.
    """
    found = PATH.search(error)
    if found is None:
        return error
    indexes = [int(each) for each in re.findall(r"\d+", found[1])]
    return error[: found.start()] + f"`{_spell(indexes, body, msgspec.inspect.type_info(kind))}`" + error[found.end() :]


def _spell(indexes: list[int], value: Any, info: Any) -> str:
    words = ""
    for index in indexes:
        if isinstance(info, msgspec.inspect.UnionType):
            info = _alternative(info, value)
        match info:
            case msgspec.inspect.StructType(cls, fields, tag=tag):
                place = index if tag is None else index - 1
                # A structure's own tag comes first, and in a union it tells what it is.
                words += "" if tag is None else f".{tag}"
                if not 0 <= place < len(fields):
                    return words or cls.__name__
                words += f".{fields[place].name}"
                info = fields[place].type
            case msgspec.inspect.VarTupleType(item_type):
                words += f"[{index}]"
                info = item_type
            case _:
                words += f"[{index}]"
        value = value[index] if isinstance(value, list) and index < len(value) else None
    return words.removeprefix(".")


def _alternative(info: msgspec.inspect.UnionType, value: Any) -> Any:
    """The type of a union that `value` is meant as: by its tag, or the only structure or array there is."""
    structures = [
        each for each in info.types if isinstance(each, msgspec.inspect.StructType | msgspec.inspect.VarTupleType)
    ]
    if len(structures) == 1:
        return structures[0]
    tag = value[0] if isinstance(value, list) and value else None
    return next((each for each in structures if getattr(each, "tag", None) == tag), None)
