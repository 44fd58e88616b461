"""What operations consist of: their base, and the bounds and closed choices that several of them share."""

from typing import Annotated

import msgspec

from ledger.names import MemberId


class Part(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Base of operations and of what they consist of: a tuple in the order of its fields."""


MEMBERS_NAMED_MAX = 32
"""Licensees of a work, sellers of a series."""

Time = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
"""Unix milliseconds."""

Fen = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
"""Money: hundredths of a yuan, CNY. Only ever compared with what was disclosed; nothing of it is on the chain."""

Members = Annotated[tuple[MemberId, ...], msgspec.Meta(max_length=MEMBERS_NAMED_MAX)]
"""Some members, in any order."""
