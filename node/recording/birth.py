"""What a core was born with, into a recording and out of it.

It is recorded, and not read back from the database when somebody replays: the database has gone on since. All that the
disk remembered stands in the recording, the ledger's entries too, so that the file needs nothing beside it.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, get_type_hints

import msgspec

from canonical.encoding import encode
from ledger.ledger import Ledger
from node.identity import Identity, Knobs
from node.program import program_version
from node.recording.records import FORMAT, Born, Entries
from node.restored import Restored

ENTRIES_A_RECORD = 4_096
"""Some hundred kilobytes."""

_REMEMBERED: dict[str, Any] = {name: hint for name, hint in get_type_hints(Restored).items() if name != "entries"}
"""Type of every field of `Restored`, by name; the ledger's entries go their own way, since they are many."""


def birth_of(
    identity: Identity, *, ledger: Ledger, knobs: Knobs, restored: Restored | None
) -> Iterator[Born | Entries]:
    """The records of a birth, in pieces that are small enough to be written one by one."""
    remembered = None if restored is None else encode(tuple(getattr(restored, name) for name in _REMEMBERED))
    yield Born(
        FORMAT,
        program_version(),
        identity.member,
        identity.charter,
        knobs,
        remembered,
        ledger.height,
        ledger.timestamp_ms,
        identity.voted,
        identity.nonce,
    )
    if ledger.height:
        entries = ledger.entries()
        while piece := tuple(islice(entries, ENTRIES_A_RECORD)):
            yield Entries(piece)


def restored_of(born: Born) -> Restored | None:
    """What the disk remembered; its entries are in the ledger already.

    Raises: msgspec.ValidationError where another version of the program wrote it.
    """
    if born.restored is None:
        return None
    hints = tuple(_REMEMBERED.values())
    values = msgspec.msgpack.decode(born.restored, type=tuple.__class_getitem__(hints))
    return Restored(**dict(zip(_REMEMBERED, values, strict=True)), entries=iter(()))


def ledger_of(born: Born, entries: Iterable[Entries]) -> Ledger:
    """The ledger that the core was born with.

    Raises: ValueError for entries that are none.
    """
    if not born.height:
        return Ledger.genesis(born.charter)
    all_entries = chain.from_iterable(each.entries for each in entries)
    return Ledger.restore(born.charter, all_entries, height=born.height, timestamp_ms=born.timestamp_ms)
