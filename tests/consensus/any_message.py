"""Any message that passes the decoder, at random: the shapes of the wire types are read from the types themselves."""

import random

import msgspec
from msgspec import inspect

from consensus.messages import Item

NUMBERS = (0, 1, 2, 3, 4, 5, 7, 8, 16, 17, 31, 1_700_000_000_000, 2**31, 2**32 - 1, 2**62, 2**63 - 1)
"""Small ones, that fit a replica with small windows, and the edges of what fits on the wire."""

LENGTHS = (0, 1, 1, 2, 3, 4, 5)


_SHAPE = inspect.type_info(Item)


def any_item(chance: random.Random, digests: tuple[bytes, ...]) -> Item:
    """An item of a bundle. Every field is drawn for itself; digests often are those of `digests`, so that some fit."""
    item: Item = msgspec.convert(_any(_SHAPE, chance, digests), Item)
    return item


def _any(shape: inspect.Type, chance: random.Random, digests: tuple[bytes, ...]) -> object:
    match shape:
        case inspect.StructType():
            fields = [_any(each.type, chance, digests) for each in shape.fields]
            return [shape.tag, *fields] if shape.tag is not None else fields
        case inspect.UnionType():
            return _any(chance.choice(shape.types), chance, digests)
        case inspect.VarTupleType() | inspect.ListType():
            most = shape.max_length if shape.max_length is not None else LENGTHS[-1]
            size = max(shape.min_length or 0, min(chance.choice(LENGTHS), most))
            return [_any(shape.item_type, chance, digests) for _ in range(size)]
        case inspect.TupleType():
            return [_any(each, chance, digests) for each in shape.item_types]
        case inspect.IntType():
            if shape.lt is not None:
                return chance.choice((0, 1, 2, 3, 4, shape.lt - 1))
            return chance.choice(NUMBERS)
        case inspect.BytesType():
            if shape.min_length == shape.max_length == len(digests[0]) and chance.random() < 0.8:
                return chance.choice(digests)
            size = min(shape.max_length or 8, max(shape.min_length or 0, chance.choice(LENGTHS)))
            return chance.randbytes(size)
        case inspect.EnumType():
            return chance.choice(list(shape.cls)).value
        case inspect.BoolType():
            return chance.random() < 0.5
        case inspect.NoneType():
            return None
        case _:
            raise AssertionError(f"no wire type holds a {shape}")
