"""A message with one of its fields changed, so little that its form still holds."""

from random import Random

import msgspec

from consensus.messages import Item

FAR = 2**62
"""A number that no honest member reaches."""


def mutated(item: Item, chance: Random) -> Item:
    """The item with one of its fields changed: by one, to something random, or to something far away."""
    by = chance.choice((-1, 1, FAR))
    name = chance.choice(item.__struct_fields__)
    value = getattr(item, name)
    change: object
    match value:
        case bool():
            change = not value
        case int():
            change = max(0, value + by)
        case bytes() if len(value) == 32:
            change = chance.randbytes(32)
        case tuple():
            change = value[:-1] if chance.random() < 0.5 else value + value[:1]
        case _:
            return item
    return msgspec.structs.replace(item, **{name: change})


def older(item: Item, before: Item, chance: Random) -> Item:
    """The item with one of its fields as it was in `before`, a message of the same kind."""
    name = chance.choice(item.__struct_fields__)
    return msgspec.structs.replace(item, **{name: getattr(before, name)})
