"""A state entry: what every record is."""

import msgspec


class Record(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """Base of state entries: a tuple in the order of its fields. Free of cycles, hence gc=False (a million of them)."""
