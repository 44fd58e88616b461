"""What a member's database says of itself: whose it is, how far it goes, how many rows its tables should have.

The counts are there for the audit. A row that was taken out leaves no trace of its own.
"""

import sqlite3
from dataclasses import dataclass, fields
from operator import attrgetter

from canonical.hashing import Digest
from consensus.types import SequenceNumber, View
from node.restored import LostDisk
from node.storage.columns import first_link, meta_seal
from node.storage.schema import SCHEMA_VERSION


@dataclass(slots=True)
class Meta:
    """The rows of `meta`, one a field; digests are written in hex, numbers in decimal."""

    schema: str
    chain: str
    """The chain id in hex."""
    member: int
    """The index of the member whose database this is."""
    view: int
    """The view this member is in."""
    statements: int
    """Rows in `statements`."""
    stable: int
    """The last stable checkpoint."""
    executed: int
    """Height of the last row of `blocks`."""
    certificates: int
    """Rows in `certificates`."""
    batches: int
    """Rows in `batches`, and in `payloads`."""
    own_batch: int
    """The highest number given to a batch of this member's own."""
    votes_base: int
    """The `lsn` of the last vote that was discarded below a stable checkpoint."""
    votes_base_link: str
    """That row's link, in hex."""
    votes_last: int
    """The `lsn` of the last vote."""
    votes_last_link: str
    """That row's link, in hex."""
    base: int
    """Height of the ledger that was taken over whole; 0 where every block is here."""
    mute: int
    """1 while this member casts no vote, since an earlier database was lost; else 0."""
    mute_view: int
    """The latest view that the member had bound itself in when this database was made."""
    mute_until: int
    """The block up to which it is mute; 0 while that is not estimated."""

    @staticmethod
    def at_first(*, chain: Digest, member: int, lost: View | None) -> "Meta":
        """What an empty database says; `lost` is set where it takes the place of one that was lost."""
        link = first_link(chain=chain, member=member).hex()
        mute, view = (0, 0) if lost is None else (1, int(lost))
        return Meta(SCHEMA_VERSION, chain.hex(), member, 0, 0, 0, 0, 0, 0, 0, 0, link, 0, link, 0, mute, view, 0)

    @property
    def lost(self) -> LostDisk | None:
        """What is known of the lost database while this member is mute."""
        until = SequenceNumber(self.mute_until) if self.mute_until else None
        return LostDisk(View(self.mute_view), until) if self.mute else None


NAMES = tuple(field.name for field in fields(Meta))
_values = attrgetter(*NAMES)
_NUMBERS = frozenset(field.name for field in fields(Meta) if field.type is int)


def meta_rows(meta: Meta) -> dict[str, str]:
    """Each row's value by its name."""
    return dict(zip(NAMES, map(str, _values(meta)), strict=True))


def read_meta(connection: sqlite3.Connection) -> Meta:
    """Read the rows back.

    Raises: ValueError naming a row that is missing or no number; the audit reports these before anybody loads.
    """
    found: dict[str, str] = dict(connection.execute("SELECT name, value FROM meta"))
    values: list[str | int] = []
    for name in NAMES:
        if name not in found:
            raise ValueError(f"meta name={name}: the row is missing")
        if name not in _NUMBERS:
            values.append(found[name])
        elif found[name].isascii() and found[name].isdigit():
            values.append(int(found[name]))
        else:
            raise ValueError(f"meta name={name}, column value: {found[name]!r} is no number")
    return Meta(*values)  # type: ignore[arg-type]  # the order of the fields is that of NAMES


class MetaWriter:
    """Writes the rows of `meta` that changed since the last turn."""

    def __init__(self, connection: sqlite3.Connection, *, written: dict[str, str]) -> None:
        """Begin with the rows `written`, as they stand in the database."""
        self._connection = connection
        self._written = written

    def flush(self, meta: Meta) -> None:
        """Bring the table up to `meta`; the caller holds a transaction."""
        for name, value in meta_rows(meta).items():
            if self._written.get(name) != value:
                self._connection.execute(
                    "INSERT INTO meta(name, value, seal) VALUES(?, ?, ?)"
                    " ON CONFLICT(name) DO UPDATE SET value = excluded.value, seal = excluded.seal",
                    (name, value, meta_seal(name, value)),
                )
                self._written[name] = value
